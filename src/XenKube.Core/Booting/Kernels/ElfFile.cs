using System.Buffers.Binary;

namespace XenKube.Booting.Kernels;

/// <summary>The headers of an ELF file for x86-64 (System V ABI, chapters 4 and 5): where its notes are.</summary>
internal static class ElfFile
{
    /// <summary>Bytes of the header at the start of the file.</summary>
    public const int HeaderSize = 64;

    private const int SegmentSize = 56;
    private const int SectionSize = 64;
    private const uint NoteSegment = 4;
    private const uint NoteSection = 7;
    private const int MostHeaders = 1024;

    /// <summary>Notes of kernels have less than a thousand bytes.</summary>
    private const int MostNoteBytes = 1 << 20;

    private const ushort X86Machine = 62;

    /// <summary>Whether bytes begin as an ELF file of any kind.</summary>
    public static bool HasMagic(ReadOnlySpan<byte> bytes) => bytes.StartsWith("\u007FELF"u8);

    /// <summary>Whether bytes begin as an ELF file of 64 bits for x86.</summary>
    public static bool IsElf(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= HeaderSize && HasMagic(bytes) && bytes[4] == 2 && bytes[5] == 1
            && BinaryPrimitives.ReadUInt16LittleEndian(bytes[0x12..]) == X86Machine;

    /// <summary>
    /// The notes of the file, each range of them: the segments of notes, or else the sections of notes, as Xen's libelf looks.
    /// </summary>
    /// <param name="file">The file; it can seek.</param>
    public static IReadOnlyList<byte[]> Notes(Stream file)
    {
        var header = new byte[HeaderSize];
        file.Position = 0;
        if (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
        {
            return [];
        }
        var found = Ranges(file, header, 0x20, 0x36, SegmentSize, NoteSegment, typeAt: 0, offsetAt: 8, sizeAt: 32);
        return found.Count > 0 ? found : Ranges(file, header, 0x28, 0x3A, SectionSize, NoteSection, typeAt: 4, offsetAt: 24, sizeAt: 32);
    }

    private static List<byte[]> Ranges(Stream file, byte[] header, int tableAt, int entrySizeAt, int smallest, uint type, int typeAt,
        int offsetAt, int sizeAt)
    {
        var ranges = new List<byte[]>();
        var table = BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(tableAt));
        int size = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(entrySizeAt));
        int count = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(entrySizeAt + 2));
        if (size < smallest || count > MostHeaders || Read(file, table, (ulong)(size * count)) is not { } entries)
        {
            return ranges;
        }
        var left = MostNoteBytes;
        for (var i = 0; i < count; i++)
        {
            var entry = entries.AsSpan(i * size, size);
            if (BinaryPrimitives.ReadUInt32LittleEndian(entry[typeAt..]) == type
                && BinaryPrimitives.ReadUInt64LittleEndian(entry[sizeAt..]) is var length && length <= (ulong)left
                && Read(file, BinaryPrimitives.ReadUInt64LittleEndian(entry[offsetAt..]), length) is { } notes)
            {
                ranges.Add(notes);
                left -= notes.Length;
            }
        }
        return ranges;
    }

    // Null for a range beyond the end of the file.
    private static byte[]? Read(Stream file, ulong offset, ulong length)
    {
        if (offset > (ulong)file.Length || length > (ulong)file.Length - offset)
        {
            return null;
        }
        var bytes = new byte[length];
        file.Position = (long)offset;
        file.ReadExactly(bytes);
        return bytes;
    }
}
