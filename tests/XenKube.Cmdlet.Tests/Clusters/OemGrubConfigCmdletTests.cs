using XenKube.Clusters;
using XenKube.Disks;
using XenKube.Tests.Support;

namespace XenKube.Tests.Clusters;

/// <summary>Get-OemGrubConfig, Set-OemGrubConfig, Clear-OemGrubConfig; what is on the disk, parted and e2fsprogs say.</summary>
[Trait("Kind", "Process")]
public sealed class OemGrubConfigCmdletTests : IDisposable
{
    private readonly CmdletSession _session = new();

    public OemGrubConfigCmdletTests()
    {
        Tool.Need("parted", "debugfs", "e2fsck");
        _session.MakeCluster(hasDisks: true, "node-1");
    }

    private string Disk => _session["guests/etcd/node-1.img"];

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Node_that_is_new_has_none()
    {
        var grub = _session.Run("Get-OemGrubConfig etcd/node-1").One<OemGrubConfig>();
        Assert.Equal((null, ""), (grub.ConfigUri, grub.Text));
    }

    [Fact]
    public void Set_writes_the_line_of_the_guide()
    {
        _session.Run("Get-Node etcd | Set-OemGrubConfig").ShouldBeEmpty();
        Assert.Equal("set linux_append=\"coreos.config.url=http://192.168.100.1/etcd/node-1.json\"", Grub());
        CheckFileSystem();
        Assert.Equal(
            new Uri("http://192.168.100.1/etcd/node-1.json"),
            _session.Run("Get-OemGrubConfig etcd").One<OemGrubConfig>().ConfigUri);
    }

    [Fact]
    public void Set_takes_another_URL_and_other_kernel_arguments()
    {
        var grub = _session.Run("Set-OemGrubConfig etcd node-1 -ConfigUri http://10.0.0.1/x.json -LinuxAppend coreos.autologin -PassThru").One<OemGrubConfig>();
        Assert.Equal("coreos.config.url=http://10.0.0.1/x.json coreos.autologin", grub.LinuxAppend);
        Assert.Contains("coreos.autologin", Grub(), StringComparison.Ordinal);
    }

    [Fact]
    public void Image_that_is_not_of_a_node_needs_a_URL()
    {
        File.Move(Disk, _session["other.bin"]);
        _session.Run("Set-OemGrubConfig -Path ../../other.bin").Error("ConfigUriMissing");
        _session.Run("Set-OemGrubConfig -Path ../../other.bin -ConfigUri 'http://a/\"x\"'").ShouldSucceed();
    }

    [Fact]
    public void URL_that_would_not_arrive_is_refused()
    {
        _session.Run("Set-OemGrubConfig etcd -ConfigUri 'http://a/$x'").Error("ConfigUriInvalid");
        Assert.Equal("", Grub());
    }

    [Fact]
    public void WhatIf_says_it_in_a_sentence_and_writes_nothing()
    {
        var before = File.GetLastWriteTimeUtc(Disk);
        Assert.Equal(
            [
                $"What if: Set coreos.config.url=http://192.168.100.1/etcd/node-1.json in grub.cfg on partition OEM of {Disk}",
                $"What if: Remove the config URL from grub.cfg on partition OEM of {Disk}",
            ],
            _session.Run("Set-OemGrubConfig etcd -WhatIf; Clear-OemGrubConfig etcd -WhatIf").ShouldSucceed().Said);
        Assert.Equal(before, File.GetLastWriteTimeUtc(Disk));
        Assert.Equal("", Grub());
    }

    [Fact]
    public void Clear_takes_it_away()
    {
        _session.Run("Set-OemGrubConfig etcd").ShouldSucceed();
        Assert.Equal("", _session.Run("Clear-OemGrubConfig etcd -PassThru").One<OemGrubConfig>().Text);
        Assert.Equal("", Grub());
        CheckFileSystem();
    }

    private string Grub() => Tool.Run("debugfs", "-R", "cat /grub.cfg", $"{Disk}?offset={Start()}").Output.TrimEnd('\n');

    private void CheckFileSystem() => Tool.Run("e2fsck", "-fn", $"{Disk}?offset={Start()}").ShouldSucceed();

    private string Start() =>
        Tool.Run("parted", "-sm", Disk, "unit", "b", "print").ShouldSucceed().Output.Split('\n').Single(line => line.StartsWith("6:", StringComparison.Ordinal)).Split(':')[1].TrimEnd('B');
}
