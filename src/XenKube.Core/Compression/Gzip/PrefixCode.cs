namespace XenKube.Compression.Gzip;

/// <summary>A code of deflate (RFC 1951, section 3.2.2): symbols by the lengths of their codes, read from the lowest bit.</summary>
/// <remarks>Short codes are found in a table, the others bit by bit.</remarks>
internal sealed class PrefixCode
{
    /// <summary>The longest code in bits.</summary>
    public const int LongestCode = 15;

    private const int FastBits = 10;
    private const int MostSymbols = 288;
    private const int LengthBits = 4;

    private readonly ushort[] _fast = new ushort[1 << FastBits];
    private readonly ushort[] _counts = new ushort[LongestCode + 1];
    private readonly ushort[] _symbols = new ushort[MostSymbols];

    /// <summary>Makes the code of the lengths.</summary>
    /// <param name="lengths">The length for each symbol in bits; 0 for one that does not occur.</param>
    /// <param name="mayBeIncomplete">True where one code of one bit, or none, is allowed, as for distances.</param>
    /// <returns>False where no code has these lengths.</returns>
    public bool TryBuild(ReadOnlySpan<byte> lengths, bool mayBeIncomplete)
    {
        _counts.AsSpan().Clear();
        _fast.AsSpan().Clear();
        foreach (var length in lengths)
        {
            _counts[length]++;
        }
        _counts[0] = 0;
        var left = 1;
        var longest = 0;
        for (var length = 1; length <= LongestCode; length++)
        {
            left = (left << 1) - _counts[length];
            longest = _counts[length] > 0 ? length : longest;
            if (left < 0)
            {
                return false;
            }
        }
        if (left > 0 && (!mayBeIncomplete || longest > 1))
        {
            return false;
        }
        Span<ushort> offsets = stackalloc ushort[LongestCode + 2];
        Span<int> codes = stackalloc int[LongestCode + 2];
        for (var length = 1; length <= LongestCode; length++)
        {
            offsets[length + 1] = (ushort)(offsets[length] + _counts[length]);
            codes[length + 1] = (codes[length] + _counts[length]) << 1;
        }
        for (var symbol = 0; symbol < lengths.Length; symbol++)
        {
            if (lengths[symbol] is 0)
            {
                continue;
            }
            int length = lengths[symbol];
            _symbols[offsets[length]++] = (ushort)symbol;
            var code = codes[length]++;
            for (var place = Reverse(code, length); length <= FastBits && place < _fast.Length; place += 1 << length)
            {
                _fast[place] = (ushort)((symbol << LengthBits) | length);
            }
        }
        return true;
    }

    /// <summary>Finds the symbol that the bits begin with.</summary>
    /// <param name="bits">The next bits, the first the lowest.</param>
    /// <param name="length">Bits of its code.</param>
    /// <returns>The symbol; -1 where no symbol has such a code.</returns>
    public int Find(uint bits, out int length)
    {
        var fast = _fast[bits & ((1 << FastBits) - 1)];
        if (fast != 0)
        {
            length = fast & ((1 << LengthBits) - 1);
            return fast >> LengthBits;
        }
        var (code, first, index) = (0, 0, 0);
        for (length = 1; length <= LongestCode; length++)
        {
            code |= (int)(bits >> (length - 1)) & 1;
            int count = _counts[length];
            if (code - count < first)
            {
                return _symbols[index + code - first];
            }
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        return -1;
    }

    private static int Reverse(int code, int length)
    {
        var reversed = 0;
        for (; length > 0; length--, code >>= 1)
        {
            reversed = (reversed << 1) | (code & 1);
        }
        return reversed;
    }
}
