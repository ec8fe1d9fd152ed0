using XenKube.Certificates;
using XenKube.Clusters;

namespace XenKube.Etcd;

/// <summary>
/// Restarts the etcd of running nodes, one after another: the others must carry the cluster, and the next one waits until the cluster is
/// healthy again. etcd reads the authorities that it trusts only when it starts.
/// </summary>
/// <param name="directory">The XENDIR.</param>
/// <param name="timeout">How long the cluster may take to be healthy again.</param>
public sealed class EtcdRestart(XenDirectory directory, TimeSpan timeout)
{
    private readonly EtcdRefreshGuard _guard = new(directory);

    /// <summary>Restarts the etcd of a node, and waits for its cluster.</summary>
    /// <param name="node">The node, whose guest runs.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="OperationFailedException">The cluster would lose its quorum, the node cannot be reached, or the cluster does not
    /// become healthy again.</exception>
    public void Run(Node node, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(node);
        _guard.RequireSpare([node], cancellationToken);
        new RunningNode(node).Restart(EtcdLayout.Unit, cancellationToken);
        _guard.WaitBack([node], timeout, cancellationToken);
    }
}
