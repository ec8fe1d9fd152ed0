using XenKube.Clusters;
using XenKube.Guests;

namespace XenKube.Etcd;

/// <summary>
/// Replaces a dead member as a whole: in the cluster and on the node's disk, then starts the node's guest and waits until the member is
/// healthy.
/// </summary>
/// <param name="directory">The XENDIR.</param>
/// <param name="xl">How to talk to Xen; null for the xl on the PATH.</param>
public sealed class EtcdRepair(XenDirectory directory, XlDriver? xl = null)
{
    /// <summary>Replaces the member of a node.</summary>
    /// <param name="node">The node, whose guest is stopped.</param>
    /// <param name="timeout">How long the guest may take to be a healthy member; null to leave it stopped.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The member: healthy where the guest was started, and not started yet elsewhere.</returns>
    /// <exception cref="OperationFailedException">The member is healthy, the cluster has no quorum without it, or it is not healthy in
    /// time.</exception>
    /// <exception cref="ItemInUseException">The guest runs.</exception>
    public EtcdMember Run(Node node, TimeSpan? timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(node);
        var membership = new EtcdMembership(directory);
        var added = membership.Repair(node, cancellationToken);
        // A node without a disk on this host is started by somebody else.
        if (timeout is not { } limit || !node.HasDisk || !File.Exists(node.GuestConfigPath))
        {
            return added;
        }
        var started = new NodeGuests(directory).Open(xl)
            .Start([node.GuestConfigPath], new GuestActionOptions { Timeout = limit }, cancellationToken);
        if (started[0].Error is { } error)
        {
            throw error;
        }
        var clusters = new EtcdClusters(directory);
        new EtcdCheck(clusters).WaitFor(node.Cluster, [node.Name], limit, cancellationToken);
        membership.Settle(node.Cluster, cancellationToken);
        return clusters.List(node.Cluster, cancellationToken).First(member => member.Name == node.Name);
    }
}
