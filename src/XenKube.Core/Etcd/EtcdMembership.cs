using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using XenKube.Clusters;
using XenKube.Files;

namespace XenKube.Etcd;

/// <summary>
/// Adds members to a running etcd cluster, removes them, and replaces a dead one. A change that would cost the quorum is refused.
/// </summary>
/// <param name="directory">The XENDIR.</param>
/// <param name="timeout">The longest time that a member may take; null for five seconds.</param>
public sealed class EtcdMembership(XenDirectory directory, TimeSpan? timeout = null)
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly EtcdClusters _clusters = new(directory, timeout);

    /// <summary>
    /// Adds the member of a node to its cluster. The node's config says then that the cluster exists, until the member is healthy and
    /// <see cref="Settle"/> is called.
    /// </summary>
    /// <param name="node">The node, with an address and certificates.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="OperationFailedException">A member is down: etcd takes no further one then (strict reconfiguration).</exception>
    /// <exception cref="ItemExistsException">The cluster has the member.</exception>
    public EtcdMember Add(Node node, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(node);
        var members = _clusters.List(node.Cluster, cancellationToken);
        var own = members.FirstOrDefault(member => member.Node?.Name == node.Name)
            ?? throw new ItemNotFoundException(ErrorIds.EtcdMemberNotFound, directory.Layout.ClusterSettingsPath(node.Cluster), node.Name,
                "the node is not planned as a member", "Name the node among the members of the cluster");
        if (own.State != EtcdMemberState.Missing)
        {
            throw new ItemExistsException(ErrorIds.EtcdMemberExists, null, node.FullName,
                $"the cluster has the member {own.MemberName} already, with the id {own.Id}");
        }
        if (members.FirstOrDefault(member => member != own && EtcdQuorum.IsVoter(member) && member.IsHealthy != true) is { } down)
        {
            throw Refused(node, $"{down.MemberName} is not healthy, and etcd adds no member while one is down",
                "Remove the dead member first, or start it");
        }
        SetJoining(node, cancellationToken);
        var answer = Change(node.Cluster, "/v3/cluster/member/add", $$"""{"peerURLs":["{{own.PeerUri}}"]}""", cancellationToken);
        return own with { Id = IdOf(answer), State = EtcdMemberState.Unstarted, IsHealthy = null, Error = null };
    }

    /// <summary>Removes the member of a node from its cluster.</summary>
    /// <param name="node">The node.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ItemNotFoundException">The cluster does not have the member.</exception>
    /// <exception cref="OperationFailedException">There is no quorum, or there would be none afterwards.</exception>
    public EtcdMember Remove(Node node, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(node);
        var members = _clusters.List(node.Cluster, cancellationToken);
        if (members.FirstOrDefault(member => member.Node?.Name == node.Name) is not { State: not EtcdMemberState.Missing } own)
        {
            throw new ItemNotFoundException(ErrorIds.EtcdMemberNotFound, null, node.FullName, "the cluster does not have this member");
        }
        RequireQuorum(node, members, own);
        if (!ulong.TryParse(own.Id, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var id))
        {
            throw new OperationFailedException(ErrorIds.EtcdRequestRefused, null, node.FullName, "the cluster does not say the member's id",
                $"See what is wrong with the cluster: {new RemedyAction(RemedyActionKind.CheckEtcd, node.Cluster)}");
        }
        Change(node.Cluster, "/v3/cluster/member/remove",
            string.Create(CultureInfo.InvariantCulture, $$"""{"ID":"{{id}}"}"""), cancellationToken);
        return own with { State = EtcdMemberState.Missing, IsHealthy = null, IsLeader = null, Error = null };
    }

    /// <summary>
    /// Replaces a dead member: removes it from the cluster, puts its old data on the disk of its stopped node aside, adds it again, and
    /// resets the node's Ignition, so that it joins at its next start.
    /// </summary>
    /// <param name="node">The node, whose guest is stopped.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="OperationFailedException">The member is healthy, or the cluster has no quorum without it.</exception>
    /// <exception cref="ItemInUseException">The guest runs.</exception>
    public EtcdMember Repair(Node node, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(node);
        var members = _clusters.List(node.Cluster, cancellationToken);
        if (members.FirstOrDefault(member => member.Node?.Name == node.Name) is { IsHealthy: true } healthy)
        {
            throw Refused(node, $"{healthy.MemberName} is healthy, and nothing about it is repaired",
                "Check the cluster, and repair the member that is dead");
        }
        // The disk first, so that a fault of the disk is found before the cluster is changed.
        if (node.HasDisk)
        {
            using var disk = NodeDisk.OpenWrite(node.DiskPath, cancellationToken: cancellationToken);
            using var root = disk.OpenFileSystem(GuestLayout.RootLabel);
            RequireQuorum(node, members, members.FirstOrDefault(member => member.Node?.Name == node.Name));
            EtcdDataDirectory.PutAside(root);
        }
        if (members.Any(member => member.Node?.Name == node.Name && member.State != EtcdMemberState.Missing))
        {
            Remove(node, cancellationToken);
        }
        var added = Add(node, cancellationToken);
        if (node.HasDisk)
        {
            new IgnitionResetter(directory).Reset([node], new IgnitionResetOptions { ForceTemplate = true },
                cancellationToken: cancellationToken);
        }
        return added;
    }

    /// <summary>
    /// Takes back that nodes join, once their members are healthy: a disk that is made again later must not join unasked.
    /// </summary>
    /// <param name="cluster">Name of the cluster.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Whether anything was changed.</returns>
    public bool Settle(string cluster, CancellationToken cancellationToken = default)
    {
        var path = directory.Layout.ClusterSettingsPath(cluster);
        if (ClusterRoles.Read(path).Joining.Count == 0)
        {
            return false;
        }
        string[] healthy = [.. _clusters.List(cluster, cancellationToken)
            .Where(member => member.IsHealthy == true).Select(member => member.Name)];
        using var held = directory.Lock($"roles of the cluster {cluster}", cancellationToken);
        var roles = ClusterRoles.Read(path);
        string[] left = [.. roles.Joining.Except(healthy)];
        if (left.Length == roles.Joining.Count)
        {
            return false;
        }
        (roles with { Joining = left }).Write(path);
        return true;
    }

    /// <summary>
    /// Asks for a change of members. etcd refuses one until all members have been connected for five seconds (HealthInterval in
    /// server/etcdserver), as after a start or after the change before: such a refusal is waited out.
    /// </summary>
    private JsonElement Change(string cluster, string method, string request, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return _clusters.Ask(cluster, method, request, cancellationToken);
            }
            catch (OperationFailedException e) when (e.Id == ErrorIds.EtcdRequestRefused
                && e.Reason.Contains("unhealthy cluster", StringComparison.Ordinal) && Stopwatch.GetElapsedTime(start) < Settling)
            {
                cancellationToken.WaitHandle.WaitOne(Pause);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private static string IdOf(JsonElement answer) =>
        LooseJson.Number(LooseJson.Find(answer, "member"), "ID") is { } id ? EtcdIds.Text(id) : "";

    private static void RequireQuorum(Node node, IReadOnlyList<EtcdMember> members, EtcdMember? removed)
    {
        var quorum = EtcdQuorum.Of(members);
        if (!quorum.IsThere)
        {
            throw Refused(node, string.Create(CultureInfo.InvariantCulture,
                $"{quorum.Healthy} of {quorum.Voters.Count} members are healthy: without a quorum no member can be removed"),
                "Start the members that are down; where they are lost, restore the cluster from a backup");
        }
        var left = quorum.Voters.Count - 1;
        var leftAlive = quorum.Healthy - (removed?.IsHealthy == true ? 1 : 0);
        if (removed is not null && EtcdQuorum.IsVoter(removed)
            && (left == 0 || leftAlive < EtcdQuorum.NeededOf(left) || (left == 1 && removed.IsHealthy == true)))
        {
            throw Refused(node, string.Create(CultureInfo.InvariantCulture,
                $"{leftAlive} of the {left} members that would be left are healthy: the cluster would lose its quorum or its last copy"),
                "Add another member first");
        }
    }

    private static OperationFailedException Refused(Node node, string reason, string remedy) =>
        new(ErrorIds.EtcdChangeUnsafe, null, node.FullName, reason, remedy);

    private void SetJoining(Node node, CancellationToken cancellationToken)
    {
        var path = directory.Layout.ClusterSettingsPath(node.Cluster);
        using var held = directory.Lock($"roles of the cluster {node.Cluster}", cancellationToken);
        var roles = ClusterRoles.Read(path);
        (roles with { Joining = [.. roles.Joining.Where(name => name != node.Name), node.Name] }).Write(path);
    }
}
