namespace XenKube.Compression;

/// <summary>The compressed data, read in pieces of a known size, with the position for errors.</summary>
/// <param name="stream">The data, from its current position on; not disposed.</param>
/// <param name="format">The name of the format in errors, such as <c>xz</c>.</param>
/// <param name="position">Where in the file the data begins.</param>
internal sealed class CompressedInput(Stream stream, string format, long position = 0)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>The place of the next byte in the file.</summary>
    public long Position { get; private set; } = position;

    /// <summary>True when no byte is left.</summary>
    public bool IsAtEnd => _start == _end && !Fill();

    /// <summary>Takes exactly as many bytes as the span has.</summary>
    /// <exception cref="CorruptImageException">The data ends before.</exception>
    public void Read(Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_start == _end)
            {
                if (bytes.Length >= _buffer.Length)
                {
                    var direct = stream.Read(bytes);
                    Position += direct;
                    bytes = direct > 0 ? bytes[direct..] : throw Truncated();
                    continue;
                }
                if (!Fill())
                {
                    throw Truncated();
                }
            }
            var count = Math.Min(bytes.Length, _end - _start);
            _buffer.AsSpan(_start, count).CopyTo(bytes);
            _start += count;
            Position += count;
            bytes = bytes[count..];
        }
    }

    /// <summary>Takes up to as many bytes as the span has; 0 at the end of the data.</summary>
    public int ReadAtMost(Span<byte> bytes)
    {
        if (_start == _end && !Fill())
        {
            return 0;
        }
        var count = Math.Min(bytes.Length, _end - _start);
        _buffer.AsSpan(_start, count).CopyTo(bytes);
        _start += count;
        Position += count;
        return count;
    }

    /// <summary>Takes one byte.</summary>
    /// <exception cref="CorruptImageException">There is none.</exception>
    public byte ReadByte()
    {
        if (_start == _end && !Fill())
        {
            throw Truncated();
        }
        Position++;
        return _buffer[_start++];
    }

    /// <summary>Passes over bytes.</summary>
    /// <exception cref="CorruptImageException">The data ends before.</exception>
    public void Skip(long count)
    {
        if (stream.CanSeek && count > _end - _start)
        {
            // Seeking beyond the end succeeds, or fails with an error of the system where the sum is not a position of any file.
            var left = _end - _start + Math.Max(0, stream.Length - stream.Position);
            if (count > left)
            {
                Position += left;
                throw Truncated();
            }
            // The last of the bytes is read: the file may have become shorter.
            var step = count - (_end - _start) - 1;
            if (step > 0)
            {
                stream.Seek(step, SeekOrigin.Current);
                Position += _end - _start + step;
                (count, _start, _end) = (1, 0, 0);
            }
        }
        while (count > 0)
        {
            if (_start == _end && !Fill())
            {
                throw Truncated();
            }
            var step = (int)Math.Min(count, _end - _start);
            _start += step;
            Position += step;
            count -= step;
        }
    }

    /// <summary>The error of damaged data at the current position.</summary>
    public CorruptImageException Damaged(string structure, string reason) => DamagedAt(structure, Position, reason);

    /// <summary>The error of damaged data at a position.</summary>
    public CorruptImageException DamagedAt(string structure, long position, string reason) =>
        CorruptImageException.At($"{format} {structure}", position, reason);

    /// <summary>The error of a feature that is not supported.</summary>
    public UnsupportedFeatureException Unsupported(string feature) => new(null, format, feature);

    private CorruptImageException Truncated() => Damaged("data", "the data ends here, before its format does");

    private bool Fill()
    {
        _start = 0;
        _end = stream.Read(_buffer);
        return _end > 0;
    }
}
