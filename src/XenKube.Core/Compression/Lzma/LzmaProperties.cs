namespace XenKube.Compression.Lzma;

/// <summary>What an LZMA stream's probabilities depend on, as its properties byte says.</summary>
/// <param name="LiteralContextBits">Upper bits of the byte before that choose a literal's probabilities.</param>
/// <param name="LiteralPositionBits">Lower bits of the position that choose a literal's probabilities.</param>
/// <param name="PositionBits">Lower bits of the position that choose the other probabilities.</param>
internal readonly record struct LzmaProperties(int LiteralContextBits, int LiteralPositionBits, int PositionBits)
{
    /// <summary>The most bits that choose a literal's probabilities, as in LZMA2 and in xz's reader of .lzma files.</summary>
    private const int MaximumLiteralBits = 4;

    /// <summary>Reads the byte; null where it is not valid.</summary>
    public static LzmaProperties? Read(byte value)
    {
        if (value > (4 * 45) + (4 * 9) + 8)
        {
            return null;
        }
        var properties = new LzmaProperties(value % 9, value / 9 % 5, value / 45);
        return properties.LiteralContextBits + properties.LiteralPositionBits > MaximumLiteralBits ? null : properties;
    }
}
