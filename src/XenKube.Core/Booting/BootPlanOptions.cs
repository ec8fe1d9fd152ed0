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

    /// <summary>
    /// True where nobody says what Xen starts the guest as: then the kernel must be able to run as either, and the command line must
    /// fit for both.
    /// </summary>
    internal bool IsGuestTypeOpen { get; init; }

    /// <summary>The kernel that the guest's configuration names, on the partition of the disk's own choice; null for that choice.</summary>
    internal string? KernelPath { get; init; }

    /// <summary>The initrd that the guest's configuration names, on the kernel's partition; null for the disk's own choice.</summary>
    internal string? InitrdPath { get; init; }

    /// <summary>The platform by whose name Ignition goes, such as <c>metal</c>; null for what the disk says.</summary>
    internal string? Platform { get; init; }
}
