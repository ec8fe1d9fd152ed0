using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Devices;

namespace XenKube.Commands.Clusters;

/// <summary>Removes nodes: disk, configs, guest configuration, published config, and certificates with their keys.</summary>
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
        var kept = DevicePath.Of(node.DiskPath) is { } device ? $" (the device {device} is kept)" : "";
        if (ShouldDestroy($"Remove the node {node} with all of its files: {node.DiskPath}{kept}, its configs, its certificates with their keys "
            + $"and {node.IgnitionPath}", Force))
        {
            new NodeStore(DirectoryOf(node)).Remove(node, StopToken);
        }
    }
}
