namespace XenKube.Compression.Lzma;

/// <summary>Limits of LZMA.</summary>
internal static class Lzma
{
    /// <summary>
    /// The largest dictionary that is accepted, in bytes: that of a Linux kernel since 6.12 (scripts/xz_wrap.sh), twice that of
    /// <c>xz -9</c>.
    /// </summary>
    public const long MaximumDictionary = 128 << 20;
}
