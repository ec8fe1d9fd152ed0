using System.Buffers.Binary;

namespace XenKube.Checksums;

/// <summary>CRC-64 as xz has it (xz file format 1.1.0, section 6): the reflected polynomial of ECMA-182, 0xC96C5795D7870F42.</summary>
internal static class Crc64
{
    /// <summary>The state before any byte; the CRC is the inverse of the state after the last.</summary>
    public const ulong Start = ulong.MaxValue;

    private const int Slices = 8;

    private static readonly ulong[] Table = MakeTable();

    /// <summary>The state after more bytes: eight at a time, each by the table of its place.</summary>
    public static ulong Append(ulong state, ReadOnlySpan<byte> bytes)
    {
        var table = Table.AsSpan(0, Slices * 256);
        for (; bytes.Length >= Slices; bytes = bytes[Slices..])
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ state;
            state = table[(7 * 256) + (int)(byte)word] ^ table[(6 * 256) + (int)(byte)(word >> 8)]
                ^ table[(5 * 256) + (int)(byte)(word >> 16)] ^ table[(4 * 256) + (int)(byte)(word >> 24)]
                ^ table[(3 * 256) + (int)(byte)(word >> 32)] ^ table[(2 * 256) + (int)(byte)(word >> 40)]
                ^ table[256 + (int)(byte)(word >> 48)] ^ table[(int)(word >> 56)];
        }
        foreach (var b in bytes)
        {
            state = table[(byte)state ^ b] ^ (state >> 8);
        }
        return state;
    }

    private static ulong[] MakeTable()
    {
        var table = new ulong[Slices * 256];
        for (uint i = 0; i < table.Length; i++)
        {
            var value = i < 256 ? i : table[i - 256];
            for (var bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? (value >> 1) ^ 0xC96C5795D7870F42 : value >> 1;
            }
            table[i] = value;
        }
        return table;
    }
}
