using System.CommandLine;
using System.Globalization;
using System.Text;
using XenKube.Cli.Output;
using XenKube.Cli.Output.Json;
using XenKube.Clusters;
using XenKube.Etcd;

namespace XenKube.Cli.Commands;

/// <summary><c>xenkube etcd</c>.</summary>
internal static class EtcdCommands
{
    private static readonly Argument<string> Cluster = new("CLUSTER") { Description = "Name of a cluster." };
    private static readonly Argument<string[]> Nodes = new("CLUSTER/NODE")
        { Arity = ArgumentArity.OneOrMore, Description = "Nodes." };
    private static readonly Argument<string> Key = new("KEY") { Description = "The key." };
    private static readonly Argument<string> Value = new("VALUE") { Description = "The value." };
    private static readonly Argument<string> Snapshot = new("FILE") { Description = "The snapshot." };
    private static readonly Option<string?> Token = new("--token")
        { Description = "The token from now on (default: the one that it has, with another number).", HelpName = "TOKEN" };
    private static readonly Option<bool> NoStart = new("--no-start") { Description = "Leave the guests stopped." };
    private static readonly Option<bool> Offline = new("--offline") { Description = "Ask nobody: ids are computed as etcd computes them." };
    private static readonly Option<int> Timeout = new Option<int>("--timeout")
        { Description = "The longest time, in seconds.", DefaultValueFactory = _ => 300, HelpName = "SECONDS" }
        .Between(0, SpanLimits.WaitSeconds);

    public static Command Create()
    {
        var members = new Command("members", "List the members of an etcd cluster.")
            { Cluster, Offline, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(members, Members);
        var check = new Command("check", "Check the health of an etcd cluster. Exit 1 if a check fails.")
            { Cluster, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(check, run =>
            HostCommands.WriteChecks(run, new EtcdCheck(new EtcdClusters(run.Directory)).Run(run.Get(Cluster), run.CancellationToken)));
        var wait = new Command("wait", "Wait until an etcd cluster is healthy.")
            { Cluster, Timeout, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(wait, run =>
        {
            new EtcdCheck(new EtcdClusters(run.Directory))
                .Wait(run.Get(Cluster), TimeSpan.FromSeconds(run.Get(Timeout)), run.CancellationToken);
            new EtcdMembership(run.Directory).Settle(run.Get(Cluster), run.CancellationToken);
            if (run.WantsJson)
            {
                Print(run, new EtcdClusters(run.Directory).List(run.Get(Cluster), run.CancellationToken));
            }
        });
        var get = new Command("get", "Read a key. Exit 1 if there is none.")
            { Cluster, Key, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(get, Get);
        var set = new Command("set", "Write a key.") { Cluster, Key, Value, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(set, Set);
        var backup = new Command("backup", "Save a snapshot of a cluster's data.")
            { Cluster, Snapshot, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(backup, run => run.Print(
            EtcdSnapshotRow.Of(run.Get(Cluster),
                new EtcdSnapshots(run.Directory).Save(run.Get(Cluster), run.Get(Snapshot), run.CancellationToken)),
            (_, _) => { }));
        var restore = new Command("restore", "Make the data of all members again from a snapshot, on the disks of stopped nodes.")
            { Cluster, Snapshot, Token, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(restore, run => run.Print(
            new EtcdRestore(run.Directory).Run(run.Get(Cluster), run.Get(Snapshot), run.Get(Token), run.CancellationToken),
            (output, cluster) => output.WriteLine(Printable.Name(cluster.Token))));
        var repair = new Command("repair", "Replace dead members whose guests are stopped, start the guests, and wait for the members.")
            { Nodes, NoStart, Timeout, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(repair, run => Each(run, node => new EtcdRepair(run.Directory)
            .Run(node, run.Get(NoStart) ? null : TimeSpan.FromSeconds(run.Get(Timeout)), run.CancellationToken)));
        return new Command("etcd", "etcd clusters of nodes.")
        {
            members, check, wait, get, set, backup, restore,
            Change("add", "Add nodes as members to a cluster that runs.", (membership, node, stop) => membership.Add(node, stop)),
            Change("remove", "Remove members, unless that costs the quorum.", (membership, node, stop) =>
                membership.Remove(node, stop)),
            repair,
        };
    }

    private static void Get(CommandRun run)
    {
        if (new EtcdClusters(run.Directory).GetKey(run.Get(Cluster), run.Get(Key), run.CancellationToken) is { } value)
        {
            run.Print(EtcdKeyRow.Of(run.Get(Cluster), run.Get(Key), value), (output, row) => output.WriteLine(Printable.Lines(row.Value)));
        }
        else
        {
            run.NotDone();
        }
    }

    private static void Set(CommandRun run)
    {
        var value = Encoding.UTF8.GetBytes(run.Get(Value));
        new EtcdClusters(run.Directory).SetKey(run.Get(Cluster), run.Get(Key), value, run.CancellationToken);
        run.Print(EtcdKeyRow.Of(run.Get(Cluster), run.Get(Key), value), (_, _) => { });
    }

    private static Command Change(string name, string description,
        Func<EtcdMembership, Node, CancellationToken, EtcdMember> change)
    {
        var command = new Command(name, description) { Nodes, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(command, run =>
            Each(run, node => change(new EtcdMembership(run.Directory), node, run.CancellationToken)));
        return command;
    }

    private static void Each(CommandRun run, Func<Node, EtcdMember> change)
    {
        var done = new List<EtcdMember>();
        run.ForEach(NodeCommands.Select(run, run.Get(Nodes)), node => done.Add(change(node)));
        Print(run, done);
    }

    private static void Members(CommandRun run)
    {
        var clusters = new EtcdClusters(run.Directory);
        var all = run.Get(Offline) ? clusters.Get(run.Get(Cluster)).Members : clusters.List(run.Get(Cluster), run.CancellationToken);
        Print(run, all);
    }

    private static void Print(CommandRun run, IReadOnlyList<EtcdMember> all) =>
        run.Print(all, (output, members) => TextTable.Write(
            output,
            ["Name", "Id", "State", "Leader", "Healthy", "Version", "Client address"],
            members.Select(member => new[] { member.MemberName, member.Id, member.State.ToString(), Word(member.IsLeader),
                Word(member.IsHealthy), member.Version, member.ClientUri })));

    private static string Word(bool? value) => value?.ToString(CultureInfo.InvariantCulture).ToLowerInvariant() ?? "";
}
