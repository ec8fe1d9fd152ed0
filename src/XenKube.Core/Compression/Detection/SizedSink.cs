using XenKube.Compression.Bzip2;

namespace XenKube.Compression.Detection;

/// <summary>Writes the data of a bzip2 file to a stream, and no more of it than a size.</summary>
/// <param name="output">The stream.</param>
/// <param name="size">The size of the data, in bytes.</param>
internal sealed class SizedSink(Stream output, long size) : IBzip2Sink
{
    private const int RunPiece = 64 << 10;

    /// <summary>Bytes that are missing to the size.</summary>
    public long Left { get; private set; } = size;

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        Take(bytes.Length);
        output.Write(bytes);
    }

    /// <inheritdoc/>
    public void WriteRun(byte value, long count)
    {
        Take(count);
        var piece = new byte[Math.Min(count, RunPiece)];
        piece.AsSpan().Fill(value);
        for (var left = count; left > 0; left -= piece.Length)
        {
            output.Write(piece, 0, (int)Math.Min(left, piece.Length));
        }
    }

    private void Take(long count)
    {
        if (count > Left)
        {
            throw CompressionFormats.WrongSize(CompressionFormat.Bzip2, isLonger: true);
        }
        Left -= count;
    }
}
