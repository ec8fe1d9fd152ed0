using System.Diagnostics;
using System.Net;
using XenKube.Hosting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

/// <summary>A real dnsmasq in one network namespace and a real DHCP client in another.</summary>
public sealed class DnsmasqTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("Kind", "Process")]
    public void Client_with_the_guides_mac_is_leased_the_guides_address_after_a_reload()
    {
        Tool.Need("dnsmasq", "busybox", "ip");
        using var dom0 = NetworkNamespace.Create();
        using var guest = NetworkNamespace.Create();
        var made = Tool.Run("ip", "link", "add", "xkbr", "netns", dom0.Name, "type", "veth", "peer", "name", "eth0", "netns", guest.Name);
        Assert.SkipWhen(made.ExitCode != 0, $"this machine permits no veth: {made.Error.Trim()}");
        dom0.Run("ip", "addr", "add", "192.168.100.1/24", "dev", "xkbr").ShouldSucceed();
        dom0.Run("ip", "link", "set", "xkbr", "up").ShouldSucceed();
        guest.Run("ip", "link", "set", "eth0", "address", "00:16:3e:4e:31:11").ShouldSucceed();
        guest.Run("ip", "link", "set", "eth0", "up").ShouldSucceed();
        var hosts = _folder.Write("hostsfile", "# nobody yet\n");
        var script = Script.Write(_folder["udhcpc.sh"], "#!/bin/sh\n[ \"$1\" = bound ] && echo \"leased $ip\"\nexit 0\n");

        var start = new ProcessStartInfo(Tool.Find("ip")!) { RedirectStandardError = true };
        foreach (var argument in dom0.Prefix("dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0", "--interface=xkbr", "--bind-interfaces", "--user=root", "--log-facility=-",
            "--dhcp-range=192.168.100.0,static,255.255.255.0,1h", $"--dhcp-hostsfile={hosts}", $"--dhcp-leasefile={_folder["leases"]}", $"--pid-file={_folder["pid"]}"))
        {
            start.ArgumentList.Add(argument);
        }
        using var dnsmasq = Process.Start(start)!;
        try
        {
            _ = dnsmasq.StandardError.ReadToEndAsync();
            for (var i = 0; i < 100 && !File.Exists(_folder["pid"]); i++)
            {
                Thread.Sleep(50);
            }
            Assert.False(dnsmasq.HasExited, "dnsmasq did not start");
            ToolResult Ask(int tries) => guest.Run("busybox", "udhcpc", "-i", "eth0", "-n", "-q", "-f", "-t", $"{tries}", "-T", "1", "-s", script);
            Assert.DoesNotContain("leased", Ask(1).All, StringComparison.Ordinal);

            var change = DhcpReservations.Read(hosts).With(DhcpReservations.Range(10, 99, IPAddress.Parse("192.168.100.1"))).ToChange(new DnsmasqService { ProcessId = dnsmasq.Id });
            Assert.NotNull(change.Apply(new BackupStore(_folder["backups"])));
            Assert.Contains("leased 192.168.100.11", Ask(10).All, StringComparison.Ordinal);
            Assert.Contains("00:16:3e:4e:31:11 192.168.100.11", File.ReadAllText(_folder["leases"]), StringComparison.Ordinal);
            Assert.Equal("# nobody yet", File.ReadLines(hosts).First());
        }
        finally
        {
            dnsmasq.Kill();
            dnsmasq.WaitForExit(5000);
        }
    }

    [Fact]
    public void Reload_that_fails_puts_the_file_back()
    {
        var hosts = _folder.Write("hostsfile", "# before\n");
        var change = DhcpReservations.Read(hosts).With(DhcpReservations.Range(10, 11, IPAddress.Parse("192.168.100.1"))).ToChange(new DnsmasqService { ProcessId = int.MaxValue });
        Assert.Equal("ServiceNotReloaded", Assert.Throws<OperationFailedException>(() => change.Apply(new BackupStore(_folder["backups"]))).ErrorId);
        Assert.Equal("# before\n", File.ReadAllText(hosts));
        Assert.Empty(new BackupStore(_folder["backups"]).List());
    }
}
