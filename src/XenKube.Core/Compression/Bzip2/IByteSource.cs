namespace XenKube.Compression.Bzip2;

/// <summary>Compressed bytes at absolute offsets.</summary>
internal interface IByteSource
{
    /// <summary>Copies bytes out of the input, as many as there are.</summary>
    /// <param name="offset">Offset of the first byte from the start of the input.</param>
    /// <param name="destination">Receives the bytes.</param>
    /// <returns>The number of bytes copied; 0 only at the end of the input.</returns>
    int Read(long offset, Span<byte> destination);
}
