using System.Buffers.Binary;
using XenKube.Devices;
using XenKube.Posix;

namespace XenKube.Guests;

/// <summary>The format of a disk image that is not raw, by its magic number.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="XlFormat">What xl calls it; null for one that xl cannot attach.</param>
/// <param name="NamesOtherFile">True if its data are in another file too, or in front of it: a program that attaches it reads that
/// file.</param>
internal sealed record DiskFormat(string Name, string? XlFormat, bool NamesOtherFile = false)
{
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
            Span<byte> head = stackalloc byte[ContainerFormat.HeadLength], end = stackalloc byte[ContainerFormat.HeadLength];
            head.Clear();
            end.Clear();
            var length = RandomAccess.GetLength(file);
            _ = RandomAccess.Read(file, head, 0);
            _ = length < ContainerFormat.HeadLength ? 0 : RandomAccess.Read(file, end, length - ContainerFormat.HeadLength);
            return Of(head, end);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            return null;
        }
    }

    private static DiskFormat? Of(ReadOnlySpan<byte> head, ReadOnlySpan<byte> end)
    {
        // A dynamic VHD has its footer at both ends, a fixed one at its end alone.
        var container = ContainerFormat.Recognize(head) ?? (end.StartsWith(ContainerFormat.VhdMark) ? ContainerFormat.Vhd : null);
        return container?.Name switch
        {
            null => null,
            "qcow" or "qcow2" or "qed" => new(container.Title, container.Name, NamesOther(head, container.Name)),
            "vpc" => new(container.Title, "vhd", IsDifference(head.StartsWith(ContainerFormat.VhdMark) ? head : end)),
            _ => new(container.Title, null),
        };
    }

    // The type of disk in a VHD's footer.
    private static bool IsDifference(ReadOnlySpan<byte> footer) => BinaryPrimitives.ReadUInt32BigEndian(footer[60..]) == 4;

    // docs/interop/qcow2.txt and qed_spec.txt of QEMU: the offset of the backing file's name, and of qcow2's incompatible features the
    // one of an external data file.
    private static bool NamesOther(ReadOnlySpan<byte> head, string format) => format switch
    {
        "qed" => (BinaryPrimitives.ReadUInt64LittleEndian(head[16..]) & 1) != 0,
        _ => BinaryPrimitives.ReadUInt64BigEndian(head[8..]) != 0
            || (BinaryPrimitives.ReadUInt32BigEndian(head[4..]) >= 3 && (BinaryPrimitives.ReadUInt64BigEndian(head[72..]) & 4) != 0),
    };
}
