using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace XenKube.Compression.Gzip;

/// <summary>Bits of deflate, the lowest of each byte first, and the whole bytes between two parts of deflate.</summary>
/// <param name="stream">The compressed data; not disposed.</param>
internal sealed class BitSource(Stream stream)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private ulong _bits;
    private int _count;
    private int _start;
    private int _end;
    private long _read;

    /// <summary>The byte that the next bit is in.</summary>
    public long Position => _read - (_end - _start) - (_count / 8);

    /// <summary>The next bits, the first the lowest; zeros after the end of the data.</summary>
    public uint Bits => (uint)_bits;

    /// <summary>True where no whole byte is left.</summary>
    public bool IsAtEnd
    {
        get
        {
            Fill();
            return _count < 8;
        }
    }

    /// <summary>Gets 32 bits or more ready, as far as there are so many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fill()
    {
        if (_count < 32)
        {
            FillMore();
        }
    }

    /// <summary>Takes bits that are ready.</summary>
    /// <returns>False where the data ends before.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Skip(int count)
    {
        _bits >>= count;
        return (_count -= count) >= 0;
    }

    /// <summary>Takes up to 16 bits as a number; -1 where the data ends before.</summary>
    public int Take(int count)
    {
        Fill();
        var value = (int)(_bits & ((1u << count) - 1));
        return Skip(count) ? value : -1;
    }

    /// <summary>Passes over the bits up to the next whole byte.</summary>
    public void Align() => Skip(_count & 7);

    /// <summary>Takes whole bytes.</summary>
    /// <returns>False where the data ends before.</returns>
    public bool TryRead(Span<byte> bytes)
    {
        for (; _count >= 8 && !bytes.IsEmpty; bytes = bytes[1..])
        {
            bytes[0] = (byte)_bits;
            Skip(8);
        }
        while (!bytes.IsEmpty)
        {
            if (_start == _end && !Refill())
            {
                return false;
            }
            var count = Math.Min(bytes.Length, _end - _start);
            _buffer.AsSpan(_start, count).CopyTo(bytes);
            _start += count;
            bytes = bytes[count..];
        }
        return true;
    }

    private void FillMore()
    {
        if (_end - _start >= sizeof(ulong))
        {
            var bytes = (63 - _count) / 8;
            _bits |= BinaryPrimitives.ReadUInt64LittleEndian(_buffer.AsSpan(_start)) << _count;
            _start += bytes;
            _count += bytes * 8;
            // Bits above the count belong to the next byte, which is read again.
            _bits &= ulong.MaxValue >> (64 - _count);
            return;
        }
        while (_count <= 56 && (_start < _end || Refill()))
        {
            _bits |= (ulong)_buffer[_start++] << _count;
            _count += 8;
        }
    }

    private bool Refill()
    {
        _start = 0;
        _end = stream.Read(_buffer);
        _read += _end;
        return _end > 0;
    }
}
