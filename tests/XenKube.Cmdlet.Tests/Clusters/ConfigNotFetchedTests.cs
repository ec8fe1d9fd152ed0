using System.Diagnostics;
using XenKube.Clusters;
using XenKube.Disks;
using XenKube.Tests.Support;

namespace XenKube.Tests.Clusters;

/// <summary>Guests whose configs come on a disk: nobody waits for a fetch, and a restart waits for what the guest answers.</summary>
[Trait("Kind", "Process")]
public sealed class ConfigNotFetchedTests : IDisposable
{
    private readonly CmdletSession _session = new();

    public ConfigNotFetchedTests()
    {
        _session.MakeCluster(hasDisks: true, "node-1", "node-2");
        _session.Write("hostsfile", "00:16:3e:4e:31:11,127.0.0.1\n");
        _session.Write("xenkube.json", """{ "reservationsFile": "hostsfile" }""");
        Directory.CreateDirectory(_session[".xl"]);
        CmdletSession.SetEnvironment("XENKUBE_XL", Project.Tests("Pester", "stand-in-xl.sh"));
        CmdletSession.SetEnvironment("XL_STATE", _session[".xl"]);
        _session.Run("Reset-Ignition etcd node-1 -ConfigSource Image").ShouldSucceed();
    }

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData("Wait-Ignition etcd node-1 -Timeout 86400")]
    [InlineData("Wait-Ignition etcd node-1 -Timeout 86400 -Since (Get-Date)")]
    [InlineData("Start-XenGuest etcd node-1 -Wait Ignition -Timeout 86400")]
    [InlineData("Restart-XenGuest etcd node-1 -Force -Wait Ignition -Timeout 86400")]
    [InlineData("Reset-Ignition etcd node-1 -Restart -For Ignition -Timeout 86400")]
    [InlineData("Reset-Ignition etcd node-2 -ConfigSource Image -Restart -For Ignition -Timeout 86400")]
    public void Wait_for_a_fetch_is_refused_at_once_and_nothing_is_started_or_stopped(string script)
    {
        var error = _session.Run(script).Error("ConfigNotFetched");
        Assert.Contains("nobody on this host can know", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("Wait-XenGuest etcd node-", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        var calls = File.Exists(_session[".xl/.calls"]) ? File.ReadAllText(_session[".xl/.calls"]) : "";
        Assert.DoesNotMatch("(?m)^(create|destroy|shutdown|reboot)", calls);
    }

    [Fact]
    public void Wait_for_a_running_guest_is_refused_and_another_condition_is_waited_for()
    {
        _session.Run("Start-XenGuest etcd node-1").ShouldSucceed();
        _session.Run("Wait-XenGuest etcd node-1 -For Ignition -Timeout 86400").Error("ConfigNotFetched");
        _session.Run("Wait-XenGuest etcd node-1 -For Running").ShouldSucceed();
        // A node whose config is served still counts by its fetch.
        _session.Run("Start-XenGuest etcd node-2").ShouldSucceed();
        _session.Run("Wait-Ignition etcd node-2 -Timeout 1").Error("WaitTimeout");
    }

    [Fact]
    public void Restart_waits_for_ssh_or_for_what_is_asked_for()
    {
        _session.Run("Start-XenGuest etcd node-1").ShouldSucceed();
        var silent = _session.Run("Reset-Ignition etcd node-1 -Restart -Timeout 2").Errors.Single();
        Assert.Contains("answer by ssh", silent.ToString(), StringComparison.Ordinal);
        var first = DomainOf("etcd-node-1");
        var watch = Stopwatch.StartNew();
        _session.Run("Reset-Ignition etcd node-1 -Restart -For Running -Timeout 3600").ShouldSucceed();
        Assert.True(watch.Elapsed < TimeSpan.FromHours(1));
        Assert.True(DomainOf("etcd-node-1") > first);
        Assert.Contains("wait until it has answered", string.Join(' ', _session.Run("Reset-Ignition etcd node-1 -Restart -WhatIf").ShouldSucceed().Said), StringComparison.Ordinal);
    }

    [Fact]
    public void Disk_of_a_running_guest_is_made_again_between_its_end_and_its_start()
    {
        _session.Run("Start-XenGuest etcd").ShouldSucceed();
        Write("/etc/data");
        var (first, other) = (DomainOf("etcd-node-1"), DomainOf("etcd-node-2"));
        _session.Run("Reset-Ignition etcd node-1 -Recreate -Force").Error("ImageInUse");
        Assert.True(Has("/etc/data"));
        _session.Run("Reset-Ignition etcd node-1 -Recreate -Restart -For Running -Force").ShouldSucceed();
        Assert.False(Has("/etc/data"));
        Assert.True(DomainOf("etcd-node-1") > first);
        Assert.Equal(other, DomainOf("etcd-node-2"));
        Assert.Equal("Image", _session.Run("(Get-Node etcd node-1).ConfigSource").Lines().Single());
        using var disk = DiskImage.OpenRead(_session["guests/etcd/node-1.img"]);
        using var oem = disk.OpenFileSystem("OEM");
        Assert.NotNull(oem.Find("/config.ign"));
    }

    private int DomainOf(string name) => int.Parse(File.ReadAllText(_session[$".xl/{name}"]).Split('\t')[0], System.Globalization.CultureInfo.InvariantCulture);

    private void Write(string path)
    {
        using var disk = DiskImage.OpenWrite(_session["guests/etcd/node-1.img"]);
        using var root = disk.OpenFileSystem("ROOT");
        root.WriteFile(path, "data"u8);
    }

    private bool Has(string path)
    {
        using var disk = DiskImage.OpenRead(_session["guests/etcd/node-1.img"]);
        using var root = disk.OpenFileSystem("ROOT");
        return root.Find(path) is not null;
    }
}
