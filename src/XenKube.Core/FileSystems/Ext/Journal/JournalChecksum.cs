namespace XenKube.FileSystems.Ext.Journal;

/// <summary>
/// CRC-32 with the bits from the left (crc32_be of Linux): the journal's first kind of checksum, over a whole transaction.
/// </summary>
internal static class JournalChecksum
{
    private const uint Polynomial = 0x04C11DB7;

    // Four bytes at a time, by a table for each of them: a guest chooses how long its journal is.
    private const int Slices = 4;

    private static readonly uint[][] Tables = MakeTables();

    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= Slices; bytes = bytes[Slices..])
        {
            crc ^= System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes);
            crc = Tables[3][crc >> 24] ^ Tables[2][(byte)(crc >> 16)] ^ Tables[1][(byte)(crc >> 8)] ^ Tables[0][(byte)crc];
        }
        foreach (var value in bytes)
        {
            crc = (crc << 8) ^ Tables[0][(byte)(crc >> 24) ^ value];
        }
        return crc;
    }

    private static uint[][] MakeTables()
    {
        var tables = new uint[Slices][];
        for (var slice = 0; slice < Slices; slice++)
        {
            tables[slice] = new uint[256];
            for (uint i = 0; i < 256; i++)
            {
                var value = slice == 0 ? i << 24 : tables[slice - 1][i];
                for (var bit = 0; bit < 8; bit++)
                {
                    value = (value & 0x80000000) != 0 ? (value << 1) ^ Polynomial : value << 1;
                }
                tables[slice][i] = value;
            }
        }
        return tables;
    }
}
