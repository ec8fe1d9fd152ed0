using System.Management.Automation;
using XenKube.Clusters;

namespace XenKube.Commands.Ignition;

/// <summary>Removes published configs; the guests then find none.</summary>
[Cmdlet(VerbsData.Unpublish, "Ignition", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(void))]
public sealed class UnpublishIgnitionCommand : NodeCommand
{
    /// <inheritdoc/>
    protected override void ProcessNode(Node node)
    {
        if (Should($"Remove the published config {node.IgnitionPath}") && !new NodeConfig(DirectoryOf(node), node).Unpublish(StopToken))
        {
            throw new ItemNotFoundException(ErrorIds.IgnitionNotPublished, node.IgnitionPath, null, "no config is published there",
                "Publish-Ignition publishes it");
        }
    }
}
