using System.Collections.Concurrent;
using System.Security.Cryptography;
using XenKube.Compression;
using XenKube.Compression.Bzip2;
using XenKube.Compression.Xz;
using XenKube.Tests.Compression.Bzip2;
using XenKube.Tests.Support;

namespace XenKube.Tests.Compression;

/// <summary>Files of xz with several blocks, decoded by several threads, beside the decoder that reads from beginning to end.</summary>
[Trait("Kind", "Process")]
public sealed class ParallelXzTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("-T2 --block-size=100000")]
    [InlineData("-T2 --block-size=1MiB -9")]
    [InlineData("-T3 --block-size=70001 --check=sha256")]
    [InlineData("-T2 --block-size=70001 --check=none -0")]
    [InlineData("-T2 --block-size=70001 --check=crc32 --x86 --lzma2=preset=1")]
    public void Blocks_of_one_file_and_of_several_streams_give_what_was_compressed(string options)
    {
        Tool.Need("xz");
        byte[] content = [.. Samples.Make("image", 700_000), .. Samples.Make("text", 500_000), .. new byte[300_000]];
        var one = Compress(content, options);
        Assert.Equal(content, Decode(one, 2, out var hash)!);
        Assert.Equal(SHA512.HashData(one), hash);
        byte[] several = [.. one, 0, 0, 0, 0, .. Compress(content[..300_000], options), .. Compress([], "-T2"), 0, 0, 0, 0];
        Assert.Equal([.. content, .. content[..300_000]], Decode(several, 4, out hash)!);
        Assert.Equal(SHA512.HashData(several), hash);
        Assert.Equal(Tool.Run("xz", ["-dc"], several).ShouldSucceed().OutputBytes, Decode(several, 3, out _)!);
    }

    [Fact]
    public void File_that_says_no_sizes_or_has_one_block_is_left_to_the_other_decoder()
    {
        Tool.Need("xz");
        var content = Samples.Make("text", 200_000);
        Assert.Null(Decode(Compress(content, "-T1"), 2, out _));
        Assert.Null(Decode(Compress(content, "-T1 --block-size=50000"), 2, out _));
        Assert.Null(Decode(Compress(content, "-T2 --block-size=50000"), 1, out _));
        Assert.NotNull(Decode(Compress(content, "-T2 --block-size=50000"), 2, out _));
    }

    /// <summary>Each is refused by both decoders, or gives the same data in both.</summary>
    [Fact]
    public void File_that_is_cut_off_anywhere_or_has_a_flipped_bit_is_judged_as_by_the_other_decoder()
    {
        Tool.Need("xz");
        var content = Samples.Make("text", 1200);
        var whole = Compress(content, "-T2 --block-size=400");
        Assert.Equal(content, Decode(whole, 2, out _)!);
        for (var length = 0; length < whole.Length; length++)
        {
            Compare(whole[..length], FormattableString.Invariant($"{length} bytes"));
        }
        for (var bit = 0; bit < whole.Length * 8; bit += LongRun.Count(7, 1))
        {
            var damaged = whole.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Compare(damaged, FormattableString.Invariant($"bit {bit}"));
        }
    }

    /// <summary>A size in a header is a number that anybody can write there, with a right checksum.</summary>
    [Theory]
    [InlineData(1L << 40, 1000)]
    [InlineData(long.MaxValue, 1000)]
    [InlineData(long.MaxValue - 32, 1000)]
    [InlineData(50, long.MaxValue)]
    [InlineData(long.MaxValue, long.MaxValue)]
    public void Block_that_claims_a_size_that_no_file_has_is_damaged(long compressed, long size)
    {
        var header = new List<byte> { 0, 0xC0 };
        foreach (var number in new[] { compressed, size })
        {
            var left = number;
            for (; left >= 0x80; left >>= 7)
            {
                header.Add((byte)(left | 0x80));
            }
            header.Add((byte)left);
        }
        header.AddRange([0x21, 1, 0]);
        header.AddRange(new byte[(4 - (header.Count % 4)) % 4]);
        header[0] = (byte)(header.Count / 4);
        byte[] flags = [0, 1];
        byte[] block = [.. header, .. Checksum([.. header]), .. new byte[100]];
        byte[] stream = [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, .. flags, .. Checksum(flags), .. block];
        Assert.Null(Decode(stream, 2, out _));
        Assert.IsType<CorruptImageException>(Decompression.Read("xz", stream).Error);
    }

    private static byte[] Checksum(byte[] bytes) => BitConverter.GetBytes(XenKube.Checksums.Crc32.Compute(bytes));

    [Fact]
    public void Fault_of_the_first_damaged_block_is_told()
    {
        Tool.Need("xz");
        var whole = Compress(Samples.Make("random", 400_000), "-T2 --block-size=50000");
        var damaged = whole.ToArray();
        damaged[120_000] ^= 1;
        damaged[320_000] ^= 1;
        var expected = Decompression.Read("xz", damaged).Error;
        var found = Assert.IsAssignableFrom<CorruptImageException>(Record.Exception(() => Decode(damaged, 4, out _)));
        Assert.Equal(expected!.Message[expected.Message.IndexOf("xz", StringComparison.Ordinal)..], found.Message[found.Message.IndexOf("xz", StringComparison.Ordinal)..]);
    }

    [Fact]
    public void File_that_is_changed_while_it_is_read_is_refused()
    {
        Tool.Need("xz");
        var path = _directory.Write("changing.xz", Compress(Samples.Make("random", 3_000_000), "-T2 --block-size=200000 --check=none"));
        using var file = File.OpenRead(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        var changed = 0;
        var sink = new Pieces(() =>
        {
            if (Interlocked.Exchange(ref changed, 1) == 0)
            {
                using var writer = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
                writer.Position = writer.Length - 100_000;
                writer.Write(new byte[50]);
            }
        });
        var before = SHA512.HashData(File.ReadAllBytes(path));
        // The difference is seen, or the hash is that of the new bytes.
        var error = Record.Exception(() => ParallelXz.TryDecode(file, sink, new Bzip2Options { Threads = 2, Hash = hash }, CancellationToken.None));
        Assert.True(error is CorruptImageException || !hash.GetHashAndReset().AsSpan().SequenceEqual(before), $"{error}");
    }

    [Fact]
    public void Stop_ends_all_threads()
    {
        Tool.Need("xz");
        using var file = File.OpenRead(_directory.Write("file.xz", Compress(Samples.Make("image", 2_000_000), "-T2 --block-size=100000")));
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            ParallelXz.TryDecode(file, new Pieces(stop.Cancel), new Bzip2Options { Threads = 2 }, stop.Token));
    }

    private void Compare(byte[] compressed, string what)
    {
        var (data, error) = Decompression.Read("xz", compressed);
        byte[]? parallel = null;
        var refused = Record.Exception(() => parallel = Decode(compressed, 2, out _));
        Assert.True(refused is null or XenKubeException, $"{what}: {refused}");
        // What this decoder does not take, the other one decodes.
        Assert.True(refused is null || error is not null, $"{what}: {refused?.Message}");
        Assert.True(parallel is null || (error is null && parallel.AsSpan().SequenceEqual(data)), $"{what}: taken, and should be {error?.Message ?? "other data"}");
    }

    private byte[]? Decode(byte[] compressed, int threads, out byte[] digest)
    {
        using var file = File.OpenRead(_directory.Write("file.xz", compressed));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        var sink = new Pieces(() => { });
        var length = ParallelXz.TryDecode(file, sink, new Bzip2Options { Threads = threads, Hash = hash }, CancellationToken.None);
        digest = hash.GetHashAndReset();
        Assert.Equal(length, length is null ? null : sink.Length);
        return length is { } size ? sink.Join(size) : null;
    }

    private static byte[] Compress(byte[] content, string options) =>
        Tool.Run("xz", ["-c", .. options.Split(' ')], content).ShouldSucceed().OutputBytes;

    private sealed class Pieces(Action told) : IPlacedSink
    {
        private readonly ConcurrentDictionary<long, byte[]> _pieces = [];

        public bool CanPlace => true;

        public long Length { get; private set; }

        public void WriteAt(long offset, ReadOnlySpan<byte> bytes)
        {
            Assert.True(_pieces.TryAdd(offset, bytes.ToArray()));
            told();
        }

        public void EndAt(long length) => Length = length;

        public byte[] Join(long size)
        {
            var data = new byte[size];
            foreach (var (offset, piece) in _pieces)
            {
                piece.CopyTo(data, offset);
            }
            return data;
        }
    }
}
