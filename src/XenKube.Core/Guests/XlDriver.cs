using System.Diagnostics;
using System.Globalization;
using XenKube.Programs;

namespace XenKube.Guests;

/// <summary>Runs xl: one method a verb, arguments as a list, failures as errors that say what xl said and what to do.</summary>
/// <param name="options">Where xl is and how long it may take.</param>
public sealed class XlDriver(XlOptions? options = null)
{
    /// <summary>Where xl is and how long it may take.</summary>
    public XlOptions Options { get; } = options ?? new XlOptions();

    /// <summary>The program's path; null when it is not installed.</summary>
    public string? Program => ExternalProgram.Find(Options.Path);

    /// <summary>The domains that exist, dom0 first.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public IReadOnlyList<XenDomain> List(CancellationToken cancellationToken = default)
    {
        // A domain that ends between the two calls stays in the list without its disks; one that starts is missing: both are a
        // moment's truth. The details come first, so that a domain in the table that matters has them.
        var details = Run("the list of domains", Options.Timeout, cancellationToken, "list", "-l");
        var table = Run("the list of domains", Options.Timeout, cancellationToken, "list");
        return XlListParser.Parse(table.Output, details.Output);
    }

    /// <summary>When a domain was started, to a second; null where there is none, or where xl does not tell.</summary>
    /// <param name="name">The domain's name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public DateTimeOffset? StartOf(string name, CancellationToken cancellationToken = default)
    {
        var result = Start(Options.Timeout, cancellationToken, "uptime", Checked(name));
        return result.ExitCode == 0 && XlListParser.ParseUptime(result.Output) is { } uptime ? DateTimeOffset.UtcNow - uptime : null;
    }

    /// <summary>The host's properties.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public XenHostInfo Info(CancellationToken cancellationToken = default) =>
        XenHostInfo.Parse(Run("the host", Options.Timeout, cancellationToken, "info").Output);

    /// <summary>Starts a guest; returns when its boot loader has found a kernel.</summary>
    /// <param name="configPath">The guest's configuration.</param>
    /// <param name="paused">True to leave it paused.</param>
    /// <param name="cancellationToken">Ends the wait, and xl.</param>
    /// <returns>What xl warned of, a line each.</returns>
    public IReadOnlyList<string> Create(string configPath, bool paused = false, CancellationToken cancellationToken = default) =>
        Create(configPath, paused, null, cancellationToken);

    /// <summary>The same, with variables for xl.</summary>
    internal IReadOnlyList<string> Create(string configPath, bool paused, IReadOnlyDictionary<string, string>? environment,
        CancellationToken cancellationToken)
    {
        // A full path is never taken for an option or an assignment.
        var path = Path.GetFullPath(configPath);
        string[] arguments = paused ? ["create", "-p", path] : ["create", path];
        var result = Start(Options.CreateTimeout, arguments, environment, cancellationToken);
        if (result.ExitCode != 0)
        {
            throw XlFailure.Of(result, configPath, Options.LogDirectory);
        }
        return [.. result.Error.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.StartsWith("Parsing config from", StringComparison.Ordinal)).Select(line => Printable.Of(line))];
    }

    /// <summary>Asks a guest to shut down; returns when it has acknowledged that.</summary>
    /// <param name="name">The domain's name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public void Shutdown(string name, CancellationToken cancellationToken = default) =>
        Run(name, Options.ShutdownTimeout, cancellationToken, "shutdown", Checked(name));

    /// <summary>Asks a guest to restart; returns when it has acknowledged that.</summary>
    /// <param name="name">The domain's name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public void Reboot(string name, CancellationToken cancellationToken = default) =>
        Run(name, Options.ShutdownTimeout, cancellationToken, "reboot", Checked(name));

    /// <summary>Removes a domain at once, as pulling the plug would. A domain that ends by itself meanwhile is not a failure.</summary>
    /// <param name="name">The domain's name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public void Destroy(string name, CancellationToken cancellationToken = default)
    {
        var result = Start(Options.Timeout, cancellationToken, "destroy", Checked(name));
        if (result.ExitCode == 0)
        {
            return;
        }
        var failure = XlFailure.Of(result, name, Options.LogDirectory);
        // The xl that started the guest removes it when it shuts down; the second one fails, with the domain gone.
        if (failure is ItemNotFoundException || List(cancellationToken)
            .Any(domain => domain.Name == name && domain.XlState is not [.., 'd']))
        {
            throw failure;
        }
    }

    /// <summary>Pauses a guest.</summary>
    /// <param name="name">The domain's name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public void Pause(string name, CancellationToken cancellationToken = default) =>
        Run(name, Options.Timeout, cancellationToken, "pause", Checked(name));

    /// <summary>Lets a paused guest run on.</summary>
    /// <param name="name">The domain's name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public void Unpause(string name, CancellationToken cancellationToken = default) =>
        Run(name, Options.Timeout, cancellationToken, "unpause", Checked(name));

    /// <summary>Hands the terminal to a guest's console, until Ctrl+] gives it back.</summary>
    /// <param name="name">The domain's name.</param>
    /// <returns>xl's exit code.</returns>
    public int Console(string name)
    {
        var path = Program ?? throw Missing();
        var start = new ProcessStartInfo(path) { UseShellExecute = false };
        start.ArgumentList.Add("console");
        start.ArgumentList.Add(Checked(name));
        using var process = ProgramStart.Start(start, Options.Path);
        process.WaitForExit();
        return process.ExitCode;
    }

    private static string Checked(string name)
    {
        GuestName.Check(name);
        return name;
    }

    private ProgramResult Run(string target, TimeSpan timeout, CancellationToken cancellationToken, params string[] arguments)
    {
        var result = Start(timeout, cancellationToken, arguments);
        return result.ExitCode == 0 ? result : throw XlFailure.Of(result, target, Options.LogDirectory);
    }

    private ProgramResult Start(TimeSpan timeout, CancellationToken cancellationToken, params string[] arguments) =>
        Start(timeout, arguments, null, cancellationToken);

    private ProgramResult Start(TimeSpan timeout, string[] arguments, IReadOnlyDictionary<string, string>? environment,
        CancellationToken cancellationToken)
    {
        if (Program is null)
        {
            throw Missing();
        }
        return ExternalProgram.Run(Options.Path, arguments, timeout, environment: environment, cancellationToken: cancellationToken);
    }

    private OperationFailedException Missing() =>
        new(ErrorIds.XlMissing, Options.Path, null, "xl is not installed here",
            "Install xen-system-amd64 on dom0; XENKUBE_XL can name another xl");

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Options.Path}");
}
