using XenKube.Clusters;
using XenKube.Tests.Support;

namespace XenKube.Tests.Clusters;

/// <summary>Reset-Ignition -ConfigSource.</summary>
[Trait("Kind", "Process")]
public sealed class ConfigSourceCmdletTests : IDisposable
{
    private readonly CmdletSession _session = new();

    public ConfigSourceCmdletTests()
    {
        _session.MakeCluster(hasDisks: true, "node-1", "node-2");
        CmdletSession.SetEnvironment("XENKUBE_XL", "/nowhere/xl");
    }

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Source_is_remembered_for_the_nodes_that_are_named_and_no_others()
    {
        _session.Run("Reset-Ignition etcd").ShouldSucceed();
        Assert.True(File.Exists(_session["nginx/etcd/node-1.json"]));
        Assert.Contains("The config comes by Image", string.Join(' ', _session.Run("Reset-Ignition etcd node-1 -ConfigSource Image -WhatIf").ShouldSucceed().Said), StringComparison.Ordinal);
        Assert.False(File.Exists(_session["guests/etcd/cluster.json"]));
        _session.Run("Reset-Ignition etcd node-1 -ConfigSource Image").ShouldSucceed();
        Assert.Equal([ConfigSource.Image, ConfigSource.Http], _session.Run("Get-Node etcd").All<Node>().Select(node => node.ConfigSource));
        Assert.Equal((false, true), (File.Exists(_session["nginx/etcd/node-1.json"]), File.Exists(_session["nginx/etcd/node-2.json"])));
        using (var disk = NodeDisk.OpenWrite(_session["guests/etcd/node-1.img"]))
        using (var oem = disk.OpenFileSystem("OEM"))
        using (var text = new StreamReader(oem.OpenRead("/config.ign")))
        {
            Assert.Equal((CmdletSession.GuideJson, 0x180), (text.ReadToEnd().TrimEnd(), oem.Find("/config.ign")!.Mode));
        }
        Assert.Equal("oem:///config.ign", _session.Run("(Get-OemGrubConfig etcd node-1).ConfigUri.AbsoluteUri").Lines().Single());
        _session.Run("Publish-Ignition etcd node-1").Error("ConfigNotServed");
        Assert.Equal(["Pass", "Pass"], _session.Run("Test-Node etcd/node-1 | Where-Object Name -in url, ignition | ForEach-Object Status").Lines());
    }

    [Fact]
    public void Second_disk_is_refused_for_container_linux_and_the_way_that_is_named_works()
    {
        var error = _session.Run("Reset-Ignition etcd node-1 -ConfigSource Disk").Error("UnsupportedFeature");
        Assert.Contains("Reset-Ignition etcd/node-1 -ConfigSource Image", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.False(File.Exists(_session["guests/etcd/node-1.config-disk"]));
        _session.Run("Reset-Ignition etcd/node-1 -ConfigSource Image").ShouldSucceed();
    }
}
