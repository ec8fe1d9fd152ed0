using XenKube.Tests.Support;

namespace XenKube.Tests.Ignition;

/// <summary>Expand-IgnitionTemplate.</summary>
public sealed class IgnitionTemplateCmdletTests : IDisposable
{
    private readonly CmdletSession _session = new();

    public IgnitionTemplateCmdletTests() => _session.MakeCluster(hasDisks: false, "node-1", "node-2");

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Files_are_taken_in_and_names_filled_in()
    {
        _session.Write("guests/etcd/units.txt", "a\nb\n");
        _session.Write("guests/etcd/node-1.ct.tmpl", "x:\n  |###units.txt\nname: ${Node.Name} ${Cluster.Name} ${HOSTNAME}\n");
        Assert.Equal([_session["guests/etcd/node-1.ct"]], _session.Run("(Expand-IgnitionTemplate node-1.ct.tmpl -Force).Path").Lines());
        Assert.Contains("name: node-1 etcd ${HOSTNAME}", _session.Read("guests/etcd/node-1.ct"), StringComparison.Ordinal);
    }

    [Fact]
    public void Config_that_is_newer_than_its_template_is_left_alone()
    {
        var template = _session.Write("guests/etcd/node-1.ct.tmpl", "a: b\n");
        File.SetLastWriteTimeUtc(_session["guests/etcd/node-1.ct"], File.GetLastWriteTimeUtc(template).AddHours(1));
        Assert.Equal(["False"], _session.Run("(Expand-IgnitionTemplate node-1.ct.tmpl).Written").Lines());
    }

    [Fact]
    public void Missing_file_is_named_with_line_and_column()
    {
        _session.Write("guests/etcd/n.ct.tmpl", "a:\n  |###gone.txt\n");
        Assert.Contains(
            "line 2, column",
            Assert.Single(_session.Run("Expand-IgnitionTemplate n.ct.tmpl").Errors).ToString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_written_with_WhatIf()
    {
        _session.Write("guests/etcd/n.ct.tmpl", "a: b\n");
        _session.Run("Expand-IgnitionTemplate n.ct.tmpl -WhatIf").ShouldSucceed();
        Assert.False(File.Exists(_session["guests/etcd/n.ct"]));
    }

    [Fact]
    public void Destination_and_node_are_those_that_are_named()
    {
        _session.Write("guests/any.tmpl", "a: ${Node.Name}");
        Assert.Equal(
            [_session["guests/etcd/out.ct"]],
            _session.Run("(Expand-IgnitionTemplate ../any.tmpl out.ct -Node (Get-Node etcd node-2)).Path").Lines());
        Assert.Equal("a: node-2", _session.Read("guests/etcd/out.ct").TrimEnd('\n'));
    }
}
