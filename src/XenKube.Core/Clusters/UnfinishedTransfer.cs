using System.Text;
using XenKube.Files;

namespace XenKube.Clusters;

/// <summary>
/// A rename or a copy of a node that was begun. A hidden file beside the new node's files says so until the work is done. By it, the same
/// command that is repeated after a crash knows which files are its own.
/// </summary>
/// <param name="IsRename">True for a rename, false for a copy.</param>
/// <param name="Source">The node that is renamed or copied.</param>
/// <param name="Target">The node that it becomes.</param>
internal sealed record UnfinishedTransfer(bool IsRename, NodeName Source, NodeName Target)
{
    private const string Ending = ".unfinished";
    private const string RenameWord = "rename", CopyWord = "copy";
    private const int LargestFile = 1024;

    private string Text => $"{(IsRename ? RenameWord : CopyWord)} {Source}\n";

    /// <summary>The command that ends the work.</summary>
    private RemedyAction Repeat => IsRename ? new(RemedyActionKind.RenameNode, Source.ToString(), Target.Node)
        : new(RemedyActionKind.CopyNode, Source.ToString(), Target.ToString());

    /// <summary>Begins, or goes on with what an earlier run has begun.</summary>
    /// <param name="layout">The XENDIR.</param>
    /// <returns>Whether an earlier run has begun the same.</returns>
    /// <exception cref="ItemInUseException">Another rename or copy of one of the two nodes is not finished.</exception>
    public bool IsBegun(XenDirLayout layout)
    {
        foreach (var other in new[] { Source.Cluster, Target.Cluster }.Distinct().SelectMany(cluster => In(layout, cluster)))
        {
            if (other == this)
            {
                return true;
            }
            if (other.Target == Target || other.Target == Source || (other.IsRename && (other.Source == Source || other.Source == Target)))
            {
                throw new ItemInUseException(ErrorIds.NodeTransferUnfinished, PathOf(layout, other.Target), null,
                    $"{(other.IsRename ? "the rename" : "the copy")} of {other.Source} to {other.Target} was not finished",
                    $"Finish it: {other.Repeat}");
            }
        }
        return false;
    }

    /// <summary>Writes the file.</summary>
    public void Begin(XenDirLayout layout) => AtomicFile.Write(PathOf(layout, Target), Encoding.UTF8.GetBytes(Text), PrivateFile.OwnerOnly);

    /// <summary>Removes the file.</summary>
    public void End(XenDirLayout layout) => HostFile.Remove(PathOf(layout, Target));

    /// <summary>The file of a node that is the target of a rename or a copy.</summary>
    public static string PathOf(XenDirLayout layout, NodeName target) =>
        Path.Combine(layout.ClusterPath(target.Cluster), $".{target.Node}{Ending}");

    // One whose last step was taken is not unfinished any more: the files of a source are all moved, or the disk of a copy is there.
    private static IEnumerable<UnfinishedTransfer> In(XenDirLayout layout, string cluster)
    {
        foreach (var path in Directory.EnumerateFiles(layout.ClusterPath(cluster), $".*{Ending}").ToArray())
        {
            var name = new NodeName(cluster, Path.GetFileName(path)[1..^Ending.Length]);
            var words = WholeFile.TryRead(path, LargestFile, regularOnly: true) is { } bytes
                ? Encoding.UTF8.GetString(bytes).TrimEnd('\n').Split(' ') : [];
            if (words is not [RenameWord or CopyWord, var text] || text.Split('/') is not [var from, var node] || !ItemName.IsValid(from)
                || !ItemName.IsValid(node) || !ItemName.IsValid(name.Node))
            {
                continue;
            }
            var source = new NodeName(from, node);
            var isDone = words[0] == RenameWord ? !HasFiles(layout, source)
                : File.Exists(layout.NodePath(cluster, name.Node, XenDirLayout.DiskExtension)) || !HasFiles(layout, source);
            if (isDone)
            {
                HostFile.TryRemove(path);
                continue;
            }
            yield return new UnfinishedTransfer(words[0] == RenameWord, source, name);
        }
    }

    private static bool HasFiles(XenDirLayout layout, NodeName name) => XenDirLayout.NodeExtensions
        .Select(extension => layout.NodePath(name.Cluster, name.Node, extension))
        .Any(path => path != layout.ClusterTemplatePath(name.Cluster) && HostFile.Find(path, follow: false) is not null);
}
