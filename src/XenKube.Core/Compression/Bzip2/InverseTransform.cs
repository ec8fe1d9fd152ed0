using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace XenKube.Compression.Bzip2;

/// <summary>
/// The inverse of the Burrows-Wheeler transform. Each step of its walk waits for one load from a table that no near cache
/// holds, so eight walks go on at once: rows all over the table are marked as starts, a walk ends where it meets a mark and
/// takes the next start, and the pieces are put together in the order in which they met.
/// </summary>
internal sealed unsafe class InverseTransform : IDisposable
{
    private const int Lanes = 8;

    // Apart from each other by more than a page, so that the lanes' writes do not meet in one set of the cache.
    private const int LaneBytes = Bzip2Format.LargestBlock + 1344;

    private const int MostPieces = 512;
    private const int SmallestBlockInPieces = 16 * 1024;
    private const uint Mark = 1u << 31;

    // After the rows: where idle lanes stay, and where a lane's first step is read without its mark.
    private const int ExtraRows = 64;

    private readonly NativeBuffer _rows = new((Bzip2Format.LargestBlock + ExtraRows) * sizeof(uint));
    private readonly NativeBuffer _lanes = new(Lanes * LaneBytes);
    private readonly NativeBuffer _places = new(256 * 2 * sizeof(int));
    private readonly Piece[] _pieces = new Piece[MostPieces + 1];
    private int _pieceCount;
    private int _stride;
    private int _nextPiece;

    /// <summary>Room for the runs of <see cref="SymbolDecoder"/>, in memory that the walk needs only when they are used up.</summary>
    public uint* Runs => (uint*)_lanes.Pointer;

    /// <summary>How many runs have room.</summary>
    public int RunCapacity => _lanes.Length / sizeof(uint);

    public void Dispose()
    {
        _rows.Dispose();
        _lanes.Dispose();
        _places.Dispose();
    }

    /// <summary>Undoes the transform.</summary>
    /// <param name="runs">Number of runs in <see cref="Runs"/>.</param>
    /// <param name="histogram">How often each byte is in them.</param>
    /// <param name="length">Bytes in all.</param>
    /// <param name="origin">The row to start at.</param>
    /// <param name="output">Receives the block; room for <paramref name="length"/> bytes.</param>
    public void Run(int runs, ReadOnlySpan<int> histogram, int length, int origin, byte* output)
    {
        Link(runs, histogram);
        if (length < SmallestBlockInPieces)
        {
            Walk(length, origin, output);
            return;
        }
        Cut(length, origin);
        WalkPieces(length);
        Join(length, output);
    }

    // Row i of the sorted rotations begins with a byte, and the rotation one further on is in row "next": next << 8 | byte.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Link(int runs, ReadOnlySpan<int> histogram)
    {
        // For each byte, where its next row is, and where its last ones begin that are too few for a whole vector.
        var places = (int*)_places.Pointer;
        var sum = 0;
        for (var value = 0; value < 256; value++)
        {
            places[2 * value] = sum;
            sum += histogram[value];
            places[(2 * value) + 1] = sum - Vector256<uint>.Count;
        }
        var rows = (uint*)_rows.Pointer;
        var run = Runs;
        var end = run + runs;
        var steps = Vector256<uint>.Indices << 8;
        uint next = 0;
        for (; run < end; run++)
        {
            var value = *run & 0xFF;
            var count = (int)(*run >> 8);
            var place = places + (2 * value);
            var at = *place;
            *place = at + count;
            var word = (next << 8) | value;
            next += (uint)count;
            while (true)
            {
                if (at > place[1])
                {
                    for (; count > 0; count--, at++, word += 256)
                    {
                        rows[at] = word;
                    }
                    break;
                }
                (Vector256.Create(word) + steps).Store(rows + at);
                count -= Vector256<uint>.Count;
                if (count <= 0)
                {
                    break;
                }
                at += Vector256<uint>.Count;
                word += (uint)Vector256<uint>.Count << 8;
            }
        }
    }

    private void Walk(int length, int origin, byte* output)
    {
        var rows = (uint*)_rows.Pointer;
        var row = (uint)origin;
        for (var k = 0; k < length; k++)
        {
            var word = rows[row];
            output[k] = (byte)word;
            row = word >> 8;
        }
    }

    // Marks where pieces start: the origin (piece 0), and rows at even distances.
    private void Cut(int length, int origin)
    {
        var rows = (uint*)_rows.Pointer;
        _stride = (length + MostPieces - 1) / MostPieces;
        _pieceCount = 1;
        _pieces[0].Start = origin;
        rows[origin] |= Mark;
        for (var row = 0; row < length; row += _stride)
        {
            // A piece at the origin's own row would never be met: piece 0 is.
            _pieces[_pieceCount++].Start = row == origin ? -1 : row;
            rows[row] |= Mark;
        }
        rows[length] = (uint)length << 8;
        _nextPiece = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void WalkPieces(int length)
    {
        var rows = (uint*)_rows.Pointer;
        var start = _lanes.Pointer;
        var output = start;
        var positions = stackalloc uint[Lanes];
        var current = stackalloc int[Lanes];
        for (var lane = 0; lane < Lanes; lane++)
        {
            positions[lane] = (uint)length;
            current[lane] = -1;
            Begin(lane, length, 0, positions, current);
        }
        uint p0 = positions[0], p1 = positions[1], p2 = positions[2], p3 = positions[3];
        uint p4 = positions[4], p5 = positions[5], p6 = positions[6], p7 = positions[7];
        while (true)
        {
            var w0 = rows[p0];
            var w1 = rows[p1];
            var w2 = rows[p2];
            var w3 = rows[p3];
            var w4 = rows[p4];
            var w5 = rows[p5];
            var w6 = rows[p6];
            var w7 = rows[p7];
            if ((int)(w0 | w1 | w2 | w3 | w4 | w5 | w6 | w7) < 0)
            {
                positions[0] = p0;
                positions[1] = p1;
                positions[2] = p2;
                positions[3] = p3;
                positions[4] = p4;
                positions[5] = p5;
                positions[6] = p6;
                positions[7] = p7;
                if (!Meet(length, (int)(output - start), positions, current))
                {
                    return;
                }
                p0 = positions[0];
                p1 = positions[1];
                p2 = positions[2];
                p3 = positions[3];
                p4 = positions[4];
                p5 = positions[5];
                p6 = positions[6];
                p7 = positions[7];
                continue;
            }
            output[0 * LaneBytes] = (byte)w0;
            output[1 * LaneBytes] = (byte)w1;
            output[2 * LaneBytes] = (byte)w2;
            output[3 * LaneBytes] = (byte)w3;
            output[4 * LaneBytes] = (byte)w4;
            output[5 * LaneBytes] = (byte)w5;
            output[6 * LaneBytes] = (byte)w6;
            output[7 * LaneBytes] = (byte)w7;
            output++;
            p0 = w0 >> 8;
            p1 = w1 >> 8;
            p2 = w2 >> 8;
            p3 = w3 >> 8;
            p4 = w4 >> 8;
            p5 = w5 >> 8;
            p6 = w6 >> 8;
            p7 = w7 >> 8;
        }
    }

    // Ends the pieces of all lanes that have reached a mark, and gives those lanes new ones. False when no lane has any.
    private bool Meet(int length, int step, uint* positions, int* current)
    {
        var rows = (uint*)_rows.Pointer;
        var busy = false;
        for (var lane = 0; lane < Lanes; lane++)
        {
            if ((int)rows[positions[lane]] < 0)
            {
                ref var piece = ref _pieces[current[lane]];
                piece.Length = step - piece.At;
                var row = (int)positions[lane];
                piece.Next = row == _pieces[0].Start ? 0 : 1 + (row / _stride);
                positions[lane] = (uint)length;
                current[lane] = -1;
                Begin(lane, length, step, positions, current);
            }
            busy |= current[lane] >= 0;
        }
        return busy;
    }

    private void Begin(int lane, int length, int step, uint* positions, int* current)
    {
        if (_nextPiece < _pieceCount && _pieces[_nextPiece].Start < 0)
        {
            _nextPiece++;
        }
        if (_nextPiece == _pieceCount)
        {
            return;
        }
        var rows = (uint*)_rows.Pointer;
        ref var piece = ref _pieces[_nextPiece];
        piece.Lane = lane;
        piece.At = step;
        current[lane] = _nextPiece++;
        // The lane's first row has its own mark on it: the first step is taken from a copy without.
        var copy = length + 1 + lane;
        rows[copy] = rows[piece.Start] & ~Mark;
        positions[lane] = (uint)copy;
    }

    private void Join(int length, byte* output)
    {
        var done = 0;
        var index = 0;
        do
        {
            ref var piece = ref _pieces[index];
            var count = Math.Min(piece.Length, length - done);
            Unsafe.CopyBlockUnaligned(output + done, _lanes.Pointer + ((long)piece.Lane * LaneBytes) + piece.At, (uint)count);
            done += count;
            index = piece.Next;
        }
        while (index != 0 && done < length);
        // Back at the origin too soon: the block is one string again and again, and its rotations form several circles.
        for (var period = done; done < length; done++)
        {
            output[done] = output[done - period];
        }
    }

    private struct Piece
    {
        public int Start;
        public int Lane;
        public int At;
        public int Length;
        public int Next;
    }
}
