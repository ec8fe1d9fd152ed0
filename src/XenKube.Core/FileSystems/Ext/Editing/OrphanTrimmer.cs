using System.Buffers.Binary;
using XenKube.FileSystems.Ext.Mapping;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Editing;

/// <summary>
/// Gives back the blocks of an orphan from its end on, as many as one transaction can hold: all blocks of a file without a name, and
/// those after the end of a file that was being truncated. The file is in the list of orphans all the time, so that a mount or e2fsck
/// finishes what a crash interrupts. The map is changed where it is: it may be larger than a transaction, too.
/// </summary>
internal sealed class OrphanTrimmer(ExtVolume volume, BlockAllocator allocator)
{
    private long _given;
    private long _keep;
    private long _limit;

    private enum Outcome
    {
        // All blocks below are given back.
        Emptied,

        // The content that is left is to be kept.
        Done,

        // The transaction is full.
        Full,
    }

    /// <summary>Gives blocks back until the edit has changed so many blocks of metadata.</summary>
    /// <param name="inode">The orphan.</param>
    /// <param name="limit">The number of changed blocks at which to stop.</param>
    /// <returns>False where no blocks were left before that.</returns>
    public bool Trim(ExtInode inode, long limit)
    {
        (_given, _limit) = (0, limit);
        if (inode.Links == 0)
        {
            inode.Size = 0;
        }
        _keep = (inode.Size + volume.BlockSize - 1) / volume.BlockSize;
        var outcome = inode.Has(InodeFlags.Extents) ? TrimExtents(inode, inode.Map, null) : TrimPointers(inode);
        var sectors = inode.Has(InodeFlags.HugeFile) ? 1 : volume.BlockSize / 512;
        inode.StoredBlocks = Math.Max(0, inode.StoredBlocks - _given * sectors);
        volume.WriteInode(inode);
        return outcome == Outcome.Full;
    }

    private bool IsFull => volume.Store.Changed.Count >= _limit;

    private void Free(long first, long count)
    {
        allocator.Free(first, count);
        _given += count;
    }

    // Empties a node from its last entry on.
    private Outcome TrimExtents(ExtInode inode, Span<byte> bytes, int? expectedDepth)
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
                return Outcome.Emptied;
            }
            if (IsFull)
            {
                return Outcome.Full;
            }
            if (depth == 0)
            {
                var extent = node.Extent(count - 1);
                var kept = Math.Clamp(_keep - extent.Logical, 0, extent.Count);
                if (kept < extent.Count)
                {
                    Free(extent.Physical + kept, extent.Count - kept);
                }
                if (kept > 0)
                {
                    ExtentNode.WriteExtent(bytes, count - 1, extent with { Count = kept });
                    return Outcome.Done;
                }
            }
            else
            {
                var block = node.Child(count - 1);
                allocator.RefuseTables(block, 1);
                var below = volume.Store.Change(block);
                var outcome = TrimExtents(inode, below, depth - 1);
                if (outcome != Outcome.Emptied)
                {
                    Seal(inode, below);
                    return outcome;
                }
                Free(block, 1);
            }
            // An index without entries is not a valid one.
            ExtentNode.WriteHeader(bytes, count - 1, node.Capacity, count == 1 && expectedDepth is null ? 0 : depth);
            if (count == 1)
            {
                return Outcome.Emptied;
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

    private Outcome TrimPointers(ExtInode inode)
    {
        for (var i = BlockPointers.DirectCount + 2; i >= 0; i--)
        {
            var level = Math.Max(0, i - BlockPointers.DirectCount + 1);
            long first = i;
            for (var above = 1; above < level; above++)
            {
                first += Span(above) - 1;
            }
            if (TrimPointer(inode.Map, i, level, first) is var outcome && outcome != Outcome.Emptied)
            {
                return outcome;
            }
        }
        return Outcome.Emptied;
    }

    // How many blocks of content a pointer leads to.
    private long Span(int level) => level == 0 ? 1 : Span(level - 1) * (volume.BlockSize / 4);

    private Outcome TrimPointer(Span<byte> pointers, int index, int level, long first)
    {
        var place = pointers[(index * 4)..];
        long block = BinaryPrimitives.ReadUInt32LittleEndian(place);
        if (first + Span(level) <= _keep)
        {
            return Outcome.Done;
        }
        if (block == 0)
        {
            return first < _keep ? Outcome.Done : Outcome.Emptied;
        }
        if (IsFull)
        {
            return Outcome.Full;
        }
        allocator.RefuseTables(block, 1);
        if (level > 0)
        {
            var below = volume.Store.Change(block);
            for (var i = volume.BlockSize / 4 - 1; i >= 0; i--)
            {
                if (TrimPointer(below, i, level - 1, first + i * Span(level - 1)) is var outcome && outcome != Outcome.Emptied)
                {
                    return outcome;
                }
            }
        }
        Free(block, 1);
        BinaryPrimitives.WriteUInt32LittleEndian(place, 0);
        return Outcome.Emptied;
    }
}
