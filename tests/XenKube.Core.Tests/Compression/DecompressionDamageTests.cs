using XenKube.Tests.Compression.Bzip2;
using XenKube.Tests.Support;

namespace XenKube.Tests.Compression;

/// <summary>Damaged and hostile data: an error that says what is wrong, or data; never anything else, and never without bounds.</summary>
[Trait("Kind", "Fuzz")]
public class DecompressionDamageTests
{
    private static readonly int Rounds = LongRun.Count(500, 200_000);

    public static TheoryData<string, string> Cases => new()
    {
        { "zstd", "" }, { "zstd", "-19" }, { "zstd", "--no-check" }, { "xz", "" }, { "xz", "--check=none" }, { "xz", "--x86 --lzma2=preset=0" },
        { "gzip", "" }, { "gzip", "-1" }, { "lzma", "" }, { "lz4", "" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Data_that_is_cut_off_anywhere_is_an_error(string format, string options)
    {
        var content = Samples.Make("text", 3000);
        var compressed = Compress(format, content, options);
        for (var length = 0; length < compressed.Length; length++)
        {
            var (data, error) = Decompression.Read(format, compressed[..length]);
            // Blocks of lz4 have no end mark: data that ends between two blocks is whole.
            Assert.True(error is not null || (format == "lz4" && data.Length == 0), $"{format} {options}: {length} of {compressed.Length} bytes are no error");
            Assert.True(content.AsSpan().StartsWith(data), $"{format} {options}: wrong data of the first {length} bytes");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Flipped_bit_gives_the_verdict_of_the_program(string format, string options)
    {
        var content = Samples.Make("text", 600);
        var compressed = Compress(format, content, options);
        var isChecked = format is "zstd" or "xz" or "gzip" && options is not ("--no-check" or "--check=none");
        var asked = 0;
        for (var bit = 0; bit < compressed.Length * 8; bit++)
        {
            var damaged = compressed.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            var (data, error) = Decompression.Read(format, damaged, most: 1 << 20);
            if (isChecked && error is null)
            {
                Assert.True(data.AsSpan().SequenceEqual(content), $"{format} {options}: bit {bit} changes the data without an error");
            }
            // The program costs a process: it is asked now and then.
            if (bit % 61 == 0)
            {
                var judged = Decompression.Judge(format, damaged);
                Assert.True(error is not null || judged.ExitCode == 0, $"{format} {options}: bit {bit} is taken here and refused by {format}: {judged.Error}");
                // The zstd program lets some streams of literals pass that do not end where they must.
                Assert.True(error is null || judged.ExitCode != 0 || options == "--no-check" || error is UnsupportedFeatureException, $"{format} {options}: bit {bit} is refused here ({error?.Message}) and taken by {format}");
                Assert.True(error is not null || judged.OutputBytes.AsSpan().SequenceEqual(data), $"{format} {options}: bit {bit} gives other data here");
                asked++;
            }
        }
        Assert.True(asked > 10, "the program was hardly asked");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Random_damage_never_ends_in_another_exception(string format, string options)
    {
        var samples = ((string[])["text", "image", "ones"]).Select(kind => Compress(format, Samples.Make(kind, 40_000), options)).ToArray();
        var random = new Random(7);
        for (var round = 0; round < Rounds; round++)
        {
            var damaged = samples[round % samples.Length].ToArray();
            for (var i = random.Next(1, 6); i > 0; i--)
            {
                var at = random.Next(Math.Min(damaged.Length, random.Next(2) == 0 ? 64 : int.MaxValue));
                damaged[at] = (byte)random.Next(256);
            }
            Decompression.Read(format, damaged, most: 4 << 20);
        }
    }

    [Theory]
    [InlineData("zstd", "window of 256 MiB", "--long=28")]
    [InlineData("xz", "dictionary of 192 MiB", "--lzma2=dict=192MiB")]
    [InlineData("xz", "delta filter", "--delta", "--lzma2")]
    [InlineData("xz", "ARM filter", "--arm", "--lzma2")]
    [InlineData("lzma", "dictionary of 192 MiB", "--lzma1=dict=192MiB")]
    public void What_is_not_supported_is_named(string format, string feature, params string[] options)
    {
        Tool.Need(Decompression.ProgramOf(format));
        var (_, error) = Decompression.Read(format, Decompression.Compress(format, Samples.Make("text", 1000), options));
        Assert.Equal(feature, Assert.IsType<UnsupportedFeatureException>(error).Feature);
    }

    [Fact]
    public void Dictionary_of_zstd_is_named()
    {
        Tool.Need("zstd");
        using var directory = new TemporaryDirectory();
        for (var i = 0; i < 200; i++)
        {
            directory.Write($"sample{i}", Samples.Make("text", 500 + i));
        }
        var names = Enumerable.Range(0, 200).Select(i => directory[$"sample{i}"]).ToArray();
        Tool.Run("zstd", ["-q", "--train", .. names, "-o", directory["dictionary"]]).ShouldSucceed();
        var compressed = Decompression.Compress("zstd", Samples.Make("text", 1000), "-D", directory["dictionary"]);
        Assert.Equal("dictionary", Assert.IsType<UnsupportedFeatureException>(Decompression.Read("zstd", compressed).Error).Feature);
    }

    /// <summary>A few bytes that stand for very many: the reader decides how many it takes, and memory does not grow with them.</summary>
    [Theory]
    [InlineData("zstd")]
    [InlineData("xz")]
    public void Bomb_takes_no_more_memory_than_its_window(string format)
    {
        Tool.Need(format);
        // The zeros are made outside: the tests beside this one need the memory too.
        var compressed = Tool.Run("sh", "-c", $"head -c 100000000 /dev/zero | {format} -1 -c").ShouldSucceed().OutputBytes;
        using var stream = Decompression.Open(format, new MemoryStream(compressed));
        var buffer = new byte[65536];
        var before = GC.GetAllocatedBytesForCurrentThread();
        long total = 0;
        for (int count; (count = stream.Read(buffer)) > 0;)
        {
            total += count;
        }
        Assert.Equal(100_000_000, total);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 24 << 20);
    }

    private static byte[] Compress(string format, byte[] content, string options)
    {
        Tool.Need(Decompression.ProgramOf(format));
        return Decompression.Compress(format, content, options.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Headers with the largest numbers that their formats can hold, in front of data that ends soon.</summary>
    [Theory]
    [InlineData("zstd", "28B52FFD C0 00", long.MaxValue)]
    [InlineData("zstd", "28B52FFD C0 00", -1)]
    [InlineData("zstd", "28B52FFD E0", long.MaxValue)]
    [InlineData("zstd", "28B52FFD E0", long.MaxValue - 100)]
    [InlineData("zstd", "28B52FFD E0", -1)]
    [InlineData("lzma", "5D 00001000", long.MaxValue)]
    [InlineData("lzma", "5D FFFFFFFF", long.MaxValue - 1)]
    public void Size_that_no_data_has_is_an_error_of_the_format(string format, string header, long size)
    {
        byte[] file = [.. Convert.FromHexString(header.Replace(" ", "", StringComparison.Ordinal)), .. BitConverter.GetBytes(size), 0, 1, 2, 3];
        Assert.NotNull(Decompression.Read(format, file).Error);
    }
}
