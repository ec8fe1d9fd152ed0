using System.Management.Automation;
using XenKube.Etcd;

namespace XenKube.Commands.Etcd;

/// <summary>Shows the etcd cluster that the nodes of a cluster are planned to form: members, token, id, quorum.</summary>
[Cmdlet(VerbsCommon.Get, "EtcdCluster", DefaultParameterSetName = NameSet)]
[Alias("Get-XenEtcdCluster")]
[OutputType(typeof(EtcdCluster))]
public sealed class GetEtcdClusterCommand : EtcdClusterCommand
{
    /// <inheritdoc/>
    protected override void ProcessCluster(XenKube.Clusters.Cluster cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        WriteObject(Open(cluster, timeout: 5).Get(cluster.Name));
    }
}
