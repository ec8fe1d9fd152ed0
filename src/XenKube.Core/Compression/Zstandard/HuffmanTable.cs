using System.Numerics;
using System.Runtime.CompilerServices;

namespace XenKube.Compression.Zstandard;

/// <summary>A decoding table of the literals' Huffman code, RFC 8878 section 4.2: the next bits give a symbol and its length.</summary>
internal sealed class HuffmanTable
{
    /// <summary>The longest code in bits.</summary>
    public const int MaximumBits = 11;

    private const int MaximumWeightLog = 6;

    private static readonly CodeValue[] Weights = [.. Enumerable.Range(0, MaximumBits + 2)
        .Select(weight => new CodeValue((uint)weight, 0))];

    private readonly ushort[] _entries = new ushort[1 << MaximumBits];
    private readonly FseTable _weightTable = new();
    private int _log;

    /// <summary>How far to shift the next bits for an index.</summary>
    public int Shift => 64 - _log;

    /// <summary>Reads the description of a tree, section 4.2.1.</summary>
    /// <param name="bytes">An array with room before the description, as <see cref="BackwardBits"/> wants it.</param>
    /// <param name="offset">Where the description begins.</param>
    /// <param name="length">How many bytes there are.</param>
    /// <returns>The bytes used; -1 where the description is damaged.</returns>
    public int Read(byte[] bytes, int offset, int length)
    {
        _log = 0;
        if (length == 0)
        {
            return -1;
        }
        Span<byte> weights = stackalloc byte[256];
        weights.Clear();
        var head = bytes[offset];
        int count;
        int used;
        if (head >= 128)
        {
            count = head - 127;
            used = 1 + ((count + 1) / 2);
            if (used > length)
            {
                return -1;
            }
            for (var i = 0; i < count; i++)
            {
                var pair = bytes[offset + 1 + (i / 2)];
                weights[i] = (byte)(i % 2 == 0 ? pair >> 4 : pair & 15);
            }
        }
        else
        {
            used = 1 + head;
            count = used > length ? -1 : ReadCompressedWeights(bytes, offset + 1, head, weights);
            if (count < 0)
            {
                return -1;
            }
        }
        return Build(weights, count) ? used : -1;
    }

    /// <summary>Decodes one stream of literals.</summary>
    /// <returns>False where the stream does not hold exactly these literals.</returns>
    public bool Decode(byte[] bytes, int offset, int length, Span<byte> literals)
    {
        var bits = new BackwardBits(bytes);
        if (!bits.TryBegin(offset, length))
        {
            return false;
        }
        return Finish(ref bits, literals);
    }

    /// <summary>Decodes four streams of literals at once, section 3.1.1.3.1.6: the processor works on all of them.</summary>
    /// <returns>False where the streams do not hold exactly these literals.</returns>
    public bool DecodeFour(byte[] bytes, int offset, int length, Span<byte> literals)
    {
        var part = (literals.Length + 3) / 4;
        if (length < 10 || part * 3 > literals.Length)
        {
            return false;
        }
        var first = bytes[offset] | (bytes[offset + 1] << 8);
        var second = bytes[offset + 2] | (bytes[offset + 3] << 8);
        var third = bytes[offset + 4] | (bytes[offset + 5] << 8);
        var fourth = length - 6 - first - second - third;
        var a = new BackwardBits(bytes);
        var b = new BackwardBits(bytes);
        var c = new BackwardBits(bytes);
        var d = new BackwardBits(bytes);
        offset += 6;
        if (fourth <= 0 || !a.TryBegin(offset, first) || !b.TryBegin(offset + first, second)
            || !c.TryBegin(offset + first + second, third) || !d.TryBegin(offset + first + second + third, fourth))
        {
            return false;
        }
        var outA = literals[..part];
        var outB = literals.Slice(part, part);
        var outC = literals.Slice(part * 2, part);
        var outD = literals[(part * 3)..];
        // Five codes of at most eleven bits are in what one look gives.
        var i = 0;
        for (; i + 5 <= outD.Length; i += 5)
        {
            Five(ref a, outA.Slice(i, 5));
            Five(ref b, outB.Slice(i, 5));
            Five(ref c, outC.Slice(i, 5));
            Five(ref d, outD.Slice(i, 5));
            if (a.IsExhausted | b.IsExhausted | c.IsExhausted | d.IsExhausted)
            {
                return false;
            }
        }
        return Finish(ref a, outA[i..]) & Finish(ref b, outB[i..]) & Finish(ref c, outC[i..]) & Finish(ref d, outD[i..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Five(ref BackwardBits bits, Span<byte> literals)
    {
        var entries = _entries;
        var shift = 64 - _log;
        var next = bits.Peek();
        var e0 = entries[(int)(next >> shift)];
        next <<= (byte)e0;
        var e1 = entries[(int)(next >> shift)];
        next <<= (byte)e1;
        var e2 = entries[(int)(next >> shift)];
        next <<= (byte)e2;
        var e3 = entries[(int)(next >> shift)];
        next <<= (byte)e3;
        var e4 = entries[(int)(next >> shift)];
        literals[4] = (byte)(e4 >> 8);
        literals[3] = (byte)(e3 >> 8);
        literals[2] = (byte)(e2 >> 8);
        literals[1] = (byte)(e1 >> 8);
        literals[0] = (byte)(e0 >> 8);
        bits.Skip((byte)e0 + (byte)e1 + (byte)e2 + (byte)e3 + (byte)e4);
    }

    private bool Finish(ref BackwardBits bits, Span<byte> literals)
    {
        foreach (ref var literal in literals)
        {
            var entry = _entries[(int)(bits.Peek() >> Shift)];
            literal = (byte)(entry >> 8);
            bits.Skip((byte)entry);
            if (bits.IsExhausted)
            {
                return false;
            }
        }
        return bits.IsAtStart;
    }

    // The weights are FSE codes of two states in turn; the stream ends when a state can no longer be continued.
    private int ReadCompressedWeights(byte[] bytes, int offset, int length, Span<byte> weights)
    {
        Span<short> counts = stackalloc short[MaximumBits + 2];
        var used = FseTable.ReadCounts(bytes.AsSpan(offset, length), MaximumWeightLog, counts, out var log);
        var bits = new BackwardBits(bytes);
        if (used < 0 || !_weightTable.Build(counts, log, Weights) || !bits.TryBegin(offset + used, length - used))
        {
            return -1;
        }
        var entries = _weightTable.Entries;
        Span<int> states = [(int)bits.Read(log), (int)bits.Read(log)];
        if (bits.IsExhausted)
        {
            return -1;
        }
        for (var count = 0; ; count++)
        {
            // One weight is left for the other state, and the last symbol's weight is not written.
            if (count > 253)
            {
                return -1;
            }
            ref var state = ref states[count & 1];
            var entry = entries[state];
            weights[count] = (byte)FseTable.Base(entry);
            state = FseTable.NextState(entry) + (int)bits.Read(FseTable.StateBits(entry));
            if (bits.IsExhausted)
            {
                weights[count + 1] = (byte)FseTable.Base(entries[states[(count + 1) & 1]]);
                return count + 2;
            }
        }
    }

    // Section 4.2.1.2: the last weight completes the sum to a power of two.
    private bool Build(Span<byte> weights, int count)
    {
        var sum = 0;
        foreach (var weight in weights[..count])
        {
            if (weight > MaximumBits + 1)
            {
                return false;
            }
            sum += weight == 0 ? 0 : 1 << (weight - 1);
        }
        if (sum == 0 || count > 255)
        {
            return false;
        }
        var log = BitOperations.Log2((uint)sum) + 1;
        var rest = (1 << log) - sum;
        if (log > MaximumBits || !BitOperations.IsPow2(rest))
        {
            return false;
        }
        weights[count] = (byte)(BitOperations.Log2((uint)rest) + 1);
        // The smallest weight, the longest code, comes first; symbols of one weight in their order.
        var index = 0;
        for (var weight = 1; weight <= log; weight++)
        {
            for (var symbol = 0; symbol <= count; symbol++)
            {
                if (weights[symbol] == weight)
                {
                    var entry = (ushort)((symbol << 8) | (log + 1 - weight));
                    _entries.AsSpan(index, 1 << (weight - 1)).Fill(entry);
                    index += 1 << (weight - 1);
                }
            }
        }
        _log = log;
        return index == 1 << log;
    }
}
