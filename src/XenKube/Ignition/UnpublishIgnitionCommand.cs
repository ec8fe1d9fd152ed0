using System.Management.Automation;
using XenKube.Clusters;

namespace XenKube.Commands.Ignition;

/// <summary>Removes published configs; the guests then find none.</summary>
[Cmdlet(VerbsData.Unpublish, "Ignition", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High,
    DefaultParameterSetName = NameSet)]
[Alias("Unpublish-XenIgnition")]
[OutputType(typeof(void))]
public sealed class UnpublishIgnitionCommand : NodeCommand
{
    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessNode(Node node)
    {
        if (!File.Exists(node.IgnitionPath))
        {
            throw new ItemNotFoundException(ErrorIds.IgnitionNotPublished, node.IgnitionPath, null, "no config is published there",
                "Publish-Ignition publishes it");
        }
        if (ShouldDestroy($"Remove the published config {node.IgnitionPath}", Force))
        {
            new NodeConfig(DirectoryOf(node), node).Unpublish(StopToken);
        }
    }
}
