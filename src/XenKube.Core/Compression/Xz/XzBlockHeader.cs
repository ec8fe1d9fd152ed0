using System.Buffers.Binary;
using XenKube.Checksums;

namespace XenKube.Compression.Xz;

/// <summary>The header of a block, xz file format 1.1.0, section 3.1.</summary>
/// <param name="Size">Bytes of the header.</param>
/// <param name="CompressedSize">Bytes of the compressed data; null where the header does not say it.</param>
/// <param name="UncompressedSize">Bytes of the data; null where the header does not say it.</param>
/// <param name="X86Start">The position with which the filter for x86 code begins; null where there is no such filter.</param>
/// <param name="DictionarySize">The size of LZMA2's dictionary in bytes.</param>
internal sealed record XzBlockHeader(int Size, long? CompressedSize, long? UncompressedSize, uint? X86Start, long DictionarySize)
{
    private const long Lzma2Filter = 0x21;
    private const long X86Filter = 0x04;
    private const int ReservedFlags = 0x3C;
    private const int HasCompressedSize = 0x40;
    private const int HasUncompressedSize = 0x80;

    /// <summary>The most bytes of history that are kept: a block never refers to more than it has data, and some are needed.</summary>
    public long HistorySize => Math.Max(4096, UncompressedSize is { } size ? Math.Min(DictionarySize, size) : DictionarySize);

    /// <summary>Reads a header.</summary>
    /// <param name="input">The compressed data after the header's first byte.</param>
    /// <param name="first">The first byte, not 0.</param>
    /// <exception cref="CorruptImageException">The header is damaged.</exception>
    /// <exception cref="UnsupportedFeatureException">The block has a filter other than those of LZMA2 and x86 code.</exception>
    public static XzBlockHeader Read(CompressedInput input, byte first)
    {
        var position = input.Position - 1;
        var size = (first + 1) * 4;
        Span<byte> bytes = stackalloc byte[1024];
        bytes = bytes[..size];
        bytes[0] = first;
        input.Read(bytes[1..]);
        if (Crc32.Compute(bytes[..^4]) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]))
        {
            throw input.DamagedAt("block header", position, "the checksum is wrong");
        }
        var flags = bytes[1];
        ReadOnlySpan<byte> fields = bytes[2..^4];
        var compressed = (flags & HasCompressedSize) != 0 ? XzNumber.Take(ref fields) : 0;
        var uncompressed = (flags & HasUncompressedSize) != 0 ? XzNumber.Take(ref fields) : 0;
        if ((flags & ReservedFlags) != 0 || compressed < 0 || uncompressed < 0 || ((flags & HasCompressedSize) != 0 && compressed == 0))
        {
            throw input.DamagedAt("block header", position, "the flags or sizes are not valid");
        }
        uint? x86 = null;
        long dictionary = -1;
        for (var left = (flags & 3) + 1; left > 0; left--)
        {
            var id = XzNumber.Take(ref fields);
            var length = XzNumber.Take(ref fields);
            if (id < 0 || length < 0 || length > fields.Length)
            {
                throw input.DamagedAt("block header", position, "the filters are not valid");
            }
            var properties = fields[..(int)length];
            fields = fields[(int)length..];
            if (id == Lzma2Filter && left == 1 && length == 1 && properties[0] <= 40)
            {
                dictionary = DictionaryOf(properties[0]);
            }
            else if (id == X86Filter && left > 1 && x86 is null && length is 0 or 4)
            {
                x86 = length == 0 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(properties);
            }
            else
            {
                throw input.Unsupported(FilterName(id));
            }
        }
        if (fields.ContainsAnyExcept((byte)0))
        {
            throw input.DamagedAt("block header", position, "the padding is not zero");
        }
        return new XzBlockHeader(
            size,
            (flags & HasCompressedSize) != 0 ? compressed : null,
            (flags & HasUncompressedSize) != 0 ? uncompressed : null,
            x86,
            dictionary);
    }

    private static long DictionaryOf(byte bits) => bits == 40 ? uint.MaxValue : (2L | (bits & 1)) << ((bits / 2) + 11);

    // Section 5.3; a filter that is known may also be in a place where it cannot be.
    private static string FilterName(long id) => id switch
    {
        Lzma2Filter => "LZMA2 filter with these properties",
        X86Filter => "x86 filter in this place",
        0x03 => "delta filter",
        0x05 => "PowerPC filter",
        0x06 => "IA-64 filter",
        0x07 => "ARM filter",
        0x08 => "ARM Thumb filter",
        0x09 => "SPARC filter",
        0x0A => "ARM64 filter",
        0x0B => "RISC-V filter",
        _ => FormattableString.Invariant($"filter 0x{id:X}"),
    };
}
