using System.Globalization;

namespace XenKube.Etcd;

/// <summary>Whether an etcd cluster is as it should be: every member healthy, one leader, one version, a margin to lose.</summary>
/// <param name="clusters">The clusters.</param>
public sealed class EtcdCheck(EtcdClusters clusters)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Checks a cluster.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ItemNotFoundException">There is no such cluster, or no client certificate.</exception>
    public IReadOnlyList<CheckResult> Run(string cluster, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<EtcdMember> members;
        try
        {
            members = clusters.List(cluster, cancellationToken);
        }
        catch (OperationFailedException e)
        {
            return [new CheckResult("members", CheckStatus.Fail, e.Reason, e.Advice) { Target = cluster }];
        }
        return [.. Judge(members).Select(result => result with { Target = cluster })];
    }

    /// <summary>Waits until no check of a cluster fails.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    /// <param name="timeout">The longest time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The checks, the last of which are good.</returns>
    /// <exception cref="OperationFailedException">A check still fails.</exception>
    public IReadOnlyList<CheckResult> Wait(string cluster, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        while (true)
        {
            var checks = Run(cluster, cancellationToken);
            if (checks.FirstOrDefault(check => check.Status == CheckStatus.Fail) is not { } bad)
            {
                return checks;
            }
            if (System.Diagnostics.Stopwatch.GetElapsedTime(start) >= timeout)
            {
                throw new OperationFailedException(ErrorIds.WaitTimeout, null, cluster, string.Create(CultureInfo.InvariantCulture,
                    $"the cluster is not healthy after {timeout.TotalSeconds:0} s: {bad.Message}"),
                    $"Wait longer ({RemedyActionKind.TimeoutOption}), or see what the members log: {RemedyActionKind.ShowConsole}");
            }
            cancellationToken.WaitHandle.WaitOne(Pause);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Judges what the members said.</summary>
    internal static IEnumerable<CheckResult> Judge(IReadOnlyList<EtcdMember> members)
    {
        foreach (var member in members)
        {
            var remedy = member.Node is { } node ? Look(node.FullName) : null;
            yield return member.State switch
            {
                EtcdMemberState.Missing => new("health", CheckStatus.Fail,
                    $"{member.MemberName} is planned, and the cluster does not have it", remedy),
                EtcdMemberState.Unplanned => new("health", CheckStatus.Warn,
                    $"the cluster has the member {member.MemberName} ({member.Id}), for which no node is planned",
                    "Name its node as a member, or remove the member from the cluster"),
                _ when member.Error is { } error => new("health", CheckStatus.Fail,
                    $"{member.MemberName} at {member.ClientUri} does not answer: {error}; "
                    + "what is wrong with a peer's certificate is in the log of the other members", remedy),
                _ when member.IsHealthy == true => new("health", CheckStatus.Pass, $"{member.MemberName} is healthy"),
                _ => new("health", CheckStatus.Fail, $"{member.MemberName} says that it is not healthy", remedy),
            };
        }
        var voters = members.Where(member => member.State is EtcdMemberState.Started or EtcdMemberState.Unstarted).ToList();
        var alive = voters.Count(member => member.IsHealthy == true);
        var quorum = (voters.Count / 2) + 1;
        var margin = string.Create(CultureInfo.InvariantCulture, $"{alive} of {voters.Count} members are healthy, {quorum} are needed");
        yield return alive < quorum
            ? new("quorum", CheckStatus.Fail, $"{margin}: nothing can be written", "Start the members that are down; do not remove any of them")
            : alive == quorum ? new("quorum", CheckStatus.Warn, $"{margin}: none may be lost",
                "Start the members that are down, or add members up to an odd number")
            : new("quorum", CheckStatus.Pass, margin);
        var leaders = members.Where(member => member.IsLeader == true).ToList();
        yield return leaders.Count == 1
            ? new("leader", CheckStatus.Pass, string.Create(CultureInfo.InvariantCulture,
                $"{leaders[0].MemberName} is the leader in term {leaders[0].RaftTerm}"))
            : new("leader", CheckStatus.Fail, leaders.Count == 0 ? "there is no leader" : $"{string.Join(" and ", leaders)} are leaders",
                "Wait for an election, then check again");
        var versions = members.Select(member => member.Version).OfType<string>().Distinct().ToList();
        yield return versions.Count <= 1
            ? new("version", CheckStatus.Pass, versions is [var version] ? version : "no member says its version")
            : new("version", CheckStatus.Warn, $"the members run {string.Join(", ", versions)}", "Finish the upgrade, one member after another");
    }

    private static Remedy Look(string node) =>
        $"Check its certificates ({new RemedyAction(RemedyActionKind.CheckCertificates, node)}) and its log: {RemedyActionKind.ShowConsole}";
}
