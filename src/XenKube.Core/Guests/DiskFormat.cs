using System.Buffers.Binary;
using XenKube.Posix;

namespace XenKube.Guests;

/// <summary>The format of a disk image that is not raw, by its magic number.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="XlFormat">What xl calls it; null for one that xl cannot attach.</param>
/// <param name="NamesOtherFile">True if its data are in another file too, or in front of it: a program that attaches it reads that
/// file.</param>
internal sealed record DiskFormat(string Name, string? XlFormat, bool NamesOtherFile = false)
{
    private const int HeadSize = 512;

    /// <summary>Looks at an image file.</summary>
    /// <returns>Its format; null for a raw image, or one that cannot be read.</returns>
    public static DiskFormat? Find(string path)
    {
        using var file = Libc.Open(path, OpenFlags.NonBlocking | OpenFlags.NoTerminal);
        if (file is null || !FileStatus.Read(file).IsRegularFile)
        {
            return null;
        }
        try
        {
            Span<byte> head = stackalloc byte[HeadSize], end = stackalloc byte[HeadSize];
            head.Clear();
            end.Clear();
            var length = RandomAccess.GetLength(file);
            _ = RandomAccess.Read(file, head, 0);
            _ = length < HeadSize ? 0 : RandomAccess.Read(file, end, length - HeadSize);
            return Of(head, end);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            return null;
        }
    }

    private static DiskFormat? Of(ReadOnlySpan<byte> head, ReadOnlySpan<byte> end)
    {
        if (head.StartsWith("QFI"u8) && head[3] == 0xfb)
        {
            // docs/interop/qcow2.txt of QEMU: version, offset of the backing file's name; incompatible feature 2 is an external data file.
            var version = BinaryPrimitives.ReadUInt32BigEndian(head[4..]);
            var hasBacking = BinaryPrimitives.ReadUInt64BigEndian(head[8..]) != 0;
            var hasDataFile = version >= 3 && (BinaryPrimitives.ReadUInt64BigEndian(head[72..]) & 4) != 0;
            return version == 1 ? new("qcow", "qcow", hasBacking) : new("qcow2", "qcow2", hasBacking || hasDataFile);
        }
        // A dynamic VHD has its footer at both ends, a fixed one at its end; type 4 is a difference to another file.
        if (head.StartsWith("conectix"u8) || end.StartsWith("conectix"u8))
        {
            var footer = head.StartsWith("conectix"u8) ? head : end;
            return new("VHD", "vhd", BinaryPrimitives.ReadUInt32BigEndian(footer[60..]) == 4);
        }
        return head.StartsWith("QED\0"u8) ? new("QED", "qed", (BinaryPrimitives.ReadUInt64LittleEndian(head[16..]) & 1) != 0)
            : head.StartsWith("KDMV"u8) || head.StartsWith("# Disk DescriptorFile"u8) ? new("VMDK", null)
            : head.StartsWith("vhdxfile"u8) ? new("VHDX", null)
            : head[0x40..].StartsWith((ReadOnlySpan<byte>)[0x7f, 0x10, 0xda, 0xbe]) ? new("VDI", null)
            : null;
    }
}
