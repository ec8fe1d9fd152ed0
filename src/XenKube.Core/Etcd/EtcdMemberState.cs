namespace XenKube.Etcd;

/// <summary>The state of a member, by the plan and by what its cluster says.</summary>
public enum EtcdMemberState
{
    /// <summary>It is planned; no cluster was asked.</summary>
    Planned,

    /// <summary>The cluster has it, and it has been started once. It may be down now.</summary>
    Started,

    /// <summary>The cluster has it, and it was not started yet.</summary>
    Unstarted,

    /// <summary>It follows the cluster without a vote.</summary>
    Learner,

    /// <summary>It is planned, and the cluster does not have it.</summary>
    Missing,

    /// <summary>The cluster has it, and no node is planned for it.</summary>
    Unplanned,
}
