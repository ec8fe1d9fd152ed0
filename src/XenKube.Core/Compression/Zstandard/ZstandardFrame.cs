using System.Buffers.Binary;

namespace XenKube.Compression.Zstandard;

/// <summary>The header of a zstd frame, RFC 8878 section 3.1.1.1.</summary>
/// <param name="WindowSize">The most bytes of history that the frame refers to.</param>
/// <param name="ContentSize">The size of the frame's data; null where the frame does not say it.</param>
/// <param name="HasChecksum">Whether a checksum of the data follows the last block.</param>
internal readonly record struct ZstandardFrame(long WindowSize, long? ContentSize, bool HasChecksum)
{
    /// <summary>The magic number of a frame, little endian.</summary>
    public const uint Magic = 0xFD2FB528;

    /// <summary>True for the sixteen magic numbers of frames that hold no data, section 3.1.2.</summary>
    public static bool IsSkippable(uint magic) => (magic & 0xFFFFFFF0) == 0x184D2A50;

    /// <summary>Reads the header after the magic number.</summary>
    /// <exception cref="CorruptImageException">A reserved bit is set, or the header is cut off.</exception>
    /// <exception cref="UnsupportedFeatureException">The frame needs a dictionary.</exception>
    public static ZstandardFrame Read(CompressedInput input)
    {
        var descriptor = input.ReadByte();
        if ((descriptor & 0x08) != 0)
        {
            throw input.Damaged("frame header", "a reserved bit is set");
        }
        var isSingleSegment = (descriptor & 0x20) != 0;
        long window = 0;
        if (!isSingleSegment)
        {
            var value = input.ReadByte();
            var unit = 1L << (10 + (value >> 3));
            window = unit + (unit / 8 * (value & 7));
        }
        Span<byte> field = stackalloc byte[8];
        field.Clear();
        if ((descriptor & 3) != 0)
        {
            input.Read(field[..(1 << ((descriptor & 3) - 1))]);
            if (BinaryPrimitives.ReadUInt32LittleEndian(field) != 0)
            {
                throw input.Unsupported("dictionary");
            }
        }
        var length = (descriptor >> 6) switch { 0 => isSingleSegment ? 1 : 0, 1 => 2, 2 => 4, _ => 8 };
        field.Clear();
        input.Read(field[..length]);
        var size = BinaryPrimitives.ReadUInt64LittleEndian(field) + (length == 2 ? 256UL : 0UL);
        if (size > long.MaxValue)
        {
            throw input.Damaged("frame header", "the size of the content is beyond all files");
        }
        long? content = length == 0 ? null : (long)size;
        return new ZstandardFrame(isSingleSegment ? (long)size : window, content, (descriptor & 4) != 0);
    }
}
