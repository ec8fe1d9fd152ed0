using System.Buffers.Binary;
using System.Numerics;

namespace XenKube.FileSystems.Ext.Structures;

/// <summary>Searches bitmaps; bit n is bit n % 8 of byte n / 8.</summary>
internal static class Bitmap
{
    public static bool Get(ReadOnlySpan<byte> bits, int index) => (bits[index >> 3] >> (index & 7) & 1) != 0;

    public static void Set(Span<byte> bits, int index) => bits[index >> 3] |= (byte)(1 << (index & 7));

    public static void Clear(Span<byte> bits, int index) => bits[index >> 3] &= (byte)~(1 << (index & 7));

    public static void SetRange(Span<byte> bits, int start, int end)
    {
        while (start < end)
        {
            if ((start & 7) == 0 && end - start >= 8)
            {
                bits[start >> 3] = 0xFF;
                start += 8;
            }
            else
            {
                Set(bits, start++);
            }
        }
    }

    public static void ClearRange(Span<byte> bits, int start, int end)
    {
        while (start < end)
        {
            if ((start & 7) == 0 && end - start >= 8)
            {
                bits[start >> 3] = 0;
                start += 8;
            }
            else
            {
                Clear(bits, start++);
            }
        }
    }

    /// <summary>The first bit from a place on that has the given value; <paramref name="end"/> if there is none.</summary>
    public static int Next(ReadOnlySpan<byte> bits, int start, int end, bool value)
    {
        while (start < end)
        {
            if ((start & 63) == 0 && (start >> 3) + 8 <= bits.Length)
            {
                var word = BinaryPrimitives.ReadUInt64LittleEndian(bits[(start >> 3)..]);
                if (!value)
                {
                    word = ~word;
                }
                if (word == 0)
                {
                    start += 64;
                    continue;
                }
                return Math.Min(end, start + BitOperations.TrailingZeroCount(word));
            }
            if (Get(bits, start) == value)
            {
                return start;
            }
            start++;
        }
        return end;
    }
}
