using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using XenKube.Compression.Bzip2;
using XenKube.Files;

namespace XenKube.Images;

/// <summary>
/// Reads the version that an image itself has: the os-release of its USR partition, found as the beginning of a block in the decompressed
/// image, without regard to the file system. A file system that compresses its files, such as Flatcar's btrfs, hides the text.
/// </summary>
internal static partial class ImageVersionReader
{
    /// <summary>The versions that an image says it is of; none where they cannot be found.</summary>
    /// <param name="path">The compressed image.</param>
    /// <param name="progress">Told how far it is, or null.</param>
    /// <param name="hash">Is given the decompressed image; null for none.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="CorruptImageException">The image is damaged.</exception>
    public static IReadOnlyList<string> Read(string path, IProgress<OperationProgress>? progress = null,
        IncrementalHash? hash = null, CancellationToken cancellationToken = default)
    {
        using var file = HostFile.OpenNamed(path);
        var meter = new ProgressMeter(progress, "Reading the version", Path.GetFileName(path), file.Length);
        var sink = new ReleaseSink(hash);
        ImageDecoder.Decode(file, sink, new Bzip2Options { Progress = done => meter.Report(done) }, cancellationToken);
        meter.Report(file.Length, last: true);
        return [.. sink.Versions];
    }

    [GeneratedRegex("""^VERSION_ID=["']?([0-9][0-9A-Za-z.+-]*)["']?\r?$""",
        RegexOptions.Multiline | RegexOptions.CultureInvariant, PatternLimit.Milliseconds)]
    private static partial Regex VersionLine();

    [GeneratedRegex("""^ID=["']?(coreos|flatcar)["']?\r?$""",
        RegexOptions.Multiline | RegexOptions.CultureInvariant, PatternLimit.Milliseconds)]
    private static partial Regex DistributionLine();

    /// <summary>Looks at the beginning of each block, of the smallest size that file systems have.</summary>
    private sealed class ReleaseSink(IncrementalHash? hash) : IBzip2Sink
    {
        private const int BlockSize = 1024;
        private readonly byte[] _block = new byte[BlockSize];
        private int _count;

        public HashSet<string> Versions { get; } = [];

        public void Write(ReadOnlySpan<byte> bytes)
        {
            hash?.AppendData(bytes);
            Look(bytes);
        }

        private void Look(ReadOnlySpan<byte> bytes)
        {
            while (bytes.Length > 0)
            {
                if (_count == 0 && bytes.Length >= BlockSize)
                {
                    Find(bytes[..BlockSize]);
                    bytes = bytes[BlockSize..];
                    continue;
                }
                var taken = Math.Min(BlockSize - _count, bytes.Length);
                bytes[..taken].CopyTo(_block.AsSpan(_count));
                _count += taken;
                bytes = bytes[taken..];
                if (_count == BlockSize)
                {
                    _count = 0;
                    Find(_block);
                }
            }
        }

        public void WriteRun(byte value, long count)
        {
            Span<byte> run = stackalloc byte[BlockSize];
            run.Fill(value);
            for (var left = count; hash is not null && left > 0; left -= Math.Min(left, BlockSize))
            {
                hash.AppendData(run[..(int)Math.Min(left, BlockSize)]);
            }
            if (_count > 0)
            {
                var taken = (int)Math.Min(BlockSize - _count, count);
                Look(run[..taken]);
                count -= taken;
            }
            // A block of one value is not a text.
            Look(run[..(int)(count % BlockSize)]);
        }

        private void Find(ReadOnlySpan<byte> block)
        {
            if (!block.StartsWith("NAME="u8))
            {
                return;
            }
            var text = Encoding.Latin1.GetString(block);
            if (DistributionLine().IsMatch(text) && VersionLine().Match(text) is { Success: true } found)
            {
                Versions.Add(found.Groups[1].Value);
            }
        }
    }
}
