using System.Buffers.Binary;
using System.IO.Compression;

namespace XenKube.Clusters;

/// <summary>
/// How a Linux kernel is packed. Xen's domain builder and the GRUB of the boot chain unpack what they know; they do not know
/// zstd, with which Flatcar's kernels are packed since 2021.
/// </summary>
internal static class KernelCompression
{
    private static readonly (string Name, byte[] Magic)[] Known =
    [
        ("gzip", [0x1f, 0x8b]),
        ("xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]),
        ("zstd", [0x28, 0xb5, 0x2f, 0xfd]),
        ("lz4", [0x02, 0x21, 0x4c, 0x18]),
        ("bzip2", [0x42, 0x5a, 0x68]),
        ("lzma", [0x5d, 0x00, 0x00]),
        ("lzo", [0x89, 0x4c, 0x5a, 0x4f]),
        ("none", [0x7f, 0x45, 0x4c, 0x46]),
    ];

    /// <summary>Determines the compression of a kernel: gzip, xz, zstd, …; none for an ELF file; null for a file that is not a kernel.</summary>
    /// <param name="kernel">The file from its start; it need not be able to seek.</param>
    public static string? Detect(Stream kernel)
    {
        var head = new byte[0x260];
        if (kernel.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length)
        {
            return null;
        }
        if (head.AsSpan().StartsWith(Known[^1].Magic))
        {
            return "none";
        }
        // GRUB and Xen unpack an ELF file that is packed as a whole as well.
        if (head.AsSpan().StartsWith(Known[0].Magic))
        {
            return IsPackedElf(head) ? Known[0].Name : null;
        }
        // The boot protocol, Documentation/arch/x86/boot.rst: boot_flag, header, version, setup_sects, payload_offset
        if (BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(0x1fe)) != 0xaa55 || !head.AsSpan(0x202, 4).SequenceEqual("HdrS"u8) || BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(0x206)) < 0x208)
        {
            return null;
        }
        var sectors = head[0x1f1] == 0 ? 4 : head[0x1f1];
        var start = ((sectors + 1L) * 512) + BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(0x248));
        if (start < head.Length || start > 64 << 20)
        {
            return null;
        }
        var skip = new byte[8192];
        for (var left = start - head.Length; left > 0;)
        {
            var count = kernel.Read(skip, 0, (int)Math.Min(left, skip.Length));
            if (count == 0)
            {
                return null;
            }
            left -= count;
        }
        var magic = new byte[8];
        var read = kernel.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        return Known.FirstOrDefault(known => magic.AsSpan(0, read).StartsWith(known.Magic)).Name;
    }

    private static bool IsPackedElf(byte[] head)
    {
        var elf = Known[^1].Magic;
        var unpacked = new byte[elf.Length];
        try
        {
            using var gzip = new GZipStream(new MemoryStream(head), CompressionMode.Decompress);
            return gzip.ReadAtLeast(unpacked, unpacked.Length, throwOnEndOfStream: false) == elf.Length && unpacked.AsSpan().SequenceEqual(elf);
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
