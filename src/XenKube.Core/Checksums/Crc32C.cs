using System.Buffers.Binary;
using System.Numerics;

namespace XenKube.Checksums;

/// <summary>
/// CRC-32C as ext4 and jbd2 use it: started with all ones (or with another checksum as the seed) and not inverted at the end.
/// </summary>
internal static class Crc32C
{
    /// <summary>The seed where no other is given.</summary>
    public const uint Start = 0xFFFFFFFF;

    private const uint Polynomial = 0x82F63B78;

    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }
        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }
        return crc;
    }

    /// <summary>Appends a number as it is stored on disk, little endian.</summary>
    public static uint Append(uint crc, uint value) => BitOperations.Crc32C(crc, value);

    /// <summary>Appends a number as it is stored on disk, little endian.</summary>
    public static uint Append(uint crc, ulong value) => BitOperations.Crc32C(crc, value);

    /// <summary>
    /// The four bytes which, put between <paramref name="before"/> and <paramref name="after"/>, make the whole have the
    /// wanted checksum. Thirty-two free bits can always do it: the register can be run backwards.
    /// </summary>
    public static uint Solve(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after, uint wanted)
    {
        var register = wanted;
        for (var i = after.Length - 1; i >= 0; i--)
        {
            register = Back(register, 8) ^ after[i];
        }
        return Back(register, 32) ^ Append(Start, before);
    }

    /// <summary>The number which, appended to a checksum, makes the wanted one.</summary>
    public static uint Solve(uint crc, uint wanted) => Back(wanted, 32) ^ crc;

    private static uint Back(uint register, int bits)
    {
        for (var i = 0; i < bits; i++)
        {
            register = (register & 0x80000000) != 0 ? ((register ^ Polynomial) << 1) | 1 : register << 1;
        }
        return register;
    }
}
