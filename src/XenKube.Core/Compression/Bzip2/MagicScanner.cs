using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.Intrinsics;

namespace XenKube.Compression.Bzip2;

/// <summary>
/// Looks for the 48 bits that open a block at any bit. The eight ways in which they can lie in bytes are looked for at once:
/// one bit of a lookup for each, three bytes deep, sixteen positions at a time.
/// </summary>
internal sealed class MagicScanner
{
    /// <summary>Bytes that are needed from a position on to decide about it.</summary>
    public const int Reach = 8;

    private const int Depth = 3;

    private readonly Vector128<byte>[] _low = new Vector128<byte>[Depth];
    private readonly Vector128<byte>[] _high = new Vector128<byte>[Depth];

    public MagicScanner()
    {
        Span<byte> low = stackalloc byte[16];
        Span<byte> high = stackalloc byte[16];
        for (var depth = 0; depth < Depth; depth++)
        {
            low.Clear();
            high.Clear();
            for (var shift = 0; shift < 8; shift++)
            {
                // The whole byte at depth + 1 of the magic number moved right by shift bits.
                var value = (byte)((Bzip2Format.BlockMagic << (8 - shift)) >> (40 - (8 * depth)));
                low[value & 15] |= (byte)(1 << shift);
                high[value >> 4] |= (byte)(1 << shift);
            }
            _low[depth] = Vector128.Create<byte>(low);
            _high[depth] = Vector128.Create<byte>(high);
        }
    }

    /// <summary>Adds the bit positions of all magic numbers that begin in the bytes up to <see cref="Reach"/> before the end.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="firstBit">The position of their first bit.</param>
    /// <param name="found">Receives the positions in rising order.</param>
    public void Scan(ReadOnlySpan<byte> bytes, long firstBit, Queue<long> found)
    {
        var last = bytes.Length - Reach;
        var at = 0;
        var nibble = Vector128.Create((byte)15);
        while (at + Vector128<byte>.Count + Depth <= bytes.Length && at <= last)
        {
            var hits = Vector128<byte>.AllBitsSet;
            for (var depth = 0; depth < Depth; depth++)
            {
                var value = Vector128.Create(bytes.Slice(at + 1 + depth, Vector128<byte>.Count));
                hits &= Vector128.Shuffle(_low[depth], value & nibble) & Vector128.Shuffle(_high[depth], value >>> 4);
            }
            if (hits != Vector128<byte>.Zero)
            {
                var mask = ~Vector128.Equals(hits, Vector128<byte>.Zero).ExtractMostSignificantBits() & 0xFFFF;
                for (; mask != 0; mask &= mask - 1)
                {
                    Check(bytes, at + BitOperations.TrailingZeroCount(mask), last, firstBit, found);
                }
            }
            at += Vector128<byte>.Count;
        }
        for (; at <= last; at++)
        {
            Check(bytes, at, last, firstBit, found);
        }
    }

    private static void Check(ReadOnlySpan<byte> bytes, int at, int last, long firstBit, Queue<long> found)
    {
        if (at > last)
        {
            return;
        }
        var window = BinaryPrimitives.ReadUInt64BigEndian(bytes[at..]);
        for (var shift = 0; shift < 8; shift++)
        {
            if ((window << shift) >> 16 == Bzip2Format.BlockMagic)
            {
                found.Enqueue(firstBit + (at * 8L) + shift);
            }
        }
    }
}
