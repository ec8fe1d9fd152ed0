namespace XenKube.Compression.Bzip2;

/// <summary>The fields before a block's symbols, without its tables.</summary>
/// <param name="Crc">The CRC of the block's bytes.</param>
/// <param name="Randomised">Bits of the block were flipped (bzip2 0.9).</param>
/// <param name="Origin">The row of the sorted rotations that is the block itself.</param>
internal readonly record struct BlockHeader(uint Crc, bool Randomised, int Origin);
