namespace XenKube.Etcd;

/// <summary>The members that vote, and how many of them must agree. A learner does not vote.</summary>
/// <param name="Voters">The members that vote.</param>
internal sealed record EtcdQuorum(IReadOnlyList<EtcdMember> Voters)
{
    /// <summary>How many of the voters say that they are healthy.</summary>
    public int Healthy { get; } = Voters.Count(member => member.IsHealthy == true);

    /// <summary>How many have to agree.</summary>
    public int Needed => NeededOf(Voters.Count);

    /// <summary>Whether the cluster can agree on anything.</summary>
    public bool IsThere => Healthy >= Needed;

    /// <summary>The quorum of a cluster as its members say.</summary>
    public static EtcdQuorum Of(IEnumerable<EtcdMember> members) => new([.. members.Where(IsVoter)]);

    /// <summary>Whether a member votes.</summary>
    public static bool IsVoter(EtcdMember member) => member.State is EtcdMemberState.Started or EtcdMemberState.Unstarted;

    /// <summary>How many of a number of voters have to agree: more than half.</summary>
    public static int NeededOf(int voters) => (voters / 2) + 1;
}
