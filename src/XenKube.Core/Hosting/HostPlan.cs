using System.Diagnostics;
using System.Globalization;
using XenKube.Files;

namespace XenKube.Hosting;

/// <summary>
/// All that the guide sets up on dom0, as a plan: looked at first, then applied; applied again it changes nothing; each step can be undone.
/// </summary>
public sealed class HostPlan
{
    // The steps in their order; a new one is a line here and its method below.
    private static readonly (string Name, Func<HostOptions, HostStep> Plan)[] KnownSteps =
    [
        ("directories", PlanDirectories),
        ("site", PlanSite),
        ("reservations", PlanReservations),
        ("firewall", PlanFirewall),
        ("time", PlanTime),
        ("console", PlanConsole),
        ("shutdown", PlanShutdown),
    ];

    private HostPlan(HostOptions options, IReadOnlyList<HostStep> steps)
    {
        Options = options;
        Steps = steps;
    }

    /// <summary>The names of the steps, in their order.</summary>
    public static IReadOnlyList<string> StepNames { get; } = [.. KnownSteps.Select(step => step.Name)];

    /// <summary>What it was made for.</summary>
    public HostOptions Options { get; }

    /// <summary>The steps, in their order.</summary>
    public IReadOnlyList<HostStep> Steps { get; }

    /// <summary>True when something has to be changed.</summary>
    public bool IsNeeded => Steps.Any(step => step.IsNeeded);

    /// <summary>Looks at the host and plans what is to be done.</summary>
    /// <param name="options">How it is to be set up.</param>
    /// <param name="names">The steps; null for all.</param>
    public static HostPlan Create(HostOptions options, IReadOnlyCollection<string>? names = null)
    {
        if (names?.FirstOrDefault(name => !StepNames.Contains(name)) is { } unknown)
        {
            throw new InvalidInputException(ErrorIds.StepUnknown, null, null, $"'{Printable.Of(unknown)}' is not a step",
                $"Steps are {string.Join(", ", StepNames)}");
        }
        return new HostPlan(options, [.. StepNames.Where(name => names is null ? IsFor(name, options) : names.Contains(name))
            .Select(name => Plan(name, options))]);
    }

    /// <summary>Applies the steps that are needed. One that fails is taken back; the others go on.</summary>
    /// <param name="onResult">Called after each step; null for nothing.</param>
    /// <param name="cancellationToken">Ends it; a step under way is taken back.</param>
    public IReadOnlyList<HostStepResult> Apply(Action<HostStepResult>? onResult = null, CancellationToken cancellationToken = default)
    {
        using var held = IsNeeded && Directory.Exists(Options.XenDir)
            ? DirectoryLock.Take(Options.XenDir, "host setup", DirectoryLock.UsualWait, Options.OnWait, cancellationToken) : null;
        var backups = new BackupStore(Options.BackupDirectory);
        var results = new List<HostStepResult>();
        foreach (var step in Steps)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var watch = Stopwatch.StartNew();
            HostStepResult result;
            try
            {
                var backup = step.Change?.Apply(backups, Options.Activate, cancellationToken);
                result = new HostStepResult(step.Name, backup is not null, backup, step.Problem, watch.Elapsed)
                    { IsActivated = backup is null && Options.Activate && step.Change is { IsActivationNeeded: true } };
            }
            catch (XenKubeException e)
            {
                result = new HostStepResult(step.Name, false, null, e, watch.Elapsed);
            }
            results.Add(result);
            onResult?.Invoke(result);
        }
        return results;
    }

    /// <summary>Takes back what a step wrote last, and lets the service use the files; later edits are kept.</summary>
    /// <param name="options">The host.</param>
    /// <param name="name">The step.</param>
    /// <param name="onWarning">Called with what a person should know; null for nothing.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The backup that was put back.</returns>
    /// <exception cref="OperationFailedException">A later edit is in the same lines; the message shows it.</exception>
    public static BackupSet Undo(HostOptions options, string name, Action<string>? onWarning = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var backups = new BackupStore(options.BackupDirectory);
        using var held = Directory.Exists(backups.Directory) ? backups.Lock(name, cancellationToken) : null;
        var undo = HostUndo.Plan(backups, name);
        foreach (var set in undo.Incomplete)
        {
            onWarning?.Invoke($"the backup {set.Directory} has no manifest: if it is of a later change, its files are what was there before that change");
        }
        var copy = undo.Apply();
        foreach (var path in undo.Merged)
        {
            onWarning?.Invoke($"{path} was edited since; the edit is kept, and the file as it was is in {copy?.Directory}");
        }
        if (options.Activate && StepNames.Contains(name) && copy is not null)
        {
            Plan(name, options).Change?.ActivateOnly(cancellationToken);
            BackupStore.MarkActive(copy);
        }
        return undo.Backup with { State = BackupState.Undone };
    }

    /// <summary>Steps of Xen's services are for hosts that have them.</summary>
    private static bool IsFor(string name, HostOptions options) => name switch
    {
        "console" => XenServiceSettings.WithLog(options.SystemRoot).Count > 0,
        "shutdown" => XenServiceCheck.CheckShutdown(options.SystemRoot) is not null,
        _ => true,
    };

    private static HostStep Plan(string name, HostOptions options)
    {
        try
        {
            var step = KnownSteps.Single(step => step.Name == name).Plan(options);
            return options.Activate && step.Change is { HasService: true } change
                && new BackupStore(options.BackupDirectory).NotActive(name) is not null
                ? step with { Change = change.WithActivation() } : step;
        }
        catch (XenKubeException e)
        {
            return new HostStep(name, "not possible", "", e);
        }
    }

    private static HostStep PlanDirectories(HostOptions options)
    {
        var change = new SystemChange("directories", options.Layout.Directories.Select(path => FileChange.Directory(path))
            .Prepend(FileChange.Directory(options.XenDir))) { HasService = false };
        return new HostStep("directories", change.IsNeeded ? string.Create(CultureInfo.InvariantCulture,
            $"{change.Files.Count} missing in {options.XenDir}") : $"{options.XenDir} is complete",
                $"{options.XenDir}/{{{string.Join(',', options.Layout.Directories.Select(Path.GetFileName))}}}", null) { Change = change };
    }

    private static HostStep PlanSite(HostOptions options)
    {
        var site = options.Site;
        var change = site.ToChange();
        if (!change.IsNeeded && options.Activate && IsServedByAnother(site, options.ServingPatience))
        {
            change = change.WithActivation();
        }
        return new HostStep("site", change.IsNeeded ? File.Exists(site.AvailablePath)
            ? "another site" : "no site" : "installed", string.Create(CultureInfo.InvariantCulture,
                $"{site.Root} on {options.Address}:{options.Port}"), null) { Change = change };
    }

    /// <summary>True if the files are right, but the server that runs has not read them.</summary>
    private static bool IsServedByAnother(NginxSite site, TimeSpan patience)
    {
        try
        {
            return SiteProbe.Wait(site.Root, site.Address, site.Port, patience, TimeSpan.FromSeconds(2), CancellationToken.None).Status
                == 404;
        }
        catch (XenKubeException)
        {
            // The directory is missing, or only root may write into it.
            return false;
        }
    }

    private static HostStep PlanReservations(HostOptions options)
    {
        var instances = options.Dnsmasqs;
        var now = DhcpReservations.Read(options.ReservationsFile, instances);
        var range = DhcpReservations.Range(options.FirstReservation, options.LastReservation, options.Network, options.MacPrefix);
        var current = string.Create(CultureInfo.InvariantCulture, $"{now.Items.Count} reservations");
        if (instances.FirstOrDefault(instance => instance.IsLibvirts) is { } libvirts)
        {
            return new HostStep("reservations", current, $"{range[0].IPAddress} to {range[^1].IPAddress}",
                ReservationFindings.LibvirtWrites(libvirts, range));
        }
        // What somebody else holds stays with them; it must not keep the other addresses from the guests.
        var taken = new List<string>();
        var wanted = now.With(range, (_, error) => taken.Add(error.Reason));
        var change = wanted.ToChange(DnsmasqService.Of(options, instances));
        var left = taken.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture,
            $", without {taken.Count} that others have ({taken[0]}{(taken.Count > 1 ? " …" : "")})");
        return new HostStep("reservations", current, $"{range[0].IPAddress} to {range[^1].IPAddress}{left}",
            ReservationFindings.NotRead(options.ReservationsFile, instances)) { Change = change };
    }

    private static HostStep PlanFirewall(HostOptions options)
    {
        var ports = FirewallPort.Guide(options.Bridge, options.Port);
        if (options.ForeignFirewall is { } foreign)
        {
            return new HostStep("firewall", $"managed by {foreign.Name}", $"open: {string.Join("; ", ports)}", foreign.Refusal(ports));
        }
        var closed = new List<string>();
        var changes = new List<SystemChange>();
        XenKubeException? problem = null;
        foreach (var file in options.FirewallFiles)
        {
            var rules = FirewallRules.Read(file);
            foreach (var verdict in ports.Select(port => rules.Judge(port, options.Guests)).Where(verdict => !verdict.IsOpen).ToList())
            {
                closed.Add($"{verdict.Port}: {verdict}");
                try
                {
                    rules = rules.WithPort(verdict.Port, options.Guests);
                }
                catch (XenKubeException e)
                {
                    problem ??= e;
                }
            }
            changes.Add(rules.ToChange(load: true, options.Programs));
        }
        var change = SystemChange.Joined(changes);
        var current = closed.Count == 0 ? "open" : string.Join("; ", closed);
        // The file may not have been loaded after it was written, or other rules may have been loaded since.
        if (!change.IsNeeded && problem is null && LoadedFirewall.Read(options)?.FindClosed(ports, options.Guests) is var (loaded, program))
        {
            var files = string.Join(", ", options.FirewallFiles);
            current = $"open in {files}, but the kernel has other rules: {loaded.Port} is {loaded} of '{program}'";
            change = options.Activate ? change.WithActivation() : change;
        }
        return new HostStep("firewall", current, $"open: {string.Join("; ", ports)}", problem) { Change = change };
    }

    private static HostStep PlanConsole(HostOptions options)
    {
        // The daemon that runs keeps its consoles; a restart would interrupt them, and is for the administrator to choose.
        var change = new SystemChange("console", XenServiceSettings.WithLog(options.SystemRoot)) { HasService = false };
        return new HostStep("console", change.IsNeeded ? "the guests' consoles are not logged, or the logs are not rotated"
            : "the guests' consoles are logged from each start of xenconsoled on",
            "a log of each guest's console in /var/log/xen/console from the next start of xenconsoled on, rotated", null)
            { Change = change };
    }

    private static HostStep PlanShutdown(HostOptions options)
    {
        var now = XenServiceCheck.CheckShutdown(options.SystemRoot);
        var change = new SystemChange("shutdown", options.Shutdown is { } wanted
            && XenServiceSettings.WithShutdown(options.SystemRoot, wanted) is { } file ? [file] : []) { HasService = false };
        return new HostStep("shutdown", now?.Message ?? "this host has no xendomains", options.Shutdown is null ? "as it is"
            : options.Shutdown == XenServiceSettings.Stop ? "guests are shut down with dom0"
            : "guests are saved when dom0 shuts down", null)
            { Change = change };
    }

    private static HostStep PlanTime(HostOptions options)
    {
        var server = TimeServer.Find(options.SystemRoot)
            ?? throw new ItemNotFoundException(ErrorIds.TimeServerMissing, null, null, "this host has no time service",
                "Install ntpsec or chrony");
        var change = server.WithNetwork(options.Network, options.Bridge).ToChange(restart: true, options.Programs);
        return new HostStep("time", change.IsNeeded ? $"{server.Kind} does not serve the guests" : $"{server.Kind} serves the guests",
            $"the time for {options.Network}", null) { Change = change };
    }
}
