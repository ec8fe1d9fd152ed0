using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Tests.Support;

namespace XenKube.Tests.Clusters;

/// <summary>Test-Node.</summary>
[Trait("Kind", "Process")]
public sealed class NodeCheckCmdletTests : IDisposable
{
    private readonly CmdletSession _session = new();

    public NodeCheckCmdletTests()
    {
        _session.MakeCluster(hasDisks: true, "node-1");
        _session.Write("xenkube.json", """{ "reservationsFile": "hostsfile" }""");
        _session.Write("hostsfile", "00:16:3e:4e:31:11,192.168.100.11\n");
        CmdletSession.SetEnvironment("XENKUBE_XL", "/nowhere/xl");
    }

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Refreshed_node_passes_every_check()
    {
        Refresh();
        var checks = _session.Run("Test-Node etcd/node-1").ShouldSucceed().Output;
        Assert.Equal(
            ["partitions", "file-systems", "release", "boot", "kernel", "oem", "url", "first-boot", "machine-id", "signature", "ignition", "config", "address"],
            checks.Select(check => Of(check!, "Name")));
        Assert.All(checks, check => Assert.Equal(("Pass", "etcd/node-1"), (Of(check!, "Status"), Of(check!, "Target"))));
        Assert.True(_session.Run("Test-Node etcd -Quiet").One<bool>());
        Assert.True(_session.Run("Get-Node etcd | Test-Node -Quiet").One<bool>());
    }

    [Fact]
    public void Disk_fresh_from_its_image_lacks_three_things_and_each_has_the_remedy()
    {
        Assert.All(new[] { "url", "machine-id", "ignition" }, name =>
        {
            var check = Check(name);
            Assert.NotEqual("Pass", Of(check, "Status"));
            Assert.Contains("Reset-Ignition", Of(check, "Remedy"), StringComparison.Ordinal);
        });
        Assert.False(_session.Run("Test-Node etcd node-1 -Quiet").One<bool>());
    }

    [Fact]
    public void URL_that_leads_elsewhere_is_found()
    {
        Refresh();
        _session.Run("Set-OemGrubConfig etcd node-1 -ConfigUri http://192.168.100.1/etcd/other.json").ShouldSucceed();
        Assert.Contains("other.json", Of(Check("url"), "Message"), StringComparison.Ordinal);
    }

    [Fact]
    public void First_boot_gone_and_machine_id_back_are_found()
    {
        Refresh();
        _session.Run("""
            $null = Mount-NodeDisk etcd/node-1 -Writable
            Remove-Item node-1:/EFI-SYSTEM/coreos/first_boot
            Set-Content node-1:/ROOT/etc/machine-id 0123456789abcdef0123456789abcdef
            Dismount-NodeDisk node-1
            """).ShouldSucceed();
        Assert.Equal("Fail", Of(Check("first-boot"), "Status"));
        Assert.Equal("Warn", Of(Check("machine-id"), "Status"));
    }

    [Fact]
    public void Config_that_the_release_does_not_take_is_found()
    {
        _session.Write("xenkube.json", """{ "reservationsFile": "hostsfile", "transpilerRelease": "0.9.0" }""");
        Refresh();
        var check = Check("ignition");
        Assert.Equal("Fail", Of(check, "Status"));
        Assert.Contains("1520.9.0 is older than 1688", Of(check, "Message"), StringComparison.Ordinal);
    }

    [Fact]
    public void Config_that_is_not_what_is_published_is_found()
    {
        Refresh();
        _session.Write("guests/etcd/node-1.ct", CmdletSession.GuideConfig.Replace("NODE", "other", StringComparison.Ordinal));
        Assert.Equal("Warn", Of(Check("ignition"), "Status"));
    }

    [Theory]
    [InlineData("", "Warn")]
    [InlineData("00:16:3e:4e:31:11,192.168.100.11\n00:16:3e:4e:31:11,192.168.100.12\n", "Fail")]
    public void MAC_address_without_a_reservation_and_with_two_is_found(string reservations, string status)
    {
        Refresh();
        _session.Write("hostsfile", reservations);
        Assert.Equal(status, Of(Check("address"), "Status"));
    }

    [Fact]
    public void Image_signed_by_nobody_known_is_found()
    {
        Refresh();
        _session.Run("Get-SigningKey | Remove-SigningKey -Confirm:$false").ShouldSucceed();
        var check = Check("signature");
        Assert.Equal("Fail", Of(check, "Status"));
        Assert.NotEqual("", Of(check, "Remedy"));
    }

    [Fact]
    public void Configuration_that_boots_from_another_disk_or_is_missing_is_found()
    {
        Refresh();
        _session.Write("guests/etcd/node-1.cfg", _session.Read("guests/etcd/node-1.cfg").Replace("node-1.img", "node-9.img", StringComparison.Ordinal));
        Assert.Equal("Fail", Of(Check("config"), "Status"));
        File.Delete(_session["guests/etcd/node-1.cfg"]);
        Assert.Contains("New-XenGuest", Of(Check("config"), "Remedy"), StringComparison.Ordinal);
    }

    [Fact]
    public void Check_changes_nothing()
    {
        Refresh();
        var before = State();
        _session.Run("Test-Node etcd").ShouldSucceed();
        Assert.Equal(before, State());
    }

    [Fact]
    public void Disk_that_is_not_one_is_found()
    {
        _session.Write("guests/etcd/node-1.img", "nothing\n");
        var check = _session.Run("Test-Node etcd node-1").ShouldSucceed().Output[0]!;
        Assert.Equal("Fail", Of(check, "Status"));
        Assert.NotEqual("", Of(check, "Remedy"));
    }

    [Fact]
    public void Node_that_is_not_there_is_reported() => _session.Run("Test-Node etcd nope").Error("NodeNotFound");

    private static string Of(PSObject check, string property) => $"{check.Properties[property].Value}";

    private void Refresh() => _session.Run("Reset-Ignition etcd node-1").ShouldSucceed();

    private PSObject Check(string name) =>
        Assert.Single(_session.Run("Test-Node etcd node-1").ShouldSucceed().Output, check => Of(check!, "Name") == name)!;

    private string[] State() =>
        [.. Directory.EnumerateFiles(_session.Directory, "*", SearchOption.AllDirectories).Where(path => Path.GetFileName(path) != ".xenkube.lock")
            .Select(path => $"{path} {File.GetLastWriteTimeUtc(path).Ticks} {new FileInfo(path).Length}").Order(StringComparer.Ordinal)];
}
