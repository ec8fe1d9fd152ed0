using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Commands.Completion;

namespace XenKube.Commands;

/// <summary>The base of cmdlets that do something with nodes, named or from the pipeline.</summary>
public abstract class NodeCommand : XenDirCommand
{
    /// <summary>Name of the parameter set in which nodes are named.</summary>
    protected const string NameSet = "Name";

    /// <summary>Name of the parameter set in which nodes come from the pipeline.</summary>
    protected const string NodeSet = "Node";

    /// <summary>The cluster; or cluster and node with a slash between. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = NameSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    public string? Cluster { get; set; }

    /// <summary>Names of nodes of that cluster. Wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 1, ParameterSetName = NameSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NodeCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Nodes, as Get-Node returns them.</summary>
    [Parameter(Mandatory = true, ParameterSetName = NodeSet, ValueFromPipeline = true)]
    public Node? InputObject { get; set; }

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
    protected IEnumerable<Node> SelectedNodes()
    {
        if (InputObject is not null)
        {
            return [InputObject];
        }
        var store = new NodeStore(Directory);
        var selected = new List<Node>();
        foreach (var name in NamesGiven())
        {
            Guard(name, () => selected.AddRange(store.List(NodeName.Parse(name))));
        }
        return selected;
    }

    private IEnumerable<string> NamesGiven() => Name is null ? [Cluster!] : Name.Select(name => $"{Cluster}/{name}");
}
