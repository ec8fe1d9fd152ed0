using System.IO.Compression;
using System.Text;
using XenKube.Ignition.Butane.Gzip;
using XenKube.Tests.Support;

namespace XenKube.Tests.Ignition.Butane;

public sealed class GoGzipTests
{
    /// <summary>Recorded from Go's compress/gzip at its best level (by Butane, in the shared cases).</summary>
    [Fact]
    public void Pack_gives_gos_own_bytes()
    {
        var text = string.Concat(Enumerable.Repeat("the same words again and again; ", 40));
        Assert.Equal("H4sIAAAAAAAC/yrJSFUoTsxNVSjPL0opVkhMT8zMU0jMS4GwrBVG5UflR+VH5YerPCAAAP//kHmsZwAFAAA=", Convert.ToBase64String(GoGzip.Pack(Encoding.UTF8.GetBytes(text))));
    }

    public static TheoryData<string> Samples => ["empty", "one", "zeros", "random", "text", "mixed", "long"];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Pack_is_unpacked_by_others_to_the_same_bytes(string sample)
    {
        var data = Make(sample);
        using var unpacked = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(GoGzip.Pack(data)), CompressionMode.Decompress))
        {
            gzip.CopyTo(unpacked);
        }
        Assert.Equal(data, unpacked.ToArray());
    }

    [Theory]
    [MemberData(nameof(Samples))]
    [Trait("Kind", "Process")]
    public void Pack_is_sound_to_gzip(string sample)
    {
        Tool.Need("gzip");
        var result = Tool.Run("gzip", ["-dc"], GoGzip.Pack(Make(sample))).ShouldSucceed();
        Assert.Equal(Make(sample), result.OutputBytes);
    }

    private static byte[] Make(string sample)
    {
        var random = new Random(5);
        var noise = new byte[70_000];
        random.NextBytes(noise);
        var words = "net eth0 address gateway service unit install etcd flannel\n".Split(' ');
        var text = Encoding.UTF8.GetBytes(string.Join(' ', random.GetItems(words, 30_000)));
        return sample switch
        {
            "empty" => [],
            "one" => [42],
            "zeros" => new byte[200_000],
            "random" => noise,
            "text" => text,
            "mixed" => [.. noise, .. text, .. noise, .. new byte[40_000]],
            _ => [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * i >> 7))],
        };
    }
}
