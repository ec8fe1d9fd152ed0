using System.CommandLine;
using XenKube.Cli.Output;
using XenKube.Clusters;
using XenKube.Images;

namespace XenKube.Cli.Commands;

/// <summary><c>xenkube node</c>: node disks, and the refresh that makes Ignition run again.</summary>
internal static class NodeCommands
{
    private static readonly Argument<string[]> Names = new("CLUSTER[/NODE]")
        { Arity = ArgumentArity.OneOrMore, Description = "Nodes; patterns like etcd/node-* are understood." };
    private static readonly Argument<string[]> AnyNames = new("CLUSTER[/NODE]")
        { Arity = ArgumentArity.ZeroOrMore, Description = "Nodes (default: all)." };
    private static readonly Option<string?> Image = new("--image")
        { Description = "The image: a version in the store, or a file (default: the newest in the store).", HelpName = "VERSION|FILE" };
    private static readonly Option<bool> MoveBackupTable = new("--move-backup-table")
        { Description = "Move the backup of the partition table to the end of each disk, where the format has it." };
    private static readonly Option<long> AdditionalSpace = ByteSize.Option("--additional-space",
        "Space to append for ROOT to grow into; it takes none until it is used.");
    private static readonly Option<string[]> Device = new("--path")
        { Description = "Block devices for the disks, one for each node in their order, such as /dev/vg/node-1 (default: a file for each).",
            HelpName = "DEVICE", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<bool> Cache = new("--cache")
        { Description = "Keep the decoded image next to the compressed image, so that later nodes need no decoding." };

    private static readonly Option<bool> Replace = new("--replace")
        { Description = "Make disks that exist again; what is on them is lost." };

    public static Command Create()
    {
        var make = new Command("new", "Make node disks from an image, decoded once for all of them.")
            { Names, Image, Device, AdditionalSpace, MoveBackupTable, Cache, Replace, StandardOptions.SkipVerification,
                StandardOptions.Force,
                StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(make, New);
        var list = new Command("list", "List nodes.") { AnyNames, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(list, List);
        var remove = new Command("remove", "Remove nodes with all their files.") { Names, StandardOptions.XenDir };
        CommandRun.Handle(remove, run => run.ForEach(Select(run, run.Get(Names)), node =>
            new NodeStore(run.Directory).Remove(node, run.CancellationToken)));
        var node = new Command("node", "Nodes of clusters: their disks and configs.")
            { make, list, remove, NodeRefreshCommand.Create(), NodeCheckCommand.Create(), NodeBootPlanCommand.Create() };
        foreach (var transfer in NodeTransferCommands.Create())
        {
            node.Subcommands.Add(transfer);
        }
        return node;
    }

    private static void New(CommandRun run)
    {
        var directory = run.Directory;
        using var progress = new ProgressLine(run.Terminal);
        if (run.Get(StandardOptions.SkipVerification))
        {
            run.Warn("the image's signature is not checked");
        }
        var image = NodeImage.Find(directory, run.Get(Image), run.Get(StandardOptions.SkipVerification), progress, run.CancellationToken);
        var options = new NodeDiskOptions(run.Get(AdditionalSpace), run.Get(Cache), run.Get(StandardOptions.Force))
            { MovesBackupTable = run.Get(MoveBackupTable) };
        var made = new List<Node>();
        var names = run.Get(Names).Select(NodeName.Parse).ToArray();
        var devices = run.Get(Device) is { Length: > 0 } given ? given : null;
        if (devices is not null && devices.Length != names.Length)
        {
            throw new InvalidInputException(ErrorIds.DeviceInvalid, null, "--path",
                $"there are {names.Length} nodes and {devices.Length} devices", "Name one device for each node, in the same order");
        }
        foreach (var cluster in names.Select((name, index) => (Name: name, Index: index)).GroupBy(item => item.Name.Cluster))
        {
            var ours = devices is null ? null : cluster.Select(item => devices[item.Index]).ToArray();
            var store = new NodeStore(directory);
            string[] nodes = [.. cluster.Select(item => item.Name.Node)];
            made.AddRange(run.Get(Replace)
                ? store.Replace(cluster.Key, nodes, image, options, progress, run.CancellationToken)
                : store.Create(cluster.Key, nodes, image, options, progress, ours, run.CancellationToken));
        }
        progress.Dispose();
        run.Print(made, NodeTable.Write);
    }

    private static void List(CommandRun run)
    {
        var names = run.Get(AnyNames);
        run.Print(Select(run, names is [] ? ["*"] : names), NodeTable.Write);
    }

    internal static List<Node> Select(CommandRun run, IEnumerable<string> names)
    {
        var store = new NodeStore(run.Directory);
        var nodes = new List<Node>();
        run.ForEach(names, name => nodes.AddRange(store.List(NodeName.Parse(name))));
        return [.. nodes.DistinctBy(node => node.FullName)];
    }
}
