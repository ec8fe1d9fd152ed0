namespace XenKube.Devices;

/// <summary>A format of files in which other hypervisors keep a disk, recognised by its mark.</summary>
/// <param name="Name">Its name for qemu-img.</param>
/// <param name="Title">What people call it.</param>
/// <param name="Noun">The name in a sentence.</param>
internal sealed record ContainerFormat(string Name, string Title, string Noun)
{
    /// <summary>Bytes of a file's beginning that hold every mark.</summary>
    public const int HeadLength = 512;

    /// <summary>Microsoft's Virtual Hard Disk.</summary>
    public static readonly ContainerFormat Vhd = Of("vpc", "VHD");

    /// <summary>The mark of each format, and its offset. The first that fits is taken.</summary>
    private static readonly (int Offset, byte[] Mark, ContainerFormat Format)[] Marks =
    [
        // qemu, docs/interop/qcow2.rst; version 1 has the same mark.
        (0, [.. "QFI"u8, 0xFB, 0, 0, 0, 1], Of("qcow", "qcow")),
        (0, [.. "QFI"u8], Of("qcow2", "qcow2")),
        (0, [.. "QED\0"u8], Of("qed", "QED")),
        // VMware, Virtual Disk Format 5.0: sparse extents of hosted products and of ESX, and the descriptor as a file of its own.
        (0, [.. "KDMV"u8], Of("vmdk", "VMDK")),
        (0, [.. "COWD"u8], Of("vmdk", "VMDK")),
        (0, [.. "# Disk DescriptorFile"u8], Of("vmdk", "VMDK") with { Noun = "the descriptor of a VMDK image" }),
        // VirtualBox, include/VBox/vd.h: VDI_IMAGE_SIGNATURE after 64 bytes of text.
        (0x40, [0x7F, 0x10, 0xDA, 0xBE], Of("vdi", "VDI")),
        // Microsoft, Virtual Hard Disk Image Format Specification 1.0, and [MS-VHDX] 2.1.
        (0, [.. VhdMark], Vhd),
        (0, [.. "vhdxfile"u8], Of("vhdx", "VHDX")),
        (0, [.. "WithoutFreeSpace"u8], Of("parallels", "Parallels")),
        (0, [.. "WithouFreSpacExt"u8], Of("parallels", "Parallels")),
    ];

    /// <summary>The mark of a VHD: at the beginning of a dynamic one, and of the footer in the last sector of every one.</summary>
    public static ReadOnlySpan<byte> VhdMark => "conectix"u8;

    /// <summary>Recognises a format; null for a file that may be a raw disk.</summary>
    /// <param name="head">The first bytes of the file, up to <see cref="HeadLength"/>.</param>
    public static ContainerFormat? Recognize(ReadOnlySpan<byte> head)
    {
        foreach (var (offset, mark, format) in Marks)
        {
            if (head.Length >= offset + mark.Length && head.Slice(offset, mark.Length).SequenceEqual(mark))
            {
                return format;
            }
        }
        return null;
    }

    private static ContainerFormat Of(string name, string title) => new(name, title, $"a {title} image");
}
