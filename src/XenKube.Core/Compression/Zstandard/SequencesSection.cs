namespace XenKube.Compression.Zstandard;

/// <summary>The copies of a block, RFC 8878 section 3.1.1.3.2: some literals, then bytes from the history, and so on.</summary>
internal sealed class SequencesSection
{
    private const int LiteralsLengthLog = 9;
    private const int MatchLengthLog = 9;
    private const int OffsetLog = 8;

    private readonly SequenceTable _literalsLengths = new(CodeValue.LiteralsLengths, LiteralsLengthLog, CodeValue.DefaultLiteralsLengths,
        6);
    private readonly SequenceTable _offsets = new(CodeValue.Offsets, OffsetLog, CodeValue.DefaultOffsets, 5);
    private readonly SequenceTable _matchLengths = new(CodeValue.MatchLengths, MatchLengthLog, CodeValue.DefaultMatchLengths, 6);
    private uint _offset1;
    private uint _offset2;
    private uint _offset3;

    /// <summary>Forgets tables and offsets: a frame does not use those of another.</summary>
    public void Reset()
    {
        _literalsLengths.Reset();
        _offsets.Reset();
        _matchLengths.Reset();
        (_offset1, _offset2, _offset3) = (1, 4, 8);
    }

    /// <summary>Decodes the section and appends the block's data to the window, which has the room for a block.</summary>
    /// <returns>What is wrong; null where all is well.</returns>
    public string? Execute(byte[] block, int offset, int length, LiteralsSection literals, HistoryWindow window)
    {
        var end = offset + length;
        if (length == 0)
        {
            return "the number of sequences is missing";
        }
        int count = block[offset++];
        if (count == 0)
        {
            if (offset != end)
            {
                return "bytes follow an empty list of sequences";
            }
            literals.Bytes.AsSpan(0, literals.Count).CopyTo(window.Buffer.AsSpan(window.End));
            window.End += literals.Count;
            return null;
        }
        var extra = count < 128 ? 0 : count < 255 ? 1 : 2;
        if (end - offset < extra + 1)
        {
            return "the sequences are cut off";
        }
        count = extra switch
        {
            0 => count,
            1 => ((count - 128) << 8) + block[offset],
            _ => block[offset] + (block[offset + 1] << 8) + 0x7F00,
        };
        offset += extra;
        var modes = block[offset++];
        if ((modes & 3) != 0)
        {
            return "a reserved mode is set";
        }
        var used = _literalsLengths.Read(modes >> 6, block.AsSpan(offset, end - offset));
        offset += used;
        used = used < 0 ? used : _offsets.Read((modes >> 4) & 3, block.AsSpan(offset, end - offset));
        offset += used;
        used = used < 0 ? used : _matchLengths.Read((modes >> 2) & 3, block.AsSpan(offset, end - offset));
        offset += used;
        var bits = new BackwardBits(block);
        return used < 0 ? "a table of codes is damaged"
            : !bits.TryBegin(offset, end - offset) ? "the sequences have no end mark"
            : Run(ref bits, count, literals, window);
    }

    private string? Run(ref BackwardBits start, int count, LiteralsSection literals, HistoryWindow window)
    {
        var bits = start;
        var lengthTable = _literalsLengths.Table;
        var offsetTable = _offsets.Table;
        var matchTable = _matchLengths.Table;
        var lengths = lengthTable.Entries;
        var offsets = offsetTable.Entries;
        var matches = matchTable.Entries;
        var lengthState = (int)bits.Read(lengthTable.Log);
        var offsetState = (int)bits.Read(offsetTable.Log);
        var matchState = (int)bits.Read(matchTable.Log);
        if (bits.IsExhausted)
        {
            return "the sequences are cut off";
        }
        var source = literals.Bytes;
        var taken = 0;
        var buffer = window.Buffer;
        var at = window.End;
        var limit = at + ZstandardBlock.MaximumSize;
        var oldest = window.Maximum;
        for (; count > 0; count--)
        {
            var lengthEntry = lengths[lengthState];
            var offsetEntry = offsets[offsetState];
            var matchEntry = matches[matchState];
            // At most 31 and 16 bits, then 16, 9, 9 and 8: both are in what one look gives.
            var next = bits.Peek();
            var offsetBits = FseTable.ExtraBits(offsetEntry);
            var matchBits = FseTable.ExtraBits(matchEntry);
            var code = FseTable.Base(offsetEntry) + BackwardBits.Top(next, offsetBits);
            var matchLength = (int)(FseTable.Base(matchEntry) + BackwardBits.Top(next << offsetBits, matchBits));
            bits.Skip(offsetBits + matchBits);
            next = bits.Peek();
            var lengthBits = FseTable.ExtraBits(lengthEntry);
            var literalsLength = (int)(FseTable.Base(lengthEntry) + BackwardBits.Top(next, lengthBits));
            if (count > 1)
            {
                next <<= lengthBits;
                var step = FseTable.StateBits(lengthEntry);
                lengthState = FseTable.NextState(lengthEntry) + (int)BackwardBits.Top(next, step);
                next <<= step;
                lengthBits += step;
                step = FseTable.StateBits(matchEntry);
                matchState = FseTable.NextState(matchEntry) + (int)BackwardBits.Top(next, step);
                next <<= step;
                lengthBits += step;
                step = FseTable.StateBits(offsetEntry);
                offsetState = FseTable.NextState(offsetEntry) + (int)BackwardBits.Top(next, step);
                lengthBits += step;
            }
            bits.Skip(lengthBits);
            if (bits.IsExhausted)
            {
                return "the sequences are cut off";
            }
            var distance = OffsetOf(code, literalsLength);
            if (literalsLength > literals.Count - taken || matchLength > limit - at - literalsLength)
            {
                return "a sequence is longer than its block";
            }
            Overlap.Copy(source, taken, buffer, at, literalsLength);
            taken += literalsLength;
            at += literalsLength;
            if (distance == 0 || distance > at || distance > oldest)
            {
                return "a match begins before the window";
            }
            Overlap.Copy(buffer, at, (int)distance, matchLength);
            at += matchLength;
        }
        var rest = literals.Count - taken;
        if (!bits.IsAtStart || rest > limit - at)
        {
            return bits.IsAtStart ? "the literals are longer than the block" : "bits are left after the last sequence";
        }
        source.AsSpan(taken, rest).CopyTo(buffer.AsSpan(at));
        window.End = at + rest;
        return null;
    }

    // Section 3.1.1.5: the three offsets used last have short codes, which mean others where no literals come first.
    private uint OffsetOf(uint code, int literalsLength)
    {
        if (code > 3)
        {
            _offset3 = _offset2;
            _offset2 = _offset1;
            return _offset1 = code - 3;
        }
        switch (literalsLength == 0 ? code + 1 : code)
        {
            case 1:
                return _offset1;
            case 2:
                (_offset1, _offset2) = (_offset2, _offset1);
                return _offset1;
            case 3:
                (_offset1, _offset2, _offset3) = (_offset3, _offset1, _offset2);
                return _offset1;
            default:
                (_offset1, _offset2, _offset3) = (_offset1 - 1, _offset1, _offset2);
                return _offset1;
        }
    }
}
