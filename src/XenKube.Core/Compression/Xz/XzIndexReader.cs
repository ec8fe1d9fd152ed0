using XenKube.Checksums;

namespace XenKube.Compression.Xz;

/// <summary>Reads the index byte by byte, since its length is known only at its end.</summary>
internal sealed class XzIndexReader(CompressedInput input)
{
    // The byte that says that this is the index was read already.
    private uint _crc = Crc32.Append(Crc32.Start, [0]);

    /// <summary>The CRC-32 of what was read.</summary>
    public uint Checksum => ~_crc;

    /// <summary>Reads a byte.</summary>
    public byte Byte()
    {
        var value = input.ReadByte();
        _crc = Crc32.Append(_crc, [value]);
        return value;
    }

    /// <summary>Reads a number (section 1.2).</summary>
    public long Number()
    {
        Span<byte> bytes = stackalloc byte[9];
        var count = 0;
        do
        {
            bytes[count++] = Byte();
        }
        while (bytes[count - 1] >= 0x80 && count < bytes.Length);
        ReadOnlySpan<byte> number = bytes[..count];
        var value = XzNumber.Take(ref number);
        return value >= 0 ? value : throw input.Damaged("index", "a number is not valid");
    }
}
