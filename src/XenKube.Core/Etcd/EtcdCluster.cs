namespace XenKube.Etcd;

/// <summary>The etcd cluster of a cluster's nodes, as it is planned.</summary>
/// <param name="Cluster">Name of the cluster.</param>
/// <param name="Token">The token that keeps it apart from others.</param>
/// <param name="Id">Its id as etcd logs it, computed; empty where a member has no address.</param>
/// <param name="Members">Its members.</param>
public sealed record EtcdCluster(string Cluster, string Token, string Id, IReadOnlyList<EtcdMember> Members)
{
    /// <summary>The XENDIR that the cluster is in.</summary>
    public string XenDir { get; init; } = "";

    /// <summary>The members as etcd's <c>--initial-cluster</c> names them; null where one has no address.</summary>
    public string? InitialCluster { get; init; }

    /// <summary>The addresses for clients, as etcdctl's <c>--endpoints</c> takes them; null where one has no address.</summary>
    public string? Endpoints { get; init; }

    /// <summary>How many members must agree: more than half.</summary>
    public int Quorum => EtcdQuorum.NeededOf(Members.Count);

    /// <summary>How many members may be down.</summary>
    public int CanLose => Members.Count == 0 ? 0 : Members.Count - Quorum;

    /// <inheritdoc/>
    public override string ToString() => Cluster;
}
