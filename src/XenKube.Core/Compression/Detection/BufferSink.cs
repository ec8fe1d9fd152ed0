using XenKube.Compression.Bzip2;

namespace XenKube.Compression.Detection;

/// <summary>Takes the data of a bzip2 file into a buffer of its size.</summary>
/// <param name="buffer">The buffer.</param>
internal sealed class BufferSink(byte[] buffer) : IBzip2Sink
{
    private int _count;

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    /// <inheritdoc/>
    public void WriteRun(byte value, long count) => Take(count).Fill(value);

    private Span<byte> Take(long count)
    {
        if (count > buffer.Length - _count)
        {
            throw CompressionFormats.WrongSize(CompressionFormat.Bzip2, isLonger: true);
        }
        var room = buffer.AsSpan(_count, (int)count);
        _count += (int)count;
        return room;
    }
}
