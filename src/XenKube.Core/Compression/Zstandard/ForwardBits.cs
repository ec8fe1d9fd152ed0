using System.Buffers.Binary;

namespace XenKube.Compression.Zstandard;

/// <summary>Bits that are read from the first byte on, lowest bit first. After the last byte there are zeros.</summary>
/// <param name="bytes">The bytes.</param>
internal ref struct ForwardBits(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;

    /// <summary>The bytes of which a bit was read.</summary>
    public readonly int BytesUsed => (_position + 7) / 8;

    /// <summary>True when more bits were read than there are.</summary>
    public readonly bool IsExhausted => _position > _bytes.Length * 8;

    /// <summary>The next bits, up to 16.</summary>
    public readonly uint Peek(int count)
    {
        var at = _position >> 3;
        Span<byte> word = stackalloc byte[4];
        word.Clear();
        if (at < _bytes.Length)
        {
            _bytes[at..Math.Min(at + 4, _bytes.Length)].CopyTo(word);
        }
        return (BinaryPrimitives.ReadUInt32LittleEndian(word) >> (_position & 7)) & ((1u << count) - 1);
    }

    /// <summary>Passes over bits.</summary>
    public void Skip(int count) => _position += count;

    /// <summary>Takes up to 16 bits.</summary>
    public uint Read(int count)
    {
        var value = Peek(count);
        _position += count;
        return value;
    }
}
