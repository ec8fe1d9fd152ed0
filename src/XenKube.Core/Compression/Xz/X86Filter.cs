using System.Buffers.Binary;

namespace XenKube.Compression.Xz;

/// <summary>
/// Turns the absolute targets of x86 calls and jumps (E8, E9) back into relative ones (xz file format 1.1.0, section 5.3.2). The
/// encoder converts an operand only where it looks like the target of a real call: its upper byte is 00 or FF, and the three
/// bytes before it did not begin another one.
/// </summary>
/// <param name="inner">The data with absolute targets.</param>
/// <param name="start">The position of the first byte.</param>
internal sealed class X86Filter(DecompressionStream inner, uint start) : DecompressionStream
{
    private const int OperandSize = 4;

    private readonly byte[] _buffer = new byte[64 * 1024];
    private uint _position = start;
    private int _taken;
    private int _ready;
    private int _end;
    private bool _hasEnded;

    // Which of the three bytes before the next one were opcodes whose operand was not converted: bit 0 is the nearest.
    private int _recent;

    /// <inheritdoc/>
    protected override int Take(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _ready - _taken);
        _buffer.AsSpan(_taken, count).CopyTo(buffer);
        _taken += count;
        return count;
    }

    /// <inheritdoc/>
    protected override bool DecodeMore()
    {
        if (_hasEnded)
        {
            return false;
        }
        var kept = _end - _ready;
        _buffer.AsSpan(_ready, kept).CopyTo(_buffer);
        var read = inner.Read(_buffer.AsSpan(kept));
        _end = kept + read;
        _taken = 0;
        _hasEnded = read == 0;
        // The last bytes wait for what follows them; at the end of the data they stay as they are.
        _ready = _hasEnded ? _end : Convert(_buffer.AsSpan(0, _end));
        _position += (uint)_ready;
        return true;
    }

    // Returns how many bytes are final.
    private int Convert(Span<byte> bytes)
    {
        var limit = bytes.Length - OperandSize;
        var at = 0;
        while (at < limit)
        {
            var step = bytes[at..limit].IndexOfAny((byte)0xE8, (byte)0xE9);
            step = step < 0 ? limit - at : step;
            _recent = step > 2 ? 0 : (_recent << step) & 7;
            at += step;
            if (at == limit)
            {
                break;
            }
            if (IsAllowed(bytes, at) && IsSignByte(bytes[at + OperandSize]))
            {
                var operand = bytes.Slice(at + 1, OperandSize);
                BinaryPrimitives.WriteUInt32LittleEndian(operand,
                    Relative(BinaryPrimitives.ReadUInt32LittleEndian(operand), _position + (uint)at));
                at += 1 + OperandSize;
                _recent = 0;
            }
            else
            {
                _recent = ((_recent << 1) | 1) & 7;
                at++;
            }
        }
        return at;
    }

    // The encoder left an operand alone where an opcode less than four bytes before it has its upper byte in a place that
    // looks converted, or where several did.
    private bool IsAllowed(ReadOnlySpan<byte> bytes, int at) => _recent switch
    {
        0 => true,
        1 => !IsSignByte(bytes[at + 3]),
        2 => !IsSignByte(bytes[at + 2]),
        4 => !IsSignByte(bytes[at + 1]),
        _ => false,
    };

    private uint Relative(uint absolute, uint at)
    {
        var mask = _recent switch { 1 => 8, 2 => 16, 4 => 24, _ => 0 };
        while (true)
        {
            var relative = absolute - (at + 1 + OperandSize);
            if (mask == 0 || !IsSignByte((byte)(relative >> (24 - mask))))
            {
                // 25 bits, with the sign in all bits above.
                relative &= 0x01FFFFFF;
                return relative | (0 - (relative & 0x01000000));
            }
            absolute = relative ^ ((1u << (32 - mask)) - 1);
        }
    }

    private static bool IsSignByte(byte value) => value is 0x00 or 0xFF;
}
