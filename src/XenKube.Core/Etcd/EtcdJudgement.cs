using System.Globalization;

namespace XenKube.Etcd;

/// <summary>Judges a cluster whose members were asked: one result for each rule, and one for each member.</summary>
/// <param name="cluster">Name of the cluster.</param>
/// <param name="members">Its members, as they were asked.</param>
/// <param name="now">The time.</param>
internal sealed class EtcdJudgement(string cluster, IReadOnlyList<EtcdMember> members, DateTimeOffset now)
{
    /// <summary>A certificate that ends within this many days is warned of.</summary>
    private const int Days = 30;

    /// <summary>Leases and certificates take differences of clocks up to this; etcd itself warns of one second between members.</summary>
    private static readonly TimeSpan ClockLimit = TimeSpan.FromSeconds(1);

    /// <summary>Judges them.</summary>
    public IEnumerable<CheckResult> Run() => [.. members.Select(Health), Quorum(), Leader(), Version(), Clock(), .. Alarms(), Dates()];

    private CheckResult Health(EtcdMember member)
    {
        const string name = "health";
        var remedy = member.Node is { } node ? Look(node.FullName) : null;
        return member.State switch
        {
            EtcdMemberState.Missing when IsAddressOfAnother(member) is { } old => new(name, CheckStatus.Fail,
                $"{member.MemberName} is known to the cluster at {old}, and its node's address is {member.PeerUri}", Repair(member)),
            EtcdMemberState.Missing => new(name, CheckStatus.Fail,
                $"{member.MemberName} is planned, and the cluster does not have it", Repair(member)),
            EtcdMemberState.Unplanned => new(name, CheckStatus.Warn,
                $"the cluster has the member {member.MemberName} ({member.Id}), for which no node is planned",
                "Name its node as a member, or remove the member from the cluster"),
            _ when member.Error is { } error => new(name, CheckStatus.Fail, $"{member.MemberName} at {member.ClientUri}: {error}", remedy),
            _ when member.IsHealthy == true => new(name, CheckStatus.Pass, $"{member.MemberName} is healthy"),
            _ => new(name, CheckStatus.Fail, $"{member.MemberName} says that it is not healthy", remedy),
        };
    }

    private CheckResult Quorum()
    {
        var quorum = EtcdQuorum.Of(members);
        var margin = string.Create(CultureInfo.InvariantCulture,
            $"{quorum.Healthy} of {quorum.Voters.Count} members are healthy, {quorum.Needed} are needed");
        return !quorum.IsThere
            ? new("quorum", CheckStatus.Fail, $"{margin}: nothing can be written",
                "Start the members that are down; do not remove any of them")
            : quorum.Healthy == quorum.Needed ? new("quorum", CheckStatus.Warn, $"{margin}: none may be lost",
                "Start the members that are down, or add members up to an odd number")
            : new("quorum", CheckStatus.Pass, margin);
    }

    private CheckResult Leader()
    {
        var leaders = members.Where(member => member.IsLeader == true).ToList();
        return leaders.Count == 1
            ? new("leader", CheckStatus.Pass, string.Create(CultureInfo.InvariantCulture,
                $"{leaders[0].MemberName} is the leader in term {leaders[0].RaftTerm}"))
            : new("leader", CheckStatus.Fail, leaders.Count == 0 ? "there is no leader" : $"{string.Join(" and ", leaders)} are leaders",
                "Wait for an election, then check again");
    }

    private CheckResult Version()
    {
        var versions = members.Select(member => member.Version).OfType<string>().Distinct().ToList();
        return versions.Count <= 1
            ? new("version", CheckStatus.Pass, versions is [var version] ? version : "no member says its version")
            : new("version", CheckStatus.Warn, $"the members run {string.Join(", ", versions)}",
                "Finish the upgrade, one member after another");
    }

    private CheckResult Clock()
    {
        var wrong = members.Where(member => member.ClockOffset?.Duration() > ClockLimit).ToList();
        return wrong.Count == 0
            ? new("clock", CheckStatus.Pass, "the clocks of the members that answer agree with this host's")
            : new("clock", CheckStatus.Warn, string.Join("; ", wrong.Select(member => string.Create(CultureInfo.InvariantCulture,
                $"the clock of {member.MemberName} is {member.ClockOffset!.Value.Duration().TotalSeconds:0} s {(member.ClockOffset > TimeSpan.Zero ? "ahead of" : "after")} this host's"))),
                $"Let the guests take the time from this host: {RemedyActionKind.CheckHost}");
    }

    private IEnumerable<CheckResult> Alarms()
    {
        var raised = members.Where(member => member.Alarms.Count > 0).ToList();
        return raised.Count == 0 ? [new("alarm", CheckStatus.Pass, "no member has raised an alarm")]
            : raised.SelectMany(member => member.Alarms.Select(alarm => new CheckResult("alarm", CheckStatus.Fail, alarm switch
            {
                "NOSPACE" => $"{member.MemberName} is at its limit of space: the cluster takes no further keys",
                "CORRUPT" => $"{member.MemberName} has other data than the other members",
                _ => $"{member.MemberName} has raised the alarm {alarm}",
            }, alarm == "CORRUPT" ? Repair(member)
                : "Compact and defragment (etcdctl compact, etcdctl defrag), then take the alarm back: etcdctl alarm disarm")));
    }

    private CheckResult Dates()
    {
        var dated = members.Where(member => member.CertificateEnd is not null).ToList();
        if (dated.Count == 0)
        {
            return new("certificates", CheckStatus.Warn, "no member has presented a certificate",
                $"Check the files: {new RemedyAction(RemedyActionKind.CheckCertificates, cluster)}");
        }
        var soon = dated.Where(member => (member.CertificateEnd!.Value - now).TotalDays < Days).ToList();
        return soon.Count == 0
            ? new("certificates", CheckStatus.Pass, string.Create(CultureInfo.InvariantCulture,
                $"those that members present are valid for {Math.Floor(dated.Min(member => (member.CertificateEnd!.Value - now).TotalDays))} days more"))
            : new("certificates", soon.Exists(member => member.CertificateEnd <= now) ? CheckStatus.Fail : CheckStatus.Warn,
                string.Join("; ", soon.Select(member => string.Create(CultureInfo.InvariantCulture,
                    $"that of {member.MemberName} ends in {Math.Floor((member.CertificateEnd!.Value - now).TotalDays)} days"))),
                $"Renew them ({new RemedyAction(RemedyActionKind.RenewCertificates, cluster)}), then bring them to the nodes: {new RemedyAction(RemedyActionKind.PublishCertificates, cluster)}");
    }

    /// <summary>Where the cluster has a member of this name; null where it has none.</summary>
    private string? IsAddressOfAnother(EtcdMember member) => members.FirstOrDefault(other =>
        other.State == EtcdMemberState.Unplanned && other.MemberName == member.MemberName)?.PeerUri;

    private static Remedy? Repair(EtcdMember member) => member.Node is { } node ? Replace(node.FullName) : null;

    private static Remedy Replace(string node) =>
        $"Stop the guest, and replace the member: {new RemedyAction(RemedyActionKind.RepairMember, node)}";

    private static Remedy Look(string node) =>
        $"Check its certificates ({new RemedyAction(RemedyActionKind.CheckCertificates, node)}) and its log: {RemedyActionKind.ShowConsole}";
}
