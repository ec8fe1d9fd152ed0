using System.Management.Automation;
using XenKube.Clusters;

namespace XenKube.Commands.Clusters;

/// <summary>Copies nodes: disk, config and guest configuration, with a name, an address and an identity of their own.</summary>
[Cmdlet(VerbsCommon.Copy, "Node", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[Alias("Copy-XenNode")]
[OutputType(typeof(Node))]
public sealed class CopyNodeCommand : NodeTransferCommand
{
    /// <summary>
    /// The names of the copies: names within the node's cluster, or each cluster and node with a slash between. For nodes from the
    /// pipeline, a script block makes a name for each.
    /// </summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = NameSet)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = NodeSet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string[] NewName { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessNode(Node node)
    {
        foreach (var text in NewName)
        {
            Guard(node, () =>
            {
                var name = NodeName.ParseCopy(text, node.Cluster);
                if (Should($"Copy the node {node} to {name}, with its disk {node.DiskPath}"))
                {
                    Finish(RunWithProgress($"Copying {node} to {name}", (progress, token) =>
                        new NodeCopier(DirectoryOf(node)).Copy(node, name, progress, token)));
                }
            });
        }
    }
}
