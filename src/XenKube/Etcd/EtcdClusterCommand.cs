using XenKube.Etcd;

namespace XenKube.Commands.Etcd;

/// <summary>The base of cmdlets that work with the etcd clusters of clusters.</summary>
public abstract class EtcdClusterCommand : ClusterPartCommand
{
    /// <summary>The etcd clusters of the XENDIR that a cluster belongs to.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="timeout">The longest time that a member may take, in seconds.</param>
    private protected EtcdClusters Open(XenKube.Clusters.Cluster cluster, int timeout) =>
        new(DirectoryOf(cluster.XenDir), TimeSpan.FromSeconds(timeout));
}
