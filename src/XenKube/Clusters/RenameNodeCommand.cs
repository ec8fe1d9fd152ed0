using System.Management.Automation;
using XenKube.Clusters;

namespace XenKube.Commands.Clusters;

/// <summary>Renames nodes, with everything that belongs to them.</summary>
[Cmdlet(VerbsCommon.Rename, "Node", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[Alias("Rename-XenNode")]
[OutputType(typeof(Node))]
public sealed class RenameNodeCommand : NodeTransferCommand
{
    /// <summary>The new name within the cluster; for nodes from the pipeline, a script block makes a name for each.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = NameSet)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = NodeSet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string NewName { get; set; } = "";

    /// <inheritdoc/>
    protected override void ProcessNode(Node node)
    {
        if (Should($"Rename the node {node} to {NewName}, with its disk {node.DiskPath}, configs, guest configuration and certificates"))
        {
            Finish(new NodeRenamer(DirectoryOf(node)).Rename(node, NewName, StopToken));
        }
    }
}
