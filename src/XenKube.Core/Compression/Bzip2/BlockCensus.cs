namespace XenKube.Compression.Bzip2;

/// <summary>Determines how much data a file holds without decoding it.</summary>
internal static class BlockCensus
{
    /// <summary>
    /// Counts blocks. Each holds up to its level's worth of bytes, in which long runs, the holes of a disk, count for little:
    /// about what the file will take on a disk.
    /// </summary>
    public static long Estimate(Stream input, CancellationToken cancellationToken)
    {
        var window = new CompressedWindow(input);
        Span<byte> header = stackalloc byte[4];
        var level = window.Read(0, header) == 4 && header[3] is >= (byte)'1' and <= (byte)'9' ? header[3] - '0' : 9;
        long blocks = 0;
        long limit = 0;
        while (limit < input.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            limit += 1 << 20;
            while (window.TryFind(limit, out _))
            {
                blocks++;
            }
            window.Release(limit);
        }
        return Math.Max(1, blocks) * level * Bzip2Format.BlockStep;
    }
}
