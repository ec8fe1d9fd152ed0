namespace XenKube.Compression.Bzip2;

/// <summary>
/// Takes decompressed data, in order, from one thread at a time. Only blocks with a good CRC arrive; whether all of the file
/// is good is known when the decoder returns.
/// </summary>
public interface IBzip2Sink
{
    /// <summary>Takes some bytes.</summary>
    /// <param name="bytes">The bytes; valid only during the call.</param>
    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>Takes a long run of one byte value, which was never written out.</summary>
    /// <param name="value">The byte.</param>
    /// <param name="count">How many times it is there.</param>
    void WriteRun(byte value, long count);
}
