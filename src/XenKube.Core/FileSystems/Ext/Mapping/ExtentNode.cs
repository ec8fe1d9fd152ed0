using System.Buffers.Binary;

namespace XenKube.FileSystems.Ext.Mapping;

/// <summary>
/// A node of an extent tree (ext4 documentation, "Extent Tree"): a header of 12 bytes and entries of 12 bytes, extents in a
/// leaf, indexes above. A node in a block of its own ends in a checksum.
/// </summary>
internal readonly ref struct ExtentNode
{
    public const int EntrySize = 12;
    public const int HeaderSize = 12;
    public const int MaximumDepth = 5;
    public const ushort Magic = 0xF30A;

    /// <summary>An extent of more blocks is one that was never written, by that many less.</summary>
    public const int LongestExtent = 32768;

    private readonly ReadOnlySpan<byte> _bytes;

    public ExtentNode(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    public int Count => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[0x02..]);

    public int Capacity => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[0x04..]);

    public int Depth => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[0x06..]);

    /// <summary>Where the checksum of a node in a block of its own lies: right after the last entry there is room for.</summary>
    public int TailAt => HeaderSize + Capacity * EntrySize;

    /// <summary>Says what is wrong with the header, or null.</summary>
    public string? Problem(int expectedDepth)
    {
        if (BinaryPrimitives.ReadUInt16LittleEndian(_bytes) != Magic)
        {
            return "the magic number F30A is missing";
        }
        if (Capacity == 0 || Capacity > (_bytes.Length - HeaderSize) / EntrySize || Count > Capacity)
        {
            return "it claims more entries than it has room for";
        }
        if (Depth > MaximumDepth || (expectedDepth >= 0 && Depth != expectedDepth))
        {
            return "its depth is wrong";
        }
        return Depth > 0 && Count == 0 ? "an index without entries" : null;
    }

    /// <summary>First logical block an entry covers.</summary>
    public long Key(int index) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[Place(index)..]);

    /// <summary>The block an index entry points to.</summary>
    public long Child(int index) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[(Place(index) + 4)..])
        | (long)BinaryPrimitives.ReadUInt16LittleEndian(_bytes[(Place(index) + 8)..]) << 32;

    public BlockRun Extent(int index)
    {
        var entry = _bytes[Place(index)..];
        int length = BinaryPrimitives.ReadUInt16LittleEndian(entry[4..]);
        var start = (long)BinaryPrimitives.ReadUInt16LittleEndian(entry[6..]) << 32 | BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]);
        return new BlockRun(Key(index), start, length > LongestExtent ? length - LongestExtent : length, length > LongestExtent);
    }

    /// <summary>The last entry that begins at or before a logical block; -1 if all begin after it.</summary>
    public int Search(long logical)
    {
        var (low, high) = (0, Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (Key(middle) <= logical)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }
        return high;
    }

    public static void WriteHeader(Span<byte> node, int count, int capacity, int depth)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(node, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(node[0x02..], (ushort)count);
        BinaryPrimitives.WriteUInt16LittleEndian(node[0x04..], (ushort)capacity);
        BinaryPrimitives.WriteUInt16LittleEndian(node[0x06..], (ushort)depth);
        BinaryPrimitives.WriteUInt32LittleEndian(node[0x08..], 0);
    }

    public static void WriteExtent(Span<byte> node, int index, BlockRun run)
    {
        var entry = node[Place(index)..];
        BinaryPrimitives.WriteUInt32LittleEndian(entry, (uint)run.Logical);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[4..], (ushort)(run.Unwritten ? run.Count + LongestExtent : run.Count));
        BinaryPrimitives.WriteUInt16LittleEndian(entry[6..], (ushort)(run.Physical >> 32));
        BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], (uint)run.Physical);
    }

    public static void WriteIndex(Span<byte> node, int index, long key, long child)
    {
        var entry = node[Place(index)..];
        BinaryPrimitives.WriteUInt32LittleEndian(entry, (uint)key);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], (uint)child);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[8..], (ushort)(child >> 32));
        BinaryPrimitives.WriteUInt16LittleEndian(entry[10..], 0);
    }

    private static int Place(int index) => HeaderSize + index * EntrySize;
}
