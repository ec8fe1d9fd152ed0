namespace XenKube.Compression.Bzip2;

/// <summary>
/// Decompresses bzip2 files of every kind: of bzip2, lbzip2 and pbzip2, several streams one after another, empty ones,
/// randomised blocks. Several blocks are decoded at once: places that look like a block's beginning are tried before it is
/// known that they are one, and are used only when the block before ends exactly there.
/// </summary>
public static class Bzip2Decoder
{
    /// <summary>Decompresses all of a file.</summary>
    /// <param name="input">The compressed data, from its current position to its end; not disposed.</param>
    /// <param name="sink">Receives the data.</param>
    /// <param name="options">How; null for the usual.</param>
    /// <param name="cancellationToken">Stops between two blocks.</param>
    /// <returns>The number of decompressed bytes.</returns>
    /// <exception cref="CorruptImageException">
    /// The data is damaged, truncated or no bzip2 file, or something follows its last stream; the place is a byte offset.
    /// </exception>
    public static long Decode(Stream input, IBzip2Sink sink, Bzip2Options? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(sink);
        options ??= new Bzip2Options();
        using var run = new ParallelDecode(new CompressedWindow(input, options.Hash), sink, options, cancellationToken);
        return run.Run();
    }
}
