using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace XenKube.Compression.Bzip2;

/// <summary>
/// A window on the compressed bytes with a bit position in it. After the last byte of the input there are zeros, so that the
/// inner loop may read ahead; the caller learns from <see cref="Overrun"/>.
/// </summary>
internal sealed unsafe class BitInput : IDisposable
{
    /// <summary>Bytes that the inner loop uses between two looks at <see cref="Safe"/>: 50 codes of 20 bits, and one load.</summary>
    public const int Slack = 160;

    private const int Capacity = 128 * 1024;
    private const int Padding = 2 * Slack;

    private readonly NativeBuffer _buffer = new(Capacity + Padding);
    private readonly IByteSource _source;
    private long _base;
    private int _length;
    private long _bit;
    private bool _ended;

    public BitInput(IByteSource source) => _source = source;

    /// <summary>The position in bits from the start of the input.</summary>
    public long Position => (_base * 8) + _bit;

    /// <summary>True when bits were used that the input does not have.</summary>
    public bool Overrun => _bit > _length * 8L;

    /// <summary>The inner loop may start a group of codes as long as its pointer is not beyond this.</summary>
    public byte* Safe => _buffer.Pointer + _length + (_ended ? Padding : 0) - Slack;

    public void Dispose() => _buffer.Dispose();

    /// <summary>Moves to a bit of the input.</summary>
    public void Seek(long bit)
    {
        _base = bit >> 3;
        _bit = bit & 7;
        _length = 0;
        _ended = false;
        Refill();
    }

    /// <summary>Takes up to 32 bits; zeros after the end of the input.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Get(int count)
    {
        if ((_bit >> 3) + 8 > _length && !More())
        {
            _bit = (_length * 8L) + 1;
            return 0;
        }
        var window = BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ulong>(_buffer.Pointer + (_bit >> 3)));
        var value = (uint)((window << (int)(_bit & 7)) >> (64 - count));
        _bit += count;
        return value;
    }

    /// <summary>The state of the inner loop: the next bits at the top of a word, and the byte that follows them.</summary>
    public byte* Load(out ulong bits, out int count)
    {
        var pointer = _buffer.Pointer + (_bit >> 3);
        bits = ((ulong)*pointer << 56) << (int)(_bit & 7);
        count = 8 - (int)(_bit & 7);
        return pointer + 1;
    }

    /// <summary>Takes the inner loop's state back.</summary>
    public void Store(byte* pointer, int count) => _bit = ((pointer - _buffer.Pointer) * 8) - count;

    /// <summary>Drops what was used and reads on. False at the end of the input, when there is nothing more.</summary>
    public bool Refill()
    {
        if (_ended)
        {
            return false;
        }
        var used = (int)Math.Min(_bit >> 3, _length);
        _buffer.Span[used.._length].CopyTo(_buffer.Span);
        _length -= used;
        _base += used;
        _bit -= used * 8L;
        while (_length < Capacity)
        {
            var count = _source.Read(_base + _length, _buffer.Span[_length..Capacity]);
            if (count == 0)
            {
                _ended = true;
                _buffer.Span.Slice(_length, Padding).Clear();
                break;
            }
            _length += count;
        }
        return true;
    }

    // The bits asked for may still lie before the end: true as long as the position itself does.
    private bool More()
    {
        Refill();
        return (_bit >> 3) <= _length;
    }
}
