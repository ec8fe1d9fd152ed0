namespace XenKube.Compression.Zstandard;

/// <summary>The header of a block, RFC 8878 section 3.1.1.2.</summary>
/// <param name="IsLast">Whether the frame ends with it.</param>
/// <param name="Kind">0 as it is, 1 one byte repeated, 2 compressed, 3 reserved.</param>
/// <param name="Size">The size of the data where it is as it is or repeated, of the compressed data otherwise.</param>
internal readonly record struct ZstandardBlock(bool IsLast, int Kind, int Size)
{
    /// <summary>The most data of a block.</summary>
    public const int MaximumSize = 128 * 1024;

    /// <summary>Reads a header.</summary>
    public static ZstandardBlock Read(CompressedInput input)
    {
        Span<byte> bytes = stackalloc byte[3];
        input.Read(bytes);
        var number = bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
        return new ZstandardBlock((number & 1) != 0, (number >> 1) & 3, number >> 3);
    }
}
