using System.IO.Compression;

namespace XenKube.Ignition.Syntax;

/// <summary>Contents that a config holds packed by gzip.</summary>
internal static class PackedContent
{
    /// <summary>More than this is not unpacked; it is shown as its packed bytes.</summary>
    private const int MaxUnpacked = 64 * 1024 * 1024;

    /// <summary>Whether bytes begin as gzip's do, RFC 1952 section 2.3.1.</summary>
    public static bool IsPacked(ReadOnlySpan<byte> bytes) => bytes is [0x1f, 0x8b, 0x08, ..];

    /// <summary>The bytes that were packed; null where they are broken or too many.</summary>
    public static byte[]? Unpack(byte[] packed)
    {
        try
        {
            using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
            using var content = new MemoryStream();
            var buffer = new byte[Math.Min(81920, Math.Max(512, packed.Length * 4))];
            for (int count; (count = gzip.Read(buffer)) > 0;)
            {
                if (content.Length + count > MaxUnpacked)
                {
                    return null;
                }
                content.Write(buffer, 0, count);
            }
            return content.ToArray();
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
