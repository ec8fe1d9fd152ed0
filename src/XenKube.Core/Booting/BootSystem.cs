using XenKube.Disks;
using XenKube.FileSystems;

namespace XenKube.Booting;

/// <summary>What a disk holds that can be booted.</summary>
/// <param name="Rules">The rules by which it boots.</param>
/// <param name="Distribution"><c>coreos</c>, <c>flatcar</c> or <c>fedora-coreos</c>; empty where it is none of these.</param>
/// <param name="Partition">The partition with the boot script or the boot entries; null where there is none.</param>
internal sealed record BootSystem(BootRules Rules, string Distribution, DiskPartition? Partition)
{
    private const string SystemLabel = "EFI-SYSTEM";
    private const string EntriesLabel = "boot";

    /// <summary>Neither rules are known.</summary>
    private static readonly BootSystem Unknown = new(BootRules.Unknown, "", null);

    /// <summary>Looks for it in the order of the partitions.</summary>
    /// <param name="partitions">The partitions.</param>
    /// <param name="open">Opens one; null where it has no file system that is known here.</param>
    public static BootSystem Find(IEnumerable<DiskPartition> partitions, Func<DiskPartition, IFileSystem?> open)
    {
        foreach (var partition in partitions)
        {
            if (partition.Label == SystemLabel && SlotsOf(open(partition)) is { } distribution)
            {
                return new BootSystem(BootRules.Slots, distribution, partition);
            }
            if (partition.Label == EntriesLabel && IsDirectory(open(partition), EntryBoot.Directory))
            {
                return new BootSystem(BootRules.Entries, "fedora-coreos", partition);
            }
        }
        return Unknown;
    }

    /// <summary>Looks for it on a disk.</summary>
    /// <param name="disk">The disk.</param>
    public static BootSystem Find(DiskImage disk)
    {
        var opened = new List<IFileSystem>();
        try
        {
            return Find(disk.Partitions.Partitions, partition =>
            {
                try
                {
                    opened.Add(disk.OpenFileSystem(partition));
                    return opened[^1];
                }
                catch (UnsupportedFeatureException)
                {
                    return null;
                }
            });
        }
        finally
        {
            opened.ForEach(files => files.Dispose());
        }
    }

    private static string? SlotsOf(IFileSystem? system) =>
        IsDirectory(system, "/flatcar") ? "flatcar" : IsDirectory(system, "/coreos") ? "coreos" : null;

    private static bool IsDirectory(IFileSystem? files, string path) => files?.Find(path) is { Kind: FileSystemEntryKind.Directory };
}
