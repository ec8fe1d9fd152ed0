using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace XenKube.Compression.Bzip2;

/// <summary>
/// bzip2's first stage, undone: four equal bytes are followed by how many more of them there are. Long runs are not written
/// out but reported as runs. Where the output has no more room, expansion stops and can be continued.
/// </summary>
internal sealed unsafe class RunLengthExpander
{
    /// <summary>Runs from this length on are reported as runs: a shorter one cannot be a hole in a file.</summary>
    public const int LongRun = 4096;

    private readonly List<Bzip2Segment> _segments = [];
    private byte* _block;
    private int _length;
    private int _at;

    /// <summary>What the last call of <see cref="Expand"/> made, in order; literal bytes lie one after another in its output.</summary>
    public IReadOnlyList<Bzip2Segment> Segments => _segments;

    /// <summary>True when the whole block has been expanded.</summary>
    public bool Ended => _at >= _length;

    /// <summary>Starts a block.</summary>
    /// <param name="block">The block after the inverse transform, followed by 64 bytes that may be read.</param>
    /// <param name="length">Its length.</param>
    public void Start(byte* block, int length)
    {
        _block = block;
        _length = length;
        _at = 0;
        _segments.Clear();
    }

    /// <summary>Expands as much as there is room for.</summary>
    /// <param name="output">Receives the literal bytes.</param>
    /// <param name="capacity">Room there, at least 64 kB.</param>
    public void Expand(byte* output, int capacity)
    {
        _segments.Clear();
        var to = output;
        var segment = output;
        // Room for one vector more than is counted, and for the longest run that is written out.
        var safe = output + capacity - LongRun - (2 * Vector256<byte>.Count);
        while (_at < _length)
        {
            to = CopyLiterals(to, safe);
            if (_at >= _length || to > safe)
            {
                break;
            }
            // Four equal bytes, of which the last may be the block's last: then there is no count.
            var value = _block[_at];
            var run = ReadRun(value);
            if (run < LongRun)
            {
                Unsafe.InitBlockUnaligned(to, value, (uint)run);
                to += run;
                continue;
            }
            if (to > segment)
            {
                _segments.Add(new Bzip2Segment(to - segment, -1));
                segment = to;
            }
            _segments.Add(new Bzip2Segment(run, value));
        }
        if (to > segment)
        {
            _segments.Add(new Bzip2Segment(to - segment, -1));
        }
    }

    // Copies up to the next four equal bytes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private byte* CopyLiterals(byte* to, byte* safe)
    {
        var from = _block + _at;
        var end = _block + _length;
        while (to <= safe && from < end)
        {
            // Bit k: bytes k to k + 3 are equal, if the block has that many.
            var literals = Vector256.Load(from);
            var equal = Vector256.Equals(literals, Vector256.Load(from + 1))
                & Vector256.Equals(literals, Vector256.Load(from + 2))
                & Vector256.Equals(literals, Vector256.Load(from + 3));
            literals.Store(to);
            var mask = equal.ExtractMostSignificantBits();
            var rest = (int)(end - from);
            if (rest < Vector256<byte>.Count + 3)
            {
                mask &= rest < 4 ? 0 : (uint)((1UL << (rest - 3)) - 1);
            }
            if (mask != 0)
            {
                var count = BitOperations.TrailingZeroCount(mask);
                to += count;
                from += count;
                break;
            }
            var step = Math.Min(rest, Vector256<byte>.Count);
            to += step;
            from += step;
        }
        _at = (int)(from - _block);
        return to;
    }

    // Four equal bytes and their count, and the same again as long as there is more of the same byte.
    private long ReadRun(byte value)
    {
        long run = 0;
        var four = value * 0x0101_0101u;
        do
        {
            run += 4;
            _at += 4;
            if (_at < _length)
            {
                run += _block[_at++];
            }
        }
        while (_length - _at >= 4 && Unsafe.ReadUnaligned<uint>(_block + _at) == four);
        return run;
    }
}
