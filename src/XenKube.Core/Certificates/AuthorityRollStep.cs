namespace XenKube.Certificates;

/// <summary>
/// How far the replacement of a cluster's certificate authority is. Members trust both authorities from the first step to the last, so
/// that the cluster is never without a quorum.
/// </summary>
public enum AuthorityRollStep
{
    /// <summary>There is one authority, and none is being replaced.</summary>
    None,

    /// <summary>Nodes are told to trust the next authority too; the one before it still signs.</summary>
    Bundle,

    /// <summary>The next authority signs; the one before it is still trusted.</summary>
    Switch,

    /// <summary>Nodes are told to trust the next authority alone, which ends the replacement.</summary>
    Drop,
}
