namespace XenKube.Checksums;

/// <summary>CRC-16 with the polynomial 0xA001 (reflected 0x8005), which uninit_bg puts into group descriptors.</summary>
internal static class Crc16
{
    public static ushort Append(ushort crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (ushort)((crc & 1) != 0 ? (crc >> 1) ^ 0xA001 : crc >> 1);
            }
        }
        return crc;
    }
}
