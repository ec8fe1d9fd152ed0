using System.CommandLine;
using System.Net;
using XenKube.Cli.Output.Json;
using XenKube.Clusters;
using XenKube.Hosting;
using XenKube.Images.Signatures;

namespace XenKube.Cli.Commands;

/// <summary><c>xenkube host</c>: dom0's services, as a plan; the embedded server.</summary>
internal static class HostCommands
{
    private static readonly Option<string[]> Steps = new("--step")
        { Description = $"Only these steps: {string.Join(", ", HostPlan.StepNames)}.", HelpName = "STEP" };
    private static readonly Argument<string> Step = new("STEP") { Description = "The step to undo." };
    private static readonly Option<bool> RemoveDefault = new("--remove-default-site")
        { Description = "Disable Debian's default site in nginx." };
    private static readonly Option<bool> Security = new("--security")
        { Description = "Check who could change what root runs and believes, in place of the rest." };
    private static readonly Option<bool> NoActivate = new("--no-activate")
        { Description = "Write files without reloading or restarting the services." };
    private static readonly Option<string?> Address = new("--address")
        { Description = "The address to listen on (default: dom0's address in the settings).", HelpName = "IP" };
    private static readonly Option<int?> Port = new("--port")
        { Description = "The port to listen on (default: the port in the settings; 0 for any free port).", HelpName = "N" };

    private static readonly Option<bool> AnyClient = new("--any-client")
        { Description = "Send each node's config to every client (default: to the node's reserved address and this host; others get 404)." };
    private static readonly Option<string?> HostAddress = new("--address")
        { Description = "dom0's address on the guests' network (setting address).", HelpName = "IP" };
    private static readonly Option<int?> HostPort = new("--port")
        { Description = "The port that the configs are served on (setting port).", HelpName = "N" };
    private static readonly Option<string?> Bridge = new("--bridge")
        { Description = "The guests' bridge (setting bridge).", HelpName = "NAME" };
    private static readonly Option<string?> Network = new("--network")
        { Description = "The guests' network, such as 192.168.100.0/24 (setting network).", HelpName = "NETWORK" };
    private static readonly Option<string?> Reservations = new("--reservations")
        { Description = "The last numbers of the reserved addresses, such as 10-99 (setting reservations).", HelpName = "RANGE" };
    private static readonly Option<string?> ReservationsFile = new("--reservations-file")
        { Description = "dnsmasq's file of reservations (setting reservationsFile).", HelpName = "FILE" };
    private static readonly Option<string?> DnsmasqUnit = new("--dnsmasq-unit")
        { Description = "dnsmasq's unit (setting dnsmasqUnit).", HelpName = "UNIT" };
    private static readonly Option<string?> FirewallFile = new("--firewall-file")
        { Description = "The file of firewall rules (setting firewallFile).", HelpName = "FILE" };
    private static readonly Option<string?> NginxDirectory = new("--nginx-directory")
        { Description = "nginx's directory (setting nginxDirectory).", HelpName = "DIR" };
    private static readonly Option<string?> Shutdown = new("--shutdown")
        { Description = "What xendomains does with guests when dom0 shuts down: stop or save (setting shutdown).", HelpName = "WORD" };
    private static readonly Option[] HostOptionsOfAll = [HostAddress, HostPort, Bridge, Network, Reservations, ReservationsFile,
        DnsmasqUnit, FirewallFile, NginxDirectory, Shutdown];

    private static readonly Option<bool> JsonLines = new("--json")
        { Description = "Print one JSON document on each line: first the server's address, then each request." };

    public static Command Create()
    {
        var plan = new Command("plan", "Show the changes that 'apply' would make, as differences of files.")
            { Steps, RemoveDefault, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(plan, Plan);
        var apply = new Command("apply",
            "Set up directories, nginx site, reservations, firewall and time server; a second run changes nothing.") { Steps,
            RemoveDefault, NoActivate, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(apply, Apply);
        var undo = new Command("undo", "Take back what a step wrote; edits that came later are kept.")
            { Step, NoActivate, StandardOptions.XenDir };
        CommandRun.Handle(undo, Undo);
        var backups = new Command("backups", "List the backups of the files that the steps replaced.")
            { StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(backups, Backups);
        var check = new Command("check", "Check this host, with a remedy for each fault. Exit 1 if a check fails.")
            { Security, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(check, run => WriteChecks(run, [.. run.Get(Security)
            ? new HostSecurityCheck(HostSettings.ReadTrusted(run.Directory)).Run(run.CancellationToken)
            : new HostCheck(Options(run)).Run(run.CancellationToken).Concat(KeyCheck.Run(new TrustStore(run.Directory.KeysPath)))]));
        var serve = new Command("serve", "Serve the published configs until Ctrl+C, and print each request.")
            { Address, Port, AnyClient, JsonLines, StandardOptions.XenDir };
        CommandRun.Handle(serve, Serve);
        foreach (var command in new[] { plan, apply, undo, check })
        {
            foreach (var option in HostOptionsOfAll)
            {
                command.Options.Add(option);
            }
        }
        return new Command("host", "This machine as the guests' host.") { plan, apply, undo, backups, check, serve,
            HostForwardCommands.Create(FirewallFile, NoActivate) };
    }

    /// <summary>Prints checks, and ends with 1 where one of them failed.</summary>
    public static void WriteChecks(CommandRun run, IEnumerable<CheckResult> results)
    {
        CheckResult[] checks = [.. results.Select(result => result.WordedBy(RemedyWords.Instance))];
        run.Print<IReadOnlyList<CheckResult>>(checks, (output, all) =>
        {
            foreach (var check in all)
            {
                output.WriteLine($"{check.Status.ToString().ToUpperInvariant(),-4}  {(check.Target.Length > 0 ? check.Target + ": " : "")}{check.Name}: {check.Message}{(check.Remedy.Length > 0 ? $". {check.Remedy}" : "")}");
            }
        });
        if (checks.Any(check => check.Status == CheckStatus.Fail))
        {
            run.NotDone();
        }
    }

    private static void Plan(CommandRun run)
    {
        var plan = HostPlan.Create(Options(run), run.Get(Steps) is { Length: > 0 } steps ? steps : null);
        run.Print<IReadOnlyList<HostStepRow>>([.. plan.Steps.Select(step => HostStepRow.Of(step, TextOf(step.Problem)))],
            (output, _) =>
        {
            foreach (var step in plan.Steps)
            {
                output.WriteLine(step);
                output.Write(step.Diff);
            }
        });
    }

    private static void Apply(CommandRun run)
    {
        var plan = HostPlan.Create(Options(run) with { Activate = !run.Get(NoActivate) }, run.Get(Steps) is { Length: > 0 } steps
            ? steps : null);
        var results = plan.Apply(cancellationToken: run.CancellationToken);
        foreach (var result in results.Where(result => result.Error is not null))
        {
            run.Fail($"{result.Name}: {CommandRun.TextOf(result.Error!)}");
        }
        run.Print<IReadOnlyList<HostResultRow>>([.. results.Select(result => HostResultRow.Of(result, TextOf(result.Error)))],
            (output, _) =>
        {
            foreach (var result in results.Where(result => result.Error is null))
            {
                output.WriteLine(result);
            }
        });
    }

    private static string? TextOf(XenKubeException? error) => error is null ? null : CommandRun.TextOf(error);

    private static void Undo(CommandRun run)
    {
        try
        {
            run.Out.WriteLine(HostPlan.Undo(Options(run) with { Activate = !run.Get(NoActivate) }, run.Get(Step), run.Warn,
                run.CancellationToken));
        }
        catch (OperationFailedException e) when (e.Id == ErrorIds.UndoConflict)
        {
            // The difference keeps its lines.
            foreach (var line in e.Reason.Split('\n'))
            {
                run.Terminal.Error.WriteLine(Printable.Of(line));
            }
            run.Fail($"{e.File}: was edited since that step wrote it{(e.Remedy is { Length: > 0 } remedy ? $". {remedy}" : "")}");
        }
    }

    private static void Backups(CommandRun run)
    {
        var sets = new BackupStore(Options(run).BackupDirectory).List();
        run.Print<IReadOnlyList<BackupRow>>([.. sets.Select(BackupRow.Of)], (output, _) =>
        {
            foreach (var set in sets)
            {
                output.WriteLine($"{set.Id}  {set.State}  {string.Join(", ", set.Paths)}");
            }
        });
    }

    private static void Serve(CommandRun run)
    {
        var directory = run.Directory;
        var address = run.Get(Address) ?? directory.Settings.Address;
        if (!IPAddress.TryParse(address, out var listen))
        {
            throw new InvalidInputException(ErrorIds.AddressInvalid, null, "--address", $"'{address}' is not an IP address");
        }
        var output = TextWriter.Synchronized(run.Out);
        using var server = IgnitionServer.Start(new IgnitionServerOptions(directory.NginxPath, listen, run.Get(Port)
            ?? directory.Settings.Port)
        {
            OnRequest = request => Write(request),
            Access = run.Get(AnyClient) ? null : new NodeReaders(directory).ToAccess(),
        });
        if (run.Get(JsonLines))
        {
            output.WriteLine(CommandRun.ToJsonLine(new ServingLine(directory.NginxPath, server.Uri)));
        }
        else
        {
            output.WriteLine($"Serving {directory.NginxPath} at {server.Uri}");
        }
        run.CancellationToken.WaitHandle.WaitOne();

        void Write(IgnitionRequest request) => output.WriteLine(run.Get(JsonLines)
            ? CommandRun.ToJsonLine(RequestLine.Of(request))
            : request.Refusal.Length > 0 ? $"{request} ({request.Refusal})" : request.ToString());
    }

    private static HostOptions Options(CommandRun run) =>
        HostSettings.Read(run.Directory, settings => settings with
        {
            Address = run.Find(HostAddress) ?? settings.Address,
            Port = run.Find(HostPort) ?? settings.Port,
            Bridge = run.Find(Bridge) ?? settings.Bridge,
            Network = run.Find(Network) ?? settings.Network,
            Reservations = run.Find(Reservations) ?? settings.Reservations,
            ReservationsFile = run.Find(ReservationsFile) is { } reservationsFile
                ? Path.GetFullPath(reservationsFile) : settings.ReservationsFile,
            DnsmasqUnit = run.Find(DnsmasqUnit) ?? settings.DnsmasqUnit,
            Shutdown = run.Find(Shutdown) ?? settings.Shutdown,
            FirewallFile = run.Find(FirewallFile) is { } firewallFile ? Path.GetFullPath(firewallFile) : settings.FirewallFile,
            NginxDirectory = run.Find(NginxDirectory) is { } nginxDirectory ? Path.GetFullPath(nginxDirectory) : settings.NginxDirectory,
        }) with { RemoveDefaultSite = run.Has(RemoveDefault) };
}
