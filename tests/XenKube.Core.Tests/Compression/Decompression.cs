using XenKube.Compression;
using XenKube.Compression.Gzip;
using XenKube.Compression.Lz4;
using XenKube.Compression.Lzma;
using XenKube.Compression.Xz;
using XenKube.Compression.Zstandard;
using XenKube.Tests.Support;

namespace XenKube.Tests.Compression;

/// <summary>The formats by name, their programs, and our decoders of them.</summary>
internal static class Decompression
{
    public static readonly string[] Formats = ["zstd", "xz", "gzip", "lzma", "lz4"];

    public static DecompressionStream Open(string format, Stream input) => format switch
    {
        "zstd" => new ZstandardStream(input),
        "xz" => new XzStream(input),
        "gzip" => new GzipStream(input),
        "lzma" => new LzmaAloneStream(input, 1 << 30),
        _ => new Lz4LegacyStream(input),
    };

    /// <summary>Decompresses; the data up to the error, where there is one.</summary>
    public static (byte[] Data, XenKubeException? Error) Read(string format, byte[] compressed, int piece = 10_007, long most = long.MaxValue)
    {
        var data = new MemoryStream();
        try
        {
            using var stream = Open(format, new MemoryStream(compressed));
            var buffer = new byte[piece];
            for (int count; (count = stream.Read(buffer)) > 0 && data.Length < most;)
            {
                data.Write(buffer, 0, count);
            }
            return (data.ToArray(), null);
        }
        catch (XenKubeException e)
        {
            return (data.ToArray(), e);
        }
    }

    /// <summary>Compresses by the format's own program.</summary>
    public static byte[] Compress(string format, byte[] content, params string[] options)
    {
        var result = format switch
        {
            "zstd" => Tool.Run("zstd", ["-q", "-c", .. options], content),
            "xz" => Tool.Run("xz", ["-c", "-T1", .. options], content),
            "gzip" => Tool.Run("gzip", ["-c", .. options], content),
            "lzma" => Tool.Run("xz", ["--format=lzma", "-c", .. options], content),
            _ => Tool.Run("lz4", ["-q", "-l", "-c", .. options], content),
        };
        return result.ShouldSucceed().OutputBytes;
    }

    /// <summary>The program of a format, for <see cref="Tool.Need"/>.</summary>
    public static string ProgramOf(string format) => format == "lzma" ? "xz" : format;

    /// <summary>Whether the format's own program takes the data.</summary>
    public static ToolResult Judge(string format, byte[] compressed) =>
        format == "lz4" ? Tool.Run("lz4", ["-q", "-d", "-c"], compressed) : Tool.Run(ProgramOf(format), ["-q", "-d", "-c"], compressed);
}
