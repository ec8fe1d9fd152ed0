using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Devices;

namespace XenKube.Commands.Clusters;

/// <summary>Removes nodes: disk, config, template, guest configuration and published config.</summary>
[Cmdlet(VerbsCommon.Remove, "Node", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = NameSet)]
[Alias("Remove-XenNode")]
[OutputType(typeof(void))]
public sealed class RemoveNodeCommand : NodeCommand
{
    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessNode(Node node)
    {
        if (ShouldDestroy($"Remove the node {node} with all of its files: {node.DiskPath}{(DevicePath.Of(node.DiskPath) is { } device ? $" (the device {device} is kept)" : "")}, its configs and {node.IgnitionPath}",
            Force))
        {
            new NodeStore(DirectoryOf(node)).Remove(node, StopToken);
        }
    }
}
