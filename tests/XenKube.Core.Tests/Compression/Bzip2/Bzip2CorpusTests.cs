using System.Buffers.Binary;
using XenKube.Compression.Bzip2;
using XenKube.Tests.Support;

namespace XenKube.Tests.Compression.Bzip2;

/// <summary>The output of the real encoders is decoded to their input.</summary>
[Trait("Kind", "Process")]
public class Bzip2CorpusTests
{
    public static TheoryData<string> Encoders => new("bzip2", "lbzip2", "pbzip2");

    public static TheoryData<string, string> EncodersAndKinds
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var kind in Samples.Kinds)
            {
                data.Add("bzip2", kind);
                data.Add("lbzip2", kind);
                data.Add("pbzip2", kind);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(EncodersAndKinds))]
    public void Decoder_gives_what_was_encoded_for_each_kind_of_content(string encoder, string kind)
    {
        Tool.Need(encoder);
        var content = Samples.Make(kind, 2_100_000);
        Decoding.ShouldGive(Encode(encoder, content), content, $"{encoder} {kind}");
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void Decoder_gives_what_was_encoded_at_each_level(string encoder)
    {
        Tool.Need(encoder);
        var content = Samples.Make("image", 1_300_000);
        for (var level = 1; level <= 9; level++)
        {
            Decoding.ShouldGive(Encode(encoder, content, $"-{level}"), content, $"{encoder} -{level}");
        }
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void Decoder_gives_what_was_encoded_at_each_size_around_a_border(string encoder)
    {
        Tool.Need(encoder);
        using var directory = new TemporaryDirectory();
        int[] sizes = [0, 1, 2, 3, 4, 5, 255, 256, 65535, 65536, 99_980, 99_981, 99_999, 100_000, 100_001, 899_980, 899_981, 899_982, 899_999, 900_000, 900_001];
        foreach (var size in sizes)
        {
            directory.Write($"text{size}", Samples.Make("text", size));
            directory.Write($"random{size}", Samples.Make("random", size));
            directory.Write($"ones{size}", Samples.Make("ones", size));
        }
        ShouldDecodeAll(encoder, directory.Path, 3 * sizes.Length);
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void Decoder_gives_what_was_encoded_for_each_run_around_the_run_length_borders(string encoder)
    {
        Tool.Need(encoder);
        using var directory = new TemporaryDirectory();
        for (var length = 3; length <= 260; length++)
        {
            var run = new byte[length];
            directory.Write($"zeros{length}", run);
            // Between other bytes, and twice, so that one run's count is followed by the same byte again.
            run.AsSpan().Fill((byte)'r');
            directory.Write($"between{length}", [.. "ab"u8, .. run, .. "c"u8, .. run, (byte)(length - 4), .. run, .. "rd"u8]);
        }
        ShouldDecodeAll(encoder, directory.Path, 2 * 258);
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void Long_runs_are_handed_on_as_runs_at_each_length_around_the_threshold(string encoder)
    {
        Tool.Need(encoder);
        for (var length = RunLengthExpander.LongRun - 3; length <= RunLengthExpander.LongRun + 3; length++)
        {
            byte[] content = [.. "start"u8, .. new byte[length], .. "end"u8];
            var sink = new CollectingSink();
            Bzip2Decoder.Decode(new MemoryStream(Encode(encoder, content)), sink);
            Assert.Equal(content, sink.Bytes);
            Assert.Equal(length >= RunLengthExpander.LongRun ? length : 0, sink.LongestRun);
        }
    }

    [Fact]
    public void Selectors_beyond_what_a_block_can_use_are_read_and_forgotten()
    {
        Tool.Need("lbzip2");
        var content = Samples.Make("random", 1_800_000);
        var compressed = Encode("lbzip2", content);
        // Stream header, magic number, CRC, randomised, origin, 17 maps of bytes in use, number of tables: then 15 bits.
        var bit = 32 + 48 + 32 + 1 + 24 + (17 * 16) + 3;
        var selectors = (int)(BinaryPrimitives.ReadUInt32BigEndian(compressed.AsSpan(bit / 8)) << (bit % 8) >> 17);
        Assert.True(selectors > 18_002, $"{selectors} selectors");
        Decoding.ShouldGive(compressed, content, $"{selectors} selectors");
    }

    [Fact]
    public void Streams_one_after_another_are_one_content_as_bzip2_has_it()
    {
        Tool.Need("bzip2");
        var empty = Encode("bzip2", []);
        var text = Encode("bzip2", Samples.Make("text", 250_000), "-1");
        var zeros = Encode("bzip2", Samples.Make("zeros", 123_456), "-9");
        byte[][] files =
        [
            empty,
            [.. empty, .. empty, .. empty],
            [.. empty, .. text],
            [.. text, .. empty],
            [.. text, .. empty, .. zeros, .. zeros, .. text],
        ];
        foreach (var file in files)
        {
            var expected = Tool.Run("bzip2", ["-dc"], file).ShouldSucceed().OutputBytes;
            Decoding.ShouldGive(file, expected, $"{file.Length} bytes of streams");
        }
    }

    [Fact]
    public void Hundreds_of_megabytes_of_zeros_arrive_as_runs()
    {
        Tool.Need("bash", "lbzip2");
        var compressed = Tool.Run("bash", ["-c", "head -c 400000000 /dev/zero | lbzip2"], null).ShouldSucceed().OutputBytes;
        var sink = new CountingSink();
        Bzip2Decoder.Decode(new MemoryStream(compressed), sink);
        Assert.Equal(400_000_000, sink.Zeros + sink.Literal);
        Assert.True(sink.Literal < 10 * RunLengthExpander.LongRun, $"{sink.Literal} bytes were written out");
    }

    [Theory]
    [InlineData("zero", "lbzip2", false)]
    [InlineData("all bits", "lbzip2", false)]
    [InlineData("zero", "lbzip2", true)]
    [InlineData("zero", "bzip2", true)]
    [InlineData("zero", "pbzip2", true)]
    [InlineData("all bits", "pbzip2", true)]
    public void Ten_gigabytes_of_one_byte_arrive_as_runs(string value, string encoder, bool wasOneFile)
    {
        Tool.Need("bash", encoder);
        Assert.SkipWhen(wasOneFile && Environment.GetEnvironmentVariable("XENKUBE_LONG") is null, "XENKUBE_LONG is not set: one file of 10 GB takes a minute to compress");
        const int StreamSize = 100_000_000;
        var repeat = wasOneFile ? 1 : 100;
        var make = $"head -c {(wasOneFile ? 100L : 1L) * StreamSize} /dev/zero | {(value == "zero" ? "cat" : "tr '\\0' '\\377'")} | {encoder} -9";
        var stream = Tool.Run("bash", ["-c", make], null).ShouldSucceed().OutputBytes;
        byte[] compressed = [.. Enumerable.Repeat(stream, repeat).SelectMany(bytes => bytes)];
        var sink = new CountingSink();
        var length = Bzip2Decoder.Decode(new MemoryStream(compressed), sink);
        Assert.Equal(10_000_000_000, length);
        Assert.Equal(length, sink.Literal + sink.Zeros + sink.OtherRuns);
        // pbzip2 cuts what it is given into blocks of its own, and each begins with a few bytes before its first long run.
        Assert.True(sink.Literal < 10_000_000, $"{sink.Literal} bytes were written out");
        Assert.Equal(0, value == "zero" ? sink.OtherRuns : sink.Zeros);
    }

    private static byte[] Encode(string encoder, byte[] content, string level = "-9") =>
        Tool.Run(encoder, ["-c", level], content).ShouldSucceed().OutputBytes;

    private static void ShouldDecodeAll(string encoder, string directory, int count)
    {
        var paths = Directory.GetFiles(directory);
        Assert.Equal(count, paths.Length);
        Tool.Run(encoder, ["-k", .. paths]).ShouldSucceed();
        foreach (var path in paths)
        {
            Decoding.ShouldGive(File.ReadAllBytes(path + ".bz2"), File.ReadAllBytes(path), $"{encoder} {Path.GetFileName(path)}");
        }
    }
}
