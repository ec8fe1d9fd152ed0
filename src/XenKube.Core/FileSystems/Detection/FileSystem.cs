using XenKube.Devices;
using XenKube.FileSystems.Btrfs;
using XenKube.FileSystems.Ext;
using XenKube.FileSystems.Fat;

namespace XenKube.FileSystems.Detection;

/// <summary>Tells and opens the file system of a partition.</summary>
public static class FileSystem
{
    /// <summary>Opens the file system of a partition; writable if the device is.</summary>
    /// <param name="partition">The partition.</param>
    /// <exception cref="UnsupportedFeatureException">It holds none, or one that XenKube does not read; the error names it.</exception>
    public static IFileSystem Open(BlockDevice partition)
    {
        ArgumentNullException.ThrowIfNull(partition);
        var kind = Detect(partition)?.Kind;
        return kind switch
        {
            "ext2" or "ext3" or "ext4" => ExtFileSystem.Open(partition),
            "fat12" or "fat16" or "fat32" => FatFileSystem.Open(partition),
            "btrfs" => new BtrfsFileSystem(partition, ForeignContent.RemedyFor("btrfs", partition)),
            null => throw new UnsupportedFeatureException(null, null, "no file system",
                "Name a partition that holds ext2, ext3, ext4, FAT16 or FAT32", "there is no file system in it that XenKube knows"),
            _ => throw new UnsupportedFeatureException(null, null, kind, ForeignContent.RemedyFor(kind, partition),
                ForeignContent.ReasonFor(kind)),
        };
    }

    /// <summary>Determines which file system a partition holds, from as few blocks as that takes.</summary>
    /// <param name="partition">The partition.</param>
    /// <returns>Its signature, or null if there is none that is known.</returns>
    public static FileSystemSignature? Detect(BlockDevice partition)
    {
        ArgumentNullException.ThrowIfNull(partition);
        return FileSystemDetector.Detect(partition);
    }

    /// <summary>
    /// Why the content of a partition cannot be opened, and the command that helps; null for the kinds that XenKube opens.
    /// </summary>
    internal static string? WhyNotReadable(string kind, BlockDevice partition) =>
        kind is "ext2" or "ext3" or "ext4" or "fat12" or "fat16" or "fat32" or "btrfs"
        ? null
        : $"{ForeignContent.ReasonFor(kind)}. {ForeignContent.RemedyFor(kind, partition)}";
}
