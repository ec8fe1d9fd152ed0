using XenKube.Disks;

namespace XenKube.Booting;

/// <summary>
/// The choice between USR-A and USR-B, as <c>gptprio.next</c> of CoreOS's GRUB makes it: among the partitions that have tries left or
/// were successful, the first with the highest priority; priority 0 never. Each choice takes a try where there are any.
/// </summary>
/// <param name="Partition">The partition.</param>
/// <param name="Tries">Tries left before this boot.</param>
/// <param name="TriesAfter">Tries left after it.</param>
internal sealed record UsrSlot(DiskPartition Partition, int Tries, int TriesAfter)
{
    /// <summary>Bits 52 to 55 of a partition's attributes hold the tries.</summary>
    private const int TriesShift = 52;

    /// <summary>The attributes of the partition after the boot.</summary>
    public ulong AttributesAfter => (Partition.Attributes & ~(15UL << TriesShift)) | ((ulong)TriesAfter << TriesShift);

    /// <summary>Chooses; null where no partition may be booted.</summary>
    /// <param name="partitions">The partitions in the order of the table.</param>
    /// <param name="excluded">Partitions that were tried already.</param>
    public static UsrSlot? Choose(IEnumerable<DiskPartition> partitions, IReadOnlyCollection<DiskPartition>? excluded = null)
    {
        DiskPartition? best = null;
        foreach (var partition in partitions)
        {
            if (partition is { Priority: > 0 } && (partition.Tries > 0 || partition.Successful == true)
                && excluded?.Contains(partition) != true
                && (best is null || partition.Priority > best.Priority))
            {
                best = partition;
            }
        }
        return best is null ? null : Of(best);
    }

    /// <summary>The slot of a partition that is booted whatever its attributes say.</summary>
    public static UsrSlot Of(DiskPartition partition) => new(partition, partition.Tries ?? 0, Math.Max(0, (partition.Tries ?? 0) - 1));
}
