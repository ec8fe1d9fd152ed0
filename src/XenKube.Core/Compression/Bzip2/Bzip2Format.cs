namespace XenKube.Compression.Bzip2;

/// <summary>Numbers that the bzip2 format fixes.</summary>
internal static class Bzip2Format
{
    /// <summary>The 48 bits that open a block, at any bit of the file: the digits of pi.</summary>
    public const ulong BlockMagic = 0x3141_5926_5359;

    /// <summary>The 48 bits after a stream's last block: the digits of the square root of pi.</summary>
    public const ulong EndMagic = 0x1772_4538_5090;

    /// <summary>Bits of either magic number.</summary>
    public const int MagicBits = 48;

    /// <summary>Bytes in a block for each step of the level, <c>-1</c> to <c>-9</c>, before its run lengths are expanded.</summary>
    public const int BlockStep = 100_000;

    /// <summary>Bytes in the largest block, that of <c>-9</c>.</summary>
    public const int LargestBlock = 9 * BlockStep;

    /// <summary>Symbols that are coded with one table before the next selector is used.</summary>
    public const int GroupSize = 50;

    /// <summary>Bits of the longest prefix code.</summary>
    public const int LongestCode = 20;

    /// <summary>Tables in a block at most.</summary>
    public const int MostTables = 6;

    /// <summary>
    /// Selectors that a block can use: 900,000 symbols and the end of the block. lbzip2 writes a few more, which are to be
    /// read and forgotten.
    /// </summary>
    public const int MostSelectors = 18_002;

    /// <summary>Symbols at most: two digits of runs, 255 ranks and the end of the block.</summary>
    public const int MostSymbols = 258;
}
