using System.CommandLine;
using XenKube.Cli.Output;
using XenKube.Clusters;

namespace XenKube.Cli.Commands;

/// <summary><c>xenkube node rename</c> and <c>xenkube node copy</c>.</summary>
internal static class NodeTransferCommands
{
    private static readonly Argument<string> Source = new("CLUSTER/NODE") { Description = "The node, whose guest is off." };
    private static readonly Argument<string> NewName = new("NEW-NAME") { Description = "Its new name within the cluster." };
    private static readonly Argument<string[]> Copies = new("[CLUSTER/]COPY")
        { Arity = ArgumentArity.OneOrMore, Description = "The copies: names within the cluster, or in another one." };

    public static IEnumerable<Command> Create()
    {
        var rename = new Command("rename", "Rename a node, with everything that belongs to it.")
            { Source, NewName, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(rename, run => Print(run, [new NodeRenamer(run.Directory).Rename(Find(run), run.Get(NewName),
            run.CancellationToken)]));
        yield return rename;
        var copy = new Command("copy", "Copy a node: disk, config and guest, with a name, an address and an identity of its own.")
            { Source, Copies, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(copy, Copy);
        yield return copy;
    }

    private static void Copy(CommandRun run)
    {
        var node = Find(run);
        var made = new List<NodeTransfer>();
        using (var progress = new ProgressLine(run.Terminal))
        {
            run.ForEach(run.Get(Copies).Select(text => NodeName.ParseCopy(text, node.Cluster)), name =>
                made.Add(new NodeCopier(run.Directory).Copy(node, name, progress, run.CancellationToken)));
        }
        if (made.Count > 0)
        {
            Print(run, made);
        }
    }

    private static Node Find(CommandRun run)
    {
        var name = NodeName.Parse(run.Get(Source));
        return name.IsPattern ? throw new InvalidInputException(ErrorIds.NodeNotNamed, null, null,
                $"'{Printable.Of(run.Get(Source))}' does not name one node", "Write CLUSTER/NODE")
            : new NodeStore(run.Directory).Get(name.Cluster, name.Node);
    }

    private static void Print(CommandRun run, IReadOnlyList<NodeTransfer> made)
    {
        foreach (var (node, note) in made.SelectMany(one => one.Notes.Select(note => (one.Node, note))))
        {
            run.Warn($"{node}: {note.Message}. {note.WordedBy(RemedyWords.Instance).Remedy}");
        }
        run.Print(made.Select(one => one.Node).ToList(), NodeTable.Write);
    }
}
