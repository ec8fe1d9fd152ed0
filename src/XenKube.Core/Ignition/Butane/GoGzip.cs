using System.IO.Compression;

namespace XenKube.Ignition.Butane;

/// <summary>Packs resources with gzip at the best level.</summary>
internal static class GoGzip
{
    /// <summary>The bytes as a gzip stream.</summary>
    public static byte[] Pack(byte[] data)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(data);
        }
        return packed.ToArray();
    }
}
