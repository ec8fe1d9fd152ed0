namespace XenKube.Guests;

/// <summary>How an action on several guests is done.</summary>
public sealed record GuestActionOptions
{
    /// <summary>How many at once.</summary>
    public int ThrottleLimit { get; init; } = 5;

    /// <summary>True to destroy instead of asking, and to remove running guests.</summary>
    public bool Force { get; init; }

    /// <summary>True to leave started guests paused.</summary>
    public bool Paused { get; init; }

    /// <summary>
    /// True to start guests with copies of the kernels on their disks, and without a boot loader. Updates inside such a guest are not
    /// followed at its reboots.
    /// </summary>
    public bool ExtractKernel { get; init; }

    /// <summary>What to wait for afterwards; null for nothing.</summary>
    public GuestCondition? Wait { get; init; }

    /// <summary>How long to wait.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Called with each result as it comes, from several threads but never two at once; null for none.</summary>
    public Action<GuestResult>? OnResult { get; init; }
}
