using System.Security.Cryptography;
using XenKube.Compression;
using XenKube.Compression.Bzip2;
using XenKube.Compression.Detection;
using XenKube.Compression.Gzip;
using XenKube.Compression.Xz;
using XenKube.Compression.Zstandard;

namespace XenKube.Images;

/// <summary>
/// Expands an image by its content, whatever its name is: bzip2, xz, zstd, gzip, or a raw disk. All of the file is read and hashed, to its
/// last byte; bytes after the compressed data are refused.
/// </summary>
internal static class ImageDecoder
{
    private const int BufferSize = 1 << 20;

    /// <summary>Zeros of this size, as file systems have their holes, are not written.</summary>
    private const int HoleSize = 4096;

    /// <summary>The formats that are expanded; <see cref="CompressionFormat.None"/> is a raw disk.</summary>
    public static IReadOnlyList<CompressionFormat> Formats { get; } =
        [CompressionFormat.Bzip2, CompressionFormat.Xz, CompressionFormat.Zstandard, CompressionFormat.Gzip, CompressionFormat.None];

    /// <summary>How a file is compressed; its position stays at the beginning.</summary>
    public static CompressionFormat Recognize(Stream image)
    {
        var head = new byte[CompressionFormats.HeadSize];
        var count = image.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        image.Position = 0;
        return CompressionFormats.Recognize(head.AsSpan(0, count));
    }

    /// <summary>The end of the name that a file has in the store, which says how it is compressed; null for one that is not.</summary>
    public static string? FindSuffix(Stream image) => Recognize(image) switch
    {
        CompressionFormat.Bzip2 => ImageStore.Suffix,
        CompressionFormat.Xz => ".raw.xz",
        CompressionFormat.Zstandard => ".raw.zst",
        CompressionFormat.Gzip => ".raw.gz",
        _ => null,
    };

    /// <summary>Expands all of a file into a new one.</summary>
    /// <param name="image">The file, from its beginning.</param>
    /// <param name="disk">The new file, which gets its length.</param>
    /// <param name="hash">Is given the file's own bytes.</param>
    /// <param name="progress">Told how many of them are done.</param>
    /// <param name="cancellationToken">Stops between two pieces.</param>
    public static void DecodeTo(Stream image, NewFile disk, IncrementalHash hash, Action<long> progress,
        CancellationToken cancellationToken) =>
        disk.SetLength(Decode(image, new NodeDiskSink([disk]), new Bzip2Options { Hash = hash, Progress = progress }, cancellationToken));

    /// <summary>Expands all of a file.</summary>
    /// <param name="image">The file, from its beginning.</param>
    /// <param name="sink">Receives the data.</param>
    /// <param name="options">Threads, the hash of the file's own bytes, progress.</param>
    /// <param name="cancellationToken">Stops between two pieces.</param>
    /// <returns>The number of bytes of the disk.</returns>
    /// <exception cref="CorruptImageException">The data is damaged, ends early, or something follows it.</exception>
    /// <exception cref="UnsupportedFeatureException">The format, or a feature of it, is not supported.</exception>
    public static long Decode(Stream image, IBzip2Sink sink, Bzip2Options options, CancellationToken cancellationToken = default)
    {
        var format = Recognize(image);
        if (format == CompressionFormat.Bzip2)
        {
            return Bzip2Decoder.Decode(image, sink, options, cancellationToken);
        }
        if (format == CompressionFormat.Xz && image is FileStream file && sink is IPlacedSink { CanPlace: true } placed
            && ParallelXz.TryDecode(file, new SparseSink(placed), options, cancellationToken) is { } length)
        {
            return length;
        }
        using var input = new HashedInput(image, options.Hash, options.Progress);
        using var stream = Open(format, input);
        var (size, buffer) = (0L, new byte[BufferSize]);
        for (int count; (count = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0; size += count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Write(sink, buffer.AsSpan(0, count));
        }
        input.ReadToEnd();
        return size;
    }

    private static Stream Open(CompressionFormat format, Stream input) => format switch
    {
        CompressionFormat.Xz => new XzStream(input),
        CompressionFormat.Zstandard => new ZstandardStream(input),
        CompressionFormat.Gzip => new GzipStream(input),
        CompressionFormat.None => input,
        _ => throw new UnsupportedFeatureException(null, "image", CompressionFormats.NameOf(format)),
    };

    private static void Write(IBzip2Sink sink, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var length = NextPart(bytes, out var isHole);
            if (isHole)
            {
                sink.WriteRun(0, length);
            }
            else
            {
                sink.Write(bytes[..length]);
            }
            bytes = bytes[length..];
        }
    }

    /// <summary>The length of what the bytes begin with: pieces that are zero, or pieces that are not.</summary>
    private static int NextPart(ReadOnlySpan<byte> bytes, out bool isHole)
    {
        isHole = IsZero(Piece(bytes));
        var length = 0;
        do
        {
            length += Piece(bytes[length..]).Length;
        }
        while (length < bytes.Length && IsZero(Piece(bytes[length..])) == isHole);
        return length;
    }

    private static ReadOnlySpan<byte> Piece(ReadOnlySpan<byte> bytes) => bytes[..Math.Min(HoleSize, bytes.Length)];

    private static bool IsZero(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExcept((byte)0);

    /// <summary>Leaves out what is zero.</summary>
    private sealed class SparseSink(IPlacedSink sink) : IPlacedSink
    {
        public bool CanPlace => true;

        public void WriteAt(long offset, ReadOnlySpan<byte> bytes)
        {
            for (int length; !bytes.IsEmpty; bytes = bytes[length..], offset += length)
            {
                length = NextPart(bytes, out var isHole);
                if (!isHole)
                {
                    sink.WriteAt(offset, bytes[..length]);
                }
            }
        }

        public void EndAt(long length) => sink.EndAt(length);
    }

    /// <summary>The bytes of the file, hashed and counted on their way.</summary>
    private sealed class HashedInput(Stream input, IncrementalHash? hash, Action<long>? progress) : ForwardStream
    {
        private long _done;

        public override int Read(Span<byte> buffer)
        {
            var count = input.Read(buffer);
            if (count > 0)
            {
                hash?.AppendData(buffer[..count]);
                progress?.Invoke(_done += count);
            }
            return count;
        }

        public void ReadToEnd()
        {
            var rest = new byte[BufferSize];
            while (Read(rest) > 0)
            {
            }
        }
    }
}
