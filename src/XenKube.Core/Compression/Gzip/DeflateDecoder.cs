namespace XenKube.Compression.Gzip;

/// <summary>Decodes deflate (RFC 1951) into a window.</summary>
/// <param name="input">The compressed data.</param>
/// <param name="window">Receives the data.</param>
internal sealed class DeflateDecoder(BitSource input, HistoryWindow window)
{
    /// <summary>The most bytes of history that deflate refers to.</summary>
    public const int History = 32 * 1024;

    /// <summary>The most bytes that one call decodes.</summary>
    public const int Piece = 64 * 1024;

    private const int LongestMatch = 258;
    private const int EndOfBlock = 256;
    private const int LastLengthSymbol = 285;
    private const int DistanceSymbols = 30;

    private static ReadOnlySpan<byte> LengthOrder => [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    private static ReadOnlySpan<ushort> LengthBases =>
        [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];

    private static ReadOnlySpan<byte> LengthExtra =>
        [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];

    private static ReadOnlySpan<ushort> DistanceBases =>
        [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289,
        16385, 24577];

    private static ReadOnlySpan<byte> DistanceExtra =>
        [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];

    private readonly PrefixCode _literals = new();
    private readonly PrefixCode _distances = new();
    private readonly PrefixCode _lengths = new();
    private State _state;
    private bool _isLast;
    private int _plainLeft;

    private enum State
    {
        BetweenBlocks,
        Plain,
        Coded,
    }

    /// <summary>True after the last block.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Begins with a new member; the window was cleared.</summary>
    public void Reset() => (_state, _isLast, HasEnded) = (State.BetweenBlocks, false, false);

    /// <summary>Decodes a piece, which may be empty. All data of the window was taken.</summary>
    /// <returns>What is wrong with the data; null where nothing is.</returns>
    public string? Decode()
    {
        window.Reserve(Piece + LongestMatch + Overlap.Slack);
        return _state switch
        {
            State.BetweenBlocks => BeginBlock(),
            State.Plain => CopyPlain(),
            _ => DecodeCodes(),
        };
    }

    private string? BeginBlock()
    {
        if (_isLast)
        {
            HasEnded = true;
            input.Align();
            return null;
        }
        var header = input.Take(3);
        if (header < 0)
        {
            return "the data ends here, before its format does";
        }
        _isLast = (header & 1) != 0;
        switch (header >> 1)
        {
            case 0:
                return BeginPlain();
            case 1:
                BuildFixed();
                _state = State.Coded;
                return null;
            case 2:
                _state = State.Coded;
                return BuildDynamic();
            default:
                return "the type of the block is reserved";
        }
    }

    private string? BeginPlain()
    {
        input.Align();
        var (length, inverse) = (input.Take(16), input.Take(16));
        if (inverse < 0 || length != (~inverse & 0xFFFF))
        {
            return "the length of a plain block is wrong";
        }
        (_plainLeft, _state) = (length, State.Plain);
        return null;
    }

    private string? CopyPlain()
    {
        var count = Math.Min(_plainLeft, Piece);
        if (!input.TryRead(window.Buffer.AsSpan(window.End, count)))
        {
            return "the data ends here, before its format does";
        }
        window.End += count;
        _plainLeft -= count;
        _state = _plainLeft == 0 ? State.BetweenBlocks : State.Plain;
        return null;
    }

    private void BuildFixed()
    {
        Span<byte> lengths = stackalloc byte[288];
        lengths[..144].Fill(8);
        lengths[144..256].Fill(9);
        lengths[256..280].Fill(7);
        lengths[280..].Fill(8);
        _literals.TryBuild(lengths, mayBeIncomplete: false);
        Span<byte> distances = stackalloc byte[32];
        distances.Fill(5);
        _distances.TryBuild(distances, mayBeIncomplete: false);
    }

    private string? BuildDynamic()
    {
        const string damaged = "the codes of the block are damaged";
        var (literals, distances, count) = (input.Take(5) + 257, input.Take(5) + 1, input.Take(4) + 4);
        if (count < 4 || literals > 286 || distances > DistanceSymbols)
        {
            return damaged;
        }
        Span<byte> lengths = stackalloc byte[286 + DistanceSymbols];
        Span<byte> order = stackalloc byte[19];
        for (var i = 0; i < count; i++)
        {
            var bits = input.Take(3);
            if (bits < 0)
            {
                return damaged;
            }
            order[LengthOrder[i]] = (byte)bits;
        }
        if (!_lengths.TryBuild(order, mayBeIncomplete: false))
        {
            return damaged;
        }
        for (var at = 0; at < literals + distances;)
        {
            input.Fill();
            var symbol = _lengths.Find(input.Bits, out var bits);
            if (symbol < 0 || !input.Skip(bits))
            {
                return damaged;
            }
            if (symbol < 16)
            {
                lengths[at++] = (byte)symbol;
                continue;
            }
            var (extra, least) = symbol switch { 16 => (2, 3), 17 => (3, 3), _ => (7, 11) };
            var more = input.Take(extra);
            if (more < 0 || (symbol == 16 && at == 0) || at + least + more > literals + distances)
            {
                return damaged;
            }
            lengths.Slice(at, least + more).Fill(symbol == 16 ? lengths[at - 1] : (byte)0);
            at += least + more;
        }
        return lengths[EndOfBlock] != 0 && _literals.TryBuild(lengths[..literals], mayBeIncomplete: true)
            && _distances.TryBuild(lengths.Slice(literals, distances), mayBeIncomplete: true) ? null : damaged;
    }

    private string? DecodeCodes()
    {
        var buffer = window.Buffer;
        var at = window.End;
        var limit = at + Piece;
        while (at < limit)
        {
            input.Fill();
            var symbol = _literals.Find(input.Bits, out var bits);
            if (symbol < 0 || symbol > LastLengthSymbol)
            {
                return "a code is not one of the block";
            }
            if (!input.Skip(bits))
            {
                return "the data ends here, before its format does";
            }
            if (symbol < EndOfBlock)
            {
                buffer[at++] = (byte)symbol;
                continue;
            }
            if (symbol == EndOfBlock)
            {
                _state = State.BetweenBlocks;
                break;
            }
            symbol -= EndOfBlock + 1;
            var extraLength = input.Take(LengthExtra[symbol]);
            input.Fill();
            var slot = _distances.Find(input.Bits, out bits);
            if (slot is < 0 or >= DistanceSymbols || extraLength < 0 || !input.Skip(bits) || input.Take(DistanceExtra[slot]) is var extra
                && extra < 0)
            {
                return "a distance is not one of the block";
            }
            var distance = DistanceBases[slot] + extra;
            if (distance > at)
            {
                return "a match begins before the data";
            }
            var length = LengthBases[symbol] + extraLength;
            Overlap.Copy(buffer, at, distance, length);
            at += length;
        }
        window.End = at;
        return null;
    }
}
