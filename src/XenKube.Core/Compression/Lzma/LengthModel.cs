namespace XenKube.Compression.Lzma;

/// <summary>The probabilities of the lengths of matches: short ones by the position, others for all positions.</summary>
internal sealed class LengthModel
{
    /// <summary>The shortest match.</summary>
    public const int Shortest = 2;

    private const int PositionStates = 16;

    private readonly ushort[] _choices = new ushort[2];
    private readonly ushort[] _short = new ushort[PositionStates * 8];
    private readonly ushort[] _middle = new ushort[PositionStates * 8];
    private readonly ushort[] _long = new ushort[256];

    /// <summary>Forgets all that was learned.</summary>
    public void Reset()
    {
        foreach (var model in (ushort[][])[_choices, _short, _middle, _long])
        {
            Array.Fill(model, RangeDecoder.Even);
        }
    }

    /// <summary>Decodes a length of 2 to 273 bytes.</summary>
    public int Decode(ref RangeDecoder range, ReadOnlySpan<byte> input, int positionState)
    {
        if (range.Bit(input, ref _choices[0]) == 0)
        {
            return Shortest + (int)range.Tree(input, _short.AsSpan(positionState * 8, 8), 8) - 8;
        }
        if (range.Bit(input, ref _choices[1]) == 0)
        {
            return Shortest + 8 + (int)range.Tree(input, _middle.AsSpan(positionState * 8, 8), 8) - 8;
        }
        return Shortest + 16 + (int)range.Tree(input, _long, 256) - 256;
    }
}
