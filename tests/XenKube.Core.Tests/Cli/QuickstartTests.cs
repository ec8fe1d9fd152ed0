using XenKube.Tests.Support;

namespace XenKube.Tests.Cli;

/// <summary>The README's first command, and what real tools say of what it made.</summary>
public sealed class QuickstartTests : IClassFixture<QuickstartTests.Made>, IDisposable
{
    private const string GuideJson = """{"ignition":{"config":{},"timeouts":{},"version":"2.1.0"},"networkd":{},"passwd":{"users":[{"name":"core","sshAuthorizedKeys":["ssh-rsa AAAAB3......"]}]},"storage":{"files":[{"filesystem":"root","group":{},"path":"/etc/hostname","user":{},"contents":{"source":"data:,etcd-node-1","verification":{}},"mode":420}]},"systemd":{}}""";

    private readonly Made _made;
    private readonly TemporaryDirectory _directory = new();

    public QuickstartTests(Made made) => _made = made;

    public void Dispose() => _directory.Dispose();

    /// <summary>One quickstart, taken twice in the same directory, for all tests of this class.</summary>
    public sealed class Made : IDisposable
    {
        private readonly TemporaryDirectory _directory = new();

        public Made()
        {
            First = CommandLineRun.Of("quickstart", "--directory", Path).ShouldSucceed();
            Second = CommandLineRun.Of("quickstart", "--directory", Path).ShouldSucceed();
        }

        public string Path => _directory["xen"];

        internal CommandLineRun First { get; }

        internal CommandLineRun Second { get; }

        public void Dispose() => _directory.Dispose();
    }

    private string Disk(string node) => Path.Combine(_made.Path, "guests", "etcd", node + ".img");

    [Fact]
    public void It_shows_what_the_guide_shows()
    {
        foreach (var line in new[]
        {
            "WARNING: This key is not certified with a trusted signature!",
            "Good signature from \"XenKube Sample Image Signing <sample@xenkube.invalid>\" [ultimate]",
            "6      2285895680B  2420113407B  134217728B   ext4         OEM",
            "set linux_append=\"coreos.config.url=http://192.168.100.1/etcd/node-1.json\"",
            GuideJson,
            "vif = [ 'mac=00:16:3e:4e:31:11,model=rtl8139,bridge=virbr1' ]",
            "node-3: Removed /etc/machine-id for systemd units refresh",
            "node-3: Creating coreos/first_boot",
        })
        {
            Assert.Contains(line, _made.First.Output, StringComparison.Ordinal);
        }
        Assert.Contains("(there already)", _made.Second.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("node-1")]
    [InlineData("node-3")]
    [Trait("Kind", "Process")]
    public void The_disks_are_whole_and_edited(string node)
    {
        Tool.Need("e2fsck", "debugfs", "fsck.fat", "mdir", "parted", "grub-fstest");
        Assert.Equal(4756340736, new FileInfo(Disk(node)).Length);
        using (var image = XenKube.Disks.DiskImage.OpenRead(Disk(node)))
        {
            foreach (var label in new[] { "OEM", "ROOT", "USR-A", "EFI-SYSTEM" })
            {
                var partition = image.GetPartition(label);
                SampleImage.Extract(Disk(node), partition.Start, partition.Size, _directory[label]);
            }
        }
        Tool.Run("e2fsck", "-fn", _directory["OEM"]).ShouldSucceed();
        Tool.Run("e2fsck", "-fn", _directory["ROOT"]).ShouldSucceed();
        Tool.Run("fsck.fat", "-n", _directory["EFI-SYSTEM"]).ShouldSucceed();
        Assert.Contains("File not found", Tool.Run("debugfs", "-R", "stat /etc/machine-id", _directory["ROOT"]).All, StringComparison.Ordinal);
        Tool.Run("mdir", "-i", _directory["EFI-SYSTEM"], "::coreos/first_boot").ShouldSucceed();
        Assert.Equal($"set linux_append=\"coreos.config.url=http://192.168.100.1/etcd/{node}.json\"\n", Tool.Run("grub-fstest", Disk(node), "cat", "(loop0,gpt6)/grub.cfg").ShouldSucceed().Output);
        Assert.Contains("6:2285895680B:2420113407B:134217728B:ext4:OEM:;", Tool.Run("parted", "-sm", Disk(node), "unit", "b", "print").ShouldSucceed().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_second_configuration_is_published()
    {
        var json = File.ReadAllText(Path.Combine(_made.Path, "nginx", "etcd", "node-2.json"));
        Assert.Contains("\"path\":\"/etc/ntp.conf\"", json, StringComparison.Ordinal);
        Assert.Contains("{\"mask\":true,\"name\":\"systemd-timesyncd.service\"}", json, StringComparison.Ordinal);
        Assert.Contains("{\"enable\":true,\"name\":\"ntpd.service\"}", json, StringComparison.Ordinal);
        Assert.Contains("data:,etcd-node-2", json, StringComparison.Ordinal);
    }
}
