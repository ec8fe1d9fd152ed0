using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using XenKube.Compression.Detection;

namespace XenKube.Booting.Kernels;

/// <summary>
/// A Linux kernel for x86: a bzImage, whose payload is the compressed kernel, or the kernel itself as an ELF file
/// (Documentation/arch/x86/boot.rst of Linux; boot protocol 2.08 and later).
/// </summary>
internal sealed class LinuxKernel
{
    /// <summary>
    /// The largest kernel that is unpacked, in bytes. A guest says the size, and the memory is taken before anything is unpacked: once for
    /// the kernel and once for the history of the decoder. Kernels of distributions have 30 to 80 MiB.
    /// </summary>
    public const int MaximumSize = 128 << 20;

    /// <summary>No kernel shrinks to less than this part of its size; those of distributions shrink to a quarter.</summary>
    private const int MaximumRatio = 256;

    /// <summary>The largest file that is taken for a kernel, in bytes.</summary>
    public const int MaximumFileSize = 64 << 20;

    private const int HashOffset = 64;
    private const int HashSize = 64;

    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdef"u8);

    private readonly byte[] _file;
    private readonly int _payloadStart;
    private readonly int _payloadSize;

    private LinuxKernel(byte[] file, int payloadStart, int payloadSize, string version, int argumentLimit)
    {
        _file = file;
        _payloadStart = payloadStart;
        _payloadSize = payloadSize;
        Version = version;
        ArgumentLimit = argumentLimit;
        Format = payloadStart == 0 ? CompressionFormat.None
            : CompressionFormats.Recognize(file.AsSpan(payloadStart, Math.Min(payloadSize, CompressionFormats.HeadSize)));
    }

    /// <summary>The version with which the kernel calls itself, such as <c>6.12.102-flatcar</c>; empty for an ELF file.</summary>
    public string Version { get; }

    /// <summary>How the payload is compressed.</summary>
    public CompressionFormat Format { get; }

    /// <summary>The most characters of the command line that the kernel reads, without the final NUL (cmdline_size).</summary>
    public int ArgumentLimit { get; }

    /// <summary>
    /// The root hash of /usr's dm-verity, which Flatcar and Container Linux store at byte 64 of the file; null where there is none.
    /// </summary>
    public string? VerityHash
    {
        get
        {
            var bytes = _file.AsSpan(HashOffset, HashSize);
            return bytes.ContainsAnyExcept(HexDigits) ? null : Encoding.ASCII.GetString(bytes);
        }
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="CorruptImageException">The file is not a Linux kernel for x86 of the last fifteen years.</exception>
    public static LinuxKernel Read(byte[] file)
    {
        if (file.Length >= KernelHeader.Size && ElfFile.IsElf(file))
        {
            return new LinuxKernel(file, 0, file.Length, "", BootLimits.PvhArguments);
        }
        var header = HeaderOf(file, file.Length);
        return new LinuxKernel(file, (int)header.PayloadStart, (int)header.PayloadSize, VersionOf(file, header.VersionOffset),
            header.ArgumentLimit);
    }

    /// <summary>Reads the header of a bzImage and checks that the payload is in the file.</summary>
    /// <param name="head">The first <see cref="KernelHeader.Size"/> bytes of the file, or all of a shorter one.</param>
    /// <param name="size">The size of the file, in bytes.</param>
    /// <exception cref="CorruptImageException">The file is not a bzImage, is older than protocol 2.08, or is cut off.</exception>
    public static KernelHeader HeaderOf(ReadOnlySpan<byte> head, long size)
    {
        if (head.Length < KernelHeader.Size)
        {
            throw Invalid("the file is too short for a kernel");
        }
        if (KernelHeader.Read(head) is not { } header)
        {
            throw Invalid("the file is neither a bzImage nor an ELF file");
        }
        if (!header.IsSupported)
        {
            throw Invalid(
                FormattableString.Invariant($"boot protocol {header.Protocol >> 8}.{header.Protocol & 0xFF:00} is older than 2.08"));
        }
        return header.PayloadSize >= CompressionFormats.HeadSize && header.PayloadStart + header.PayloadSize <= size ? header
            : throw Invalid("its payload reaches beyond the end of the file");
    }

    /// <summary>The size of the unpacked kernel in bytes, as the file says it.</summary>
    /// <exception cref="CorruptImageException">The size is more than a kernel has.</exception>
    public int UnpackedSize
    {
        get
        {
            if (Format == CompressionFormat.None)
            {
                return _payloadSize;
            }
            // The size of the data follows the compressed data; gzip ends with it by itself.
            var size = BinaryPrimitives.ReadUInt32LittleEndian(_file.AsSpan(_payloadStart + _payloadSize - sizeof(uint)));
            return size is not 0 and <= MaximumSize && size <= (long)_payloadSize * MaximumRatio ? (int)size
                : throw Invalid(FormattableString.Invariant($"it says that it unpacks to {size} bytes, which is more than a kernel has"));
        }
    }

    /// <summary>Unpacks the kernel to the ELF file that Xen starts.</summary>
    /// <param name="output">
    /// Receives the file; it is empty, and can be read and seek. A kernel that cannot be unpacked leaves a part.
    /// </param>
    /// <exception cref="CorruptImageException">The payload is damaged, or is not an ELF file.</exception>
    /// <exception cref="UnsupportedFeatureException">The payload is compressed in a way that is not supported.</exception>
    public void Unpack(Stream output)
    {
        if (Format == CompressionFormat.None)
        {
            var payload = _file.AsSpan(_payloadStart, _payloadSize);
            output.Write(ElfFile.IsElf(payload) ? payload : throw Invalid("its payload is compressed in a way that is not known"));
            return;
        }
        var count = Format == CompressionFormat.Gzip ? _payloadSize : _payloadSize - sizeof(uint);
        CompressionFormats.Decompress(Format, new MemoryStream(_file, _payloadStart, count), output, UnpackedSize);
        var head = new byte[ElfFile.HeaderSize];
        output.Position = 0;
        if (output.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length || !ElfFile.IsElf(head))
        {
            throw Invalid("its payload is not an ELF file");
        }
    }

    // A text like "6.12.102-flatcar (build@host) #1 SMP ...".
    private static string VersionOf(byte[] file, int offset)
    {
        if (offset == 0 || offset >= file.Length)
        {
            return "";
        }
        var text = file.AsSpan(offset, Math.Min(128, file.Length - offset));
        var end = text.IndexOfAny((byte)0, (byte)' ');
        text = text[..Math.Max(end, 0)];
        return text.ContainsAnyExceptInRange((byte)'!', (byte)'~') ? "" : Encoding.ASCII.GetString(text);
    }

    private static CorruptImageException Invalid(string reason) => new(ErrorIds.CorruptKernel, null, null, reason);
}
