namespace XenKube.Ignition.Butane.Gzip;

/// <summary>
/// Literals and matches gathered for one block of deflate, and the cheapest of the three ways to write it: fixed code, a code of
/// its own, or plain bytes.
/// </summary>
/// <remarks>Held against compress/flate of Go 1.19.</remarks>
internal sealed class DeflateBlock(BitWriter bits)
{
    /// <summary>When a block is full.</summary>
    public const int MostTokens = 1 << 14;

    private const int LongestStored = 65535;
    private const int LongestCode = 15;
    private const int LongestLengthCode = 7;

    /// <summary>The order in which the lengths of the length code are written, RFC 1951 section 3.2.7.</summary>
    private static readonly int[] LengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    private readonly List<(int Length, int DistanceOrByte)> tokens = [];

    /// <summary>How many literals and matches there are.</summary>
    public int Count => tokens.Count;

    /// <summary>Adds a byte.</summary>
    public void AddLiteral(byte value) => tokens.Add((0, value));

    /// <summary>Adds a repetition.</summary>
    public void AddMatch(int length, int distance) => tokens.Add((length, distance));

    /// <summary>Writes the block, which is not the last, and starts the next.</summary>
    /// <param name="source">The bytes it stands for; empty if they are not at hand, and the block cannot be stored.</param>
    public void Write(ReadOnlySpan<byte> source)
    {
        var literalCounts = new int[DeflateSymbols.LiteralCount];
        var distanceCounts = new int[DeflateSymbols.DistanceCount];
        CountSymbols(literalCounts, distanceCounts);
        var literals = HuffmanCode.Build(literalCounts, LongestCode);
        var distances = HuffmanCode.Build(distanceCounts, LongestCode);
        var header = new CodeLengths(literals, LastUsed(literalCounts), distances, LastUsed(distanceCounts));

        var isStorable = !source.IsEmpty && source.Length <= LongestStored;
        var extra = isStorable ? ExtraBits(literalCounts, distanceCounts) : 0;
        var fixedSize = 3 + extra
            + HuffmanCode.FixedLiterals.BitLength(literalCounts) + HuffmanCode.FixedDistances.BitLength(distanceCounts);
        var ownSize = header.BitLength + literals.BitLength(literalCounts) + distances.BitLength(distanceCounts) + extra;
        if (isStorable && (source.Length + 5L) * 8 < Math.Min(fixedSize, ownSize))
        {
            WriteStored(bits, source, isLast: false);
        }
        else if (ownSize < fixedSize)
        {
            bits.Write(0b100, 3);
            header.Write(bits);
            WriteTokens(literals, distances);
        }
        else
        {
            bits.Write(0b010, 3);
            WriteTokens(HuffmanCode.FixedLiterals, HuffmanCode.FixedDistances);
        }
        tokens.Clear();
    }

    /// <summary>Writes plain bytes as a block.</summary>
    public static void WriteStored(BitWriter bits, ReadOnlySpan<byte> source, bool isLast)
    {
        bits.Write(isLast ? 1 : 0, 3);
        bits.Align();
        bits.Write(source.Length, 16);
        bits.Write(~source.Length & 0xffff, 16);
        bits.WriteBytes(source);
    }

    private void CountSymbols(int[] literalCounts, int[] distanceCounts)
    {
        literalCounts[DeflateSymbols.EndOfBlock] = 1;
        foreach (var (length, distanceOrByte) in tokens)
        {
            if (length == 0)
            {
                literalCounts[distanceOrByte]++;
            }
            else
            {
                literalCounts[DeflateSymbols.FirstLength + DeflateSymbols.OfLength(length).Index]++;
                distanceCounts[DeflateSymbols.OfDistance(distanceOrByte).Symbol]++;
            }
        }
        if (Array.TrueForAll(distanceCounts, count => count == 0))
        {
            // A block's own code must have at least one distance.
            distanceCounts[0] = 1;
        }
    }

    private static long ExtraBits(int[] literalCounts, int[] distanceCounts)
    {
        var extra = 0L;
        for (var symbol = DeflateSymbols.FirstLength; symbol < literalCounts.Length; symbol++)
        {
            extra += (long)literalCounts[symbol] * DeflateSymbols.LengthExtra(symbol - DeflateSymbols.FirstLength);
        }
        for (var symbol = 0; symbol < distanceCounts.Length; symbol++)
        {
            extra += (long)distanceCounts[symbol] * DeflateSymbols.DistanceExtra(symbol);
        }
        return extra;
    }

    private static int LastUsed(int[] counts) => Array.FindLastIndex(counts, count => count > 0) + 1;

    private void WriteTokens(HuffmanCode literals, HuffmanCode distances)
    {
        foreach (var (length, distanceOrByte) in tokens)
        {
            if (length == 0)
            {
                literals.Write(bits, distanceOrByte);
                continue;
            }
            var (index, lengthExtra) = DeflateSymbols.OfLength(length);
            literals.Write(bits, DeflateSymbols.FirstLength + index);
            bits.Write(lengthExtra, DeflateSymbols.LengthExtra(index));
            var (symbol, distanceExtra) = DeflateSymbols.OfDistance(distanceOrByte);
            distances.Write(bits, symbol);
            bits.Write(distanceExtra, DeflateSymbols.DistanceExtra(symbol));
        }
        literals.Write(bits, DeflateSymbols.EndOfBlock);
    }

    /// <summary>The lengths of a block's own codes, themselves run-length and Huffman coded (RFC 1951 section 3.2.7).</summary>
    private sealed class CodeLengths
    {
        private readonly int literalCount;
        private readonly int distanceCount;
        private readonly List<(int Symbol, int Extra)> runs = [];
        private readonly HuffmanCode code;
        private readonly int written;

        public CodeLengths(HuffmanCode literals, int literalCount, HuffmanCode distances, int distanceCount)
        {
            this.literalCount = literalCount;
            this.distanceCount = distanceCount;
            AddRuns([
                .. Enumerable.Range(0, literalCount).Select(literals.Length),
                .. Enumerable.Range(0, distanceCount).Select(distances.Length),
            ]);
            var counts = new int[19];
            foreach (var (symbol, _) in runs)
            {
                counts[symbol]++;
            }
            code = HuffmanCode.Build(counts, LongestLengthCode);
            written = LengthOrder.Length;
            while (written > 4 && counts[LengthOrder[written - 1]] == 0)
            {
                written--;
            }
            BitLength = 3 + 5 + 5 + 4 + (3 * written) + code.BitLength(counts) + (2L * counts[16]) + (3L * counts[17]) + (7L * counts[18]);
        }

        /// <summary>The block's header in bits.</summary>
        public long BitLength { get; }

        public void Write(BitWriter bits)
        {
            bits.Write(literalCount - 257, 5);
            bits.Write(distanceCount - 1, 5);
            bits.Write(written - 4, 4);
            for (var i = 0; i < written; i++)
            {
                bits.Write(code.Length(LengthOrder[i]), 3);
            }
            foreach (var (symbol, extra) in runs)
            {
                code.Write(bits, symbol);
                bits.Write(extra, symbol switch { 16 => 2, 17 => 3, 18 => 7, _ => 0 });
            }
        }

        private void AddRuns(int[] lengths)
        {
            for (var start = 0; start < lengths.Length;)
            {
                var end = start;
                while (end < lengths.Length && lengths[end] == lengths[start])
                {
                    end++;
                }
                AddRun(lengths[start], end - start);
                start = end;
            }
        }

        private void AddRun(int length, int count)
        {
            if (length != 0)
            {
                runs.Add((length, 0));
                count--;
                for (; count >= 3; count -= Math.Min(count, 6))
                {
                    runs.Add((16, Math.Min(count, 6) - 3));
                }
            }
            else
            {
                for (; count >= 11; count -= Math.Min(count, 138))
                {
                    runs.Add((18, Math.Min(count, 138) - 11));
                }
                if (count >= 3)
                {
                    runs.Add((17, count - 3));
                    count = 0;
                }
            }
            for (; count > 0; count--)
            {
                runs.Add((length, 0));
            }
        }
    }
}
