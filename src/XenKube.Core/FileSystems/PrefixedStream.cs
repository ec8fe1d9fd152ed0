namespace XenKube.FileSystems;

/// <summary>A stream whose beginning was read already.</summary>
internal sealed class PrefixedStream : ForwardStream
{
    /// <summary>A stream that is not longer than this is read as a whole, so that its length is known.</summary>
    private const int LargestWhole = 1 << 20;

    private readonly Stream _rest;
    private ReadOnlyMemory<byte> _start;

    private PrefixedStream(ReadOnlyMemory<byte> start, Stream rest)
    {
        _start = start;
        _rest = rest;
    }

    /// <summary>Makes a stream that can be read twice of one that cannot, if it ends soon; else one that reads the same bytes.</summary>
    public static Stream Of(Stream content)
    {
        if (content.CanSeek)
        {
            return content;
        }
        var start = new byte[LargestWhole + 1];
        var count = content.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return count <= LargestWhole ? new MemoryStream(start, 0, count, writable: false) : new PrefixedStream(start.AsMemory(0, count),
            content);
    }

    public override int Read(Span<byte> buffer)
    {
        if (_start.Length == 0)
        {
            return _rest.Read(buffer);
        }
        var count = Math.Min(buffer.Length, _start.Length);
        _start.Span[..count].CopyTo(buffer);
        _start = _start[count..];
        return count;
    }
}
