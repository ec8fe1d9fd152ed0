using System.Buffers.Binary;
using XenKube.FileSystems.Ext.Mapping;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Editing;

/// <summary>
/// Gives back the blocks of a file without a name from its end on, as many as one transaction can hold. The file is in the list of
/// orphans all the time, so that a mount or e2fsck finishes what a crash interrupts. The map is changed where it is: it may be larger
/// than a transaction, too.
/// </summary>
internal sealed class OrphanTrimmer(ExtVolume volume, BlockAllocator allocator)
{
    private long _given;

    /// <summary>Gives blocks back until the edit has changed so many blocks of metadata.</summary>
    /// <returns>False where the file is gone to its beginning before that: its removal fits into one transaction.</returns>
    public bool Trim(ExtInode inode, long limit)
    {
        _given = 0;
        inode.Size = 0;
        var isOver = inode.Has(InodeFlags.Extents) ? TrimExtents(inode, inode.Map, null, limit) : TrimPointers(inode, limit);
        var sectors = inode.Has(InodeFlags.HugeFile) ? 1 : volume.BlockSize / 512;
        inode.StoredBlocks = Math.Max(0, inode.StoredBlocks - _given * sectors);
        volume.WriteInode(inode);
        return isOver;
    }

    private bool IsOver(long limit) => volume.Store.Changed.Count >= limit;

    private void Free(long first, long count)
    {
        allocator.Free(first, count);
        _given += count;
    }

    // Empties a node from its last entry on; true where the limit came first.
    private bool TrimExtents(ExtInode inode, Span<byte> bytes, int? expectedDepth, long limit)
    {
        while (true)
        {
            var node = new ExtentNode(bytes);
            if (node.Problem(expectedDepth ?? -1) is { } problem)
            {
                throw new CorruptImageException(ErrorIds.CorruptImage, volume.Store.Device.Name, "extent node of an orphan", problem);
            }
            var (count, depth) = (node.Count, node.Depth);
            if (count == 0)
            {
                return false;
            }
            if (IsOver(limit))
            {
                return true;
            }
            if (depth == 0)
            {
                var extent = node.Extent(count - 1);
                Free(extent.Physical, extent.Count);
            }
            else
            {
                var block = node.Child(count - 1);
                allocator.RefuseTables(block, 1);
                var below = volume.Store.Change(block);
                if (TrimExtents(inode, below, depth - 1, limit))
                {
                    Seal(inode, below);
                    return true;
                }
                Free(block, 1);
            }
            // An index without entries is not a valid one.
            ExtentNode.WriteHeader(bytes, count - 1, node.Capacity, count == 1 && expectedDepth is null ? 0 : depth);
            if (count == 1)
            {
                return false;
            }
        }
    }

    private void Seal(ExtInode inode, byte[] bytes)
    {
        if (volume.Superblock.HasMetadataChecksums)
        {
            var tail = new ExtentNode(bytes).TailAt;
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(tail), ExtentTree.Checksum(inode.Seed(volume.ChecksumSeed), bytes, tail));
        }
    }

    private bool TrimPointers(ExtInode inode, long limit)
    {
        for (var i = BlockPointers.DirectCount + 2; i >= 0; i--)
        {
            if (TrimPointer(inode.Map, i, Math.Max(0, i - BlockPointers.DirectCount + 1), limit))
            {
                return true;
            }
        }
        return false;
    }

    private bool TrimPointer(Span<byte> pointers, int index, int level, long limit)
    {
        var place = pointers[(index * 4)..];
        long block = BinaryPrimitives.ReadUInt32LittleEndian(place);
        if (block == 0)
        {
            return false;
        }
        if (IsOver(limit))
        {
            return true;
        }
        allocator.RefuseTables(block, 1);
        if (level > 0)
        {
            var below = volume.Store.Change(block);
            for (var i = volume.BlockSize / 4 - 1; i >= 0; i--)
            {
                if (TrimPointer(below, i, level - 1, limit))
                {
                    return true;
                }
            }
        }
        Free(block, 1);
        BinaryPrimitives.WriteUInt32LittleEndian(place, 0);
        return false;
    }
}
