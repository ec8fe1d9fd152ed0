using XenKube.Compression;
using XenKube.Compression.Bzip2;

namespace XenKube.Images;

/// <summary>Writes what is decompressed to several files at once, and leaves out what is zero.</summary>
internal sealed class NodeDiskSink : IBzip2Sink, IPlacedSink
{
    private readonly IReadOnlyList<NodeDiskTarget> _files;
    private readonly byte[] _run = new byte[64 * 1024];
    private long _written;

    public NodeDiskSink(IReadOnlyList<NodeDiskTarget> files) => _files = files;

    /// <summary>Where the next byte belongs.</summary>
    public long Position { get; private set; }

    /// <summary>Bytes written to each file.</summary>
    public long Written => _written;

    /// <inheritdoc/>
    public bool CanPlace => _files.All(file => file.CanPlace);

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        WriteAt(Position, bytes);
        Position += bytes.Length;
    }

    /// <inheritdoc/>
    public void WriteAt(long offset, ReadOnlySpan<byte> bytes)
    {
        foreach (var file in _files)
        {
            file.Write(offset, bytes);
        }
        Interlocked.Add(ref _written, bytes.Length);
    }

    /// <inheritdoc/>
    public void EndAt(long length) => Position = length;

    /// <inheritdoc/>
    public void WriteRun(byte value, long count)
    {
        if (value == 0)
        {
            Position += count;
            return;
        }
        _run.AsSpan().Fill(value);
        for (; count > 0; count -= Math.Min(count, _run.Length))
        {
            Write(_run.AsSpan(0, (int)Math.Min(count, _run.Length)));
        }
    }
}
