using XenKube.Booting;

namespace XenKube.Clusters;

/// <summary>How a node should be booted; what is left out is as its guest configuration has it.</summary>
public sealed record NodeBootPlanOptions
{
    /// <summary>As what Xen starts the guest; null for what the guest configuration says, PVH without one.</summary>
    public BootGuestType? GuestType { get; init; }

    /// <summary>Boots this slot, <c>a</c> or <c>b</c>, whatever the partition table says.</summary>
    public string? Slot { get; init; }

    /// <summary>Boots this entry, by id, title or number from 0.</summary>
    public string? Entry { get; init; }

    /// <summary>Arguments beside those of the guest configuration; they are added at the end, where they win.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Unpacks the kernel and reads its notes about Xen, which takes up to a second.</summary>
    public bool ReadNotes { get; init; }
}
