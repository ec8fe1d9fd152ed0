using XenKube.FileSystems.Ext.Structures;

namespace XenKube.FileSystems.Ext.Mapping;

/// <summary>A file of the file system as a stream for reading.</summary>
internal sealed class ExtFileStream(ExtContent content, FileMap map, int blockSize, ExtInode inode) : Stream, ISparseStream
{
    // A place that is asked for is looked for in so many pieces. Then the answer is the place that was reached: a hole of no length,
    // after which the next question goes on.
    private const int MostPieces = 1 << 16;

    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => inode.Size;

    public override long Position
    {
        get => _position;
        set => _position = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    public override int Read(Span<byte> buffer)
    {
        var count = content.Read(inode, _position, buffer);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => _position,
        _ => Length,
    };

    public long NextData(long offset) => Next(offset, isData: true);

    public long NextHole(long offset) => Next(offset, isData: false);

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private long Next(long offset, bool isData)
    {
        if (inode.Has(InodeFlags.InlineData))
        {
            return isData ? Math.Min(offset, inode.Size) : inode.Size;
        }
        for (var piece = 0; offset < inode.Size && (isData || piece < MostPieces); piece++)
        {
            var run = map.Find(inode, offset / blockSize);
            if ((run.IsHole || run.Unwritten) != isData)
            {
                break;
            }
            // A hole at the end may be longer than numbers of bytes can say.
            offset = run.Count > (inode.Size / blockSize) + 1 ? inode.Size : ((offset / blockSize) + run.Count) * blockSize;
        }
        return Math.Min(offset, inode.Size);
    }
}
