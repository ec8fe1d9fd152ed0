using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace XenKube.Compression.Zstandard;

/// <summary>
/// Bits that are read from the end of a range to its beginning, as FSE and Huffman coders leave them (RFC 8878 section 4.1). The
/// array has at least <see cref="Padding"/> bytes before the range: a damaged stream may be read beyond its beginning by as many
/// bits as are used between two looks at <see cref="IsExhausted"/>.
/// </summary>
/// <param name="bytes">The array.</param>
internal struct BackwardBits(byte[] bytes)
{
    /// <summary>Bytes that must be there before a range.</summary>
    public const int Padding = 32;

    // In bits from the start of the array: the unread ones are those below _position and not below _start.
    private int _start;
    private int _position;

    /// <summary>True when more bits were read than the range has.</summary>
    public readonly bool IsExhausted => _position < _start;

    /// <summary>True when all bits were read and no more.</summary>
    public readonly bool IsAtStart => _position == _start;

    /// <summary>Begins at the highest bit that is set in the last byte of a range; false where there is none.</summary>
    public bool TryBegin(int offset, int length)
    {
        if (length <= 0 || bytes[offset + length - 1] == 0)
        {
            return false;
        }
        _start = offset * 8;
        _position = ((offset + length - 1) * 8) + BitOperations.Log2(bytes[offset + length - 1]);
        return true;
    }

    /// <summary>The next bits, the first of them at the top; at least 57 are valid.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong Peek()
    {
        var end = (_position + 7) >> 3;
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(end - 8)) << ((end * 8) - _position);
    }

    /// <summary>Passes over bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Skip(int count) => _position -= count;

    /// <summary>Takes up to 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Read(int count)
    {
        var value = Top(Peek(), count);
        _position -= count;
        return value;
    }

    /// <summary>The first bits of what <see cref="Peek"/> gave.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Top(ulong bits, int count) => (uint)((bits >> 1) >> (63 - count));
}
