using System.Buffers.Binary;
using XenKube.FileSystems.Ext.Mapping;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Editing;

/// <summary>Builds the map of ext2 and ext3: pointers in the inode and in up to three levels of blocks.</summary>
internal sealed class BlockPointerEditor(ExtVolume volume, BlockAllocator allocator, int goal)
{
    private IReadOnlyList<BlockRun> _runs = [];
    private int _next;
    private long _blocks;

    /// <summary>Writes the map.</summary>
    /// <returns>How many blocks the map itself takes.</returns>
    public long Write(ExtInode inode, IReadOnlyList<BlockRun> runs)
    {
        _runs = runs;
        _next = 0;
        _blocks = 0;
        for (var i = 0; i < BlockPointers.DirectCount; i++)
        {
            SetPointer(inode.Map, i, PhysicalAt(i));
        }
        long first = BlockPointers.DirectCount;
        long span = volume.BlockSize / 4;
        for (var level = 1; level <= 3; level++)
        {
            SetPointer(inode.Map, BlockPointers.DirectCount + level - 1, WriteBelow(level, first, span));
            first += span;
            span *= volume.BlockSize / 4;
        }
        if (_runs.Count > 0 && _runs[^1].End > first)
        {
            throw TooLarge();
        }
        return _blocks;
    }

    /// <summary>Adds one block after all others, in the blocks of pointers that are there.</summary>
    /// <returns>How many blocks the map grew by.</returns>
    public long Append(ExtInode inode, long logical, long physical)
    {
        if (logical < BlockPointers.DirectCount)
        {
            SetPointer(inode.Map, (int)logical, physical);
            return 0;
        }
        var rest = logical - BlockPointers.DirectCount;
        long perBlock = volume.BlockSize / 4;
        var (level, span) = (1, perBlock);
        for (; rest >= span; level++, span *= perBlock)
        {
            rest -= span;
        }
        if (level > 3)
        {
            throw TooLarge();
        }
        long grown = 0;
        var holder = inode.Map;
        var index = BlockPointers.DirectCount + level - 1;
        for (; level > 0; level--)
        {
            var block = (long)BinaryPrimitives.ReadUInt32LittleEndian(holder[(index * 4)..]);
            byte[] pointers;
            if (block == 0)
            {
                block = allocator.TakeOne(goal);
                pointers = volume.Store.Create(block);
                SetPointer(holder, index, block);
                grown++;
            }
            else
            {
                allocator.RefuseTables(block, 1);
                pointers = volume.Store.Change(block);
            }
            span /= perBlock;
            holder = pointers;
            index = (int)(rest / span);
            rest %= span;
        }
        SetPointer(holder, index, physical);
        return grown;
    }

    private OperationFailedException TooLarge() => new(ErrorIds.FileTooLarge, volume.Store.Device.Name, null,
        "a file cannot be that long without extents");

    private long WriteBelow(int level, long first, long span)
    {
        Skip(first);
        if (_next >= _runs.Count || _runs[_next].Logical >= first + span)
        {
            return 0;
        }
        var block = allocator.TakeOne(goal);
        _blocks++;
        var pointers = volume.Store.Create(block);
        span /= volume.BlockSize / 4;
        for (var i = 0; i < volume.BlockSize / 4; i++, first += span)
        {
            SetPointer(pointers, i, level == 1 ? PhysicalAt(first) : WriteBelow(level - 1, first, span));
        }
        return block;
    }

    private long PhysicalAt(long logical)
    {
        Skip(logical);
        return _next < _runs.Count && _runs[_next].Logical <= logical ? _runs[_next].Physical + logical - _runs[_next].Logical : 0;
    }

    private void Skip(long logical)
    {
        while (_next < _runs.Count && _runs[_next].End <= logical)
        {
            _next++;
        }
    }

    private static void SetPointer(Span<byte> pointers, int index, long block) =>
        BinaryPrimitives.WriteUInt32LittleEndian(pointers[(index * 4)..], checked((uint)block));
}
