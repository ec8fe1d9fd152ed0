using XenKube.Clusters;
using XenKube.Tests.Support;

namespace XenKube.Tests.Clusters;

/// <summary>New-Node, Get-Node, Remove-Node.</summary>
public sealed class NodeCmdletTests : IDisposable
{
    private readonly CmdletSession _session = new();

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Disk_that_exists_is_not_written_over_and_a_cluster_must_exist()
    {
        _session.MakeCluster(hasDisks: false);
        _session.Write("guests/etcd/node-1.img", "mine");
        _session.Run("New-Node etcd node-1").Error("NodeDiskExists");
        Assert.Equal("mine", _session.Read("guests/etcd/node-1.img"));
        _session.Run("New-Node nope node-1").Error("ClusterNotFound");
    }

    [Fact]
    public void Damaged_image_leaves_nothing()
    {
        _session.MakeCluster(hasDisks: false);
        var image = _session["images/coreos-1520.9.0.bin.bz2"];
        var bytes = File.ReadAllBytes(image);
        bytes.AsSpan(20_000, 64).Fill(0x5A);
        File.WriteAllBytes(image, bytes);
        Assert.NotEmpty(_session.Run("New-Node etcd node-1, node-2 -SkipVerification").Errors);
        Assert.Empty(Directory.GetFileSystemEntries(_session["guests/etcd"]));
    }

    [Fact]
    public void Image_that_is_not_trusted_is_refused()
    {
        _session.MakeCluster(hasDisks: false);
        _session.Run("Get-SigningKey | Remove-SigningKey -Confirm:$false").ShouldSucceed();
        _session.Run("New-Node etcd node-1").Error("ImageNotTrusted");
        Assert.False(File.Exists(_session["guests/etcd/node-1.img"]));
    }

    [Fact]
    public void Nothing_is_made_with_WhatIf()
    {
        _session.MakeCluster(hasDisks: false);
        Assert.NotEmpty(_session.Run("New-Node etcd node-1 -WhatIf").ShouldSucceed().Said);
        Assert.Empty(Directory.GetFileSystemEntries(_session["guests/etcd"]));
    }

    [Fact]
    public void Node_knows_its_files_and_addresses()
    {
        _session.MakeCluster(hasDisks: false, "node-1");
        var node = _session.Run("Get-Node etcd node-1").One<Node>();
        Assert.Equal((_session["guests/etcd/node-1.img"], "etcd-node-1"), (node.DiskPath, node.GuestName));
        Assert.Equal(
            ["http://192.168.100.1/etcd/node-1.json", "00:16:3e:4e:31:11"],
            _session.Run("$node = Get-Node etcd node-1; $node.IgnitionUri, $node.MacAddress").Lines());
    }

    [Theory]
    [InlineData("etcd")]
    [InlineData("etcd node-1, node-2")]
    [InlineData("etcd node-1 node-2")]
    [InlineData("etcd/node-*")]
    [InlineData("* node-?")]
    [InlineData("")]
    public void Nodes_are_found_by_every_way_to_name_them(string arguments)
    {
        _session.MakeCluster(hasDisks: false, "node-1", "node-2");
        Assert.Equal(["node-1", "node-2"], _session.Run($"Get-Node {arguments}").All<Node>().Select(node => node.Name));
    }

    [Fact]
    public void Name_without_a_node_is_reported_and_a_pattern_is_not()
    {
        _session.MakeCluster(hasDisks: false, "node-1");
        _session.Run("Get-Node etcd node-9").Error("NodeNotFound");
        _session.Run("Get-Node etcd node-9*").ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_is_removed_with_WhatIf()
    {
        _session.MakeCluster(hasDisks: false, "node-1", "node-2");
        _session.Run("Remove-Node etcd -WhatIf").ShouldSucceed();
        Assert.Equal(2, _session.Run("Get-Node etcd").All<Node>().Count);
    }
}
