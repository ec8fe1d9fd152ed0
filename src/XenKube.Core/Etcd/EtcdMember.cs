using XenKube.Clusters;

namespace XenKube.Etcd;

/// <summary>A member of an etcd cluster.</summary>
/// <param name="Cluster">Name of the cluster.</param>
/// <param name="Node">Its node; null for one that no node is planned for.</param>
/// <param name="MemberName">Its name, which is that of the guest.</param>
/// <param name="Id">
/// Its id as etcdctl prints it: computed from address and token, or as the cluster says; empty where it is not known.
/// </param>
public sealed record EtcdMember(string Cluster, Node? Node, string MemberName, string Id)
{
    /// <summary>Where the other members reach it.</summary>
    public string? PeerUri { get; init; }

    /// <summary>Where clients reach it.</summary>
    public string? ClientUri { get; init; }

    /// <summary>Its state, by the plan and by what its cluster says.</summary>
    public EtcdMemberState State { get; init; }

    /// <summary>Whether it is the leader; null where it was not asked or does not answer.</summary>
    public bool? IsLeader { get; init; }

    /// <summary>Whether it says that it is healthy; null where it was not asked.</summary>
    public bool? IsHealthy { get; init; }

    /// <summary>The version of its etcd; null where it does not say.</summary>
    public string? Version { get; init; }

    /// <summary>Bytes of its database; null where it does not say.</summary>
    public long? DatabaseSize { get; init; }

    /// <summary>The term of raft; null where it does not say.</summary>
    public ulong? RaftTerm { get; init; }

    /// <summary>The index of raft; null where it does not say.</summary>
    public ulong? RaftIndex { get; init; }

    /// <summary>The alarms that it has raised, in etcd's words: <c>NOSPACE</c>, <c>CORRUPT</c>.</summary>
    public IReadOnlyList<string> Alarms { get; init; } = [];

    /// <summary>
    /// How far its clock is ahead of this host's, as far as whole seconds show; null where it does not say.
    /// </summary>
    public TimeSpan? ClockOffset { get; init; }

    /// <summary>Until when the certificate that it presents to clients is valid; null where it presents none.</summary>
    public DateTimeOffset? CertificateEnd { get; init; }

    /// <summary>Why it does not answer; null where it does or was not asked.</summary>
    public string? Error { get; init; }

    /// <summary>Name of the node within the cluster; empty for a member without one.</summary>
    public string Name => Node?.Name ?? "";

    /// <inheritdoc/>
    public override string ToString() => MemberName;
}
