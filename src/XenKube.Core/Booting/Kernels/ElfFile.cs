using System.Buffers.Binary;

namespace XenKube.Booting.Kernels;

/// <summary>The headers of an ELF file for x86-64 (System V ABI, chapters 4 and 5): where its notes are.</summary>
internal static class ElfFile
{
    private const int HeaderSize = 64;
    private const int SegmentSize = 56;
    private const int SectionSize = 64;
    private const uint NoteSegment = 4;
    private const uint NoteSection = 7;
    private const int MostHeaders = 1024;
    private const ushort X86Machine = 62;

    /// <summary>Whether bytes begin as an ELF file of any kind.</summary>
    public static bool HasMagic(ReadOnlySpan<byte> bytes) => bytes.StartsWith("\u007FELF"u8);

    /// <summary>Whether bytes begin as an ELF file of 64 bits for x86.</summary>
    public static bool IsElf(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= HeaderSize && HasMagic(bytes) && bytes[4] == 2 && bytes[5] == 1
            && BinaryPrimitives.ReadUInt16LittleEndian(bytes[0x12..]) == X86Machine;

    /// <summary>
    /// The ranges of the file that hold notes: the segments of notes, or else the sections of notes, as Xen's libelf looks.
    /// </summary>
    public static IReadOnlyList<Range> Notes(ReadOnlySpan<byte> file)
    {
        var found = Ranges(file, 0x20, 0x36, SegmentSize, NoteSegment, typeAt: 0, offsetAt: 8, sizeAt: 32);
        return found.Count > 0 ? found : Ranges(file, 0x28, 0x3A, SectionSize, NoteSection, typeAt: 4, offsetAt: 24, sizeAt: 32);
    }

    private static List<Range> Ranges(ReadOnlySpan<byte> file, int tableAt, int entrySizeAt, int smallest, uint type, int typeAt,
        int offsetAt, int sizeAt)
    {
        var ranges = new List<Range>();
        var table = BinaryPrimitives.ReadUInt64LittleEndian(file[tableAt..]);
        int size = BinaryPrimitives.ReadUInt16LittleEndian(file[entrySizeAt..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(file[(entrySizeAt + 2)..]);
        if (size < smallest || count > MostHeaders || table > (ulong)file.Length || (ulong)(size * count) > (ulong)file.Length - table)
        {
            return ranges;
        }
        for (var i = 0; i < count; i++)
        {
            var entry = file.Slice((int)table + (i * size), size);
            var offset = BinaryPrimitives.ReadUInt64LittleEndian(entry[offsetAt..]);
            var length = BinaryPrimitives.ReadUInt64LittleEndian(entry[sizeAt..]);
            if (BinaryPrimitives.ReadUInt32LittleEndian(entry[typeAt..]) == type && offset <= (ulong)file.Length
                && length <= (ulong)file.Length - offset)
            {
                ranges.Add((int)offset..(int)(offset + length));
            }
        }
        return ranges;
    }
}
