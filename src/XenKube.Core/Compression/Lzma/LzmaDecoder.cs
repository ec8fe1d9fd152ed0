using System.Runtime.CompilerServices;

namespace XenKube.Compression.Lzma;

/// <summary>Decodes the literals and matches of LZMA into a window (the LZMA specification of 7-Zip).</summary>
/// <param name="window">Receives the data.</param>
internal sealed class LzmaDecoder(HistoryWindow window)
{
    private const int States = 12;
    private const int PositionStates = 16;
    private const int LengthStates = 4;
    private const int FirstMatchState = 7;
    private const int LiteralSize = 0x300;

    // Slots of distances: those below 4 are the distance, those below 14 have bits of their own, the others direct bits and four.
    private const int FirstModelSlot = 4;
    private const int FirstDirectSlot = 14;
    private const int AlignBits = 4;

    private readonly ushort[] _isMatch = new ushort[States * PositionStates];
    private readonly ushort[] _isRepeat = new ushort[States];
    private readonly ushort[] _isNotFirst = new ushort[States];
    private readonly ushort[] _isNotSecond = new ushort[States];
    private readonly ushort[] _isFourth = new ushort[States];
    private readonly ushort[] _isLongFirst = new ushort[States * PositionStates];
    private readonly ushort[] _slots = new ushort[LengthStates * 64];
    // The first entry is not used: a tree begins at 1, and that of the first slot at the beginning.
    private readonly ushort[] _special = new ushort[128 - FirstDirectSlot + 1];
    private readonly ushort[] _align = new ushort[1 << AlignBits];
    private readonly LengthModel _matchLengths = new();
    private readonly LengthModel _repeatLengths = new();
    private ushort[] _literals = [];
    private LzmaProperties _properties;
    private RangeDecoder _range;
    private int _state;
    private uint _distance0;
    private uint _distance1;
    private uint _distance2;
    private uint _distance3;
    private long _position;

    /// <summary>Bytes of a match that did not fit below the limit of the last call.</summary>
    public int MatchLeft { get; private set; }

    /// <summary>True after the mark that ends a stream of unknown size.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>True when the code is used up.</summary>
    public bool IsFinished => _range.IsFinished;

    /// <summary>The next byte of the input.</summary>
    public int InputPosition => _range.Position;

    /// <summary>Says that bytes came into the window in another way, or that it was cleared (null).</summary>
    public void Advance(int? count) => _position = count is { } added ? _position + added : 0;

    /// <summary>Sets the properties; the state must be reset afterwards.</summary>
    public void Use(LzmaProperties properties)
    {
        _properties = properties;
        var size = LiteralSize << (properties.LiteralContextBits + properties.LiteralPositionBits);
        _literals = _literals.Length == size ? _literals : new ushort[size];
    }

    /// <summary>Forgets all that was learned.</summary>
    public void ResetState()
    {
        foreach (var model in (ushort[][])[_isMatch, _isRepeat, _isNotFirst, _isNotSecond, _isFourth, _isLongFirst, _slots, _special,
            _align, _literals])
        {
            Array.Fill(model, RangeDecoder.Even);
        }
        _matchLengths.Reset();
        _repeatLengths.Reset();
        _state = 0;
        (_distance0, _distance1, _distance2, _distance3) = (0, 0, 0, 0);
        MatchLeft = 0;
        HasEnded = false;
    }

    /// <summary>Begins a range coder at a position of the input.</summary>
    public bool TryBegin(ReadOnlySpan<byte> input, int position) => _range.TryBegin(input, position);

    /// <summary>Takes the last byte of a chunk, where the coder has not yet.</summary>
    public void Normalize(ReadOnlySpan<byte> input) => _range.Normalize(input);

    /// <summary>Decodes until the window's end has reached a limit, or the stream's end mark.</summary>
    /// <param name="input">The input, with <see cref="RangeDecoder.Padding"/> bytes after its end.</param>
    /// <param name="inputEnd">The end of the input.</param>
    /// <param name="limit">Where the window's end should be afterwards; there is room for <see cref="Overlap.Slack"/> more.</param>
    /// <returns>False where the data is damaged.</returns>
    public bool Decode(ReadOnlySpan<byte> input, int inputEnd, int limit)
    {
        var range = _range;
        var buffer = window.Buffer;
        var at = window.End;
        var origin = _position - at;
        var state = _state;
        var positionMask = (1 << _properties.PositionBits) - 1;
        var isGood = true;
        if (MatchLeft > 0)
        {
            at = CopyMatch(buffer, at, limit, MatchLeft);
        }
        while (at < limit)
        {
            var positionState = (int)(origin + at) & positionMask;
            if (range.Bit(input, ref _isMatch[(state * PositionStates) + positionState]) == 0)
            {
                var literal = Literal(ref range, input, buffer, at, origin, state);
                buffer[at++] = literal;
                state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
            }
            else
            {
                var length = Match(ref range, input, positionState, ref state);
                if (length == 0)
                {
                    HasEnded = true;
                    break;
                }
                if (_distance0 >= window.Maximum || _distance0 >= at || _distance0 >= origin + at)
                {
                    isGood = false;
                    break;
                }
                at = CopyMatch(buffer, at, limit, length);
            }
            if (range.Position > inputEnd)
            {
                isGood = false;
                break;
            }
        }
        _range = range;
        _state = state;
        _position = origin + at;
        window.End = at;
        return isGood;
    }

    private int CopyMatch(byte[] buffer, int at, int limit, int length)
    {
        var count = Math.Min(length, limit - at);
        Overlap.Copy(buffer, at, (int)_distance0 + 1, count);
        MatchLeft = length - count;
        return at + count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte Literal(ref RangeDecoder range, ReadOnlySpan<byte> input, byte[] buffer, int at, long origin, int state)
    {
        var before = at > 0 && origin + at > 0 ? buffer[at - 1] : 0;
        var low = (int)(origin + at) & ((1 << _properties.LiteralPositionBits) - 1);
        var index = (low << _properties.LiteralContextBits) + (before >> (8 - _properties.LiteralContextBits));
        var model = _literals.AsSpan(LiteralSize * index, LiteralSize);
        if (state < FirstMatchState || _distance0 >= at)
        {
            return (byte)range.Tree(input, model, 0x100);
        }
        // After a match the byte that would continue it is a hint, up to the first bit in which the literal differs.
        uint hint = buffer[at - (int)_distance0 - 1];
        uint symbol = 1;
        uint offset = 0x100;
        do
        {
            hint <<= 1;
            var expected = hint & offset;
            var bit = range.Bit(input, ref model[(int)(offset + expected + symbol)]);
            symbol = (symbol << 1) | bit;
            offset &= bit != 0 ? expected : ~expected;
        }
        while (symbol < 0x100);
        return (byte)symbol;
    }

    // The length of a match, whose distance is _distance0 afterwards; 0 for the end mark.
    private int Match(ref RangeDecoder range, ReadOnlySpan<byte> input, int positionState, ref int state)
    {
        var isEarly = state < FirstMatchState;
        if (range.Bit(input, ref _isRepeat[state]) == 0)
        {
            (_distance3, _distance2, _distance1) = (_distance2, _distance1, _distance0);
            var found = _matchLengths.Decode(ref range, input, positionState);
            _distance0 = Distance(ref range, input, found);
            state = isEarly ? 7 : 10;
            return _distance0 == uint.MaxValue ? 0 : found;
        }
        if (range.Bit(input, ref _isNotFirst[state]) == 0)
        {
            if (range.Bit(input, ref _isLongFirst[(state * PositionStates) + positionState]) == 0)
            {
                state = isEarly ? 9 : 11;
                return 1;
            }
        }
        else if (range.Bit(input, ref _isNotSecond[state]) == 0)
        {
            (_distance0, _distance1) = (_distance1, _distance0);
        }
        else if (range.Bit(input, ref _isFourth[state]) == 0)
        {
            (_distance0, _distance1, _distance2) = (_distance2, _distance0, _distance1);
        }
        else
        {
            (_distance0, _distance1, _distance2, _distance3) = (_distance3, _distance0, _distance1, _distance2);
        }
        state = isEarly ? 8 : 11;
        return _repeatLengths.Decode(ref range, input, positionState);
    }

    private uint Distance(ref RangeDecoder range, ReadOnlySpan<byte> input, int length)
    {
        var lengthState = Math.Min(length - LengthModel.Shortest, LengthStates - 1);
        var slot = (int)range.Tree(input, _slots.AsSpan(lengthState * 64, 64), 64) - 64;
        if (slot < FirstModelSlot)
        {
            return (uint)slot;
        }
        var bits = (slot >> 1) - 1;
        var high = (2u | ((uint)slot & 1)) << bits;
        if (slot < FirstDirectSlot)
        {
            return high + range.ReverseTree(input, _special.AsSpan((int)high - slot, 1 << bits), bits);
        }
        high += range.Direct(input, bits - AlignBits) << AlignBits;
        return high + range.ReverseTree(input, _align, AlignBits);
    }
}
