using System.CommandLine;
using XenKube.Clusters;
using XenKube.Etcd;
using XenKube.Guests;
using XenKube.Ignition;

namespace XenKube.Cli.Commands;

/// <summary><c>xenkube node refresh</c>: makes Ignition run again at the next boot.</summary>
internal static class NodeRefreshCommand
{
    private static readonly Argument<string[]> Names = new("CLUSTER[/NODE]")
        { Arity = ArgumentArity.OneOrMore, Description = "Nodes; patterns like etcd/node-* are understood." };
    private static readonly Option<string[]> Steps = new("--step")
        { Description = $"Take only these steps: {string.Join(", ", IgnitionResetStep.All.Select(step => step.HyphenatedName == step.GuideWord ? step.GuideWord : $"{step.HyphenatedName} ({step.GuideWord})"))}.",
            HelpName = "STEP" };
    private static readonly Option<int?> Throttle = new("--throttle-limit")
        { Description = "How many nodes to work on at the same time.", HelpName = "N" };
    private static readonly Option<string[]> LinuxAppend = new("--linux-append")
        { Description = "A kernel argument to write in addition to the config's URL, or a pattern (*) of arguments to keep.",
            HelpName = "ARGUMENT" };

    private static readonly Option<bool> Restart = new("--restart")
        { Description = "Refresh running nodes one after another: stop, refresh, start, wait until the config is fetched. The first that fails ends it." };
    private static readonly Option<GuestCondition?> Wait = WordOption.OfOptional<GuestCondition>("--wait",
        "With --restart, what else to wait for before the next node is stopped: running, address or ssh (the default).");
    private static readonly Option<int?> Timeout = new Option<int?>("--timeout")
        { Description = "With --restart, how long to wait for a guest at most, in seconds (default: 300).", HelpName = "SECONDS" }
        .Between(0, SpanLimits.WaitSeconds);

    private static readonly Option<ConfigSource?> Source = WordOption.OfOptional<ConfigSource>("--config-source",
        "How the config comes to the guest from now on, remembered for each node: http, disk (a small second disk) or image (on its own disk).");
    private static readonly Option<bool> Recreate = new("--recreate")
        { Description = "Make the disks again from their image first: all that is on them is lost; configs, addresses and names stay." };
    private static readonly Option<string?> Image = new("--image")
        { Description = "With --recreate, a version in the store or a file (default: the release on the disk, else the newest of its distribution).",
            HelpName = "VERSION|FILE" };
    private static readonly Option<bool> Clean = new("--clean")
        { Description = "Have the next boot of a Flatcar guest remove all from ROOT but what --keep names." };
    private static readonly Option<string[]> Keep = new("--keep")
        { Description = "With --clean, an absolute path that stays, or a regular expression (egrep) of absolute paths.",
            HelpName = "PATH" };

    public static Command Create()
    {
        var refresh = new Command("refresh",
            "Make Ignition run again at the next boot: grub.cfg, machine-id, template, publish, first_boot.") { Names, Steps, Throttle,
            LinuxAppend, Restart, Wait, Timeout, Source, Recreate, Image, StandardOptions.SkipVerification, Clean, Keep,
            ConfigOptions.Platform, ConfigOptions.FilesDirectory, ConfigOptions.Strict, StandardOptions.Force, StandardOptions.XenDir,
            StandardOptions.Json };
        CommandRun.Handle(refresh, Refresh);
        return refresh;
    }

    private static void Refresh(CommandRun run)
    {
        var options = new IgnitionResetOptions
        {
            Steps = [.. (run.Get(Steps) ?? []).SelectMany(step => step.Split(',')).Select(IgnitionResetStep.Parse)],
            ThrottleLimit = run.Get(Throttle) ?? Environment.ProcessorCount,
            ForceTemplate = run.Get(StandardOptions.Force),
            LinuxAppend = run.Get(LinuxAppend) ?? [],
            Config = ConfigOptions.Overrides(run),
            ConfigSource = run.Get(Source),
            Keep = run.Get(Clean) ? run.Get(Keep) ?? [] : null,
            Recreation = run.Get(Recreate)
                ? new NodeRecreation { Image = run.Get(Image), SkipVerification = run.Get(StandardOptions.SkipVerification) } : null,
        };
        var nodes = NodeCommands.Select(run, run.Get(Names));
        if (!run.Get(Restart))
        {
            Print(run, new IgnitionResetter(run.Directory).Reset(nodes, options, cancellationToken: run.CancellationToken));
            return;
        }
        var defaults = new RollingRefreshOptions();
        var rolling = defaults with
        {
            Reset = options,
            Condition = run.WasGiven(Wait) ? run.Get(Wait) ?? GuestDefaults.Condition : null,
            ThrottleLimit = run.Get(Throttle) ?? defaults.ThrottleLimit,
            Timeout = run.Get(Timeout) is { } seconds ? TimeSpan.FromSeconds(seconds) : defaults.Timeout,
        };
        var done = new List<IgnitionReset>();
        try
        {
            var refresh = new RollingRefresh(run.Directory, guard: new EtcdRefreshGuard(run.Directory));
            foreach (var resets in refresh.Run(nodes, rolling, cancellationToken: run.CancellationToken))
            {
                done.AddRange(resets);
            }
        }
        finally
        {
            // The nodes that were done before a failure are printed as well.
            Print(run, done);
        }
    }

    private static void Print(CommandRun run, IReadOnlyList<IgnitionReset> resets)
    {
        foreach (var entry in resets.Where(reset => reset.Config is not null)
            .SelectMany(reset => reset.Config!.Report.Select(entry => ConfigFailure.Line(reset.Node.ConfigPath, entry))))
        {
            run.Warn(entry);
        }
        foreach (var note in resets.SelectMany(reset => reset.Notes.Select(note => (reset.Node, note))))
        {
            run.Warn($"{note.Node}: {note.note.Message}. {note.note.WordedBy(RemedyWords.Instance).Remedy}");
        }
        run.Print(resets, (output, all) =>
        {
            foreach (var reset in all)
            {
                output.WriteLine($"{reset.Node}:");
                if (reset.RecreatedFrom is { } image)
                {
                    output.WriteLine($"  Made the disk again from {image}");
                }
                foreach (var step in reset.Steps)
                {
                    output.WriteLine($"  {step.Message}");
                }
            }
        });
    }
}
