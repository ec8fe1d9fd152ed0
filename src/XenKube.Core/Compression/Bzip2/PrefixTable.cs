using System.Runtime.CompilerServices;

namespace XenKube.Compression.Bzip2;

/// <summary>
/// One of a block's prefix codes, as two lookup tables: one symbol at a time, and as many symbols as fit into the looked-up
/// bits (up to three digits of a run, and the rank after them). Both hold <see cref="Entry"/> words.
/// </summary>
internal static unsafe class PrefixTable
{
    /// <summary>Bits that are looked up at once.</summary>
    public const int LookupBits = 10;

    /// <summary>Entries in one lookup table.</summary>
    public const int Entries = 1 << LookupBits;

    /// <summary>Words of a whole prefix code: two lookups, then what longer codes need.</summary>
    public const int Words = (2 * Entries) + 64 + 320;

    /// <summary>Symbols in one entry at most.</summary>
    public const int MostSymbolsOfEntry = 4;

    private const int Limits = 2 * Entries;
    private const int Offsets = Limits + 32;
    private const int Sorted = Limits + 64;

    /// <summary>Builds the tables.</summary>
    /// <param name="table">Room for <see cref="Words"/> words.</param>
    /// <param name="lengths">The length of each symbol's code, 1 to 20.</param>
    /// <returns>False when the lengths promise more codes than there are.</returns>
    public static bool Build(uint* table, ReadOnlySpan<byte> lengths)
    {
        Span<int> counts = stackalloc int[Bzip2Format.LongestCode + 2];
        counts.Clear();
        foreach (var length in lengths)
        {
            counts[length]++;
        }
        // Limits are the first code beyond each length, at the top of LongestCode bits; codes of a length follow each other.
        Span<int> places = stackalloc int[Bzip2Format.LongestCode + 2];
        uint code = 0;
        var place = 0;
        for (var length = 1; length <= Bzip2Format.LongestCode; length++)
        {
            table[Offsets + length] = (uint)place - (code >> (Bzip2Format.LongestCode - length));
            places[length] = place;
            place += counts[length];
            code += (uint)counts[length] << (Bzip2Format.LongestCode - length);
            if (code > 1u << Bzip2Format.LongestCode)
            {
                return false;
            }
            table[Limits + length] = code;
        }
        for (var symbol = 0; symbol < lengths.Length; symbol++)
        {
            table[Sorted + places[lengths[symbol]]++] = (uint)symbol;
        }
        FillSingle(table, counts, lengths.Length - 1);
        FillCombined(table);
        return true;
    }

    /// <summary>Finds a symbol whose code is longer than a lookup.</summary>
    /// <param name="table">The tables.</param>
    /// <param name="bits">The next bits, at the top of the word.</param>
    /// <param name="endOfBlock">The symbol that ends the block.</param>
    /// <returns>The entry of that one symbol; <see cref="Entry.Escape"/> where no symbol has that code.</returns>
    public static uint FindLong(uint* table, ulong bits, int endOfBlock)
    {
        var code = (uint)(bits >> (64 - Bzip2Format.LongestCode));
        for (var length = LookupBits + 1; length <= Bzip2Format.LongestCode; length++)
        {
            if (code < table[Limits + length])
            {
                var index = (code >> (Bzip2Format.LongestCode - length)) + table[Offsets + length];
                return Entry.Of((int)table[Sorted + index], length, endOfBlock);
            }
        }
        return Entry.Escape;
    }

    private static void FillSingle(uint* table, ReadOnlySpan<int> counts, int endOfBlock)
    {
        var at = 0;
        var place = 0;
        for (var length = 1; length <= LookupBits; length++)
        {
            for (var k = 0; k < counts[length]; k++)
            {
                new Span<uint>(table + at, Entries >> length).Fill(Entry.Of((int)table[Sorted + place++], length, endOfBlock));
                at += Entries >> length;
            }
        }
        new Span<uint>(table + at, Entries - at).Fill(Entry.Escape);
    }

    private static void FillCombined(uint* table)
    {
        var combined = table + Entries;
        for (var index = 0; index < Entries; index++)
        {
            var entry = table[index];
            while (Entry.IsOpen(entry))
            {
                var used = Entry.Bits(entry);
                var next = table[(index << used) & (Entries - 1)];
                if (Entry.Bits(next) + used > LookupBits || next == Entry.Escape || !Entry.TryAppend(ref entry, next))
                {
                    break;
                }
            }
            combined[index] = entry;
        }
    }

    /// <summary>
    /// A word of a lookup: bits 0-4 how many bits it uses, 5-7 symbols, 8-9 digits of a run, 10-14 the run by those digits,
    /// 15 whether a rank (or the end of the block) follows, 16-24 that rank.
    /// </summary>
    internal static class Entry
    {
        /// <summary>The rank of the end of the block.</summary>
        public const uint EndOfBlock = 256;

        /// <summary>A code that is longer than the lookup, or that does not exist.</summary>
        public const uint Escape = 511u << 16;

        private const uint HasRank = 1u << 15;

        /// <summary>The entry of one symbol.</summary>
        public static uint Of(int symbol, int length, int endOfBlock)
        {
            var one = (uint)length | (1u << 5);
            if (symbol <= 1)
            {
                return one | (1u << 8) | ((uint)(symbol + 1) << 10);
            }
            return one | HasRank | ((symbol == endOfBlock ? EndOfBlock : (uint)symbol - 1) << 16);
        }

        /// <summary>Bits used.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static int Bits(uint entry) => (int)(entry & 31);

        /// <summary>True when another symbol may follow: there are digits, and no rank yet.</summary>
        public static bool IsOpen(uint entry) => entry != Escape && (entry & HasRank) == 0;

        /// <summary>Puts one more symbol after an entry of digits; false where there is no room for another digit.</summary>
        public static bool TryAppend(ref uint entry, uint next)
        {
            var digits = (entry >> 8) & 3;
            if ((next & HasRank) != 0)
            {
                entry += (next & 31) + (1u << 5);
                entry |= next & ~0x7FFFu;
                return true;
            }
            if (digits == 3)
            {
                return false;
            }
            entry += (next & 31) + (1u << 5) + (1u << 8) + ((((next >> 10) & 31) << (int)digits) << 10);
            return true;
        }
    }
}
