using System.Diagnostics;
using System.Globalization;

namespace XenKube.Etcd;

/// <summary>
/// Whether an etcd cluster is as it should be: every member healthy, one leader, one version, a margin to lose, clocks, alarms,
/// certificates.
/// </summary>
/// <param name="clusters">The clusters.</param>
/// <param name="clock">The clock; null for this host's.</param>
public sealed class EtcdCheck(EtcdClusters clusters, TimeProvider? clock = null)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;

    /// <summary>Checks a cluster. Where a member does not take part, the others are asked by ssh what they log of it.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ItemNotFoundException">The cluster does not exist, or has no client certificate.</exception>
    public IReadOnlyList<CheckResult> Run(string cluster, CancellationToken cancellationToken = default)
    {
        var (members, results) = Ask(cluster, cancellationToken);
        return [.. results, .. Logs(members, cancellationToken).Select(result => result with { Target = cluster })];
    }

    /// <summary>Waits until no check of a cluster fails.</summary>
    /// <param name="cluster">Name of the cluster.</param>
    /// <param name="timeout">The longest time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The checks, the last of which are good.</returns>
    /// <exception cref="OperationFailedException">A check still fails.</exception>
    public IReadOnlyList<CheckResult> Wait(string cluster, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        Wait(cluster, timeout, (_, checks) => checks.FirstOrDefault(check => check.Status == CheckStatus.Fail)?.Message, cancellationToken);

    /// <summary>Waits until members are healthy, and the cluster has a quorum; what else is wrong with it was so before.</summary>
    internal void WaitFor(string cluster, IReadOnlyCollection<string> names, TimeSpan timeout, CancellationToken cancellationToken) =>
        Wait(cluster, timeout, (members, checks) => checks.FirstOrDefault(check => check.Status == CheckStatus.Fail
            && check.Name is "members" or "quorum" or "leader")?.Message
            ?? (members.FirstOrDefault(member => names.Contains(member.Name) && member.IsHealthy != true) is { } bad
                ? $"{bad.MemberName}: {bad.Error ?? "it is not healthy"}" : null), cancellationToken);

    private IReadOnlyList<CheckResult> Wait(string cluster, TimeSpan timeout,
        Func<IReadOnlyList<EtcdMember>, IReadOnlyList<CheckResult>, string?> fault, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            var (members, checks) = Ask(cluster, cancellationToken);
            if (fault(members, checks) is not { } bad)
            {
                return checks;
            }
            if (Stopwatch.GetElapsedTime(start) >= timeout)
            {
                var logged = Logs(members, cancellationToken).FirstOrDefault()?.Message;
                throw new OperationFailedException(ErrorIds.WaitTimeout, null, cluster, string.Create(CultureInfo.InvariantCulture,
                    $"the cluster is not healthy after {timeout.TotalSeconds:0} s: {bad}{(logged is null ? "" : $"; {logged}")}"),
                    $"Wait longer ({RemedyActionKind.TimeoutOption}), or see what the members log: {RemedyActionKind.ShowConsole}");
            }
            cancellationToken.WaitHandle.WaitOne(Pause);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private (IReadOnlyList<EtcdMember> Members, IReadOnlyList<CheckResult> Results) Ask(string cluster, CancellationToken cancellationToken)
    {
        try
        {
            var members = clusters.List(cluster, cancellationToken);
            return (members, [.. new EtcdJudgement(cluster, members, _clock.GetUtcNow()).Run()
                .Select(result => result with { Target = cluster })]);
        }
        catch (OperationFailedException e)
        {
            return ([], [new CheckResult("members", CheckStatus.Fail, e.Reason, e.Advice) { Target = cluster }]);
        }
    }

    private static IEnumerable<CheckResult> Logs(IReadOnlyList<EtcdMember> members, CancellationToken cancellationToken)
    {
        foreach (var member in members.Where(member => member.IsHealthy == false || member.Error is not null))
        {
            if (EtcdPeerLog.Ask(members, member, cancellationToken) is var (by, text))
            {
                Remedy repair =
                    $"Stop the guest, and replace the member: {new RemedyAction(RemedyActionKind.RepairMember, member.Node?.FullName ?? member.Cluster)}";
                Remedy look =
                    $"Check its certificates: {new RemedyAction(RemedyActionKind.CheckCertificates, member.Node?.FullName ?? member.Cluster)}";
                yield return new CheckResult("log", CheckStatus.Warn,
                    by == member.MemberName ? $"{by} logs: {text}" : $"{by} logs of {member.MemberName}: {text}",
                    by == member.MemberName && EtcdPeerLog.IsLoss(text) ? repair : look);
            }
        }
    }
}
