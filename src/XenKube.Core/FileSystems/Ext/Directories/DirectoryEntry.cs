using System.Buffers.Binary;
using XenKube.FileSystems.Ext.Structures;

namespace XenKube.FileSystems.Ext.Directories;

/// <summary>An entry of a directory block: inode, length of the entry, length of the name, kind, name.</summary>
/// <param name="Offset">Its offset in the block, in bytes.</param>
/// <param name="Inode">What it names; 0 for free room.</param>
/// <param name="Length">From here to the next entry.</param>
/// <param name="NameLength">Length of the name.</param>
/// <param name="Kind">The kind of file, or 0 where the file system does not note it.</param>
internal readonly record struct DirectoryEntry(int Offset, uint Inode, int Length, int NameLength, EntryKind Kind)
{
    public const int HeaderSize = 8;
    public const int MaximumName = 255;

    public const int ChecksumSize = 12;

    private const int LengthAt = 4;
    private const int NameLengthAt = 6;
    private const int KindAt = 7;

    /// <summary>How much of its length the entry needs itself.</summary>
    public int Used => Inode == 0 ? 0 : Needed(NameLength);

    public static int Needed(int nameLength) => (HeaderSize + nameLength + 3) & ~3;

    /// <summary>Reads the entry at an offset; null where it breaks the rules.</summary>
    public static DirectoryEntry? Read(ReadOnlySpan<byte> block, int offset, bool hasKinds)
    {
        if (offset < 0 || offset > block.Length - HeaderSize)
        {
            return null;
        }
        var bytes = block[offset..];
        // In blocks of 64 KiB the two lowest bits, always zero, hold what does not fit.
        int stored = BinaryPrimitives.ReadUInt16LittleEndian(bytes[LengthAt..]);
        var length = block.Length < 65536 ? stored : stored is 0 or 65535 ? block.Length : (stored & 65532) | (stored & 3) << 16;
        var nameLength = hasKinds ? bytes[NameLengthAt] : BinaryPrimitives.ReadUInt16LittleEndian(bytes[NameLengthAt..]);
        if (length < HeaderSize || length % 4 != 0 || length > bytes.Length || Needed(nameLength) > length)
        {
            return null;
        }
        return new DirectoryEntry(offset, BinaryPrimitives.ReadUInt32LittleEndian(bytes), length, nameLength, hasKinds
            ? (EntryKind)bytes[KindAt] : EntryKind.Unknown);
    }

    public ReadOnlySpan<byte> Name(ReadOnlySpan<byte> block) => block.Slice(Offset + HeaderSize, NameLength);

    public string Text(ReadOnlySpan<byte> block) => FileNames.Decode(Name(block));

    public static void Write(Span<byte> block, int offset, int length, uint inode, ReadOnlySpan<byte> name, EntryKind kind)
    {
        var bytes = block[offset..];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, inode);
        WriteLength(block, offset, length);
        bytes[NameLengthAt] = (byte)name.Length;
        bytes[KindAt] = (byte)kind;
        name.CopyTo(bytes[HeaderSize..]);
        bytes[(HeaderSize + name.Length)..Math.Min(Needed(name.Length), length)].Clear();
    }

    public static void WriteLength(Span<byte> block, int offset, int length) =>
        BinaryPrimitives.WriteUInt16LittleEndian(block[(offset + LengthAt)..],
        (ushort)(block.Length < 65536 ? length : length == block.Length ? 65535 : (length & 65532) | (length >> 16 & 3)));

    public static void WriteKind(Span<byte> block, int offset, EntryKind kind) => block[offset + KindAt] = (byte)kind;

    public static void WriteInode(Span<byte> block, int offset, uint inode) =>
        BinaryPrimitives.WriteUInt32LittleEndian(block[offset..], inode);
}
