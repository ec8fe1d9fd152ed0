using XenKube.Compression.Bzip2;

namespace XenKube.Tests.Compression.Bzip2;

/// <summary>
/// The decompressed content of a bzip2 file as a stream, read forward, decoded block by block on the reader's own thread. For
/// a whole file <see cref="Bzip2Decoder"/> is faster. The end is reported only when all CRCs were good and nothing follows.
/// </summary>
internal sealed class Bzip2Stream : Stream
{
    private readonly Stream _input;
    private readonly bool _leaveOpen;
    private readonly CompressedWindow _window;
    private readonly StreamFraming _framing;
    private readonly BlockDecoder _decoder;
    private readonly DecodedBlock _block = new();
    private XenKubeException? _failure;
    private bool _ended;
    private bool _disposed;
    private int _segment;
    private int _literalsUsed;
    private long _left;
    private long _position;

    /// <summary>Opens a stream.</summary>
    /// <param name="input">The compressed data.</param>
    /// <param name="leaveOpen">True to leave <paramref name="input"/> open when this stream is disposed.</param>
    public Bzip2Stream(Stream input, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(input);
        _input = input;
        _leaveOpen = leaveOpen;
        _window = new CompressedWindow(input);
        _window.StopFinding();
        _framing = new StreamFraming(_window);
        _decoder = new BlockDecoder(_window);
    }

    /// <inheritdoc/>
    public override bool CanRead => !_disposed;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <summary>Bytes read so far.</summary>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    /// <inheritdoc/>
    /// <exception cref="CorruptImageException">The data is damaged, truncated or no bzip2 file, or something follows it.</exception>
    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_failure is not null)
        {
            throw _failure;
        }
        if (buffer.IsEmpty || !MoveToSegment())
        {
            return 0;
        }
        var segment = _block.Segments[_segment];
        var count = (int)Math.Min(buffer.Length, _left);
        if (segment.RunValue >= 0)
        {
            buffer[..count].Fill((byte)segment.RunValue);
        }
        else
        {
            _block.Literals.Slice(_literalsUsed, count).CopyTo(buffer);
            _literalsUsed += count;
        }
        _left -= count;
        _position += count;
        if (_left == 0)
        {
            _segment++;
            _left = _segment < _block.Segments.Count ? _block.Segments[_segment].Length : 0;
        }
        return count;
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _decoder.Dispose();
            _block.Dispose();
            if (!_leaveOpen)
            {
                _input.Dispose();
            }
        }
        base.Dispose(disposing);
    }

    // False at the end of the file.
    private bool MoveToSegment()
    {
        while (_left == 0)
        {
            if (_ended)
            {
                return false;
            }
            if (!_block.Continue() && !NextBlock())
            {
                return false;
            }
            _segment = 0;
            _literalsUsed = 0;
            _left = _block.Segments.Count > 0 ? _block.Segments[0].Length : 0;
        }
        return true;
    }

    private bool NextBlock()
    {
        try
        {
            _window.Release(_framing.Position / 8);
            if (!_framing.MoveToBlock())
            {
                _ended = true;
                return false;
            }
            _window.Release(_framing.Position / 8);
            _decoder.Decode(_framing.Position, _block);
            _framing.Accept(_block);
            return true;
        }
        catch (XenKubeException e)
        {
            // Said again on every further read: nothing after the damage may pass for what comes next.
            _failure = e;
            throw;
        }
    }
}
