using XenKube.Tests.Compression.Bzip2;
using XenKube.Tests.Support;

namespace XenKube.Tests.Compression;

/// <summary>The output of the real compressors is decoded to their input.</summary>
[Trait("Kind", "Process")]
public class DecompressionToolTests
{
    private static readonly byte[] SkippableFrame = [0x5A, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3];

    public static TheoryData<string, string> FormatsAndKinds
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var format in Decompression.Formats)
            {
                foreach (var kind in Samples.Kinds)
                {
                    data.Add(format, kind);
                }
            }
            return data;
        }
    }

    public static TheoryData<string, string> FormatsAndOptions
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var level in (string[])["-1", "-3", "-7", "-12", "-19", "--ultra -22", "--long=27", "--no-check", "--fast=5", "-1 --single-thread --stream-size=1500000", "-T2 -5"])
            {
                data.Add("zstd", level);
            }
            foreach (var options in (string[])
                ["-0", "-1", "-6", "-9e", "--check=none", "--check=crc32", "--check=sha256", "--block-size=300000", "--block-size=4096 -1", "--x86 --lzma2",
                "--x86=start=4096 --lzma2=dict=4KiB", "--lzma2=dict=64KiB", "--lzma2=dict=96MiB", "--lzma2=lc=0,lp=4,pb=4", "--lzma2=lc=4,lp=0,pb=0",
                "--lzma2=mode=fast,mf=hc3", "--flush-timeout=1"])
            {
                data.Add("xz", options);
            }
            foreach (var options in (string[])["-1", "-4", "-9", "-n"])
            {
                data.Add("gzip", options);
            }
            foreach (var options in (string[])["-0", "-9", "--lzma1=dict=4KiB", "--lzma1=lc=0,lp=4,pb=4", "--lzma1=lc=2,lp=2,pb=0"])
            {
                data.Add("lzma", options);
            }
            foreach (var options in (string[])["-1", "-9", "-12"])
            {
                data.Add("lz4", options);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(FormatsAndKinds))]
    public void Decoder_gives_what_was_compressed_for_each_kind_of_content(string format, string kind)
    {
        Tool.Need(Decompression.ProgramOf(format));
        var content = Samples.Make(kind, 1_500_000);
        Same(content, Decompression.Read(format, Decompression.Compress(format, content)), kind);
    }

    [Theory]
    [MemberData(nameof(FormatsAndOptions))]
    public void Decoder_gives_what_was_compressed_with_each_option(string format, string options)
    {
        Tool.Need(Decompression.ProgramOf(format));
        byte[] content = [.. Samples.Make("image", 1_000_000), .. Samples.Make("text", 500_000)];
        Same(content, Decompression.Read(format, Decompression.Compress(format, content, options.Split(' '))), options);
    }

    [Theory]
    [InlineData("zstd")]
    [InlineData("xz")]
    [InlineData("gzip")]
    [InlineData("lzma")]
    [InlineData("lz4")]
    public void Decoder_gives_what_was_compressed_at_each_size_around_a_border(string format)
    {
        Tool.Need(Decompression.ProgramOf(format));
        foreach (var size in (int[])[0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 33, 63, 255, 256, 257, 1023, 4095, 4096, 65535, 65536, 65537, 131071, 131072, 131073, 262145])
        {
            foreach (var kind in (string[])["text", "random", "ones"])
            {
                var content = Samples.Make(kind, size);
                var compressed = Decompression.Compress(format, content);
                Same(content, Decompression.Read(format, compressed), $"{kind} {size}");
                Same(content, Decompression.Read(format, compressed, piece: 1), $"{kind} {size} byte by byte");
            }
        }
    }

    [Fact]
    public void Code_of_real_programs_survives_the_x86_filter()
    {
        Tool.Need("xz", "bash", "gpg");
        foreach (var program in (string[])["xz", "bash", "gpg"])
        {
            var content = File.ReadAllBytes(Tool.Find(program)!);
            Same(content, Decompression.Read("xz", Decompression.Compress("xz", content, "--check=crc32", "--x86", "--lzma2=preset=1")), program);
            Same(content, Decompression.Read("xz", Decompression.Compress("xz", content, "--x86", "--lzma2=preset=1", "--block-size=70001")), program);
        }
    }

    /// <summary>Bytes that are nearly all opcodes and sign bytes: every way through the filter.</summary>
    [Fact]
    public void Opcodes_without_number_survive_the_x86_filter()
    {
        Tool.Need("xz");
        byte[] alphabet = [0xE8, 0xE9, 0x00, 0xFF, 0x01, 0x7F, 0x80];
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var content = new byte[100_000 + random.Next(9)];
            foreach (ref var value in content.AsSpan())
            {
                value = alphabet[random.Next(alphabet.Length)];
            }
            var compressed = Decompression.Compress("xz", content, $"--x86=start={seed * 16}", "--lzma2=preset=1");
            Same(content, Decompression.Read("xz", compressed), $"seed {seed}");
            Same(content, Decompression.Read("xz", compressed, piece: 13), $"seed {seed} in small pieces");
        }
    }

    [Fact]
    public void Streams_follow_each_other()
    {
        Tool.Need("zstd", "xz", "lz4");
        var first = Samples.Make("text", 200_000);
        var second = Samples.Make("image", 300_000);
        byte[] both = [.. first, .. second];
        Same(both, Decompression.Read("zstd", [.. Decompression.Compress("zstd", first), .. SkippableFrame, .. Decompression.Compress("zstd", second, "-19")]), "zstd");
        Same(both, Decompression.Read("zstd", [.. SkippableFrame, .. Decompression.Compress("zstd", both)]), "zstd after a skippable frame");
        Same(both, Decompression.Read("xz", [.. Decompression.Compress("xz", first), 0, 0, 0, 0, .. Decompression.Compress("xz", second, "--check=crc32"), 0, 0, 0, 0]), "xz");
        Same(both, Decompression.Read("gzip", [.. Decompression.Compress("gzip", first), .. Decompression.Compress("gzip", second, "-1"), .. new byte[70_000]]), "gzip");
        Same(both, Decompression.Read("lz4", [.. Decompression.Compress("lz4", first), .. Decompression.Compress("lz4", second)]), "lz4");
    }

    /// <summary>Names, comments, extra fields and checks of headers, by the flags of RFC 1952, and what gzip itself says of each.</summary>
    [Fact]
    public void Header_and_what_follows_the_data_are_judged_as_by_gzip()
    {
        Tool.Need("gzip");
        var content = Samples.Make("text", 5000);
        var plain = Decompression.Compress("gzip", content, "-n");
        byte[] Framed(byte flags, params byte[] fields) => [.. plain[..3], flags, .. plain[4..10], .. fields, .. plain[10..]];
        byte[] Checked(byte[] file)
        {
            var crc = ~XenKube.Checksums.Crc32.Append(XenKube.Checksums.Crc32.Start, file.AsSpan(0, 10));
            return [.. file[..10], (byte)crc, (byte)(crc >> 8), .. file[10..]];
        }
        var cases = new Dictionary<string, byte[]>
        {
            ["a name"] = Framed(8, [.. "disk.img\0"u8]),
            ["a comment"] = Framed(16, [.. "made here\0"u8]),
            ["an extra field"] = Framed(4, [5, 0, 1, 2, 3, 4, 5]),
            ["all of them"] = Framed(28, [2, 0, 7, 7, .. "disk.img\0made here\0"u8]),
            ["a checked header"] = Checked(Framed(2)),
            ["a wrong check of the header"] = Framed(2, [1, 2]),
            ["a reserved flag"] = Framed(0x80),
            ["another method"] = [.. plain[..2], 7, .. plain[3..]],
            ["one zero"] = [.. plain, 0],
            ["zeros and more"] = [.. plain, 0, 0, 0, 1],
            ["zeros and a member"] = [.. plain, 0, 0, .. plain],
            ["a member"] = [.. plain, .. plain],
            ["three members"] = [.. plain, .. plain, .. plain],
            ["the first byte of a member"] = [.. plain, 0x1F],
            ["half a member"] = [.. plain, .. plain[..(plain.Length / 2)]],
            ["a text"] = [.. plain, .. "rubbish"u8],
            ["a wrong size"] = [.. plain[..^1], 1],
            ["nothing"] = [],
        };
        foreach (var (name, bytes) in cases)
        {
            var judged = Decompression.Judge("gzip", bytes);
            var (data, error) = Decompression.Read("gzip", bytes);
            Assert.True((judged.ExitCode == 0 && bytes.Length > 0) == (error is null), $"{name}: gzip says {judged.ExitCode} {judged.Error}, and here it is {error?.Message}");
            Assert.True(error is not null || judged.OutputBytes.AsSpan().SequenceEqual(data), $"{name}: other data");
        }
    }

    [Fact]
    public void Size_in_bytes_that_a_kernel_appends_ends_the_data_of_lz4()
    {
        Tool.Need("lz4");
        var content = Samples.Make("image", 9_000_000);
        byte[] size = [.. BitConverter.GetBytes(content.Length)];
        Same(content, Decompression.Read("lz4", [.. Decompression.Compress("lz4", content), .. size]), "lz4");
    }

    private static void Same(byte[] expected, (byte[] Data, XenKubeException? Error) actual, string what)
    {
        Assert.True(actual.Error is null, $"{what}: {actual.Error?.Message}");
        Assert.True(actual.Data.AsSpan().SequenceEqual(expected), $"{what}: {actual.Data.Length} bytes that differ from {expected.Length}");
    }
}
