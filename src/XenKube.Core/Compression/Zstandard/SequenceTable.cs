namespace XenKube.Compression.Zstandard;

/// <summary>The table of one of the three codes of sequences, as a block says: known, of one code, described, or that of before.</summary>
internal sealed class SequenceTable
{
    private readonly CodeValue[] _values;
    private readonly int _maximumLog;
    private readonly FseTable _known = new();
    private readonly FseTable _own = new();

    /// <summary>Makes the table with its known probabilities.</summary>
    public SequenceTable(CodeValue[] values, int maximumLog, ReadOnlySpan<short> known, int knownLog)
    {
        _values = values;
        _maximumLog = maximumLog;
        _known.Build(known, knownLog, values);
        Table = _known;
    }

    /// <summary>The table to use.</summary>
    public FseTable Table { get; private set; }

    private bool IsSet { get; set; }

    /// <summary>Forgets what an earlier frame said.</summary>
    public void Reset() => IsSet = false;

    /// <summary>Reads what a block says of the table, RFC 8878 section 3.1.1.3.2.1.</summary>
    /// <returns>The bytes used; -1 where they are damaged.</returns>
    public int Read(int mode, ReadOnlySpan<byte> bytes)
    {
        switch (mode)
        {
            case 0:
                Table = _known;
                IsSet = true;
                return 0;
            case 1:
                if (bytes.IsEmpty || bytes[0] >= _values.Length)
                {
                    return -1;
                }
                _own.BuildSingle(_values[bytes[0]]);
                Table = _own;
                IsSet = true;
                return 1;
            case 2:
                Span<short> counts = stackalloc short[64];
                var used = FseTable.ReadCounts(bytes, _maximumLog, counts, out var log);
                IsSet = used >= 0 && _own.Build(counts, log, _values);
                Table = _own;
                return IsSet ? used : -1;
            default:
                return IsSet ? 0 : -1;
        }
    }
}
