using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Commands.Completion;

namespace XenKube.Commands.Disks;

/// <summary>The base of cmdlets that work on disk images: those of nodes, named or from the pipeline, and any other by its path.</summary>
public abstract class DiskCommand : XenDirCommand
{
    /// <summary>Name of the parameter set in which nodes are named.</summary>
    protected const string NameSet = "Name";

    /// <summary>Name of the parameter set in which nodes come from the pipeline.</summary>
    protected const string NodeSet = "Node";

    /// <summary>Name of the parameter set with -Path.</summary>
    protected const string PathSet = "Path";

    /// <summary>Name of the parameter set with -LiteralPath.</summary>
    protected const string LiteralPathSet = "LiteralPath";

    /// <summary>Clusters; or each cluster and node with a slash between; or image files that exist. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = NameSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    public string[]? Cluster { get; set; }

    /// <summary>Names of nodes in the cluster. Wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 1, ParameterSetName = NameSet, ValueFromRemainingArguments = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NodeCompleter))]
    public string[]? Name { get; set; }

    /// <summary>
    /// Nodes, image files, or what names either: clusters, guests, checks, partitions, or names such as etcd/node-1. An object that came
    /// from another host means the node of that name on this one.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = NodeSet, ValueFromPipeline = true)]
    [Alias("Node")]
    public PSObject? InputObject { get; set; }

    /// <summary>Paths of disk images. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Path { get; set; }

    /// <summary>Paths of disk images, taken as they are.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "DiskPath")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var (path, node) in Disks())
        {
            Guard((object?)node ?? path, () => ProcessDisk(path, node));
        }
    }

    /// <summary>Does the cmdlet's work for one image.</summary>
    /// <param name="path">Path of the image.</param>
    /// <param name="node">The node that it is the disk of; null where that is not known.</param>
    protected abstract void ProcessDisk(string path, Node? node);

    private List<(string Path, Node? Node)> Disks()
    {
        if (InputObject is not null)
        {
            var piped = new List<(string, Node?)>();
            Guard(InputObject.BaseObject, () => piped.AddRange(PipedObject.Elements(InputObject).SelectMany(DisksOf)));
            return piped;
        }
        if (ParameterSetName != NameSet)
        {
            return [.. Files(Path, LiteralPath).Select(path => (path, NodeOf(path)))];
        }
        var selected = new List<(string, Node?)>();
        foreach (var cluster in Cluster!)
        {
            Guard(cluster, () =>
            {
                if (Name is null && OwnFile(cluster) is { } file)
                {
                    selected.Add((file, NodeOf(file)));
                    return;
                }
                foreach (var name in Name is null ? [cluster] : Name.Select(name => $"{cluster}/{name}"))
                {
                    Guard(name, () => selected.AddRange(NodesNamed(name, Directory).Select(node => (node.DiskPath, (Node?)node))));
                }
            });
        }
        return selected;
    }

    // A node, or a file by what says that it is one: the item itself, its text, or the disk that a record was read from.
    private IReadOnlyList<(string Path, Node? Node)> DisksOf(PSObject element)
    {
        var item = new PipedObject(element);
        var path = item.FilePath ?? (item.Value is string text ? OwnFile(text) : item.Is<Node>() || item.Property(nameof(Node)) is not null
            ? null : item.Text(nameof(Node.DiskPath)));
        if (path is null)
        {
            return [.. NodesOf(element).Select(node => (node.DiskPath, (Node?)node))];
        }
        var files = Files(null, [path]);
        foreach (var file in files)
        {
            NoteOrigin((object?)NodeOf(file) ?? file, OriginOf(item), $"the file {file}");
        }
        return [.. files.Select(file => (file, NodeOf(file)))];
    }

    // $XENDIR/guests/CLUSTER/NODE.img is a node's disk by whatever way it was named.
    private Node? NodeOf(string path)
    {
        try
        {
            return new NodeStore(Open(XenDirectory.Find(XenDir is null ? null : Resolve(XenDir)))).FindByFile(path);
        }
        catch (XenKubeException)
        {
            return null;
        }
    }
}
