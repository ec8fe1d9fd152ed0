using System.Diagnostics;
using System.Net;
using XenKube.Guests;
using XenKube.Hosting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

/// <summary>
/// Services that hang, fail or are missing, by stand-ins for each program: the step ends in time, says what to do, and the
/// files are as before.
/// </summary>
[Trait("Kind", "Process")]
public sealed class HostProgramsTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly HostOptions _options;

    public HostProgramsTests()
    {
        foreach (var name in new[] { "systemctl", "nginx", "iptables-restore" })
        {
            Program(name, "exit 0");
        }
        _folder.Write("root/etc/ntpsec/ntp.conf", "# x\nrestrict default ignore\n#broadcast 192.168.123.255\n");
        _folder.Write("root/lib/systemd/system/ntpsec.service", "[Service]\n");
        _folder.Write("root/etc/nginx/nginx.conf", "");
        _folder.Write("root/etc/iptables/rules.v4", FirewallRulesTests.Guide);
        _folder.Write("root/hostsfile", "# nobody\n");
        _options = new HostOptions(_folder["xen"])
        {
            SystemRoot = _folder["root"],
            NginxDirectory = _folder["root/etc/nginx"],
            FirewallFile = _folder["root/etc/iptables/rules.v4"],
            ReservationsFile = _folder["root/hostsfile"],
            BackupDirectory = _folder["backups"],
            Programs = new HostPrograms { Folder = _folder["bin"], TimeLimit = TimeSpan.FromSeconds(1) },
        };
    }

    public void Dispose() => _folder.Dispose();

    private void Program(string name, string script) =>
        Script.Write(_folder[$"bin/{name}"], $"#!/bin/sh\necho \"{name} $*\" >> '{_folder["calls"]}'\n{script}\n");

    private string[] Calls => File.Exists(_folder["calls"]) ? File.ReadAllLines(_folder["calls"]) : [];

    private Dictionary<string, string> Tree() => Directory.GetFiles(_folder["root"], "*", SearchOption.AllDirectories).ToDictionary(file => file, File.ReadAllText);

    [Theory]
    [InlineData("reservations", "systemctl", "dnsmasq@virbr1.service")]
    [InlineData("firewall", "iptables-restore", "/run/xtables.lock")]
    [InlineData("firewall", "systemctl", "netfilter-persistent.service")]
    [InlineData("site", "nginx", "nginx -t")]
    [InlineData("site", "systemctl", "nginx.service")]
    [InlineData("time", "systemctl", "ntpsec.service")]
    public void Program_that_hangs_is_stopped_and_everything_is_as_before(string step, string program, string remedy)
    {
        Program(program, "sleep 600");
        var before = Tree();
        var watch = Stopwatch.StartNew();
        var result = Assert.Single(HostPlan.Create(_options, [step]).Apply());
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60));
        Assert.Equal("ProgramTimeout", result.Error?.ErrorId);
        Assert.Contains("did not end within 1 s", result.Error!.Reason, StringComparison.Ordinal);
        Assert.Contains(remedy, result.Error.Remedy, StringComparison.Ordinal);
        Assert.Equal(before, Tree());
        Assert.Empty(new BackupStore(_options.BackupDirectory).List());
        Assert.DoesNotContain("sleep 600", Tool.Run("ps", "-o", "args=", "--ppid", Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("reservations", "systemctl", "no activate option")]
    [InlineData("firewall", "iptables-restore", "Install iptables")]
    [InlineData("site", "nginx", "serve configs")]
    [InlineData("site", "systemctl", "no activate option")]
    [InlineData("time", "systemctl", "no activate option")]
    public void Program_that_is_missing_is_named_and_everything_is_as_before(string step, string program, string remedy)
    {
        File.Delete(_folder[$"bin/{program}"]);
        var before = Tree();
        var result = Assert.Single(HostPlan.Create(_options, [step]).Apply());
        Assert.Equal("ProgramMissing", result.Error?.ErrorId);
        Assert.Contains(program, result.Error!.File, StringComparison.Ordinal);
        Assert.Contains(remedy, result.Error.Remedy, StringComparison.Ordinal);
        Assert.Equal(before, Tree());
    }

    [Theory]
    [InlineData("reservations", "kill --signal=HUP --kill-who=main dnsmasq@virbr1.service")]
    [InlineData("firewall", "restart netfilter-persistent.service")]
    [InlineData("site", "reload-or-restart nginx.service")]
    [InlineData("time", "restart ntpsec.service")]
    public void Service_that_fails_is_told_again_with_the_files_of_before(string step, string call)
    {
        // The unit is not there, systemctl(1) says with exit code 5; the other failure is any other.
        foreach (var (exit, remedy) in new[] { (5, "install its package"), (1, "journalctl -u") })
        {
            File.Delete(_folder["calls"]);
            Program("systemctl", $"echo 'Failed to do it.' >&2; exit {exit}");
            var before = Tree();
            var result = Assert.Single(HostPlan.Create(_options, [step]).Apply());
            Assert.Equal("ServiceNotReloaded", result.Error?.ErrorId);
            Assert.Contains("Failed to do it.", result.Error!.Reason, StringComparison.Ordinal);
            Assert.Contains(remedy, result.Error.Remedy, StringComparison.Ordinal);
            Assert.Equal(before, Tree());
            Assert.Equal([$"systemctl {call}", $"systemctl {call}"], Calls.Where(line => line.StartsWith("systemctl", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Rules_that_are_refused_never_reach_the_file()
    {
        Program("iptables-restore", "cat >/dev/null; echo 'iptables-restore: line 7 failed' >&2; exit 1");
        var before = Tree();
        var result = Assert.Single(HostPlan.Create(_options, ["firewall"]).Apply());
        Assert.Equal("FirewallRulesRefused", result.Error?.ErrorId);
        Assert.Contains("line 7 failed", result.Error!.Reason, StringComparison.Ordinal);
        Assert.Equal(before, Tree());
        Assert.Equal(["iptables-restore --test"], Calls);
    }

    [Fact]
    public void Programs_that_do_their_work_are_asked_once_in_order()
    {
        var plan = HostPlan.Create(_options, ["directories", "firewall", "reservations", "time"]);
        Assert.All(plan.Apply(), result => Assert.True(result.IsChanged && result.Error is null, result.ToString()));
        Assert.Equal(["systemctl kill --signal=HUP --kill-who=main dnsmasq@virbr1.service", "iptables-restore --test", "systemctl restart netfilter-persistent.service", "systemctl restart ntpsec.service"], Calls);
        Assert.All(HostPlan.Create(_options, ["directories", "firewall", "reservations", "time"]).Apply(), result => Assert.False(result.IsChanged));
        Assert.Equal(4, Calls.Length);
    }

    [Fact]
    public void Site_that_nobody_listens_for_is_taken_back()
    {
        // nginx accepts it, systemd reloads it, and yet nobody listens: the bridge is not up.
        Directory.CreateDirectory(_folder["xen/nginx"]);
        var before = Tree();
        var result = Assert.Single(HostPlan.Create(_options with { Address = IPAddress.Loopback, Port = FreePort.Next() }, ["site"]).Apply());
        Assert.Equal("SiteNotServed", result.Error?.ErrorId);
        Assert.Contains("is the bridge up", result.Error!.Remedy, StringComparison.Ordinal);
        Assert.Equal(before, Tree());
    }
}
