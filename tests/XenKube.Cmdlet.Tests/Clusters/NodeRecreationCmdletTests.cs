using XenKube.Clusters;
using XenKube.Tests.Support;

namespace XenKube.Tests.Clusters;

/// <summary>Reset-Ignition with -Recreate and -Clean.</summary>
[Trait("Kind", "Process")]
public sealed class NodeRecreationCmdletTests : IDisposable
{
    private readonly CmdletSession _session = new();

    public NodeRecreationCmdletTests()
    {
        _session.MakeCluster(hasDisks: true, "node-1");
        CmdletSession.SetEnvironment("XENKUBE_XL", "/nowhere/xl");
        Put("/data");
    }

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Disk_is_made_again_only_when_that_is_confirmed()
    {
        Assert.Contains("loses all", string.Join(' ', _session.Run("Reset-Ignition etcd node-1 -Recreate -WhatIf").ShouldSucceed().Said), StringComparison.Ordinal);
        Assert.True(Has("/data"));
        var reset = _session.Run("Reset-Ignition etcd node-1 -Recreate -Confirm:$false").One<IgnitionReset>();
        Assert.EndsWith("coreos-1520.9.0.bin.bz2", reset.RecreatedFrom, StringComparison.Ordinal);
        Assert.Equal(["Grub", "MachineId", "Publish", "FirstBoot"], reset.Steps.Select(step => step.Step.Name));
        Assert.False(Has("/data"));
        Put("/data");
        _session.Run("Get-Node etcd | Reset-Ignition -Recreate -Force").ShouldSucceed();
        Assert.False(Has("/data"));
    }

    [Fact]
    public void Config_that_does_not_transpile_keeps_the_disk()
    {
        _session.Write("guests/etcd/node-1.ct", "storage: [\n");
        Assert.NotEmpty(_session.Run("Reset-Ignition etcd node-1 -Recreate -Force").Errors);
        Assert.True(Has("/data"));
    }

    [Fact]
    public void Container_linux_cannot_empty_its_root_and_is_made_again_as_the_error_says()
    {
        var error = _session.Run("Reset-Ignition etcd node-1 -Clean -Keep /var/log -Force").Error("UnsupportedFeature");
        var command = error.ErrorDetails.RecommendedAction;
        Assert.Contains("Reset-Ignition etcd/node-1 -Recreate", command, StringComparison.Ordinal);
        Assert.True(Has("/data"));
        _session.Run("Reset-Ignition etcd/node-1 -Recreate -Confirm:$false").ShouldSucceed();
        Assert.False(Has("/data"));
    }

    [Fact]
    public void Image_is_the_one_that_is_named()
    {
        _session.Run("Reset-Ignition etcd node-1 -Recreate -Image 9.9.9 -Force").Error("ImageNotFound");
        Assert.True(Has("/data"));
        File.Delete(_session["images/coreos-1520.9.0.bin.bz2.sig"]);
        _session.Run("Reset-Ignition etcd node-1 -Recreate -Image 1520.9.0 -Force").Error("SignatureNotFound");
        Assert.NotEmpty(_session.Run("Reset-Ignition etcd node-1 -Recreate -Image 1520.9.0 -SkipVerification -Force").ShouldSucceed().Warnings);
        Assert.False(Has("/data"));
    }

    private void Put(string path)
    {
        using var disk = NodeDisk.OpenWrite(_session["guests/etcd/node-1.img"]);
        using var root = disk.OpenFileSystem("ROOT");
        root.WriteFile(path, [1]);
    }

    private bool Has(string path)
    {
        using var disk = NodeDisk.OpenWrite(_session["guests/etcd/node-1.img"]);
        using var root = disk.OpenFileSystem("ROOT");
        return root.Find(path) is not null;
    }
}
