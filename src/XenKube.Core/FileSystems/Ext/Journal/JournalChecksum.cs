namespace XenKube.FileSystems.Ext.Journal;

/// <summary>CRC-32 with the bits from the left (crc32_be of Linux): the journal's first kind of checksum, over a whole transaction.</summary>
internal static class JournalChecksum
{
    private const uint Polynomial = 0x04C11DB7;

    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            crc ^= (uint)value << 24;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 0x80000000) != 0 ? (crc << 1) ^ Polynomial : crc << 1;
            }
        }
        return crc;
    }
}
