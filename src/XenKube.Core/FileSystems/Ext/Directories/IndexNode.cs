using System.Buffers.Binary;

namespace XenKube.FileSystems.Ext.Directories;

/// <summary>
/// The hash index in a directory block (dx_root and dx_node): a limit and a count, then entries of hash and block. The
/// first entry has no hash, the count is in its place.
/// </summary>
internal sealed class IndexNode
{
    private const int EntrySize = 8;
    private const int TailSize = 8;
    private const int BlockAt = 4;
    private const uint BlockMask = 0x0FFFFFFF;

    // struct dx_root_info, after the entries for '.' and '..', which take 12 bytes each: a reserved number, zero; the kind of
    // hash; its own length; the number of levels; flags. The entries of the index follow.
    private const int RootInfoAt = 0x18;
    private const int HashVersionAt = RootInfoAt + 4;
    private const int RootInfoLengthAt = RootInfoAt + 5;
    private const int LevelsAt = RootInfoAt + 6;
    private const int RootInfoLength = 8;

    private readonly byte[] _bytes;
    private readonly int _start;

    private IndexNode(byte[] bytes, int start)
    {
        _bytes = bytes;
        _start = start;
    }

    public int Limit => BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(_start));

    public int Count
    {
        get => BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(_start + 2));
        set => BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(_start + 2), (ushort)value);
    }

    public int EntriesEnd => _start + Count * EntrySize;

    public int TailAt => _start + Limit * EntrySize;

    /// <summary>hash_version of a root.</summary>
    public byte HashVersion => _bytes[HashVersionAt];

    /// <summary>indirect_levels of a root: 0 where its entries point to leaves.</summary>
    public byte Levels
    {
        get => _bytes[LevelsAt];
        set => _bytes[LevelsAt] = value;
    }

    /// <summary>Finds the index in a block; null if its numbers are impossible.</summary>
    public static IndexNode? Open(byte[] bytes, bool isRoot, bool hasChecksum)
    {
        if (isRoot && (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(RootInfoAt)) != 0 || bytes[RootInfoLengthAt] != RootInfoLength))
        {
            return null;
        }
        var node = new IndexNode(bytes, isRoot ? RootInfoAt + RootInfoLength : DirectoryEntry.HeaderSize);
        return node.Limit == Room(bytes.Length, node._start, hasChecksum) && node.Count > 0 && node.Count <= node.Limit ? node : null;
    }

    /// <summary>Makes an index node of a block of zeros.</summary>
    public static IndexNode Create(byte[] bytes, bool hasChecksum)
    {
        DirectoryEntry.WriteLength(bytes, 0, bytes.Length);
        var node = new IndexNode(bytes, DirectoryEntry.HeaderSize);
        node.SetLimit(Room(bytes.Length, node._start, hasChecksum));
        return node;
    }

    /// <summary>Makes an index root of a block that holds the entries for <c>.</c> and <c>..</c>, the second reaching to its end.</summary>
    public static IndexNode CreateRoot(byte[] bytes, byte hashVersion, bool hasChecksum)
    {
        bytes.AsSpan(RootInfoAt).Clear();
        bytes[HashVersionAt] = hashVersion;
        bytes[RootInfoLengthAt] = RootInfoLength;
        var node = new IndexNode(bytes, RootInfoAt + RootInfoLength);
        node.SetLimit(Room(bytes.Length, node._start, hasChecksum));
        return node;
    }

    public uint Hash(int index) => index == 0 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(_start + index * EntrySize));

    public uint Block(int index) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(_start + index * EntrySize
        + BlockAt)) & BlockMask;

    public void Set(int index, uint hash, uint block)
    {
        var entry = _bytes.AsSpan(_start + index * EntrySize);
        if (index > 0)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(entry, hash);
        }
        BinaryPrimitives.WriteUInt32LittleEndian(entry[BlockAt..], block);
    }

    /// <summary>Adds an entry after another; there must be room.</summary>
    public void Insert(int after, uint hash, uint block)
    {
        var from = _start + (after + 1) * EntrySize;
        _bytes.AsSpan(from, EntriesEnd - from).CopyTo(_bytes.AsSpan(from + EntrySize));
        Count++;
        Set(after + 1, hash, block);
    }

    /// <summary>The last entry whose hash is not above the given one.</summary>
    public int Search(uint hash)
    {
        var (low, high) = (1, Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (Hash(middle) <= hash)
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

    private void SetLimit(int limit) => BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(_start), (ushort)limit);

    private static int Room(int blockSize, int start, bool hasChecksum) => (blockSize - start - (hasChecksum ? TailSize : 0)) / EntrySize;
}
