using System.Security.Cryptography;
using XenKube.Images;
using XenKube.Tests.Compression.Bzip2;
using XenKube.Tests.Support;

namespace XenKube.Tests.Images;

/// <summary>Images of every format are poured by their content, as the format's own program expands them.</summary>
[Trait("Kind", "Process")]
public sealed class ImagePourTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("bzip2", "-c")]
    [InlineData("xz", "-c")]
    [InlineData("xz", "-c --block-size=1MiB -T2")]
    [InlineData("xz", "-c --check=sha256 -0")]
    [InlineData("zstd", "-qc -19 --long=27")]
    [InlineData("zstd", "-qc --fast=5 --no-check")]
    [InlineData("gzip", "-c -1")]
    [InlineData("cat", "-")]
    public void Image_is_poured_by_its_content_into_all_nodes_with_its_holes(string program, string options)
    {
        var content = MakeDisk();
        // The name says nothing.
        var image = _directory.Write("image.bin.bz2", Pack(program, options, content));
        string[] targets = [_directory["a.img"], _directory["b.img"], _directory["c.img"]];
        var sha512 = Convert.ToHexStringLower(SHA512.HashData(File.ReadAllBytes(image)));
        var result = NodeDiskWriter.Write(image, targets, new NodeDiskOptions(AdditionalSpace: 4096) { ExpectedSha512 = sha512 });
        Assert.All(targets, target => Assert.Equal([.. content, .. new byte[4096]], File.ReadAllBytes(target)));
        Assert.All(targets, target => Assert.True(Allocated(target) < content.Length / 2, $"{target} has no holes"));
        Assert.Equal(content.Length + 4096, result.Size);
        foreach (var target in targets)
        {
            File.Delete(target);
        }
        Assert.Equal("ImageChanged", Assert.Throws<CorruptImageException>(() =>
            NodeDiskWriter.Write(image, targets, new NodeDiskOptions { ExpectedSha512 = new string('0', 128) })).ErrorId);
        Assert.All(targets, target => Assert.False(File.Exists(target)));
    }

    [Theory]
    [InlineData("bzip2", "-c")]
    [InlineData("xz", "-c")]
    [InlineData("zstd", "-qc")]
    [InlineData("gzip", "-c")]
    public void Image_that_ends_early_or_goes_on_is_refused_and_no_disk_appears(string program, string options)
    {
        var packed = Pack(program, options, MakeDisk());
        foreach (var (name, bytes) in new[] { ("cut", packed[..^1]), ("half", packed[..(packed.Length / 2)]), ("more", [.. packed, .. "rubbish"u8]) })
        {
            var image = _directory.Write(name, bytes);
            Assert.Throws<CorruptImageException>(() => NodeDiskWriter.Write(image, [_directory["a.img"]]));
            Assert.False(File.Exists(_directory["a.img"]), name);
        }
    }

    [Theory]
    [InlineData("xz", "-c", "xz")]
    [InlineData("zstd", "-qc", "zstd")]
    [InlineData("gzip", "-c", "gzip")]
    [InlineData("xz", "-c -T2 --block-size=400KiB", "xz")]
    public void Several_compressed_parts_one_after_the_other_are_one_image(string program, string options, string judge)
    {
        var content = MakeDisk();
        byte[] packed = [.. Pack(program, options, content[..1_000_000]), .. Pack(program, options, content[1_000_000..3_000_000]), .. Pack(program, options, content[3_000_000..])];
        Assert.Equal(content, Tool.Run(judge, ["-dc"], packed).ShouldSucceed().OutputBytes);
        NodeDiskWriter.Write(_directory.Write("image", packed), [_directory["a.img"]]);
        Assert.Equal(content, File.ReadAllBytes(_directory["a.img"]));
    }

    [Theory]
    [InlineData("qcow2", "QFI\u00fb\0\0\0\u0003", "qemu-img convert")]
    [InlineData("zip", "PK\u0003\u0004\u0014\0\0\0", "unzip")]
    public void Other_formats_are_named_with_the_command_that_helps(string name, string mark, string command)
    {
        var bytes = new byte[4096];
        System.Text.Encoding.Latin1.GetBytes(mark).CopyTo(bytes, 0);
        var error = Assert.Throws<UnsupportedFeatureException>(() => NodeDiskWriter.Write(_directory.Write("image", bytes), [_directory["a.img"]]));
        Assert.Equal(name, error.Feature);
        Assert.Contains(command, error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_is_no_image()
    {
        var image = _directory.Write("image", "<html>404</html>".PadRight(8192));
        Assert.ThrowsAny<XenKubeException>(() => NodeDiskWriter.Write(image, [_directory["a.img"]]));
        Assert.False(File.Exists(_directory["a.img"]));
    }

    // A disk with a partition table, some data and large holes.
    private static byte[] MakeDisk()
    {
        var disk = new byte[24 << 20];
        Samples.Make("random", 300_000).CopyTo(disk, 2 << 20);
        Samples.Make("text", 600_000).CopyTo(disk, 9 << 20);
        Samples.Make("image", 500_000).CopyTo(disk, 16 << 20);
        disk[0x1C2] = 0x83;
        BitConverter.GetBytes(2048).CopyTo(disk, 0x1C6);
        BitConverter.GetBytes((disk.Length / 512) - 2048).CopyTo(disk, 0x1CA);
        disk[510] = 0x55;
        disk[511] = 0xAA;
        return disk;
    }

    private static byte[] Pack(string program, string options, byte[] content)
    {
        Tool.Need(program);
        return Tool.Run(program, options.Split(' '), content).ShouldSucceed().OutputBytes;
    }

    private static long Allocated(string path) =>
        long.Parse(Tool.Run("stat", "-c", "%b", path).ShouldSucceed().Output, System.Globalization.CultureInfo.InvariantCulture) * 512;
}
