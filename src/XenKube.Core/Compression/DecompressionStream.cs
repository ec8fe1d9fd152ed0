namespace XenKube.Compression;

/// <summary>
/// Decompressed data, read forward only. Input is hostile: every subclass is safe code, allocates no more than its limit of
/// memory, and reports damage as <see cref="CorruptImageException"/> with the byte of the compressed data.
/// </summary>
internal abstract class DecompressionStream : ForwardStream
{
    /// <inheritdoc/>
    public sealed override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }
        while (true)
        {
            var count = Take(buffer);
            if (count > 0 || !DecodeMore())
            {
                return count;
            }
        }
    }

    /// <summary>Takes data that was decoded; 0 where none is left.</summary>
    protected abstract int Take(Span<byte> buffer);

    /// <summary>Decodes the next piece, which may be empty, after all data was taken; false at the end of the data.</summary>
    protected abstract bool DecodeMore();
}
