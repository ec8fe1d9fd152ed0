using System.Management.Automation;
using XenKube.Clusters;

namespace XenKube.Commands.Clusters;

/// <summary>Removes clusters with their published configs; with -Force, with everything in them.</summary>
[Cmdlet(VerbsCommon.Remove, "Cluster", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High,
    DefaultParameterSetName = NameSet)]
[Alias("Remove-XenCluster")]
[OutputType(typeof(void))]
public sealed class RemoveClusterCommand : ClusterCommand
{
    /// <summary>
    /// Removes the cluster's nodes too: disks, configs and guest configurations; and does not ask. Without it a cluster that is not empty
    /// is refused.
    /// </summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessCluster(Cluster cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var nodes = cluster.NodeCount == 0 ? "" : $" with its {cluster.NodeCount} node{(cluster.NodeCount == 1 ? "" : "s")}";
        if (ShouldDestroy($"Remove the cluster {cluster.Name}{nodes}: {cluster.Path}", Force))
        {
            new ClusterStore(DirectoryOf(cluster.XenDir)).Remove(cluster.Name, Force, StopToken);
        }
    }
}
