using System.IO.Compression;
using XenKube.Compression.Detection;

namespace XenKube.Booting.Kernels;

/// <summary>
/// How a Linux kernel is packed, from as few bytes as show it. Xen's domain builder and the GRUB of the boot chain unpack what they
/// know; GRUB's Xen loader does not know zstd.
/// </summary>
internal static class KernelCompression
{
    private const int LargestStart = 64 << 20;

    /// <summary>
    /// Determines the compression of a kernel: gzip, xz, zstd, …; none for an ELF file; null where the file may be a kernel of a kind that
    /// is not known here.
    /// </summary>
    /// <param name="kernel">The file from its start; it need not be able to seek.</param>
    /// <param name="size">The size of the file, in bytes.</param>
    /// <exception cref="CorruptImageException">The file is not a kernel that GRUB or Xen could start, or is cut off.</exception>
    public static string? Detect(Stream kernel, long size)
    {
        var head = new byte[KernelHeader.Size];
        head = head[..kernel.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        if (ElfFile.HasMagic(head))
        {
            return CompressionFormats.NameOf(CompressionFormat.None);
        }
        // GRUB and Xen unpack an ELF file that is packed as a whole as well.
        if (CompressionFormats.Recognize(head) is var whole and not CompressionFormat.None)
        {
            return whole == CompressionFormat.Gzip && IsPackedElf(head) ? CompressionFormats.NameOf(whole) : null;
        }
        var header = LinuxKernel.HeaderOf(head, size);
        if (header.PayloadStart < head.Length || header.PayloadStart > LargestStart || !Skip(kernel, header.PayloadStart - head.Length))
        {
            return null;
        }
        var magic = new byte[CompressionFormats.HeadSize];
        var payload = magic.AsSpan(0, kernel.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false));
        var format = CompressionFormats.Recognize(payload);
        return format != CompressionFormat.None || ElfFile.HasMagic(payload) ? CompressionFormats.NameOf(format) : null;
    }

    private static bool Skip(Stream stream, long count)
    {
        var skipped = new byte[8192];
        while (count > 0)
        {
            var read = stream.Read(skipped, 0, (int)Math.Min(count, skipped.Length));
            if (read == 0)
            {
                return false;
            }
            count -= read;
        }
        return true;
    }

    private static bool IsPackedElf(byte[] head)
    {
        var unpacked = new byte[4];
        try
        {
            using var gzip = new GZipStream(new MemoryStream(head), CompressionMode.Decompress);
            return gzip.ReadAtLeast(unpacked, unpacked.Length, throwOnEndOfStream: false) == unpacked.Length && ElfFile.HasMagic(unpacked);
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
