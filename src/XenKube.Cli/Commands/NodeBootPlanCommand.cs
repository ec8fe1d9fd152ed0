using System.CommandLine;
using System.Globalization;
using XenKube.Booting;
using XenKube.Clusters;

namespace XenKube.Cli.Commands;

/// <summary><c>xenkube node boot-plan</c>: what will this node boot next, and will Ignition run.</summary>
internal static class NodeBootPlanCommand
{
    private static readonly Argument<string[]> Names = new("CLUSTER[/NODE]|IMAGE")
        { Arity = ArgumentArity.OneOrMore, Description = "Nodes, or disk images; patterns like etcd/node-* are understood." };
    private static readonly Option<BootGuestType?> Type = WordOption.OfOptional<BootGuestType>("--type",
        "As what Xen starts the guest: pv or pvh (default: what its configuration says, pvh without one).");
    private static readonly Option<string?> Slot = new("--slot")
        { Description = "Boot this slot, whatever the partition table says.", HelpName = "a|b" };
    private static readonly Option<string?> Entry = new("--entry")
        { Description = "Boot this menu entry: its id, title or number from 0.", HelpName = "ENTRY" };
    private static readonly Option<string[]> Arguments = new("--append")
        { Description = "A kernel argument beside those of the guest's configuration. May be repeated.", HelpName = "ARGUMENT" };
    private static readonly Option<bool> Quick = new("--quick")
        { Description = "Do not unpack the kernel to see whether it can run as the guest's type." };

    public static Command Create()
    {
        var plan = new Command("boot-plan", "Show what disks boot next, and why; nothing is changed. Exit 1 if a disk would not boot.")
            { Names, Type, Slot, Entry, Arguments, Quick, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(plan, Run);
        return plan;
    }

    private static void Run(CommandRun run)
    {
        var options = new NodeBootPlanOptions
        {
            GuestType = run.Get(Type),
            Slot = run.Get(Slot),
            Entry = run.Get(Entry),
            Arguments = run.Get(Arguments) ?? [],
            ReadNotes = !run.Get(Quick),
        };
        var disks = new List<(string Path, Node? Node)>();
        foreach (var name in run.Get(Names))
        {
            // An image is a path that leads to a file; a node's name never does, unless somebody made such a file here.
            if (File.Exists(name))
            {
                disks.Add((name, null));
            }
            else
            {
                disks.AddRange(NodeCommands.Select(run, [name]).Select(node => (node.DiskPath, (Node?)node)));
            }
        }
        var plans = new List<BootPlan>();
        run.ForEach(disks.DistinctBy(disk => disk.Path), disk => plans.Add(NodeBootPlan.Make(disk.Path, disk.Node, options)));
        run.Print(plans, Write);
        if (plans.Any(plan => !plan.IsBootable))
        {
            run.NotDone();
        }
    }

    private static void Write(TextWriter output, IEnumerable<BootPlan> plans)
    {
        foreach (var plan in plans)
        {
            output.WriteLine($"{Printable.Of(plan.DiskPath)}: {Sentence(plan)}");
            Line(output, "kernel", plan.KernelPath.Length == 0
                ? "" : $"{plan.KernelPath} on {plan.KernelPartition}, {plan.KernelVersion} {plan.Compression}");
            Line(output, "initrd", string.Join(' ', plan.InitrdPaths));
            Line(output, "command line", plan.CommandLine);
            Line(output, "to do", plan.Advice);
            foreach (var warning in plan.Warnings)
            {
                Line(output, "warning", warning);
            }
        }
    }

    private static void Line(TextWriter output, string name, string value)
    {
        if (value.Length > 0)
        {
            output.WriteLine($"  {name}: {Printable.Of(value)}");
        }
    }

    private static string Sentence(BootPlan plan)
    {
        if (plan.Problem is not null)
        {
            return $"does not boot: {Printable.Of(plan.Problem)}";
        }
        var tries = plan is { Tries: { } before, TriesAfter: { } after } && before > 0
            ? string.Create(CultureInfo.InvariantCulture, $", {before} tries left and {after} afterwards") : "";
        return $"boots {Printable.Of(plan.Slot ?? plan.Entry)}{tries}; Ignition {(plan.WillIgnite ? "will run" : "will not run")}";
    }
}
