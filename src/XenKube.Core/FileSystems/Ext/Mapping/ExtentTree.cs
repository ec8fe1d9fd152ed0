using System.Buffers.Binary;
using System.Globalization;
using XenKube.Checksums;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Mapping;

/// <summary>Reads extent trees.</summary>
internal sealed class ExtentTree(ExtVolume volume)
{
    public BlockRun Find(ExtInode inode, long logical)
    {
        ReadOnlySpan<byte> bytes = inode.Map;
        long place = -1;
        var depth = -1;
        var end = FileMap.MaximumBlocks;
        while (true)
        {
            var node = Open(inode, bytes, place, depth);
            var index = node.Search(logical);
            if (index + 1 < node.Count)
            {
                end = Math.Min(end, node.Key(index + 1));
            }
            if (end <= logical)
            {
                throw Broken(inode, place, "its keys are not in order");
            }
            if (index < 0)
            {
                return new BlockRun(logical, 0, end - logical);
            }
            if (node.Depth == 0)
            {
                var extent = Check(inode, place, node.Extent(index));
                if (logical >= extent.End)
                {
                    return new BlockRun(logical, 0, end - logical);
                }
                var skip = logical - extent.Logical;
                return new BlockRun(logical, extent.Physical + skip, Math.Min(extent.Count - skip, end - logical), extent.Unwritten);
            }
            depth = node.Depth - 1;
            place = node.Child(index);
            bytes = ReadNode(inode, place);
        }
    }

    public void Collect(ExtInode inode, MappedBlocks all)
    {
        ReadOnlySpan<byte> root = inode.Map;
        Collect(inode, root, -1, -1, all);
    }

    /// <summary>The checksum of a node in a block of its own.</summary>
    public static uint Checksum(uint inodeSeed, ReadOnlySpan<byte> block, int tailAt) => Crc32C.Append(inodeSeed, block[..tailAt]);

    private void Collect(ExtInode inode, ReadOnlySpan<byte> bytes, long place, int depth, MappedBlocks all)
    {
        var node = Open(inode, bytes, place, depth);
        for (var i = 0; i < node.Count; i++)
        {
            if (node.Depth == 0)
            {
                all.AddRun(Check(inode, place, node.Extent(i)));
                continue;
            }
            var child = node.Child(i);
            volume.Store.Check(child, 1);
            all.AddMapBlock(child);
            Collect(inode, ReadNode(inode, child), child, node.Depth - 1, all);
        }
    }

    private ExtentNode Open(ExtInode inode, ReadOnlySpan<byte> bytes, long place, int depth)
    {
        var node = new ExtentNode(bytes);
        return node.Problem(depth) is { } problem ? throw Broken(inode, place, problem) : node;
    }

    private byte[] ReadNode(ExtInode inode, long block)
    {
        var bytes = volume.Store.Read(block);
        if (volume.Superblock.HasMetadataChecksums)
        {
            var node = new ExtentNode(bytes);
            if (node.Problem(-1) is { } problem)
            {
                throw Broken(inode, block, problem);
            }
            if (node.TailAt > bytes.Length - 4
                || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(node.TailAt)) != Checksum(inode.Seed(volume.ChecksumSeed), bytes,
                    node.TailAt))
            {
                throw Broken(inode, block, "its checksum is wrong");
            }
        }
        return bytes;
    }

    private BlockRun Check(ExtInode inode, long place, BlockRun extent)
    {
        if (extent.Count == 0 || extent.End > FileMap.MaximumBlocks || extent.Physical <= volume.Superblock.FirstDataBlock)
        {
            throw Broken(inode, place, "an extent in it is impossible");
        }
        volume.Store.Check(extent.Physical, extent.Count);
        return extent;
    }

    private XenKubeException Broken(ExtInode inode, long block, string reason)
    {
        var structure = string.Create(CultureInfo.InvariantCulture, $"extent node of inode {inode.Number}");
        return block < 0
            ? new CorruptImageException(ErrorIds.CorruptImage, volume.Store.Device.Name, structure, reason)
            : volume.Store.Corrupt(structure, block, reason);
    }
}
