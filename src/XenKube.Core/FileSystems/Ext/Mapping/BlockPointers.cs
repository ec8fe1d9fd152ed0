using System.Buffers.Binary;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Mapping;

/// <summary>
/// Reads the map that ext2 and ext3 use: twelve pointers to blocks, then one each to a block of pointers, to a block of
/// such blocks, and to one more level.
/// </summary>
internal sealed class BlockPointers(ExtVolume volume)
{
    public const int DirectCount = 12;

    private int PerBlock => volume.BlockSize / 4;

    public BlockRun Find(ExtInode inode, long logical)
    {
        if (logical < DirectCount)
        {
            return Measure(inode.Map[..(DirectCount * 4)], (int)logical, logical);
        }
        var rest = logical - DirectCount;
        long span = PerBlock;
        for (var level = 1; level <= 3; level++)
        {
            if (rest < span)
            {
                return FindBelow(Pointer(inode.Map, DirectCount + level - 1), level, span, rest, logical);
            }
            rest -= span;
            span *= PerBlock;
        }
        return new BlockRun(logical, 0, FileMap.MaximumBlocks - logical);
    }

    public void Collect(ExtInode inode, MappedBlocks all)
    {
        for (var i = 0; i < DirectCount; i++)
        {
            Add(all, i, Pointer(inode.Map, i));
        }
        long first = DirectCount;
        long span = PerBlock;
        for (var level = 1; level <= 3; level++)
        {
            CollectBelow(Pointer(inode.Map, DirectCount + level - 1), level, span, first, all);
            first += span;
            span *= PerBlock;
        }
    }

    private BlockRun FindBelow(long block, int level, long span, long rest, long logical)
    {
        for (; level > 0; level--)
        {
            if (block == 0)
            {
                return new BlockRun(logical, 0, span - rest);
            }
            span /= PerBlock;
            var pointers = volume.Store.Read(block);
            if (level == 1)
            {
                return Measure(pointers, (int)rest, logical);
            }
            block = Pointer(pointers, (int)(rest / span));
            rest %= span;
        }
        throw new InvalidOperationException("a map of block pointers has one to three levels");
    }

    private void CollectBelow(long block, int level, long span, long first, MappedBlocks all)
    {
        if (block == 0)
        {
            return;
        }
        volume.Store.Check(block, 1);
        all.AddMapBlock(block);
        var pointers = volume.Store.Read(block);
        span /= PerBlock;
        for (var i = 0; i < PerBlock; i++, first += span)
        {
            var next = Pointer(pointers, i);
            if (level == 1)
            {
                Add(all, first, next);
            }
            else
            {
                CollectBelow(next, level - 1, span, first, all);
            }
        }
    }

    private void Add(MappedBlocks all, long logical, long physical)
    {
        if (physical == 0)
        {
            return;
        }
        CheckPlace(physical, 1);
        all.AddRun(new BlockRun(logical, physical, 1));
    }

    // How far the blocks (or the hole) go on from here within this set of pointers.
    private BlockRun Measure(ReadOnlySpan<byte> pointers, int index, long logical)
    {
        var first = Pointer(pointers, index);
        var count = 1;
        while (index + count < pointers.Length / 4 && Pointer(pointers, index + count) == (first == 0 ? 0 : first + count))
        {
            count++;
        }
        if (first != 0)
        {
            CheckPlace(first, count);
        }
        return new BlockRun(logical, first, count);
    }

    private void CheckPlace(long physical, long count)
    {
        volume.Store.Check(physical, count);
        if (physical <= volume.Superblock.FirstDataBlock)
        {
            throw volume.Store.Corrupt("block pointer", physical, "no file can lie here");
        }
    }

    private static long Pointer(ReadOnlySpan<byte> pointers, int index) => BinaryPrimitives.ReadUInt32LittleEndian(pointers[(index * 4)..]);
}
