using System.Buffers.Binary;
using XenKube.Compression.Detection;
using XenKube.Devices;

namespace XenKube.Disks;

/// <summary>
/// A format of files that hold a disk without being one: formats of other hypervisors, compressed files, archives. Each is recognised by
/// its content alone, and has a command that makes a raw image of it.
/// </summary>
/// <param name="Name">Its name, as qemu-img or file(1) has it: <c>qcow2</c>, <c>xz</c>.</param>
/// <param name="Noun">The name in a sentence: <c>a qcow2 image</c>.</param>
/// <param name="Suffixes">Suffixes of names of such files; none for an archive.</param>
/// <param name="Command">The shell command that makes a raw image or unpacks the archive: of a file, to another.</param>
internal sealed record ImageFormat(string Name, string Noun, string[] Suffixes, Func<string, string, string> Command)
{
    /// <summary>The formats that begin with a mark: its offset, and its bytes. The first that fits is taken.</summary>
    private static readonly (int Offset, byte[] Mark, ImageFormat Format)[] Marks =
    [
        (0, [.. "LZIP"u8], Compressed("lzip", ".lz", "lzip -dc")),
        (0, [.. "PK\u0003\u0004"u8], Archive("zip", "a zip archive", "unzip")),
        (0, [.. "7z"u8, 0xBC, 0xAF, 0x27, 0x1C], Archive("7z", "a 7z archive", "7z x")),
        (257, [.. "ustar"u8], Archive("tar", "a tar archive", "tar -xf")),
    ];

    /// <summary>Recognises a format by the first bytes of a file.</summary>
    /// <param name="device">The file.</param>
    /// <returns>Null for anything that may be a raw disk.</returns>
    public static ImageFormat? Recognize(BlockDevice device)
    {
        Span<byte> buffer = stackalloc byte[ContainerFormat.HeadLength];
        var head = buffer[..(int)Math.Min(ContainerFormat.HeadLength, device.Length)];
        device.Read(0, head);
        if (ContainerFormat.Recognize(head) is { } container)
        {
            return Hypervisor(container);
        }
        foreach (var (offset, mark, format) in Marks)
        {
            if (head.Length >= offset + mark.Length && head.Slice(offset, mark.Length).SequenceEqual(mark))
            {
                return format;
            }
        }
        return CompressionFormats.Recognize(head) switch
        {
            CompressionFormat.Gzip => Compressed("gzip", ".gz", "gzip -dc"),
            CompressionFormat.Bzip2 => Compressed("bzip2", ".bz2", "bzip2 -dc"),
            CompressionFormat.Xz => Compressed("xz", ".xz", "xz -dc"),
            CompressionFormat.Lzma => Compressed("lzma", ".lzma", "xz -dc"),
            CompressionFormat.Zstandard => Compressed("zstd", ".zst", "zstd -dc"),
            CompressionFormat.Lz4 or CompressionFormat.Lz4Legacy => Compressed("lz4", ".lz4", "lz4 -dc"),
            CompressionFormat.Lzo => Compressed("lzop", ".lzo", "lzop -dc"),
            _ => null,
        };
    }

    /// <summary>A VHD of fixed size is a raw disk and, after it, a footer of one sector; its format where there is such a footer.</summary>
    public static ImageFormat? RecognizeFooter(BlockDevice device)
    {
        if (device.Length < 2 * FooterLength)
        {
            return null;
        }
        Span<byte> footer = stackalloc byte[FooterLength];
        device.Read(device.Length - FooterLength, footer);
        const int typeOffset = 60, isFixed = 2;
        return footer.StartsWith(ContainerFormat.VhdMark) && BinaryPrimitives.ReadInt32BigEndian(footer[typeOffset..]) == isFixed
            ? Hypervisor(ContainerFormat.Vhd) : null;
    }

    /// <summary>Length of the footer of a VHD in bytes.</summary>
    public const int FooterLength = 512;

    /// <summary>The error about a file of this format where a disk is needed.</summary>
    public UnsupportedFeatureException Refusal(string path) =>
        new(path, "disk image", Name, RemedyFor(path), $"it is {Noun}, not a raw disk");

    /// <summary>The same for an image that node disks are to be made from.</summary>
    public UnsupportedFeatureException RefusalAsRelease(string path) => new(path, "image", Name, RemedyFor(path),
        $"it is {Noun}, and neither a raw disk nor one that is compressed by bzip2, xz, zstd or gzip");

    /// <summary>The command for a file.</summary>
    public string RemedyFor(string path) =>
        $"{(Suffixes is [] ? "Unpack it first" : "Make a raw image of it first")}: {Command(ShellWord.Quote(path), ShellWord.Quote(ShellWord.FreeName(path, Suffixes, ".raw")))}";

    private static ImageFormat Hypervisor(ContainerFormat format) => new(
        format.Name, format.Noun, ["." + format.Name, ".vhd"], (path, raw) => $"qemu-img convert -f {format.Name} -O raw {path} {raw}");

    private static ImageFormat Compressed(string name, string suffix, string program) =>
        new(name, $"a file compressed by {name}", [suffix], (path, raw) => $"{program} {path} > {raw}");

    private static ImageFormat Archive(string name, string noun, string program) => new(name, noun, [], (path, _) => $"{program} {path}");
}
