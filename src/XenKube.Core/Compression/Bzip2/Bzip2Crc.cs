using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace XenKube.Compression.Bzip2;

/// <summary>
/// The CRC of bzip2: polynomial 0x04C11DB7, the highest bit first, which System.IO.Hashing does not have. Sixteen bytes at a
/// time by carry-less multiplication where the processor can, and runs of one byte in logarithmic time.
/// </summary>
internal static class Bzip2Crc
{
    /// <summary>The state before the first byte.</summary>
    public const uint Start = 0xFFFF_FFFF;

    private const uint Polynomial = 0x04C1_1DB7;

    private static readonly uint[] Table = MakeTable();
    private static readonly uint[] Doublings = MakeDoublings();

    // What the halves of a 128-bit remainder are multiplied by to move it 16 and 64 bytes on.
    private static readonly Vector128<ulong> Fold16 = Vector128.Create((ulong)Power(128), Power(128 + 64));
    private static readonly Vector128<ulong> Fold64 = Vector128.Create((ulong)Power(512), Power(512 + 64));

    /// <summary>The CRC as the file has it, from the state after the last byte.</summary>
    public static uint Finish(uint state) => ~state;

    /// <summary>Advances a state over some bytes.</summary>
    public static uint Update(uint state, ReadOnlySpan<byte> bytes)
    {
        if (Pclmulqdq.IsSupported && Ssse3.IsSupported && bytes.Length >= 128)
        {
            state = Fold(state, ref bytes);
        }
        var table = Table;
        foreach (var value in bytes)
        {
            state = (state << 8) ^ table[(state >> 24) ^ value];
        }
        return state;
    }

    /// <summary>Advances a state over a run of one byte value.</summary>
    public static uint UpdateRun(uint state, byte value, long count)
    {
        // State and run are added up: state * x^(8 count) + the run's own remainder, which is put together from those of
        // runs of 2^k bytes.
        var ofPower = Table[value];
        uint run = 0;
        for (var k = 0; count != 0; k++, count >>= 1)
        {
            var doubling = Doublings[k];
            if ((count & 1) != 0)
            {
                state = Multiply(state, doubling);
                run = Multiply(run, doubling) ^ ofPower;
            }
            ofPower = Multiply(ofPower, doubling) ^ ofPower;
        }
        return state ^ run;
    }

    /// <summary>A stream's CRC with one more block's in it.</summary>
    public static uint Combine(uint stream, uint block) => uint.RotateLeft(stream, 1) ^ block;

    private static uint Fold(uint state, ref ReadOnlySpan<byte> bytes)
    {
        var reverse = Vector128.Create((byte)15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
        var a = Load(bytes, 0, reverse) ^ Vector128.Create(0UL, (ulong)state << 32);
        var b = Load(bytes, 16, reverse);
        var c = Load(bytes, 32, reverse);
        var d = Load(bytes, 48, reverse);
        bytes = bytes[64..];
        var far = Fold64;
        while (bytes.Length >= 64)
        {
            a = Move(a, far) ^ Load(bytes, 0, reverse);
            b = Move(b, far) ^ Load(bytes, 16, reverse);
            c = Move(c, far) ^ Load(bytes, 32, reverse);
            d = Move(d, far) ^ Load(bytes, 48, reverse);
            bytes = bytes[64..];
        }
        var near = Fold16;
        a = Move(a, near) ^ b;
        a = Move(a, near) ^ c;
        a = Move(a, near) ^ d;
        Span<byte> rest = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(rest, a.GetElement(1));
        BinaryPrimitives.WriteUInt64BigEndian(rest[8..], a.GetElement(0));
        uint result = 0;
        foreach (var value in rest)
        {
            result = (result << 8) ^ Table[(result >> 24) ^ value];
        }
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Load(ReadOnlySpan<byte> bytes, int offset, Vector128<byte> reverse) =>
        Ssse3.Shuffle(Vector128.Create(bytes.Slice(offset, 16)), reverse).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Move(Vector128<ulong> remainder, Vector128<ulong> by) =>
        Pclmulqdq.CarrylessMultiply(remainder, by, 0x00) ^ Pclmulqdq.CarrylessMultiply(remainder, by, 0x11);

    private static uint Multiply(uint a, uint b)
    {
        uint product = 0;
        for (var bit = 31; bit >= 0; bit--)
        {
            product = Double(product) ^ (a & (uint)-(int)((b >> bit) & 1));
        }
        return product;
    }

    private static uint Double(uint value) => (value << 1) ^ (Polynomial & (uint)((int)value >> 31));

    // x^exponent modulo the polynomial.
    private static uint Power(int exponent)
    {
        uint power = 1;
        for (var k = 0; k < exponent; k++)
        {
            power = Double(power);
        }
        return power;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (var value = 0; value < table.Length; value++)
        {
            var remainder = (uint)value << 24;
            for (var bit = 0; bit < 8; bit++)
            {
                remainder = Double(remainder);
            }
            table[value] = remainder;
        }
        return table;
    }

    // x^(8 * 2^k): what moves a remainder on by 2^k bytes.
    private static uint[] MakeDoublings()
    {
        var doublings = new uint[63];
        doublings[0] = Power(8);
        for (var k = 1; k < doublings.Length; k++)
        {
            doublings[k] = Multiply(doublings[k - 1], doublings[k - 1]);
        }
        return doublings;
    }
}
