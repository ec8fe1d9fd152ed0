using XenKube.FileSystems;

namespace XenKube.Tests.FileSystems;

/// <summary>A content of any length, of which only some ranges hold bytes: the byte at an offset is the same each time it is read.</summary>
internal sealed class SparseContent(long length, params (long Start, long Count)[] ranges) : Stream, ISparseStream
{
    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get; set; }

    public long NextData(long offset) => ranges.Where(range => offset < range.Start + range.Count).Select(range => Math.Max(offset, range.Start)).DefaultIfEmpty(length).Min();

    public long NextHole(long offset) => ranges.Where(range => offset >= range.Start && offset < range.Start + range.Count).Select(range => range.Start + range.Count).DefaultIfEmpty(offset).Max();

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Min(buffer.Length, Math.Max(0, length - Position));
        buffer[..count].Clear();
        foreach (var (start, size) in ranges)
        {
            for (var at = Math.Max(start, Position); at < Math.Min(start + size, Position + count); at++)
            {
                buffer[(int)(at - Position)] = (byte)((at * 31 + at / 251) | 1);
            }
        }
        Position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + (origin == SeekOrigin.Begin ? 0 : origin == SeekOrigin.Current ? Position : length);

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>The same bytes as through a pipe: nobody knows how many there are.</summary>
internal sealed class PipeContent(Stream content) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    // A pipe gives what it has.
    public override int Read(Span<byte> buffer) => content.Read(buffer[..Math.Min(buffer.Length, 65536)]);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
