using XenKube.FileSystems;

namespace XenKube.Disks;

/// <summary>The size of a file system, and what is free in it.</summary>
/// <param name="Name">Name of the partition.</param>
/// <param name="FileSystem">Kind of the file system.</param>
/// <param name="Size">Bytes of the partition.</param>
/// <param name="Free">Bytes that are free, as statfs(2) counts them: those that only root may take included.</param>
public sealed record FileSystemSpace(string Name, string FileSystem, long Size, long Free)
{
    /// <summary>Bytes that are taken, by files and by the file system's own tables.</summary>
    public long Used => Size - Free;

    /// <summary>The part that is taken, in whole percent, rounded up as df does.</summary>
    public int UsedPercent => Size == 0 ? 100 : (int)decimal.Ceiling((decimal)Used * 100 / Size);

    /// <summary>True for a kind of file system that is read.</summary>
    /// <param name="kind">The kind.</param>
    public static bool CanRead(string kind) => kind is "ext2" or "ext3" or "ext4" or "fat16" or "fat32";

    /// <summary>Looks at a partition.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="partition">The partition.</param>
    /// <exception cref="UnsupportedFeatureException">It holds no file system that XenKube reads.</exception>
    public static FileSystemSpace Of(DiskImage disk, DiskPartition partition)
    {
        ArgumentNullException.ThrowIfNull(disk);
        ArgumentNullException.ThrowIfNull(partition);
        using IFileSystem files = disk.OpenFileSystem(partition);
        return new FileSystemSpace(partition.Name, files.Kind, partition.Size, files.FreeBytes);
    }
}
