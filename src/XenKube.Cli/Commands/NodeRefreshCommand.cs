using System.CommandLine;
using XenKube.Cli.Output;
using XenKube.Clusters;

namespace XenKube.Cli.Commands;

/// <summary><c>xenkube node refresh</c>: makes Ignition run again at the next boot.</summary>
internal static class NodeRefreshCommand
{
    private static readonly Argument<string[]> Names = new("CLUSTER[/NODE]") { Arity = ArgumentArity.OneOrMore, Description = "Nodes; patterns like etcd/node-* are understood." };
    private static readonly Option<string[]> Steps = new("--step") { Description = $"Take only these steps: {string.Join(", ", IgnitionResetStep.All.Select(step => step.HyphenatedName == step.GuideWord ? step.GuideWord : $"{step.HyphenatedName} ({step.GuideWord})"))}.", HelpName = "STEP" };
    private static readonly Option<int?> Throttle = new("--throttle-limit") { Description = "How many nodes to work on at the same time.", HelpName = "N" };
    private static readonly Option<string[]> LinuxAppend = new("--linux-append") { Description = "A kernel argument to write in addition to the config's URL, or a pattern (*) of arguments to keep.", HelpName = "ARGUMENT" };

    public static Command Create(Terminal terminal)
    {
        var refresh = new Command("refresh", "Make Ignition run again at the next boot: grub.cfg, machine-id, template, publish, first_boot.") { Names, Steps, Throttle, LinuxAppend, StandardOptions.Force, StandardOptions.XenDir, StandardOptions.Json };
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
        };
        var resets = new IgnitionResetter(run.Directory).Reset(NodeCommands.Select(run, run.Get(Names)), options, cancellationToken: run.CancellationToken);
        foreach (var entry in resets.Where(reset => reset.Config is not null).SelectMany(reset => reset.Config!.Report.Select(entry => $"{reset.Node.ConfigPath}: {entry}")))
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
