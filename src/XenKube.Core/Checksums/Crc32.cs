using System.Buffers.Binary;

namespace XenKube.Checksums;

/// <summary>CRC-32 as GPT (UEFI 2.10 section 5.3.2), gzip, xz and Ethernet have it: reflected polynomial 0xEDB88320.</summary>
internal static class Crc32
{
    /// <summary>The state before any byte; the CRC is the inverse of the state after the last.</summary>
    public const uint Start = uint.MaxValue;

    private const int Slices = 8;

    private static readonly uint[] Table = MakeTable();

    /// <summary>The CRC of the given bytes.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes) => ~Append(Start, bytes);

    /// <summary>The state after more bytes: eight at a time, each by the table of its place.</summary>
    public static uint Append(uint state, ReadOnlySpan<byte> bytes)
    {
        var table = Table.AsSpan(0, Slices * 256);
        for (; bytes.Length >= Slices; bytes = bytes[Slices..])
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ state;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            state = table[(7 * 256) + (int)(byte)low] ^ table[(6 * 256) + (int)(byte)(low >> 8)]
                ^ table[(5 * 256) + (int)(byte)(low >> 16)] ^ table[(4 * 256) + (int)(low >> 24)]
                ^ table[(3 * 256) + (int)(byte)high] ^ table[(2 * 256) + (int)(byte)(high >> 8)]
                ^ table[256 + (int)(byte)(high >> 16)] ^ table[(int)(high >> 24)];
        }
        foreach (var b in bytes)
        {
            state = table[(byte)(state ^ b)] ^ (state >> 8);
        }
        return state;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[Slices * 256];
        for (uint i = 0; i < table.Length; i++)
        {
            var value = i < 256 ? i : table[i - 256];
            for (var bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? (value >> 1) ^ 0xEDB88320 : value >> 1;
            }
            table[i] = value;
        }
        return table;
    }
}
