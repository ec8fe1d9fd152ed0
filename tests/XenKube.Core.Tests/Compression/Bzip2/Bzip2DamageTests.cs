using System.Globalization;
using System.Text.RegularExpressions;
using XenKube.Compression.Bzip2;
using XenKube.Tests.Support;

namespace XenKube.Tests.Compression.Bzip2;

/// <summary>Whatever happens to a file, no wrong byte is given out, and the error says where.</summary>
[Trait("Kind", "Fuzz")]
public partial class Bzip2DamageTests
{
    public static TheoryData<string> Files => new("text", "blocks", "streams", "zeros");

    [Theory]
    [MemberData(nameof(Files))]
    public void File_truncated_at_any_byte_gives_an_error_with_an_offset(string name)
    {
        var (compressed, content) = Make(name);
        // Between two streams, a file may end.
        var ends = StreamEnds(compressed);
        for (var length = 0; length < compressed.Length; length += LongRun.Count(3, 1))
        {
            var (bytes, error) = length % 2 == 0 ? Decoding.Parallel(compressed[..length], 2) : Decoding.AsStream(compressed[..length]);
            Assert.True(content.AsSpan().StartsWith(bytes), $"wrong bytes from the first {length}");
            if (ends.Contains(length))
            {
                Assert.Null(error);
                continue;
            }
            Assert.True(error is CorruptImageException, $"no error for the first {length} bytes");
            Assert.InRange(Offset(error), 0, length);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void File_with_a_flipped_bit_gives_an_error_with_an_offset_or_the_right_bytes(string name)
    {
        var (compressed, content) = Make(name);
        var random = new Random(4711);
        var harmless = 0;
        for (var flip = 0; flip < LongRun.Count(200, 20_000); flip++)
        {
            var damaged = (byte[])compressed.Clone();
            var bit = random.Next(damaged.Length * 8);
            damaged[bit / 8] ^= (byte)(0x80 >> (bit % 8));
            var (bytes, error) = flip % 2 == 0 ? Decoding.Parallel(damaged, 2) : Decoding.AsStream(damaged);
            Assert.True(content.AsSpan().StartsWith(bytes), $"wrong bytes with bit {bit} flipped");
            if (error is null)
            {
                // Bits that mean nothing: after a stream's end, a code's length that no symbol uses, the level.
                Assert.Equal(content.Length, bytes.Length);
                harmless++;
                continue;
            }
            Assert.IsType<CorruptImageException>(error);
            Assert.True(Offset(error) <= bit / 8, $"bit {bit}: {error.Message}");
        }
        Assert.InRange(harmless, 0, LongRun.Count(20, 2000));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Bytes_after_the_last_stream_are_refused_with_their_offset(string name)
    {
        var (compressed, content) = Make(name);
        byte[][] tails = [[0], [1], "B"u8.ToArray(), "BZh"u8.ToArray(), "BZh0"u8.ToArray(), "BZ"u8.ToArray(), new byte[100_000], compressed[4..], [.. new byte[512], .. compressed]];
        foreach (var tail in tails)
        {
            foreach (var (bytes, error) in new[] { Decoding.Parallel([.. compressed, .. tail], 2), Decoding.AsStream([.. compressed, .. tail]) })
            {
                Assert.IsType<CorruptImageException>(error);
                Assert.Equal("TrailingData", error.ErrorId);
                Assert.Equal(compressed.Length, Offset(error));
                Assert.Equal(content.Length, bytes.Length);
            }
        }
    }

    [Theory]
    [InlineData("", "TruncatedImage")]
    [InlineData("B", "TruncatedImage")]
    [InlineData("BZh", "TruncatedImage")]
    [InlineData("BZh9", "TruncatedImage")]
    [InlineData("BZ", "TruncatedImage")]
    [InlineData("BZh0and what follows", "ImageFormatUnknown")]
    [InlineData("BZ0", "ImageFormatUnknown")]
    [InlineData("PK and what follows", "ImageFormatUnknown")]
    [InlineData("BZh9 and what follows", "CorruptImage")]
    public void File_that_is_none_is_named(string text, string errorId)
    {
        var file = System.Text.Encoding.ASCII.GetBytes(text);
        foreach (var error in new[] { Decoding.Parallel(file, 2).Error, Decoding.AsStream(file).Error })
        {
            Assert.IsType<CorruptImageException>(error);
            Assert.Equal(errorId, error.ErrorId);
        }
    }

    [Fact]
    public void Stream_says_its_error_again_instead_of_going_on_behind_it()
    {
        var (compressed, _) = Make("streams");
        compressed[compressed.Length / 2] ^= 1;
        using var stream = new Bzip2Stream(new MemoryStream(compressed));
        var first = Assert.Throws<CorruptImageException>(() => stream.CopyTo(Stream.Null));
        Assert.Same(first, Assert.Throws<CorruptImageException>(() => stream.ReadByte()));
    }

    [Fact]
    public void Decoder_stops_when_it_is_cancelled()
    {
        var (compressed, _) = Make("blocks");
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            Bzip2Decoder.Decode(new MemoryStream(compressed), new CollectingSink(), new Bzip2Options { Threads = 2 }, cancellation.Token));
    }

    [Fact]
    public void Decoder_passes_on_what_the_sink_throws()
    {
        var (compressed, _) = Make("blocks");
        var thrown = Assert.Throws<OperationFailedException>(() =>
            Bzip2Decoder.Decode(new MemoryStream(compressed), new FailingSink(), new Bzip2Options { Threads = 2 }));
        Assert.Equal("DiskFull", thrown.ErrorId);
    }

    [Fact]
    public void Options_hash_is_given_every_byte_of_the_input_once()
    {
        var (compressed, _) = Make("streams");
        using var hash = System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA512);
        Bzip2Decoder.Decode(new MemoryStream(compressed), new CollectingSink(), new Bzip2Options { Hash = hash });
        Assert.Equal(System.Security.Cryptography.SHA512.HashData(compressed), hash.GetHashAndReset());
    }

    private static (byte[] Compressed, byte[] Content) Make(string name)
    {
        Tool.Need("bzip2", "pbzip2", "lbzip2");
        var text = Samples.Make("text", 1_200);
        byte[] Compress(string tool, byte[] bytes, string level = "-1") => Tool.Run(tool, ["-c", level], bytes).ShouldSucceed().OutputBytes;
        switch (name)
        {
            case "text":
                return (Compress("bzip2", text), text);
            case "blocks":
                byte[] repeated = [.. Enumerable.Repeat(text, 200).SelectMany(bytes => bytes)];
                return (Compress("lbzip2", repeated), repeated);
            case "streams":
                byte[] three = [.. text, .. text.Reverse(), .. text];
                return ([.. Compress("bzip2", text), .. Compress("pbzip2", [.. text.Reverse()]), .. Compress("lbzip2", []), .. Compress("lbzip2", text)], three);
            default:
                byte[] zeros = [1, 2, 3, .. new byte[3_000_000], .. text];
                return (Compress("bzip2", zeros), zeros);
        }
    }

    private static HashSet<int> StreamEnds(byte[] compressed)
    {
        var ends = new HashSet<int>();
        for (var at = 1; at + 4 < compressed.Length; at++)
        {
            if (compressed.AsSpan(at).StartsWith("BZh"u8) && compressed[at + 4] is 0x31 or 0x17)
            {
                ends.Add(at);
            }
        }
        return ends;
    }

    private static long Offset(XenKubeException error)
    {
        var match = OffsetPattern().Match(error.Place ?? "");
        Assert.True(match.Success, $"no offset in '{error.Message}'");
        return long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"\bbyte (\d+)$")]
    private static partial Regex OffsetPattern();

    private sealed class FailingSink : IBzip2Sink
    {
        public void Write(ReadOnlySpan<byte> bytes) => throw new OperationFailedException(ErrorIds.DiskFull, null, null, "no room");

        public void WriteRun(byte value, long count) => throw new OperationFailedException(ErrorIds.DiskFull, null, null, "no room");
    }
}
