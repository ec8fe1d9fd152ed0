using System.Buffers.Binary;
using System.Text;

namespace XenKube.Tests.Booting;

/// <summary>Small files with the headers of a Linux kernel: enough for a boot loader, though nothing runs.</summary>
internal static class ForgedKernel
{
    /// <summary>An ELF file with Xen's notes in a segment, or in a section.</summary>
    public static byte[] Elf(bool pv = true, bool pvh = true, bool inSection = false, int size = 200_000)
    {
        var notes = new List<byte>();
        Note(notes, 6, "linux\0"u8);
        if (pv)
        {
            Note(notes, 5, "xen-3.0\0"u8);
            Note(notes, 8, "generic\0"u8);
        }
        if (pvh)
        {
            Note(notes, 18, [0, 0, 0, 1]);
        }
        var file = new byte[size];
        new Random(size).NextBytes(file.AsSpan(4096, size / 4));
        ((ReadOnlySpan<byte>)[0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1]).CopyTo(file);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(0x12), 62);
        const int table = 64;
        const int notesAt = 512;
        notes.CopyTo(0, file, notesAt, notes.Count);
        var entry = file.AsSpan(table);
        if (inSection)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(0x28), table);
            BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(0x3A), 64);
            BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(0x3C), 1);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], 7);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[24..], notesAt);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[32..], (ulong)notes.Count);
        }
        else
        {
            BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(0x20), table);
            BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(0x36), 56);
            BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(0x38), 1);
            BinaryPrimitives.WriteUInt32LittleEndian(entry, 4);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], notesAt);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[32..], (ulong)notes.Count);
        }
        return file;
    }

    /// <summary>A bzImage around a payload.</summary>
    /// <param name="payload">The compressed kernel.</param>
    /// <param name="unpackedSize">The size that follows the payload; null where the format has it itself.</param>
    /// <param name="version">The version that the kernel says.</param>
    /// <param name="hash">64 digits for byte 64.</param>
    public static byte[] BzImage(byte[] payload, int? unpackedSize, string version = "6.12.102-test", string? hash = null)
    {
        byte[] all = unpackedSize is { } size ? [.. payload, .. BitConverter.GetBytes(size)] : payload;
        const int setup = 5 * 512;
        const int offset = 0x100;
        var file = new byte[setup + offset + all.Length + 64];
        file[0x1F1] = 4;
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(0x1FE), 0xAA55);
        "HdrS"u8.CopyTo(file.AsSpan(0x202));
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(0x206), 0x20F);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(0x20E), 0x300);
        Encoding.ASCII.GetBytes($"{version} (build@host) #1 SMP\0").CopyTo(file, 0x500);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(0x238), 2047);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(0x248), offset);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(0x24C), (uint)all.Length);
        if (hash is not null)
        {
            Encoding.ASCII.GetBytes(hash).CopyTo(file, 64);
        }
        all.CopyTo(file, setup + offset);
        return file;
    }

    private static void Note(List<byte> notes, uint type, ReadOnlySpan<byte> description)
    {
        notes.AddRange(BitConverter.GetBytes(4));
        notes.AddRange(BitConverter.GetBytes(description.Length));
        notes.AddRange(BitConverter.GetBytes(type));
        notes.AddRange("Xen\0"u8);
        notes.AddRange(description);
        notes.AddRange(new byte[(4 - (description.Length % 4)) % 4]);
    }
}
