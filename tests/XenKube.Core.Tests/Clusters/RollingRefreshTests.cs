using System.Globalization;
using XenKube.Clusters;
using XenKube.Guests;
using XenKube.Networks;
using XenKube.Tests.Guests;
using XenKube.Tests.Support;

namespace XenKube.Tests.Clusters;

/// <summary>Running nodes are refreshed one after another, and a run that was killed anywhere can be started again.</summary>
[Trait("Kind", "Process")]
public sealed class RollingRefreshTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(9)]
    [InlineData(11)]
    [InlineData(13)]
    [InlineData(15)]
    [InlineData(20)]
    [InlineData(26)]
    public void Refresh_that_was_killed_can_be_run_again(int call)
    {
        Tool.Need("unshare", "mount");
        Assert.SkipWhen(Tool.Run("unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt").ExitCode != 0, "this user may not mount");
        var run = Tool.Run("unshare", "--mount", Project.Tests("network", "rolling-refresh.sh"), Path.Combine(AppContext.BaseDirectory, "xenkube.dll"), _folder.Path, SampleImage.Classic, call.ToString(CultureInfo.InvariantCulture));
        const int killed = 128 + 9;
        Assert.True(run.Output.Trim() == $"{(call == 0 ? 0 : killed)} 0 2 2", run.All);
    }

    private Node MakeNode(string name, string config = "passwd: {}\n")
    {
        Directory.CreateDirectory(_folder["guests/etcd"]);
        SampleImage.Copy(SampleImage.Classic, _folder, $"guests/etcd/{name}.img");
        _folder.Write($"guests/etcd/{name}.ct", config);
        _folder.Write($"guests/etcd/{name}.cfg", XenGuestConfig.Create($"etcd-{name}", 512, 1, XenVif.Create(MacAddress.Parse($"00:16:3e:4e:31:1{name[^1]}")), [XenDisk.Create(_folder[$"guests/etcd/{name}.img"])]).ToString());
        return new NodeStore(new XenDirectory(_folder.Path, onWait: null)).Describe("etcd", name);
    }

    [Fact]
    public void Config_that_does_not_transpile_is_found_before_a_guest_is_stopped()
    {
        Node[] nodes = [MakeNode("node-1"), MakeNode("node-2", "storage: {files: [{path: 1}]}\nnonsense: 1\n")];
        using var xl = new StandInXl(("list -l", "list-long-only-dom0"), ("list", "list-only-dom0"));
        var refresh = new RollingRefresh(new XenDirectory(_folder.Path, onWait: null), xl.Driver, _ => []);
        Assert.Throws<AggregateException>(() => refresh.Run(nodes, new RollingRefreshOptions()).ToList());
        Assert.DoesNotContain(xl.Calls, call => call[0] is "shutdown" or "create");
    }

    [Fact]
    public void First_node_that_fails_ends_it_and_the_next_is_left_running()
    {
        Node[] nodes = [MakeNode("node-1"), MakeNode("node-2")];
        using var xl = new StandInXl(("list -l", "now-l"), ("list", "now"), ("shutdown etcd-node-1", "down"), ($"create {nodes[0].GuestConfigPath}", "create-not-enough-memory"));
        (int, string, string, string, string) Domain(int number) => (number, $"etcd-node-{number}", "-b----", nodes[number - 1].DiskPath, $"00:16:3e:4e:31:1{number}");
        xl.List("now", Domain(1), Domain(2)).List("second", Domain(2)).Answer("down", "").Then("down", "second", "now");
        var refresh = new RollingRefresh(new XenDirectory(_folder.Path, onWait: null), xl.Driver, _ => []);
        var error = Assert.Throws<AggregateException>(() => refresh.Run(nodes, new RollingRefreshOptions()).ToList());
        Assert.Equal("NotEnoughMemory", Assert.IsAssignableFrom<XenKubeException>(Assert.Single(error.InnerExceptions)).ErrorId);
        Assert.Equal(["etcd-node-1"], xl.Calls.Where(call => call[0] == "shutdown").Select(call => call[1]));
    }
}
