using System.Diagnostics;
using XenKube.Clusters;
using XenKube.Programs;

namespace XenKube.Cli.Quickstart;

/// <summary>
/// The refresh as <c>Get-Node etcd | Reset-Ignition</c>, with the module of the build. A checkout has its own PowerShell, which its
/// tool manifest pins and <c>dotnet tool restore</c> brings; elsewhere it is the pwsh of the PATH.
/// </summary>
internal sealed class PowerShellRefresh
{
    private readonly string _program;
    private readonly string[] _firstArguments;
    private readonly string _module;

    private PowerShellRefresh(string program, string[] firstArguments, string module)
    {
        _program = program;
        _firstArguments = firstArguments;
        _module = module;
    }

    /// <summary>The built module; null where it is missing.</summary>
    public static string? ModulePath
    {
        get
        {
            if (Checkout is not { } checkout)
            {
                return null;
            }
            var module = Path.Combine(checkout, "artifacts", AppContext.BaseDirectory.Contains("/Debug/", StringComparison.Ordinal)
                ? "Debug" : "Release", "XenKube");
            return File.Exists(Path.Combine(module, "XenKube.psd1")) ? module : null;
        }
    }

    private static string? Checkout
    {
        get
        {
            for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            {
                if (File.Exists(Path.Combine(directory.FullName, "XenKube.sln")))
                {
                    return directory.FullName;
                }
            }
            return null;
        }
    }

    /// <summary>Finds a PowerShell, which it restores first if need be, and the module; null where one of them is missing.</summary>
    public static PowerShellRefresh? Find()
    {
        if (ModulePath is not { } module)
        {
            return null;
        }
        if (ExternalPrograms.Find("dotnet") is { } dotnet && Run(dotnet, ["tool", "restore"], []).ExitCode == 0)
        {
            return new PowerShellRefresh(dotnet, ["tool", "run", "pwsh", "--"], module);
        }
        return ExternalPrograms.Find("pwsh") is { } pwsh ? new PowerShellRefresh(pwsh, [], module) : null;
    }

    /// <summary>Runs it and returns what it printed.</summary>
    /// <param name="directory">The XENDIR.</param>
    /// <param name="cluster">The cluster whose nodes are refreshed.</param>
    public IEnumerable<string> Run(XenDirectory directory, string cluster)
    {
        const string Command =
            "Import-Module $env:XENKUBE_MODULE; Get-Node $env:XENKUBE_CLUSTER | Reset-Ignition | Format-Table | Out-String -Width 140";
        var (exitCode, output, error) = Run(_program, [.. _firstArguments, "-NoProfile", "-NonInteractive", "-Command", Command],
            new Dictionary<string, string>
        {
            ["XENDIR"] = directory.Path,
            ["XENKUBE_MODULE"] = _module,
            ["XENKUBE_CLUSTER"] = cluster,
            ["NO_COLOR"] = "1",
        });
        if (exitCode != 0 || error.Length > 0)
        {
            throw new OperationFailedException(ErrorIds.PowerShellFailed, _program, null, error.ReplaceLineEndings(" ").Trim());
        }
        return ["Get-Node etcd | Reset-Ignition", .. output.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0)];
    }

    // In the checkout, because that is where dotnet looks for the tool manifest.
    private static (int ExitCode, string Output, string Error) Run(string program, string[] arguments,
        Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Checkout, RedirectStandardOutput = true,
            RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        // "dotnet tool run" leaves an empty folder where temporary files go.
        var temporary = Directory.CreateTempSubdirectory("xenkube-quickstart-");
        try
        {
            start.Environment["TMPDIR"] = temporary.FullName;
            using var process = ExternalPrograms.Start(start);
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, error.Result);
        }
        finally
        {
            temporary.Delete(recursive: true);
        }
    }
}
