using System.Globalization;
using XenKube.Clusters;

namespace XenKube.Etcd;

/// <summary>
/// Keeps etcd clusters alive while their nodes are refreshed or restarted: one member is away at a time, never one whose absence costs
/// the quorum, and the next one only when the cluster is healthy again.
/// </summary>
/// <param name="directory">The XENDIR.</param>
public sealed class EtcdRefreshGuard(XenDirectory directory) : IRefreshGuard
{
    /// <summary>Long enough for members on this host's bridge; a cluster that is down loses nothing by a refresh.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    // The clusters that answered when a member of theirs was taken away: only these are waited for.
    private readonly HashSet<string> _alive = [];

    /// <inheritdoc/>
    public void RequireSpare(IReadOnlyList<Node> nodes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        foreach (var group in nodes.GroupBy(node => node.Cluster))
        {
            if (TryList(group.Key, cancellationToken) is { } members)
            {
                _alive.Add(group.Key);
                Require([.. group], members);
            }
        }
    }

    /// <inheritdoc/>
    public void WaitBack(IReadOnlyList<Node> nodes, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        foreach (var cluster in nodes.Select(node => node.Cluster).Distinct().Where(_alive.Contains))
        {
            new EtcdCheck(new EtcdClusters(directory)).WaitFor(
                cluster, [.. nodes.Where(node => node.Cluster == cluster).Select(node => node.Name)], timeout, cancellationToken);
        }
    }

    /// <summary>Refuses nodes of a cluster whose members are known.</summary>
    internal static void Require(IReadOnlyList<Node> nodes, IReadOnlyList<EtcdMember> members)
    {
        bool IsAway(EtcdMember member) => nodes.Any(node => node.Name == member.Name);
        var quorum = EtcdQuorum.Of(members);
        var away = quorum.Voters.Where(IsAway).ToList();
        if (away.Count == 0 || !quorum.IsThere)
        {
            // Without a quorum there is nothing to lose, and a refresh may be what brings the cluster back.
            return;
        }
        var name = string.Join(", ", nodes.Select(node => node.FullName));
        if (away.Count > 1)
        {
            throw new OperationFailedException(ErrorIds.EtcdChangeUnsafe, null, name, string.Create(CultureInfo.InvariantCulture,
                $"{away.Count} members of the etcd cluster {members[0].Cluster}, which runs, would be away at the same time"),
                "Take one node after another, and wait for the cluster between them");
        }
        // A cluster of one member is away with its only node: nobody can take over.
        var left = quorum.Voters.Count(member => member.IsHealthy == true && !IsAway(member));
        if (quorum.Voters.Count > 1 && left < quorum.Needed && away[0].IsHealthy == true)
        {
            var down = quorum.Voters.Where(member => member.IsHealthy != true).Select(member => member.MemberName);
            throw new OperationFailedException(ErrorIds.EtcdChangeUnsafe, null, name, string.Create(CultureInfo.InvariantCulture,
                $"{left} of {quorum.Voters.Count} members of the etcd cluster {members[0].Cluster} would be left, and {quorum.Needed} are needed; not healthy: {string.Join(", ", down)}"),
                $"Bring the cluster back first: {new RemedyAction(RemedyActionKind.CheckEtcd, members[0].Cluster)}");
        }
    }

    /// <summary>The members of a cluster; null where it has no certificates, or no member answers.</summary>
    private IReadOnlyList<EtcdMember>? TryList(string cluster, CancellationToken cancellationToken)
    {
        try
        {
            // Nodes without certificates are not members of etcd over TLS, and nobody is asked.
            return File.Exists(directory.Layout.CertificateAuthorityPath(cluster))
                ? new EtcdClusters(directory, Timeout).List(cluster, cancellationToken) : null;
        }
        catch (XenKubeException)
        {
            return null;
        }
    }
}
