using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Commands.Completion;

namespace XenKube.Commands;

/// <summary>
/// The base of cmdlets that do something with nodes, named or from the pipeline. Called by one of the guide's words
/// (kup, kdown, kdestroy, kgen) a cmdlet takes what the word took: nodes of the cluster whose directory is the current location.
/// </summary>
public abstract class NodeCommand : XenDirCommand
{
    /// <summary>Name of the parameter set in which nodes are named.</summary>
    protected const string NameSet = "Name";

    /// <summary>Name of the parameter set in which nodes come from the pipeline.</summary>
    protected const string NodeSet = "Node";

    /// <summary>Clusters; or each cluster and node with a slash between. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = NameSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    public virtual string[]? Cluster { get; set; }

    /// <summary>Names of nodes in the cluster. Wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 1, ParameterSetName = NameSet, ValueFromRemainingArguments = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NodeCompleter))]
    public string[]? Name { get; set; }

    /// <summary>
    /// Nodes; or what names them: clusters, guests, checks, files of nodes, or names such as etcd/node-1. An object that came from another
    /// host means the node of that name on this one.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = NodeSet, ValueFromPipeline = true)]
    [Alias("Node")]
    public PSObject? InputObject { get; set; }

    /// <summary>The word of the guide by which the command was called; null if it was called by its own name.</summary>
    protected string? GuideWord => Commands.Guide.GuideWord.Of(MyInvocation);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var node in SelectedNodes())
        {
            Guard(node, () => ProcessNode(node));
        }
    }

    /// <summary>Does the cmdlet's work for one node; errors of the library are reported for it and the next one is taken.</summary>
    /// <param name="node">The node.</param>
    protected abstract void ProcessNode(Node node);

    /// <summary>The nodes of this round of the pipeline.</summary>
    protected IReadOnlyList<Node> SelectedNodes()
    {
        var selected = new List<Node>();
        if (InputObject is not null)
        {
            Guard(InputObject.BaseObject, () => selected.AddRange(NodesOf(InputObject)));
            return selected;
        }
        foreach (var name in NamesGiven())
        {
            Guard(name, () => selected.AddRange(NodesNamed(name, Directory)));
        }
        return selected;
    }

    /// <summary>The names of nodes as the user typed them, as cluster and node with a slash between.</summary>
    protected virtual IEnumerable<string> NamesGiven() => GuideWord is null
        ? Cluster!.SelectMany(cluster => Named(cluster, Name)) : InCurrentCluster([.. Cluster!, .. Name ?? []]);

    /// <summary>Nodes of the cluster whose directory is the current location.</summary>
    /// <param name="nodes">Names of nodes.</param>
    protected IEnumerable<string> InCurrentCluster(IEnumerable<string> nodes)
    {
        var cluster = Require(() => Directory.FindClusterAt(SessionState.Path.CurrentFileSystemLocation.ProviderPath)
            ?? throw new InvalidInputException(ErrorIds.ClusterDirectoryInvalid, SessionState.Path.CurrentFileSystemLocation.ProviderPath,
                null, "is not the directory of a cluster",
                $"Go to one with xencd, or use {MyInvocation.MyCommand.Name} with the name of the cluster"));
        return Named(cluster, nodes);
    }

    private static IEnumerable<string> Named(string cluster, IEnumerable<string>? nodes) =>
        nodes is null ? [cluster] : nodes.Select(node => $"{cluster}/{node}");
}
