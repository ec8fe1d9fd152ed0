using XenKube.Clusters;
using XenKube.Tests.Support;

namespace XenKube.Tests.Clusters;

/// <summary>Rename-Node, Copy-Node.</summary>
public sealed class NodeTransferCmdletTests : IDisposable
{
    private readonly CmdletSession _session = new();

    public NodeTransferCmdletTests() => CmdletSession.SetEnvironment("XENKUBE_XL", "/nowhere/xl");

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData("Rename-Node etcd/node-1 node-9 -PassThru")]
    [InlineData("Rename-XenNode -Cluster etcd/node-1 -NewName node-9 -PassThru")]
    [InlineData("Get-Node etcd/node-1 | Rename-Node -NewName node-9 -PassThru")]
    [InlineData("'etcd/node-1' | Rename-Node -NewName { $_ -replace 'etcd/node-1', 'node-9' } -PassThru")]
    [InlineData("Get-Item node-1.img | Rename-Node -NewName { $_.BaseName -replace '1', '9' } -PassThru")]
    public void Node_is_renamed_by_every_way_to_name_it(string script)
    {
        _session.MakeCluster(hasDisks: false, "node-1", "node-2");
        var node = _session.Run(script).ShouldSucceed().One<Node>();
        Assert.Equal(("etcd/node-9", "etcd-node-9", "00:16:3e:4e:31:11", true), (node.FullName, node.GuestName, node.MacAddress, node.HasDisk));
        Assert.Equal(["node-2", "node-9"], _session.Run("(Get-Node etcd).Name").Lines());
    }

    [Fact]
    public void Nothing_is_returned_without_PassThru_and_nothing_is_done_with_WhatIf()
    {
        _session.MakeCluster(hasDisks: true, "node-1");
        var before = Directory.GetFiles(_session["guests/etcd"]).Order().ToArray();
        Assert.Contains("Rename the node etcd/node-1 to node-9", _session.Run("Rename-Node etcd/node-1 node-9 -WhatIf").ShouldSucceed().Said[0], StringComparison.Ordinal);
        Assert.Contains("Copy the node etcd/node-1 to etcd/node-9", _session.Run("Copy-Node etcd/node-1 node-9 -WhatIf").ShouldSucceed().Said[0], StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFiles(_session["guests/etcd"]).Order());
        Assert.Empty(_session.Run("Rename-Node etcd/node-1 node-9").ShouldSucceed().Output);
    }

    [Fact]
    public void All_nodes_of_a_cluster_are_renamed_by_a_script_block()
    {
        _session.MakeCluster(hasDisks: false, "node-1", "node-2");
        Assert.Equal(["member-1", "member-2"], _session.Run("(Get-Node etcd | Rename-Node -NewName { $_.Name -replace 'node', 'member' } -PassThru).Name").Lines());
    }

    [Theory]
    [InlineData("Rename-Node etcd/node-9 x", "NodeNotFound")]
    [InlineData("'etcd/node-9' | Rename-Node -NewName x", "NodeNotFound")]
    [InlineData("Rename-Node etcd x", "NodeNotNamed")]
    [InlineData("Rename-Node etcd/node-1 node-2", "NodeExists")]
    [InlineData("Rename-Node etcd/node-1 'no de'", "NameInvalid")]
    [InlineData("Rename-Node etcd/node-1 web/node-1", "NameInvalid")]
    [InlineData("Copy-Node etcd/node-1 node-2", "NodeExists")]
    [InlineData("Copy-Node etcd/node-1 nope/node-2", "ClusterNotFound")]
    [InlineData("Copy-Node etcd/node-1 a/b/c", "NameInvalid")]
    public void Error_has_its_id_and_leaves_all_as_it_was(string script, string id)
    {
        _session.MakeCluster(hasDisks: false, "node-1", "node-2");
        var before = Directory.GetFiles(_session.Directory, "*", SearchOption.AllDirectories).Where(path => !path.EndsWith(".lock", StringComparison.Ordinal)).Order().ToArray();
        _session.Run(script).Error(id);
        Assert.Equal(before, Directory.GetFiles(_session.Directory, "*", SearchOption.AllDirectories).Where(path => !path.EndsWith(".lock", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public void Copies_are_made_one_after_another_and_an_error_of_one_does_not_stop_the_next()
    {
        _session.MakeCluster(hasDisks: true, "node-1", "node-2");
        _session.Write("xenkube.json", """{ "reservationsFile": "hostsfile" }""");
        _session.Write("hostsfile", "00:16:3e:4e:31:13,192.168.100.13\n00:16:3e:4e:31:14,192.168.100.14\n");
        var run = _session.Run("Copy-Node etcd/node-1 node-3, node-2, node-4 -PassThru");
        run.Error("NodeExists");
        Assert.Equal(["etcd/node-3 192.168.100.13", "etcd/node-4 192.168.100.14"], run.Output.Select(item => (Node)item!.BaseObject).Select(node => $"{node.FullName} {node.IPAddress}"));
    }
}
