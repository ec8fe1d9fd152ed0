namespace XenKube.Clusters;

/// <summary>Keeps what runs on the nodes of a cluster alive while the nodes are refreshed one after another.</summary>
public interface IRefreshGuard
{
    /// <summary>Refuses nodes that must not be away at the same time. Nothing was stopped yet.</summary>
    /// <param name="nodes">The nodes that would be away at the same time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="OperationFailedException">The cluster would lose its quorum.</exception>
    void RequireSpare(IReadOnlyList<Node> nodes, CancellationToken cancellationToken);

    /// <summary>Waits until nodes that were away are back with what runs on them.</summary>
    /// <param name="nodes">The nodes.</param>
    /// <param name="timeout">The longest time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="OperationFailedException">They are not back in time.</exception>
    void WaitBack(IReadOnlyList<Node> nodes, TimeSpan timeout, CancellationToken cancellationToken);
}
