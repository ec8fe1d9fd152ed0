using System.Buffers.Binary;

namespace XenKube.FileSystems.Btrfs;

/// <summary>A node of a tree: a leaf with items, or an inner node with the keys and places of its children.</summary>
internal sealed class BtrfsNode
{
    /// <summary>Levels that a tree can have (BTRFS_MAX_LEVEL).</summary>
    public const int MaximumLevels = 8;

    private const int HeadSize = 101, ItemSize = BtrfsKey.Size + 8, PointerSize = BtrfsKey.Size + 16;

    private readonly byte[] _bytes;
    private readonly BtrfsKey[] _keys;

    private BtrfsNode(byte[] bytes, BtrfsKey[] keys, int level) => (_bytes, _keys, Level) = (bytes, keys, level);

    /// <summary>0 for a leaf.</summary>
    public int Level { get; }

    /// <summary>How many items or children there are.</summary>
    public int Count => _keys.Length;

    /// <summary>Checks the bytes of a node, whose checksum was found right.</summary>
    /// <param name="bytes">The node.</param>
    /// <param name="logical">Where it is.</param>
    /// <param name="level">The level that it must have.</param>
    /// <param name="generation">The generation that it must have.</param>
    /// <param name="uuid">The identifier of its file system.</param>
    public static BtrfsNode Read(byte[] bytes, ulong logical, int level, ulong generation, Guid uuid)
    {
        CorruptImageException Damaged(string reason) =>
            CorruptImageException.At("btrfs node", (long)Math.Min(logical, long.MaxValue), reason);
        var count = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(96));
        if (new Guid(bytes.AsSpan(32, 16), bigEndian: true) != uuid || BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(48)) != logical
            || bytes[100] != level || BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(80)) != generation)
        {
            throw Damaged("it is not the node that leads here");
        }
        var size = level == 0 ? ItemSize : PointerSize;
        if (count > (bytes.Length - HeadSize) / size)
        {
            throw Damaged("it has more items than room");
        }
        var keys = new BtrfsKey[count];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = BtrfsKey.Read(bytes.AsSpan(HeadSize + (i * size)));
            if (i > 0 && keys[i].CompareTo(keys[i - 1]) <= 0)
            {
                throw Damaged("its keys are not in order");
            }
        }
        var node = new BtrfsNode(bytes, keys, level);
        for (var i = 0; level == 0 && i < keys.Length; i++)
        {
            var (start, length) = node.DataOf(i);
            // The data grows from the end of the node towards the items.
            if (start < HeadSize + (count * ItemSize) || start > bytes.Length || length > bytes.Length - start)
            {
                throw Damaged("an item's data is outside of it");
            }
        }
        return node;
    }

    /// <summary>The key of an item or a child.</summary>
    public BtrfsKey Key(int index) => _keys[index];

    /// <summary>The number of the last key that is not above a key; -1 where all are.</summary>
    public int IndexOf(BtrfsKey key)
    {
        var index = Array.BinarySearch(_keys, key);
        return index >= 0 ? index : ~index - 1;
    }

    /// <summary>The data of an item of a leaf.</summary>
    public ReadOnlyMemory<byte> Data(int index)
    {
        var (start, length) = DataOf(index);
        return _bytes.AsMemory((int)start, (int)length);
    }

    /// <summary>Where a child is, and its generation.</summary>
    public (ulong Logical, ulong Generation) Child(int index)
    {
        var pointer = _bytes.AsSpan(HeadSize + (index * PointerSize) + BtrfsKey.Size);
        return (BinaryPrimitives.ReadUInt64LittleEndian(pointer), BinaryPrimitives.ReadUInt64LittleEndian(pointer[8..]));
    }

    private (long Start, long Length) DataOf(int index)
    {
        var item = _bytes.AsSpan(HeadSize + (index * ItemSize) + BtrfsKey.Size);
        return (HeadSize + (long)BinaryPrimitives.ReadUInt32LittleEndian(item), BinaryPrimitives.ReadUInt32LittleEndian(item[4..]));
    }
}
