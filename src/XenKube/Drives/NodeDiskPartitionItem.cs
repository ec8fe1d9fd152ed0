using XenKube.Disks;
using XenKube.FileSystems;

namespace XenKube.Commands.Drives;

/// <summary>The folder of a partition on a drive over a disk image.</summary>
public sealed class NodeDiskPartitionItem : NodeDiskItem
{
    private readonly DiskPartition _partition;

    internal NodeDiskPartitionItem(NodeDiskPath place, FileSystemEntry? root)
        : base(place, root)
    {
        _partition = place.Partition!;
    }

    /// <summary>Number of the partition in the table, from 1.</summary>
    public int Number => _partition.Number;

    /// <summary>Label of the partition; others may have the same.</summary>
    public string Label => _partition.Label;

    /// <summary>Kind of the file system: <c>ext4</c>, <c>fat16</c>.</summary>
    public string FileSystem => _partition.FileSystem;

    /// <summary>Size of the partition in bytes.</summary>
    public long Size => _partition.Size;
}
