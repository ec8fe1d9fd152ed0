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
    [Parameter(Position = 1, ParameterSetName = NameSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NodeCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Nodes, as Get-Node returns them, even if they came from another host; or any object that has a node.</summary>
    [Parameter(Mandatory = true, ParameterSetName = NodeSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Node")]
    public Node? InputObject { get; set; }

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
            return [(InputObject.DiskPath, InputObject)];
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
                if (Name is null && File.Exists(Resolve(cluster)))
                {
                    selected.Add((Resolve(cluster), NodeOf(Resolve(cluster))));
                    return;
                }
                var store = new NodeStore(Directory);
                foreach (var name in Name is null ? [cluster] : Name.Select(name => $"{cluster}/{name}"))
                {
                    Guard(name, () => selected.AddRange(store.List(NodeName.Parse(name)).Select(node => (node.DiskPath, (Node?)node))));
                }
            });
        }
        return selected;
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
