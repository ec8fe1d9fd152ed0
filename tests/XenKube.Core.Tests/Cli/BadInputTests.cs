using XenKube.Tests.Support;

namespace XenKube.Tests.Cli;

/// <summary>What goes wrong on a newcomer's first day: one clear line, exit 1, and nothing half-made.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public BadInputTests()
    {
        Directory.CreateDirectory(_directory["images"]);
        CommandLineRun.Of("cluster", "new", "etcd", "--xen-dir", _directory.Path).ShouldSucceed();
    }

    public void Dispose() => _directory.Dispose();

    private string ClusterPath => _directory["guests/etcd"];

    private void TrustSampleKey() => CommandLineRun.Of("key", "import", Project.Tests("assets", "Sample_Image_Signing_Key.asc"), "--xen-dir", _directory.Path).ShouldSucceed();

    private string PutImage(Func<byte[], byte[]>? damage = null, bool signed = true)
    {
        var image = _directory["images/coreos-1520.9.0.bin.bz2"];
        var bytes = File.ReadAllBytes(SampleImage.ClassicArchive);
        File.WriteAllBytes(image, damage is null ? bytes : damage(bytes));
        if (signed)
        {
            File.Copy(SampleImage.ClassicArchive + ".sig", image + ".sig");
        }
        return image;
    }

    private CommandLineRun NewNode(params string[] more) => CommandLineRun.Of(["node", "new", "etcd/node-1", "--xen-dir", _directory.Path, .. more]);

    private void NothingIsMade() => Assert.Empty(Directory.GetFileSystemEntries(ClusterPath));

    [Fact]
    public void No_XENDIR_is_said_so()
    {
        var old = Environment.GetEnvironmentVariable("XENDIR");
        Environment.SetEnvironmentVariable("XENDIR", null);
        try
        {
            CommandLineRun.Of("node", "list").ShouldFailWith("XENDIR must be set", "XENDIR");
        }
        finally
        {
            Environment.SetEnvironmentVariable("XENDIR", old);
        }
    }

    [Fact]
    public void A_XENDIR_that_is_not_there_is_named() =>
        CommandLineRun.Of("node", "list", "--xen-dir", _directory["nope"]).ShouldFailWith(_directory["nope"], "XENDIR does not exist");

    [Fact]
    public void No_image_is_said_so()
    {
        NewNode().ShouldFailWith(_directory["images"], "there is no image in the store");
        NewNode("--image", "1.2.3").ShouldFailWith("1.2.3", "is neither a version in");
        NothingIsMade();
    }

    [Fact]
    public void An_unsigned_image_is_refused()
    {
        TrustSampleKey();
        NewNode("--image", PutImage(signed: false)).ShouldFailWith(_directory["images"], "there is no signature next to the image");
        NothingIsMade();
    }

    [Fact]
    public void An_image_by_a_key_that_is_not_trusted_is_refused()
    {
        NewNode("--image", PutImage()).ShouldFailWith(_directory["images"], "its signature is not good: UnknownKey");
        NothingIsMade();
    }

    [Fact]
    public void A_truncated_and_a_changed_image_are_refused_by_their_signature()
    {
        TrustSampleKey();
        NewNode("--image", PutImage(bytes => bytes[..^1000])).ShouldFailWith(_directory["images"], "its signature is not good: Bad");
        File.Delete(_directory["images/coreos-1520.9.0.bin.bz2.sig"]);
        NewNode("--image", PutImage(bytes => [.. bytes[..1000], (byte)(bytes[1000] ^ 1), .. bytes[1001..]])).ShouldFailWith(_directory["images"], "its signature is not good: Bad");
        NothingIsMade();
    }

    [Fact]
    public void A_corrupt_image_leaves_no_disk_even_when_nobody_checks_its_signature()
    {
        var changed = PutImage(bytes => [.. bytes[..^2000], (byte)(bytes[^2000] ^ 1), .. bytes[^1999..]]);
        var run = NewNode("--image", changed, "--skip-verification");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(changed, run.Error, StringComparison.Ordinal);
        Assert.Contains("at byte", run.Error, StringComparison.Ordinal);
        NothingIsMade();
    }

    [Fact]
    public void A_node_that_exists_is_left_alone()
    {
        TrustSampleKey();
        PutImage();
        var disk = _directory.Write("guests/etcd/node-1.img", "precious");
        NewNode().ShouldFailWith(disk, "the file exists already and is kept");
        Assert.Equal("precious", File.ReadAllText(disk));
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void A_disk_without_a_partition_table_or_partition_is_named()
    {
        var empty = _directory.Write("empty.img", new byte[1 << 20]);
        CommandLineRun.Of("disk", "partitions", empty).ShouldFailWith(empty, "it is empty");
        CommandLineRun.Of("grub", "get", empty).ShouldFailWith(empty, "it is empty");
        var disk = SampleImage.Classic;
        CommandLineRun.Of("disk", "ls", disk, "NOPE").ShouldFailWith(disk, "NOPE");
        CommandLineRun.Of("disk", "cat", disk, "ROOT", "/etc/nope").ShouldFailWith(disk, "/etc/nope");
        CommandLineRun.Of("disk", "ls", disk, "USR-B").ShouldFailWith(disk, "USR-B");
    }

    [Fact]
    public void A_config_that_does_not_parse_leaves_every_node_and_what_is_published_as_it_was()
    {
        TrustSampleKey();
        PutImage();
        CommandLineRun.Of("node", "new", "etcd/node-1", "etcd/node-2", "--xen-dir", _directory.Path).ShouldSucceed();
        _directory.Write("guests/etcd/node-1.ct", "passwd: {}\n");
        _directory.Write("nginx/etcd/node-1.json", "old");
        var bad = _directory.Write("guests/etcd/node-2.ct", "storage:\n  files:\n    - path: relative\n      filesystem: root\n      mode: 0644\n");
        var run = CommandLineRun.Of("node", "refresh", "etcd", "--xen-dir", _directory.Path);
        run.ShouldFailWith($"{bad}: line 3, column", "path not absolute");
        Assert.Equal("old", File.ReadAllText(_directory["nginx/etcd/node-1.json"]));
        Assert.Equal("", CommandLineRun.Of("grub", "get", _directory["guests/etcd/node-1.img"]).ShouldSucceed().Output);
        CommandLineRun.Of("disk", "cat", _directory["guests/etcd/node-1.img"], "ROOT", "/etc/machine-id").ShouldSucceed();
    }

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("disk", "cat", "a.img")]
    [InlineData("node", "new", "etcd/a", "--additional-space", "much")]
    [InlineData("image", "get", "1.2.3", "1.2.4")]
    public void A_command_line_that_is_not_understood_ends_with_2(params string[] args)
    {
        var run = CommandLineRun.Of(args);
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("xenkube: ", run.Error, StringComparison.Ordinal);
    }
}
