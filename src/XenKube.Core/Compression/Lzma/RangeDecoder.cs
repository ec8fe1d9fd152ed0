using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace XenKube.Compression.Lzma;

/// <summary>
/// The range decoder of LZMA (the LZMA specification of 7-Zip, section "Range coder"). The input has <see cref="Padding"/> bytes
/// after its end: a damaged stream may read that far between two looks at the position.
/// </summary>
/// <remarks>The input is handed to each call, so that the fields stay in registers.</remarks>
internal struct RangeDecoder
{
    /// <summary>More bytes than one literal or match can take: each of its bits takes at most one.</summary>
    public const int Padding = 64;

    /// <summary>The bytes that a range coder begins with.</summary>
    public const int HeadSize = 5;

    /// <summary>The probability that a bit is 0, of 2048, before anything is known.</summary>
    public const ushort Even = 1024;

    private const int ProbabilityBits = 11;
    private const int MoveBits = 5;
    private const uint Smallest = 1 << 24;

    private uint _range;
    private uint _code;

    /// <summary>The next byte of the input.</summary>
    public int Position { readonly get; private set; }

    /// <summary>True when the code is used up, as at the end of a chunk.</summary>
    public readonly bool IsFinished => _code == 0;

    /// <summary>Begins at a position of the input; false where the first byte is not 0.</summary>
    public bool TryBegin(ReadOnlySpan<byte> input, int position)
    {
        _range = uint.MaxValue;
        _code = BinaryPrimitives.ReadUInt32BigEndian(input[(position + 1)..]);
        Position = position + HeadSize;
        return input[position] == 0;
    }

    /// <summary>Takes a bit and learns from it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Bit(ReadOnlySpan<byte> input, ref ushort probability)
    {
        Normalize(input);
        uint old = probability;
        var bound = (_range >> ProbabilityBits) * old;
        if (_code < bound)
        {
            _range = bound;
            probability = (ushort)(old + (((1u << ProbabilityBits) - old) >> MoveBits));
            return 0;
        }
        _range -= bound;
        _code -= bound;
        probability = (ushort)(old - (old >> MoveBits));
        return 1;
    }

    /// <summary>Takes a number whose bits have a probability for each path to them, the highest bit first.</summary>
    /// <returns>The number with a 1 in front of its bits.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Tree(ReadOnlySpan<byte> input, Span<ushort> probabilities, uint limit)
    {
        uint symbol = 1;
        do
        {
            symbol = (symbol << 1) | Bit(input, ref probabilities[(int)symbol]);
        }
        while (symbol < limit);
        return symbol;
    }

    /// <summary>As <see cref="Tree"/>, the lowest bit first.</summary>
    public uint ReverseTree(ReadOnlySpan<byte> input, Span<ushort> probabilities, int count)
    {
        uint symbol = 1;
        uint value = 0;
        for (var i = 0; i < count; i++)
        {
            var bit = Bit(input, ref probabilities[(int)symbol]);
            symbol = (symbol << 1) | bit;
            value |= bit << i;
        }
        return value;
    }

    /// <summary>Takes bits that are as likely 0 as 1.</summary>
    public uint Direct(ReadOnlySpan<byte> input, int count)
    {
        uint value = 0;
        for (; count > 0; count--)
        {
            Normalize(input);
            _range >>= 1;
            // All ones where the code is below the half, which is then the new range.
            _code -= _range;
            var below = 0 - (_code >> 31);
            _code += _range & below;
            value = (value << 1) + below + 1;
        }
        return value;
    }

    /// <summary>Takes the next byte where the range has become small.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Normalize(ReadOnlySpan<byte> input)
    {
        if (_range < Smallest)
        {
            _range <<= 8;
            _code = (_code << 8) | input[Position++];
        }
    }
}
