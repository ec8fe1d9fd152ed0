using System.Security.Cryptography;

namespace XenKube.Compression.Bzip2;

/// <summary>
/// The part of the compressed file that somebody may still ask for. It is read once, from front to end, so that what is
/// decoded is what was hashed; several workers may ask at once.
/// </summary>
internal sealed class CompressedWindow : IByteSource
{
    private const int ChunkSize = 256 * 1024;

    private readonly Lock _gate = new();
    private readonly Stream _input;
    private readonly IncrementalHash? _hash;
    private readonly MagicScanner _scanner = new();
    private readonly Queue<long> _found = new();
    private byte[] _bytes = new byte[8 * ChunkSize];
    private int _first;
    private int _count;
    private long _start;
    private long _scanned;
    private bool _ended;

    /// <summary>Opens a window at the position where the input is.</summary>
    /// <param name="input">The compressed bytes; the caller's to dispose.</param>
    /// <param name="hash">Is given every byte of the input, once and in order.</param>
    public CompressedWindow(Stream input, IncrementalHash? hash = null)
    {
        _input = input;
        _hash = hash;
    }

    /// <inheritdoc/>
    public int Read(long offset, Span<byte> destination)
    {
        lock (_gate)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(offset, _start);
            while (offset >= _start + _count)
            {
                if (!ReadChunk())
                {
                    return 0;
                }
            }
            var at = (int)(offset - _start);
            var count = Math.Min(destination.Length, _count - at);
            _bytes.AsSpan(_first + at, count).CopyTo(destination);
            return count;
        }
    }

    /// <summary>Finds the next place where a block may begin.</summary>
    /// <param name="limit">Offset in bytes up to which the input is searched; beyond it, the answer is 'no' for now.</param>
    /// <param name="bit">The bit where the place is.</param>
    /// <returns>False when there is none before the limit, or before the end.</returns>
    public bool TryFind(long limit, out long bit)
    {
        // The scanner needs some bytes after a position; those of the last ones are beyond the end, and zero.
        Span<byte> tail = stackalloc byte[2 * MagicScanner.Reach];
        lock (_gate)
        {
            while (!_found.TryDequeue(out bit))
            {
                if (_scanned >= limit)
                {
                    return false;
                }
                if (_start + _count - _scanned < ChunkSize && ReadChunk())
                {
                    continue;
                }
                var fresh = _bytes.AsSpan(_first + (int)(_scanned - _start), _count - (int)(_scanned - _start));
                if (fresh.Length >= tail.Length)
                {
                    _scanner.Scan(fresh, _scanned * 8, _found);
                    _scanned += fresh.Length - MagicScanner.Reach + 1;
                }
                else if (fresh.Length > 0)
                {
                    tail.Clear();
                    fresh.CopyTo(tail);
                    _scanner.Scan(tail, _scanned * 8, _found);
                    _scanned += fresh.Length;
                }
                else
                {
                    return false;
                }
            }
            return true;
        }
    }

    /// <summary>Says that nobody will ask for anything before an offset any more.</summary>
    public void Release(long offset)
    {
        lock (_gate)
        {
            var count = (int)Math.Clamp(Math.Min(offset, _scanned) - _start, 0, _count);
            _first += count;
            _count -= count;
            _start += count;
        }
    }

    /// <summary>Says that nobody will look for blocks: bytes may be released that were not searched.</summary>
    public void StopFinding() => _scanned = long.MaxValue;

    private bool ReadChunk()
    {
        if (_ended)
        {
            return false;
        }
        if (_first + _count + ChunkSize > _bytes.Length)
        {
            var bytes = _count + ChunkSize > _bytes.Length ? new byte[_bytes.Length * 2] : _bytes;
            _bytes.AsSpan(_first, _count).CopyTo(bytes);
            _bytes = bytes;
            _first = 0;
        }
        var chunk = _bytes.AsSpan(_first + _count, ChunkSize);
        var count = _input.ReadAtLeast(chunk, 1, throwOnEndOfStream: false);
        _hash?.AppendData(chunk[..count]);
        _count += count;
        _ended = count == 0;
        return !_ended;
    }
}
