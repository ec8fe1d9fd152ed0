using System.IO.Compression;
using XenKube.Compression.Bzip2;
using XenKube.Compression.Lz4;
using XenKube.Compression.Lzma;
using XenKube.Compression.Xz;
using XenKube.Compression.Zstandard;

namespace XenKube.Compression.Detection;

/// <summary>Recognises compressed data by its first bytes, never by a name, and decompresses it.</summary>
internal static class CompressionFormats
{
    /// <summary>The most bytes that <see cref="Recognize"/> looks at.</summary>
    public const int HeadSize = LzmaAloneStream.HeaderSize;

    // The compressed data of an .lzma file is read whole; a kernel has 64 MiB at most.
    private const int MaximumLzma = 512 << 20;
    private const int BufferSize = 1 << 20;

    /// <summary>The format of data that begins with the given bytes.</summary>
    public static CompressionFormat Recognize(ReadOnlySpan<byte> head) => head switch
    {
        [0x1F, 0x8B, ..] => CompressionFormat.Gzip,
        [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..] => CompressionFormat.Xz,
        [0x28, 0xB5, 0x2F, 0xFD, ..] => CompressionFormat.Zstandard,
        [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9', ..] => CompressionFormat.Bzip2,
        [0x02, 0x21, 0x4C, 0x18, ..] => CompressionFormat.Lz4Legacy,
        [0x04, 0x22, 0x4D, 0x18, ..] => CompressionFormat.Lz4,
        [0x89, (byte)'L', (byte)'Z', (byte)'O', ..] => CompressionFormat.Lzo,
        _ => LzmaAloneStream.IsHeader(head) ? CompressionFormat.Lzma : CompressionFormat.None,
    };

    /// <summary>The name of a format, as its program is called.</summary>
    public static string NameOf(CompressionFormat format) => format switch
    {
        CompressionFormat.Gzip => "gzip",
        CompressionFormat.Bzip2 => "bzip2",
        CompressionFormat.Xz => "xz",
        CompressionFormat.Lzma => "lzma",
        CompressionFormat.Zstandard => "zstd",
        CompressionFormat.Lz4Legacy or CompressionFormat.Lz4 => "lz4",
        CompressionFormat.Lzo => "lzo",
        _ => "none",
    };

    /// <summary>Decompresses data of a known size. Of the data no more is in memory than the format's own history.</summary>
    /// <param name="format">The format.</param>
    /// <param name="input">The compressed data.</param>
    /// <param name="output">Receives the data.</param>
    /// <param name="size">The size of the data, in bytes.</param>
    /// <exception cref="CorruptImageException">The data is damaged, or has another size.</exception>
    /// <exception cref="UnsupportedFeatureException">The format, or a feature of it, is not supported.</exception>
    public static void Decompress(CompressionFormat format, Stream input, Stream output, long size)
    {
        if (format == CompressionFormat.Bzip2)
        {
            var sink = new SizedSink(output, size);
            Bzip2Decoder.Decode(input, sink, new Bzip2Options { Threads = 1 });
            if (sink.Left > 0)
            {
                throw WrongSize(format, isLonger: false);
            }
            return;
        }
        using var stream = Open(format, input, size);
        var buffer = new byte[BufferSize];
        try
        {
            for (var left = size; left > 0;)
            {
                var count = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
                if (count == 0)
                {
                    throw WrongSize(format, isLonger: false);
                }
                output.Write(buffer, 0, count);
                left -= count;
            }
            if (stream.ReadByte() >= 0)
            {
                throw WrongSize(format, isLonger: true);
            }
        }
        catch (InvalidDataException e)
        {
            throw new CorruptImageException(ErrorIds.CorruptImage, null, NameOf(format), e.Message, innerException: e);
        }
    }

    /// <summary>The error of data that has another size than is known.</summary>
    internal static CorruptImageException WrongSize(CompressionFormat format, bool isLonger) => new(
        ErrorIds.CorruptImage, null, NameOf(format), isLonger
            ? "the data is longer than its size says" : "the data is shorter than its size says");

    private static Stream Open(CompressionFormat format, Stream input, long expected) => format switch
    {
        CompressionFormat.Gzip => new GZipStream(input, CompressionMode.Decompress, leaveOpen: true),
        CompressionFormat.Xz => new XzStream(input, expected),
        CompressionFormat.Lzma => new LzmaAloneStream(input, MaximumLzma, expected),
        CompressionFormat.Zstandard => new ZstandardStream(input, expected),
        CompressionFormat.Lz4Legacy => new Lz4LegacyStream(input),
        _ => throw new UnsupportedFeatureException(null, null, NameOf(format)),
    };
}
