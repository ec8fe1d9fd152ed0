using System.CommandLine;
using XenKube.Cli.Output;
using XenKube.Clusters;
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
    private static readonly Option<int?> Timeout = new("--timeout")
        { Description = "With --restart, how long to wait for a guest at most, in seconds (default: 300).", HelpName = "SECONDS" };

    public static Command Create(Terminal terminal)
    {
        var refresh = new Command("refresh",
            "Make Ignition run again at the next boot: grub.cfg, machine-id, template, publish, first_boot.") { Names, Steps, Throttle,
            LinuxAppend, Restart, Wait, Timeout, ConfigOptions.Platform, ConfigOptions.FilesDirectory, ConfigOptions.Strict,
            StandardOptions.Force, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(refresh, terminal, Refresh);
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
            foreach (var resets in new RollingRefresh(run.Directory).Run(nodes, rolling, cancellationToken: run.CancellationToken))
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
        run.Print(resets, (output, all) =>
        {
            foreach (var reset in all)
            {
                output.WriteLine($"{reset.Node}:");
                foreach (var step in reset.Steps)
                {
                    output.WriteLine($"  {step.Message}");
                }
            }
        });
    }
}
