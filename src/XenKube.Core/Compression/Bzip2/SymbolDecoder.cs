using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace XenKube.Compression.Bzip2;

/// <summary>
/// The first half of a block: prefix codes, move-to-front ranks and run lengths become the last column of the sorted
/// rotations. The column is not written out but kept as runs, <c>length &lt;&lt; 8 | byte</c>, because that is what
/// <see cref="InverseTransform"/> needs; a symbol and the run after it are one piece of work without a branch.
/// </summary>
internal sealed unsafe class SymbolDecoder : IDisposable
{
    // 16 x 16: the shuffle that moves one of the first sixteen ranks to the front.
    private const int ShuffleBytes = 256;
    private const int RankBytes = 512;

    // Before the ranks, for moves that begin before the first of them.
    private const int Lead = 32;

    private readonly NativeBuffer _tables = new(Bzip2Format.MostTables * PrefixTable.Words * sizeof(uint));
    private readonly NativeBuffer _small = new(ShuffleBytes + Lead + RankBytes + (256 * sizeof(int)));
    private readonly byte[] _selectors = new byte[Bzip2Format.MostSelectors];
    private readonly byte* _shuffles;
    private readonly byte* _ranks;
    private readonly int* _histogram;
    private int _selectorCount;
    private int _symbols;

    public SymbolDecoder()
    {
        _shuffles = _small.Pointer;
        _ranks = _shuffles + ShuffleBytes + Lead;
        _histogram = (int*)(_ranks + RankBytes);
        for (var rank = 0; rank < 16; rank++)
        {
            for (var lane = 0; lane < 16; lane++)
            {
                _shuffles[(rank * 16) + lane] = (byte)(lane == 0 ? rank : lane <= rank ? lane - 1 : lane);
            }
        }
    }

    /// <summary>How often each byte is in the column.</summary>
    public ReadOnlySpan<int> Histogram => new(_histogram, 256);

    /// <summary>Bytes in the column.</summary>
    public int Length { get; private set; }

    /// <summary>Runs that make up the column.</summary>
    public int Runs { get; private set; }

    public void Dispose()
    {
        _tables.Dispose();
        _small.Dispose();
    }

    /// <summary>Reads a block from the end of its magic number.</summary>
    /// <param name="input">The bits.</param>
    /// <param name="runs">Receives the runs.</param>
    /// <param name="capacity">Room for that many runs.</param>
    /// <param name="header">The block's header.</param>
    /// <returns>What is wrong with the block, or null.</returns>
    public string? Decode(BitInput input, uint* runs, int capacity, out BlockHeader header)
    {
        var crc = input.Get(32);
        var randomised = input.Get(1) != 0;
        header = new BlockHeader(crc, randomised, (int)input.Get(24));
        var error = ReadAlphabet(input) ?? ReadTables(input);
        if (error is not null)
        {
            return error;
        }
        if (input.Overrun)
        {
            return "the file ends within it";
        }
        error = DecodeSymbols(input, runs, capacity);
        if (error is null && header.Origin >= Length)
        {
            error = $"its origin {header.Origin} is past its {Length} bytes";
        }
        return error;
    }

    // The bytes in use, in order: the ranks before the first symbol.
    private string? ReadAlphabet(BitInput input)
    {
        var groups = input.Get(16);
        var count = 0;
        for (var group = 0; group < 16; group++)
        {
            if ((groups & (0x8000 >> group)) == 0)
            {
                continue;
            }
            var used = input.Get(16);
            for (var k = 0; k < 16; k++)
            {
                if ((used & (0x8000 >> k)) != 0)
                {
                    _ranks[count++] = (byte)((group * 16) + k);
                }
            }
        }
        _symbols = count + 2;
        return count == 0 ? "it uses no bytes" : null;
    }

    private string? ReadTables(BitInput input)
    {
        var tables = (int)input.Get(3);
        if (tables is < 2 or > Bzip2Format.MostTables)
        {
            return $"it has {tables} prefix codes";
        }
        var selectors = (int)input.Get(15);
        Span<byte> recent = [0, 1, 2, 3, 4, 5];
        for (var k = 0; k < selectors; k++)
        {
            var rank = 0;
            while (input.Get(1) != 0)
            {
                if (++rank >= tables)
                {
                    return $"selector {k} names a prefix code that it does not have";
                }
            }
            var table = recent[rank];
            recent[..rank].CopyTo(recent[1..]);
            recent[0] = table;
            if (k < _selectors.Length)
            {
                _selectors[k] = table;
            }
        }
        _selectorCount = Math.Min(selectors, _selectors.Length);

        Span<byte> lengths = stackalloc byte[Bzip2Format.MostSymbols];
        for (var table = 0; table < tables; table++)
        {
            var length = (int)input.Get(5);
            for (var symbol = 0; symbol < _symbols; symbol++)
            {
                while (true)
                {
                    if (length is < 1 or > Bzip2Format.LongestCode)
                    {
                        return $"prefix code {table} has a code of {length} bits";
                    }
                    if (input.Get(1) == 0)
                    {
                        break;
                    }
                    length += input.Get(1) == 0 ? 1 : -1;
                }
                lengths[symbol] = (byte)length;
            }
            if (!PrefixTable.Build((uint*)_tables.Pointer + (table * PrefixTable.Words), lengths[.._symbols]))
            {
                return $"prefix code {table} has more codes than fit";
            }
        }
        return null;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private string? DecodeSymbols(BitInput input, uint* runs, int capacity)
    {
        var histogram = _histogram;
        new Span<int>(histogram, 256).Clear();
        var ranks = _ranks;
        var shuffles = _shuffles;
        var first = Vector128.Load(ranks);
        var front = first.ToScalar();
        var run = runs;
        var lastStart = runs + capacity - (4 * Bzip2Format.GroupSize);
        var endOfBlock = _symbols - 1;
        long length = 0;
        var digits = 0;
        var pointer = input.Load(out var bits, out var count);
        var safe = input.Safe;

        for (var group = 0; group < _selectorCount; group++)
        {
            if (pointer > safe)
            {
                input.Store(pointer, count);
                if (!input.Refill())
                {
                    return "the file ends within it";
                }
                pointer = input.Load(out bits, out count);
                safe = input.Safe;
            }
            if (run > lastStart)
            {
                return "it is longer than a block can be";
            }
            var single = (uint*)_tables.Pointer + (_selectors[group] * PrefixTable.Words);
            var combined = single + PrefixTable.Entries;
            var left = Bzip2Format.GroupSize;
            do
            {
                bits |= BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ulong>(pointer)) >> count;
                pointer += (63 - count) >> 3;
                count |= 56;
                var entry = (left < PrefixTable.MostSymbolsOfEntry ? single : combined)[bits >> (64 - PrefixTable.LookupBits)];
            apply:
                // A rank says that the byte at the front was there once, apart from the run that its digits count: the
                // symbol's own byte is counted when the next rank arrives.
                var used = (int)(entry & 31);
                bits <<= used;
                count -= used;
                left -= (int)(entry >> 5) & 7;
                var ranked = (int)(entry >> 15) & 1;
                var increment = ((long)((entry >> 10) & 31) << digits) + ranked;
                digits = (digits + ((int)(entry >> 8) & 3)) & (ranked - 1);
                *run++ = ((uint)increment << 8) | first.ToScalar();
                histogram[first.ToScalar()] += (int)increment;
                length += increment;
                var rank = entry >> 16;
                if (rank > 15 || digits > 24)
                {
                    if (digits > 24)
                    {
                        return "a run in it is longer than a block can be";
                    }
                    if (rank == PrefixTable.Entry.EndOfBlock)
                    {
                        goto ended;
                    }
                    if (entry == PrefixTable.Entry.Escape)
                    {
                        entry = PrefixTable.FindLong(single, bits, endOfBlock);
                        if (entry == PrefixTable.Entry.Escape)
                        {
                            return "a code in it has no meaning";
                        }
                        goto apply;
                    }
                    // Ranks 16 and on are in memory, and move up from the far end. The data in the places of the first
                    // sixteen there, and before, is of no matter.
                    var value = ranks[rank];
                    // The two ranges overlap, so a vector has to be one register: on a processor without AVX a Vector256 is
                    // two, and the first is stored before the second is loaded.
                    for (var from = ranks + rank - Vector128<byte>.Count; ; from -= Vector128<byte>.Count)
                    {
                        Vector128.Load(from).Store(from + 1);
                        if (from <= ranks + 16)
                        {
                            break;
                        }
                    }
                    ranks[16] = first.GetElement(15);
                    first = Vector128.ShuffleNative(first, Vector128.Load(shuffles + (15 * 16))).WithElement(0, value);
                    continue;
                }
                first = Vector128.ShuffleNative(first, Vector128.Load(shuffles + (rank * 16)));
            }
            while (left > 0);

            if (length > Bzip2Format.LargestBlock + 1)
            {
                return "it is longer than a block can be";
            }
        }
        return "its last symbol is missing";

    ended:
        input.Store(pointer, count);
        if (input.Overrun)
        {
            return "the file ends within it";
        }
        // The first byte at the front was counted, too, though no symbol had put it there.
        length--;
        if (length is < 1 or > Bzip2Format.LargestBlock)
        {
            return $"it has {length} bytes";
        }
        histogram[front]--;
        var start = runs;
        while (*start >> 8 == 0)
        {
            start++;
        }
        *start -= 1u << 8;
        Length = (int)length;
        Runs = (int)(run - runs);
        return null;
    }
}
