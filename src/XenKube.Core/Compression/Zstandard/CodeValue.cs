namespace XenKube.Compression.Zstandard;

/// <summary>What a code of a sequence means, RFC 8878 section 3.1.1.3.2.1.1.</summary>
/// <param name="Base">The smallest value of the code.</param>
/// <param name="ExtraBits">How many bits are read and added.</param>
internal readonly record struct CodeValue(uint Base, byte ExtraBits)
{
    /// <summary>The codes of literals lengths.</summary>
    public static CodeValue[] LiteralsLengths { get; } =
        Make(0, [(16, 0), (4, 1), (2, 2), (2, 3), (1, 4), (1, 6), (1, 7), (1, 8), (1, 9), (1, 10), (1, 11), (1, 12), (1, 13), (1, 14),
            (1, 15), (1, 16)]);

    /// <summary>The codes of match lengths.</summary>
    public static CodeValue[] MatchLengths { get; } =
        Make(3, [(32, 0), (4, 1), (2, 2), (2, 3), (2, 4), (1, 5), (1, 7), (1, 8), (1, 9), (1, 10), (1, 11), (1, 12), (1, 13), (1, 14),
            (1, 15), (1, 16)]);

    /// <summary>The codes of offsets: code N is 1 &lt;&lt; N and N extra bits.</summary>
    public static CodeValue[] Offsets { get; } = [.. Enumerable.Range(0, 32).Select(code => new CodeValue(1u << code, (byte)code))];

    /// <summary>The probabilities of literals lengths that need no table, section 3.1.1.3.2.2.1.</summary>
    public static ReadOnlySpan<short> DefaultLiteralsLengths =>
        [4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1];

    /// <summary>The probabilities of match lengths that need no table, section 3.1.1.3.2.2.2.</summary>
    public static ReadOnlySpan<short> DefaultMatchLengths =>
    [
        1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1,
        -1, -1, -1, -1, -1, -1, -1,
    ];

    /// <summary>The probabilities of offsets that need no table, section 3.1.1.3.2.2.3.</summary>
    public static ReadOnlySpan<short> DefaultOffsets =>
        [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1];

    // Codes follow each other without a gap: each begins where the values of the one before end.
    private static CodeValue[] Make(uint first, ReadOnlySpan<(int Count, byte ExtraBits)> runs)
    {
        var values = new List<CodeValue>();
        foreach (var (count, extra) in runs)
        {
            for (var i = 0; i < count; i++)
            {
                values.Add(new CodeValue(first, extra));
                first += 1u << extra;
            }
        }
        return [.. values];
    }
}
