using System.Numerics;

namespace XenKube.Compression.Zstandard;

/// <summary>A decoding table of Finite State Entropy, RFC 8878 section 4.1.</summary>
/// <remarks>Each entry packs, from the top: extra bits, bits of the next state, next state, base value.</remarks>
internal sealed class FseTable
{
    /// <summary>The largest accuracy that any table of the format has.</summary>
    public const int MaximumLog = 9;

    private readonly ulong[] _entries = new ulong[1 << MaximumLog];

    /// <summary>The accuracy: the table has two to the power of this many entries.</summary>
    public int Log { get; private set; }

    /// <summary>The entries; only the first 1 &lt;&lt; <see cref="Log"/> are valid.</summary>
    public ReadOnlySpan<ulong> Entries => _entries;

    /// <summary>The value that a state stands for, without its extra bits.</summary>
    public static uint Base(ulong entry) => (uint)entry;

    /// <summary>The base of the state that follows.</summary>
    public static int NextState(ulong entry) => (ushort)(entry >> 32);

    /// <summary>How many bits are added to the base of the next state.</summary>
    public static int StateBits(ulong entry) => (byte)(entry >> 48);

    /// <summary>How many bits are added to the value.</summary>
    public static int ExtraBits(ulong entry) => (byte)(entry >> 56);

    /// <summary>
    /// Reads the probabilities of symbols, section 4.1.1.
    /// </summary>
    /// <param name="bytes">The description and what follows it.</param>
    /// <param name="maximumLog">The largest accuracy allowed here.</param>
    /// <param name="counts">Receives a probability for each symbol: -1 for less than one, 0 for none.</param>
    /// <param name="log">The accuracy.</param>
    /// <returns>The bytes used; -1 where the description is damaged.</returns>
    public static int ReadCounts(ReadOnlySpan<byte> bytes, int maximumLog, Span<short> counts, out int log)
    {
        counts.Clear();
        var bits = new ForwardBits(bytes);
        log = (int)bits.Read(4) + 5;
        if (log > maximumLog)
        {
            return -1;
        }
        var remaining = 1 << log;
        for (var symbol = 0; remaining > 0;)
        {
            if (symbol >= counts.Length)
            {
                return -1;
            }
            // A value up to remaining + 1; the lower ones take one bit less.
            var width = BitOperations.Log2((uint)remaining + 1) + 1;
            var low = (int)bits.Peek(width - 1);
            var spare = (1 << width) - 1 - (remaining + 1);
            int value;
            if (low < spare)
            {
                value = low;
                bits.Skip(width - 1);
            }
            else
            {
                value = (int)bits.Peek(width);
                value -= value >= 1 << (width - 1) ? spare : 0;
                bits.Skip(width);
            }
            var count = value - 1;
            remaining -= Math.Abs(count);
            if (remaining < 0)
            {
                return -1;
            }
            counts[symbol++] = (short)count;
            if (count == 0)
            {
                for (uint repeat = 3; repeat == 3;)
                {
                    repeat = bits.Read(2);
                    symbol += (int)repeat;
                    if (bits.IsExhausted)
                    {
                        return -1;
                    }
                }
            }
            if (bits.IsExhausted)
            {
                return -1;
            }
        }
        return bits.BytesUsed;
    }

    /// <summary>Builds the table from probabilities, section 4.1.2.</summary>
    /// <param name="counts">The probabilities, which sum up to the size of the table.</param>
    /// <param name="log">The accuracy.</param>
    /// <param name="values">The value of each symbol.</param>
    /// <returns>False where a symbol has no value.</returns>
    public bool Build(ReadOnlySpan<short> counts, int log, ReadOnlySpan<CodeValue> values)
    {
        Log = log;
        var size = 1 << log;
        Span<byte> symbols = stackalloc byte[1 << MaximumLog];
        Span<ushort> next = stackalloc ushort[256];
        var high = size - 1;
        for (var symbol = 0; symbol < counts.Length; symbol++)
        {
            if (counts[symbol] != 0 && symbol >= values.Length)
            {
                return false;
            }
            if (counts[symbol] == -1)
            {
                symbols[high--] = (byte)symbol;
                next[symbol] = 1;
            }
            else
            {
                next[symbol] = (ushort)counts[symbol];
            }
        }
        var step = (size >> 1) + (size >> 3) + 3;
        var position = 0;
        for (var symbol = 0; symbol < counts.Length; symbol++)
        {
            for (var i = 0; i < counts[symbol]; i++)
            {
                symbols[position] = (byte)symbol;
                do
                {
                    position = (position + step) & (size - 1);
                }
                while (position > high);
            }
        }
        for (var state = 0; state < size; state++)
        {
            var symbol = symbols[state];
            var number = next[symbol]++;
            var width = log - BitOperations.Log2(number);
            _entries[state] = Pack(values[symbol], width, (number << width) - size);
        }
        return true;
    }

    /// <summary>Makes the table of one symbol that takes no bits.</summary>
    public void BuildSingle(CodeValue value)
    {
        Log = 0;
        _entries[0] = Pack(value, 0, 0);
    }

    private static ulong Pack(CodeValue value, int stateBits, int nextState) =>
        ((ulong)value.ExtraBits << 56) | ((ulong)stateBits << 48) | ((ulong)(ushort)nextState << 32) | value.Base;
}
