using XenKube.Guests;

namespace XenKube.Clusters;

/// <summary>How running nodes are refreshed one after another.</summary>
public sealed record RollingRefreshOptions
{
    /// <summary>The steps of each refresh.</summary>
    public IgnitionResetOptions Reset { get; init; } = new();

    /// <summary>
    /// The condition that a guest must reach, after it has fetched its config, before the next one is stopped; null for none. A guest whose
    /// config comes on a disk fetches nothing; null is ssh for such a guest.
    /// </summary>
    public GuestCondition? Condition { get; init; }

    /// <summary>How many nodes are away at the same time, 1 or more.</summary>
    public int ThrottleLimit { get; init; } = 1;

    /// <summary>How long each step of a node may take: its end, and its return.</summary>
    public TimeSpan Timeout { get; init; } = new GuestActionOptions().Timeout;
}
