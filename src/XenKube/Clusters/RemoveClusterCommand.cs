using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Commands.Completion;

namespace XenKube.Commands.Clusters;

/// <summary>Removes clusters with their published configs; with -Force, with everything in them.</summary>
[Cmdlet(VerbsCommon.Remove, "Cluster", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveClusterCommand : XenDirCommand
{
    /// <summary>Names of clusters. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Cluster")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ClusterNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>
    /// Removes the cluster's nodes too: disks, configs and guest configurations. Without it a cluster that is not empty is refused.
    /// </summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var store = new ClusterStore(Directory);
        foreach (var name in Name)
        {
            Guard(name, () =>
            {
                foreach (var cluster in store.List(name))
                {
                    Guard(cluster, () => Remove(store, cluster));
                }
            });
        }
    }

    private void Remove(ClusterStore store, Cluster cluster)
    {
        var nodes = cluster.NodeCount == 0 ? "" : $" with its {cluster.NodeCount} node{(cluster.NodeCount == 1 ? "" : "s")}";
        if (Should($"Remove the cluster {cluster.Name}{nodes}: {cluster.Path}"))
        {
            store.Remove(cluster.Name, Force, StopToken);
        }
    }
}
