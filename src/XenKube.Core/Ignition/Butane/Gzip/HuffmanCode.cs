namespace XenKube.Ignition.Butane.Gzip;

/// <summary>
/// A Huffman code of limited length. Many codes are equally short; this one gives the lengths that Go's does, by
/// package-merge where a package goes before a symbol of the same weight.
/// </summary>
/// <remarks>Held against compress/flate of Go 1.19.</remarks>
internal sealed class HuffmanCode
{
    private readonly int[] codes;
    private readonly int[] lengths;

    private HuffmanCode(int size)
    {
        codes = new int[size];
        lengths = new int[size];
    }

    /// <summary>The fixed code of literals and lengths, RFC 1951 section 3.2.6.</summary>
    public static HuffmanCode FixedLiterals { get; } =
        FromLengths([.. Enumerable.Range(0, 286).Select(symbol => symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8)], 288);

    /// <summary>The fixed code of distances.</summary>
    public static HuffmanCode FixedDistances { get; } = FromLengths([.. Enumerable.Repeat(5, 30)], 32);

    /// <summary>The length of a symbol's code; 0 if it does not occur.</summary>
    public int Length(int symbol) => lengths[symbol];

    /// <summary>The best code for these counts.</summary>
    public static HuffmanCode Build(int[] counts, int longest)
    {
        var code = new HuffmanCode(counts.Length);
        var byWeight = new long[counts.Length];
        var used = 0;
        for (var symbol = 0; symbol < counts.Length; symbol++)
        {
            if (counts[symbol] > 0)
            {
                byWeight[used++] = ((long)counts[symbol] << 16) | (uint)symbol;
            }
        }
        if (used <= 2)
        {
            for (var i = 0; i < used; i++)
            {
                code.codes[(ushort)byWeight[i]] = i;
                code.lengths[(ushort)byWeight[i]] = 1;
            }
            return code;
        }
        Array.Resize(ref byWeight, used);
        Array.Sort(byWeight);
        var atLeast = CountByLength(Array.ConvertAll(byWeight, entry => entry >> 16), Math.Min(longest, used - 1));
        // The rarest symbols have the longest codes: the first so many have at least a given length.
        for (var length = 1; length < atLeast.Length; length++)
        {
            for (var i = 0; i < atLeast[length]; i++)
            {
                code.lengths[(ushort)byWeight[i]] = length;
            }
        }
        code.AssignCodes(code.lengths.Length);
        return code;
    }

    /// <summary>Writes a symbol.</summary>
    public void Write(BitWriter bits, int symbol) => bits.Write(codes[symbol], lengths[symbol]);

    /// <summary>How many bits the symbols take together.</summary>
    public long BitLength(int[] counts)
    {
        var total = 0L;
        for (var symbol = 0; symbol < counts.Length; symbol++)
        {
            total += counts[symbol] == 0 ? 0 : (long)counts[symbol] * lengths[symbol];
        }
        return total;
    }

    private static HuffmanCode FromLengths(int[] lengths, int codeSpace)
    {
        var code = new HuffmanCode(codeSpace);
        lengths.CopyTo(code.lengths, 0);
        // The symbols that are never used take part in the numbering.
        code.lengths.AsSpan(lengths.Length).Fill(lengths[^1]);
        code.AssignCodes(codeSpace);
        return code;
    }

    /// <summary>Numbers the codes by length and then by symbol, RFC 1951 section 3.2.2, and turns them around for writing.</summary>
    private void AssignCodes(int size)
    {
        Span<int> next = stackalloc int[17];
        next.Clear();
        for (var symbol = 0; symbol < size; symbol++)
        {
            next[lengths[symbol] + 1] += lengths[symbol] == 0 ? 0 : 1;
        }
        for (var length = 1; length <= 15; length++)
        {
            next[length] = (next[length] + next[length - 1]) << 1;
        }
        for (var symbol = 0; symbol < size; symbol++)
        {
            if (lengths[symbol] > 0)
            {
                codes[symbol] = Reverse(next[lengths[symbol]]++, lengths[symbol]);
            }
        }
    }

    private static int Reverse(int code, int length)
    {
        var reversed = 0;
        for (var i = 0; i < length; i++)
        {
            reversed = (reversed << 1) | ((code >> i) & 1);
        }
        return reversed;
    }

    /// <summary>For each length, how many symbols have at least that length. The weights are in ascending order.</summary>
    private static int[] CountByLength(long[] weights, int longest)
    {
        // From the deepest level up: the symbols merged with the packages of two from the level below.
        var levels = new List<bool[]>();
        var packages = Array.Empty<long>();
        for (var level = 0; level < longest; level++)
        {
            var (merged, isSymbol) = Merge(weights, packages);
            levels.Add(isSymbol);
            packages = new long[merged.Length / 2];
            for (var i = 0; i < packages.Length; i++)
            {
                packages[i] = merged[2 * i] + merged[(2 * i) + 1];
            }
        }
        // From the top down: so many items are taken, and each package among them takes two from the level below.
        var atLeast = new int[longest + 1];
        var taken = (2 * weights.Length) - 2;
        for (var length = 1; length <= longest; length++)
        {
            var isSymbol = levels[longest - length];
            atLeast[length] = isSymbol.AsSpan(0, taken).Count(true);
            taken = 2 * (taken - atLeast[length]);
        }
        return atLeast;
    }

    private static (long[] Merged, bool[] IsSymbol) Merge(long[] symbols, long[] packages)
    {
        var merged = new long[symbols.Length + packages.Length];
        var isSymbol = new bool[merged.Length];
        int symbol = 0, package = 0;
        for (var i = 0; i < merged.Length; i++)
        {
            isSymbol[i] = package == packages.Length || (symbol < symbols.Length && symbols[symbol] < packages[package]);
            merged[i] = isSymbol[i] ? symbols[symbol++] : packages[package++];
        }
        return (merged, isSymbol);
    }
}
