using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Commands.Completion;

namespace XenKube.Commands.Clusters;

/// <summary>The base of cmdlets that give nodes, or copies of them, another name.</summary>
public abstract class NodeTransferCommand : XenDirCommand
{
    /// <summary>Name of the parameter set in which nodes are named.</summary>
    protected const string NameSet = "Name";

    /// <summary>Name of the parameter set in which nodes come from the pipeline.</summary>
    protected const string NodeSet = "Node";

    /// <summary>The node: cluster and node with a slash between.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = NameSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    public string Cluster { get; set; } = "";

    /// <summary>
    /// Nodes; or what names them: guests, checks, files of nodes, or names such as etcd/node-1. An object that came from another host means
    /// the node of that name on this one.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = NodeSet, ValueFromPipeline = true)]
    [Alias("Node")]
    public PSObject? InputObject { get; set; }

    /// <summary>Returns the node under its new name.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var nodes = new List<Node>();
        if (InputObject is not null)
        {
            Guard(InputObject.BaseObject, () => nodes.AddRange(NodesOf(InputObject)));
        }
        else
        {
            Guard(Cluster, () => nodes.AddRange(NodesNamed(Cluster, Directory)));
        }
        if (nodes.Count > 1)
        {
            Guard(Cluster, () => throw new InvalidInputException(ErrorIds.NodeNotNamed, null, null,
                $"{string.Join(", ", nodes)} cannot all have one name",
                "Pipe the nodes, with a name for each: Get-Node etcd | Rename-Node -NewName { 'new-' + $_.Name }"));
            return;
        }
        foreach (var node in nodes)
        {
            Guard(node, () => ProcessNode(node));
        }
    }

    /// <summary>Does the cmdlet's work for one node; errors of the library are reported for it and the next one is taken.</summary>
    /// <param name="node">The node.</param>
    protected abstract void ProcessNode(Node node);

    /// <summary>Writes the notes as warnings, and returns the node where that is asked for.</summary>
    private protected void Finish(NodeTransfer transfer)
    {
        foreach (var note in transfer.Notes)
        {
            WriteWarning($"{transfer.Node}: {note.Message}. {note.WordedBy(RemedyWords.Instance).Remedy}");
        }
        if (PassThru)
        {
            WriteObject(transfer.Node);
        }
    }
}
