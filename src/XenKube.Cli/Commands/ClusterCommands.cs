using System.CommandLine;
using System.Globalization;
using XenKube.Cli.Output;
using XenKube.Clusters;

namespace XenKube.Cli.Commands;

/// <summary><c>xenkube cluster</c>.</summary>
internal static class ClusterCommands
{
    private static readonly Argument<string[]> Names = new("NAME") { Arity = ArgumentArity.OneOrMore, Description = "Names of clusters." };
    private static readonly Argument<string?> Pattern = new("NAME")
        { Arity = ArgumentArity.ZeroOrOne, Description = "Name or pattern (default: all)." };

    private static readonly Option<string[]> Etcd = new("--etcd")
        { Description = "The nodes that form an etcd cluster, in their order.", HelpName = "NODE", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string?> EtcdToken = new("--etcd-token")
        { Description = "The token of the etcd cluster (default: CLUSTER-token).", HelpName = "TOKEN" };
    private static readonly Option<EtcdTemplate> Template = new("--etcd-template")
        { Description = "The template of the members (default: containerlinux).", HelpName = "containerlinux|flatcar|fedoracoreos" };

    public static Command Create()
    {
        var make = new Command("new", "Make clusters; with --force, one that exists is taken as it is.")
            { Names, Etcd, EtcdToken, Template, StandardOptions.Force, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(make, run => run.ForEach(run.Get(Names), name => Print(run, [Make(run, name)])));
        var list = new Command("list", "List clusters.") { Pattern, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(list, run => Print(run, Store(run).List(run.Get(Pattern) ?? "*")));
        var remove = new Command("remove", "Remove clusters; --force removes their nodes too.")
            { Names, StandardOptions.Force, StandardOptions.XenDir };
        CommandRun.Handle(remove, run => run.ForEach(run.Get(Names), name =>
            Store(run).Remove(name, run.Get(StandardOptions.Force), run.CancellationToken)));
        return new Command("cluster", "Groups of nodes.") { make, list, remove };
    }

    private static Cluster Make(CommandRun run, string name)
    {
        var made = run.Get(StandardOptions.Force) && Store(run).Names().Contains(name) ? Store(run).Get(name)
            : Store(run).Create(name, run.CancellationToken);
        if (run.Get(Etcd) is { Length: > 0 } members)
        {
            new EtcdSetup(run.Directory).SetMembers(name, members, run.Get(EtcdToken), run.Get(Template), run.CancellationToken);
        }
        return made;
    }

    private static ClusterStore Store(CommandRun run) => new(run.Directory);

    private static void Print(CommandRun run, IReadOnlyList<Cluster> clusters) => run.Print(clusters, (output, all) => TextTable.Write(
        output,
        ["Name", ">Nodes", "Path"],
        all.Select(cluster => new[] { cluster.Name, cluster.NodeCount.ToString(CultureInfo.InvariantCulture), cluster.Path })));
}
