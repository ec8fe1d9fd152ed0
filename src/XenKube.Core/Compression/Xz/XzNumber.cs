namespace XenKube.Compression.Xz;

/// <summary>Numbers of one to nine bytes, seven bits in each, the lowest first (xz file format 1.1.0, section 1.2).</summary>
internal static class XzNumber
{
    private const int MaximumLength = 9;

    /// <summary>Takes a number from the beginning of a span; -1 where it is not written as it must be.</summary>
    public static long Take(ref ReadOnlySpan<byte> bytes)
    {
        long value = 0;
        for (var i = 0; i < MaximumLength && i < bytes.Length; i++)
        {
            value |= (long)(bytes[i] & 0x7F) << (i * 7);
            if (bytes[i] < 0x80)
            {
                var isShortest = i == 0 || bytes[i] != 0;
                bytes = bytes[(i + 1)..];
                return isShortest ? value : -1;
            }
        }
        return -1;
    }
}
