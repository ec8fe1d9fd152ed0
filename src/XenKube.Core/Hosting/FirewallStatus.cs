namespace XenKube.Hosting;

/// <summary>Whether the packets to a port arrive.</summary>
public enum FirewallStatus
{
    /// <summary>All of them do.</summary>
    Open,

    /// <summary>Some or all do not.</summary>
    Closed,

    /// <summary>A rule decides that is not understood.</summary>
    CannotTell,
}
