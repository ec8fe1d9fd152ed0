using System.CommandLine;
using System.Globalization;
using System.Net;
using XenKube.Cli.Output;
using XenKube.Cli.Output.Json;
using XenKube.Clusters;
using XenKube.Etcd;
using XenKube.Guests;
using XenKube.Networks;

namespace XenKube.Cli.Commands;

/// <summary><c>xenkube guest</c>: guest configurations and Xen domains.</summary>
internal static class GuestCommands
{
    private static readonly Argument<string[]> Names = new("CLUSTER[/NODE]")
        { Arity = ArgumentArity.OneOrMore, Description = "Nodes; patterns like etcd/node-* are understood." };
    private static readonly Argument<string[]> AnyNames = new("CLUSTER[/NODE]")
        { Arity = ArgumentArity.ZeroOrMore, Description = "Nodes (default: all guests and domains)." };
    private static readonly Argument<string> Name = new("CLUSTER/NODE") { Description = "The node." };
    private static readonly Option<int?> Memory = new("--memory") { Description = "Memory in MiB.", HelpName = "MIB" };
    private static readonly Option<int?> VCpus = new("--vcpus") { Description = "Virtual processors.", HelpName = "N" };
    private static readonly Option<GuestRole> Role = WordOption.Of<GuestRole>("--role",
        "Master (2048 MiB, 2 processors) or worker (1536 MiB, 1 processor).");
    private static readonly Option<string?> Bridge = new("--bridge")
        { Description = "The bridge to which the guest is attached.", HelpName = "NAME" };
    private static readonly Option<MacAddress?> Mac = new("--mac")
        { Description = "The MAC address, for a single node.", HelpName = "MAC",
            CustomParser = result => Parse(result, MacAddress.TryParse(result.Tokens[0].Value, out var mac), mac, "a MAC address") };
    private static readonly Option<IPAddress?> FirstAddress = new("--first-address")
        { Description = "Use the reservations from this address on: .20, .21, …", HelpName = "IP",
            CustomParser = result => Parse(result, IPAddress.TryParse(result.Tokens[0].Value, out var address), address, "an IP address") };
    private static readonly Option<GuestType?> Type = WordOption.OfOptional<GuestType>("--type",
        "PV, PVH or HVM (default: PVH for guests of XenKube's boot loader where the host can, else PV).");
    private static readonly Option<string?> BootLoader = new("--boot-loader")
        { Description = "XenKube, pygrub, or a program (default: by what the disk holds).", HelpName = "LOADER" };
    private static readonly Option<string?> Kernel = new("--kernel")
        { Description = "A kernel on dom0, instead of a boot loader.", HelpName = "FILE" };
    private static readonly Option<int?> Throttle = new("--throttle-limit")
        { Description = "How many guests to work on at the same time.", HelpName = "N" };
    private static readonly Option<GuestCondition?> Wait = WordOption.OfOptional<GuestCondition>(
        "--wait",
        "Wait until its domain runs, its address answers, its ssh server greets (the default), it has fetched its config (ignition), or it is gone (the default of stop).");
    private static readonly Option<int?> Timeout = new Option<int?>("--timeout")
        { Description = "How long to wait at most, in seconds (default: 300).", HelpName = "SECONDS" }
        .Between(0, SpanLimits.WaitSeconds);
    private static readonly Option<bool> ExtractKernel = new("--extract-kernel")
        { Description = "Start with a copy of the kernel on the disk, and without a boot loader." };
    private static readonly Option<bool> Paused = new("--paused") { Description = "Leave the guest paused." };

    private static readonly Option<int?> Vlan = new("--vlan") { Description = "The VLAN of the network card, 1 to 4094.", HelpName = "N" };
    private static readonly Option<string?> VifScript = new("--vif-script")
        { Description = "The script that attaches the network card, such as vif-openvswitch.", HelpName = "NAME" };
    private static readonly Option<string[]> Network = new("--network")
        { Description = "A further network card: a bridge, or bridge=…,mac=…,vlan=…,script=…,model=….", HelpName = "CARD" };
    private static readonly Option<string[]> Disk = new("--disk")
        { Description = "A further disk image, attached as xvdb, xvdc and so on.", HelpName = "FILE" };
    private static readonly Option<bool?> AutoStart = new("--auto-start")
        { Description = "Start the guest with the host (--auto-start false: do not).", HelpName = "true|false",
            Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<int?> Tail = new("--tail") { Description = "Show only the last lines.", HelpName = "N" };
    private static readonly Option<bool> Follow = new("--follow")
        { Description = "Go on with the lines that the guest writes, until Ctrl+C." };
    private static readonly Option<bool> All = new("--all") { Description = "Show all starts that the log has." };

    public static Command Create()
    {
        var make = new Command("new", "Write guest configurations for nodes.")
            { Names, Memory, VCpus, Role, Bridge, Vlan, VifScript, Network, Disk, Mac, FirstAddress, Type, BootLoader, Kernel, AutoStart,
                StandardOptions.Force, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(make, New);
        var list = new Command("list", "List guests: configurations and domains, matched by name.")
            { AnyNames, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(list, List);
        var wait = new Command("wait", "Wait until guests are in a state.")
            { Names, Wait, Timeout, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(wait, run => Act(run, (guests, paths, options) =>
            guests.Wait(paths, run.Get(Wait) ?? GuestDefaults.Condition, options, run.CancellationToken)));
        var console = new Command("console", "Connect the terminal to the guest's console until Ctrl+].") { Name, StandardOptions.XenDir };
        CommandRun.Handle(console, run =>
        {
            var node = NodeCommands.Select(run, [run.Get(Name)]).FirstOrDefault();
            if (node is not null && new XlDriver().Console(node.GuestName) != 0)
            {
                run.NotDone();
            }
        });
        var set = new Command("set", "Change guest configurations; everything that is not named stays as it is.")
            { Names, Memory, VCpus, Bridge, Vlan, Disk, Type, BootLoader, AutoStart, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(set, Set);
        var log = new Command("log", "Show what a guest has written to its console since its last start.")
            { Name, Tail, Follow, All, StandardOptions.XenDir };
        CommandRun.Handle(log, Log);
        return new Command("guest", "Guests: their configurations and domains.")
        {
            make, set, list,
            Action("start", "Start guests; all are checked before the first is started.", (guests, paths, options, stop) =>
            {
                EtcdStartGuard.Refuse(paths, stop);
                return guests.Start(paths, options, stop);
            }, Wait, Timeout, Paused, ExtractKernel),
            Action("stop", "Shut guests down; --force destroys them.", (guests, paths, options, stop) =>
                guests.Stop(paths, options, stop), GuestCondition.Gone, Wait, Timeout, StandardOptions.Force),
            Action("restart", "Restart guests; --force destroys and starts them.", (guests, paths, options, stop) =>
                guests.Restart(paths, options, stop), Wait, Timeout, StandardOptions.Force),
            Action("suspend", "Pause guests.", (guests, paths, options, stop) => guests.Suspend(paths, options, stop)),
            Action("resume", "Let paused guests continue.", (guests, paths, options, stop) =>
                guests.Resume(paths, options, stop)),
            Action("remove", "Remove guest configurations; --force destroys those that run.", (guests, paths, options, stop) =>
                guests.Remove(paths, options, stop), StandardOptions.Force),
            wait, console, log,
        };
    }

    private static Command Action(string name, string description,
        Func<XenGuests, IReadOnlyList<string>, GuestActionOptions, CancellationToken, IReadOnlyList<GuestResult>> action,
        params Option[] options) =>
        Action(name, description, action, GuestDefaults.Condition, options);

    private static Command Action(string name, string description,
        Func<XenGuests, IReadOnlyList<string>, GuestActionOptions, CancellationToken, IReadOnlyList<GuestResult>> action,
        GuestCondition usual, params Option[] options)
    {
        var command = new Command(name, description) { Names, Throttle, StandardOptions.XenDir, StandardOptions.Json };
        foreach (var option in options)
        {
            command.Options.Add(option);
        }
        CommandRun.Handle(command, run => Act(run, (guests, paths, how) =>
            action(guests, paths, how, run.CancellationToken), usual));
        return command;
    }

    private static void New(CommandRun run)
    {
        var nodes = NodeCommands.Select(run, run.Get(Names));
        var guests = new NodeGuests(run.Directory);
        var plan = guests.Plan(
            nodes,
            (_, request) => request with
            {
                Memory = run.Get(Memory),
                VCpus = run.Get(VCpus),
                Role = run.Get(Role),
                Bridge = run.Get(Bridge),
                MacAddress = run.Get(Mac),
                Type = run.Get(Type),
                BootLoader = run.Get(BootLoader),
                Kernel = run.Get(Kernel),
                Vlan = run.Get(Vlan),
                VifScript = run.Get(VifScript),
                AdditionalCards = [.. (run.Get(Network) ?? []).Select(GuestCard.Parse)],
                AdditionalDisks = run.Get(Disk) ?? [],
            },
            run.Get(FirstAddress),
            run.Get(StandardOptions.Force));
        Write(run, guests, plan);
    }

    private static void Set(CommandRun run)
    {
        var nodes = NodeCommands.Select(run, run.Get(Names));
        var guests = new NodeGuests(run.Directory);
        var plan = guests.PlanChange(nodes, (_, request) => request with
        {
            Memory = run.Get(Memory),
            VCpus = run.Get(VCpus),
            Bridge = run.Get(Bridge),
            Vlan = run.Get(Vlan),
            Type = run.Get(Type),
            BootLoader = run.Get(BootLoader),
            AdditionalDisks = run.Get(Disk) ?? [],
        });
        Write(run, guests, plan);
    }

    private static void Write(CommandRun run, NodeGuests guests, GuestPlan plan)
    {
        foreach (var warning in plan.Warnings)
        {
            run.Warn(warning);
        }
        plan = guests.Write(plan, cancellationToken: run.CancellationToken);
        if (run.WasGiven(AutoStart))
        {
            guests.SetAutoStart([.. plan.Guests.Select(guest => guest.ConfigPath)], run.Get(AutoStart) ?? true);
        }
        run.Print<IReadOnlyList<PlannedGuestRow>>([.. plan.Guests.Select(PlannedGuestRow.Of)], (output, all) => TextTable.Write(
            output, ["Name", "MAC address", "IP address", "Configuration"],
            all.Select(guest => new[] { guest.Name, guest.MacAddress, guest.IPAddress ?? "-", guest.ConfigPath })));
    }

    private static void Log(CommandRun run)
    {
        foreach (var node in NodeCommands.Select(run, [run.Get(Name)]))
        {
            var log = new GuestLog(node.GuestName);
            var tail = run.Get(Tail);
            var lines = run.Has(Follow) ? log.Follow(run.Has(All), tail, run.CancellationToken) : log.Read(run.Has(All));
            foreach (var line in run.Has(Follow) || tail is null ? lines : lines.TakeLast(tail.Value))
            {
                run.Out.WriteLine(line);
            }
        }
    }

    private static void List(CommandRun run)
    {
        var directory = run.Directory;
        var guests = new NodeGuests(directory).Open().List(run.Warn, run.CancellationToken);
        if (run.Get(AnyNames) is { Length: > 0 } names)
        {
            var wanted = NodeCommands.Select(run, names).Select(node => node.GuestName).ToHashSet();
            guests = [.. guests.Where(guest => wanted.Contains(guest.Name))];
        }
        WriteTable(run, guests);
    }

    private static void Act(CommandRun run, Func<XenGuests, IReadOnlyList<string>, GuestActionOptions, IReadOnlyList<GuestResult>> action,
        GuestCondition usual = GuestDefaults.Condition)
    {
        var nodes = NodeCommands.Select(run, run.Get(Names));
        var defaults = new GuestActionOptions();
        var options = defaults with
        {
            ThrottleLimit = run.Get(Throttle) ?? defaults.ThrottleLimit,
            Force = run.Has(StandardOptions.Force),
            Paused = run.Has(Paused),
            ExtractKernel = run.Has(ExtractKernel),
            Wait = run.WasGiven(Wait) ? run.Get(Wait) ?? usual : null,
            Timeout = run.Get(Timeout) is { } seconds ? TimeSpan.FromSeconds(seconds) : defaults.Timeout,
        };
        var results = action(new NodeGuests(run.Directory).Open(), [.. nodes.Select(node => node.GuestConfigPath)], options);
        foreach (var result in results)
        {
            foreach (var warning in result.Warnings)
            {
                run.Warn($"{result.Name}: {warning}");
            }
            if (result.Error is not null)
            {
                run.Fail(result.Error);
            }
        }
        WriteTable(run, [.. results.Select(result => result.Guest).OfType<XenGuest>()]);
    }

    private static void WriteTable(CommandRun run, IReadOnlyList<XenGuest> guests) => run.Print<IReadOnlyList<GuestRow>>(
        [.. guests.Select(GuestRow.Of)],
        (output, all) => TextTable.Write(
            output,
            ["Name", ">Id", "State", ">MiB", ">VCpu", ">CPU s", "MAC address", "IP address"],
            all.Select(guest => new[]
            {
                guest.Name, guest.Id?.ToString(CultureInfo.InvariantCulture)
                    ?? "-", guest.State.ToString(), (guest.Memory >> 20).ToString(CultureInfo.InvariantCulture),
                guest.VCpu.ToString(CultureInfo.InvariantCulture), guest.CpuSeconds.ToString("0.0", CultureInfo.InvariantCulture),
                guest.MacAddress ?? "-", guest.IPAddress ?? "-",
            })));

    private static T? Parse<T>(System.CommandLine.Parsing.ArgumentResult result, bool parsed, T? value, string kind)
    {
        if (!parsed)
        {
            result.AddError($"'{result.Tokens[0].Value}' is not {kind}");
        }
        return value;
    }
}
