namespace XenKube.FileSystems;

/// <summary>Reads a stream in parts, and skips its holes.</summary>
internal sealed class SparseReader
{
    private readonly Stream _content;
    private readonly ISparseStream? _sparse;
    private readonly long _known;
    private readonly int _alignment;
    private readonly byte[] _buffer;
    private long _next;
    private long _dataEnd;

    /// <summary>Makes a reader.</summary>
    /// <param name="content">The stream, read from where it is.</param>
    /// <param name="alignment">Every part begins at a multiple of this many bytes; a power of two.</param>
    /// <param name="partSize">The longest part, a multiple of the alignment.</param>
    public SparseReader(Stream content, int alignment, int partSize)
    {
        _content = content;
        _alignment = alignment;
        _known = content.CanSeek ? content.Length - content.Position : 0;
        _sparse = HolesOf(content);
        _dataEnd = _sparse is null ? long.MaxValue : 0;
        // Most files are much smaller than a part.
        _buffer = new byte[content.CanSeek ? Math.Clamp((_known + alignment - 1) & -(long)alignment, alignment, partSize) : partSize];
    }

    /// <summary>What knows the holes of a stream; null where nothing does.</summary>
    public static ISparseStream? HolesOf(Stream content) => !content.CanSeek || content.Position > 0 || content.Length == 0 ? null
        : content is FileStream file ? new HostHoles(file) : content as ISparseStream;

    /// <summary>After the last part: the length of the content, with the holes.</summary>
    public long Length { get; private set; }

    /// <summary>Reads the next part.</summary>
    /// <param name="offset">Where it begins in the content.</param>
    /// <param name="part">The bytes; shorter than a part only at the end of the content, or before a hole.</param>
    /// <returns>False at the end.</returns>
    /// <exception cref="OperationFailedException">The file ends before the length that it had.</exception>
    public bool TryRead(out long offset, out Memory<byte> part)
    {
        if (_sparse is not null && _next >= _dataEnd && _next < _known)
        {
            var data = Math.Min(_sparse.NextData(_next), _known);
            _next = data >= _known ? _known : Math.Max(_next, data & -(long)_alignment);
            _dataEnd = data >= _known ? _known : Math.Min((Math.Min(_sparse.NextHole(data), _known) + _alignment - 1) & -(long)_alignment,
                _known);
            _content.Position = _next;
        }
        offset = _next;
        var wanted = (int)Math.Min(_buffer.Length, _dataEnd - _next);
        var count = wanted <= 0 ? 0 : _content.ReadAtLeast(_buffer.AsSpan(0, wanted), wanted, throwOnEndOfStream: false);
        part = _buffer.AsMemory(0, count);
        _next += count;
        Length = _next;
        if (count < wanted && _next < _known)
        {
            throw Shorter();
        }
        return count > 0;
    }

    /// <summary>The error for a file that ends before the length that it had.</summary>
    public static OperationFailedException Shorter() =>
        new(ErrorIds.FileNotCopied, null, null, "the file became shorter while it was read", "Copy it again when nothing writes to it");
}
