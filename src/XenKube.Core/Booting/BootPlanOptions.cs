namespace XenKube.Booting;

/// <summary>How a disk should be booted.</summary>
public sealed record BootPlanOptions
{
    /// <summary>As what Xen starts the guest.</summary>
    public BootGuestType GuestType { get; init; } = BootGuestType.Pvh;

    /// <summary>Boots this slot, <c>a</c> or <c>b</c>, whatever the partition table says; null to let the table choose.</summary>
    public string? Slot { get; init; }

    /// <summary>Boots this entry, by id, title or number from 0; null for the default one.</summary>
    public string? Entry { get; init; }

    /// <summary>Arguments of the guest's configuration, added at the end, where they win.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>
    /// Unpacks the kernel and reads its notes about Xen, which takes up to a second; otherwise <see cref="BootPlan.CanRun"/> is null.
    /// </summary>
    public bool ReadNotes { get; init; }
}
