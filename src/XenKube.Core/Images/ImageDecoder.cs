using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using XenKube.Compression.Bzip2;
using XenKube.Compression.Detection;
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
        using var input = new HashedInput(image, options.Hash, options.Progress);
        using var stream = Open(format, input);
        var (size, buffer) = (0L, new byte[BufferSize]);
        try
        {
            for (int count; (count = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0; size += count)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Write(sink, buffer.AsSpan(0, count));
            }
        }
        catch (InvalidDataException e)
        {
            throw new CorruptImageException(ErrorIds.CorruptImage, null, CompressionFormats.NameOf(format), e.Message, innerException: e);
        }
        input.ReadToEnd();
        // GZipStream passes over whatever follows the data: the size at the end of the file (RFC 1952, ISIZE) shows that nothing does.
        return format != CompressionFormat.Gzip || input.LastNumber == (uint)size ? size : throw new CorruptImageException(
            ErrorIds.CorruptImage, null, "gzip", "something follows the compressed data, or the file is cut off",
            "Fetch the image again; a file of several gzip members becomes one by: gzip -dc OLD | gzip > NEW");
    }

    private static Stream Open(CompressionFormat format, Stream input) => format switch
    {
        CompressionFormat.Xz => new XzStream(input),
        CompressionFormat.Zstandard => new ZstandardStream(input),
        CompressionFormat.Gzip => new GZipStream(input, CompressionMode.Decompress, leaveOpen: true),
        CompressionFormat.None => input,
        _ => throw new UnsupportedFeatureException(null, "image", CompressionFormats.NameOf(format)),
    };

    private static void Write(IBzip2Sink sink, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var isHole = IsZero(Piece(bytes));
            var length = 0;
            do
            {
                length += Piece(bytes[length..]).Length;
            }
            while (length < bytes.Length && IsZero(Piece(bytes[length..])) == isHole);
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

    private static ReadOnlySpan<byte> Piece(ReadOnlySpan<byte> bytes) => bytes[..Math.Min(HoleSize, bytes.Length)];

    private static bool IsZero(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExcept((byte)0);

    /// <summary>The bytes of the file, hashed and counted on their way.</summary>
    private sealed class HashedInput(Stream input, IncrementalHash? hash, Action<long>? progress) : ForwardStream
    {
        private readonly byte[] _end = new byte[sizeof(uint)];
        private long _done;

        /// <summary>The last four bytes that were read, as a number.</summary>
        public uint LastNumber => BinaryPrimitives.ReadUInt32LittleEndian(_end);

        public override int Read(Span<byte> buffer)
        {
            var count = input.Read(buffer);
            if (count > 0)
            {
                var read = buffer[..count];
                hash?.AppendData(read);
                var kept = Math.Min(count, _end.Length);
                _end.AsSpan(kept).CopyTo(_end);
                read[^kept..].CopyTo(_end.AsSpan(_end.Length - kept));
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
