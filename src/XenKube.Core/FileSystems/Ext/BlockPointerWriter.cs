using System.Buffers.Binary;

namespace XenKube.FileSystems.Ext;

/// <summary>Builds the map of ext2 and ext3: pointers in the inode and in up to three levels of blocks.</summary>
internal sealed class BlockPointerWriter(ExtVolume volume, BlockAllocator allocator, int goal)
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
            throw new OperationFailedException("FileTooLarge", volume.Store.Device.Name, null, "a file cannot be that long without extents");
        }
        return _blocks;
    }

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
