using System.CommandLine;
using XenKube.Clusters;

namespace XenKube.Cli.Commands;

/// <summary><c>xenkube node check</c>: why will this node not boot, or not ignite.</summary>
internal static class NodeCheckCommand
{
    private static readonly Argument<string[]> Names = new("CLUSTER[/NODE]")
        { Arity = ArgumentArity.OneOrMore, Description = "Nodes; patterns like etcd/node-* are understood." };
    private static readonly Option<bool> Endpoint = new("--endpoint") { Description = "Fetch the config over HTTP, as the guest would." };
    private static readonly Option<bool> SkipSignature = new("--skip-signature")
        { Description = "Do not check the image's signature; the check reads the whole image." };

    public static Command Create()
    {
        var check = new Command("check", "Find out why nodes will not boot or ignite, with remedies. Exit 1 if a check fails.")
            { Names, Endpoint, SkipSignature, ConfigOptions.Platform, ConfigOptions.FilesDirectory, ConfigOptions.Strict,
                StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(check, run =>
        {
            var checks = new NodeCheck(run.Directory, new NodeCheckOptions { Endpoint = run.Get(Endpoint),
                Signature = !run.Get(SkipSignature), Config = ConfigOptions.Overrides(run) });
            HostCommands.WriteChecks(run, [.. NodeCommands.Select(run, run.Get(Names))
                .SelectMany(node => checks.Run(node, run.CancellationToken))]);
        });
        return check;
    }
}
