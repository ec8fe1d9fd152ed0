using XenKube.Hosting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

/// <summary>Services that run now and are gone after a reboot of dom0.</summary>
public sealed class ServiceBootCheckTests : IDisposable
{
    private const string Nft = "table inet filter {\n\tchain input {\n\t\ttype filter hook input priority 0;\n\t\ttcp dport 80 accept\n\t}\n}\n";

    private readonly TemporaryDirectory _folder = new();

    public ServiceBootCheckTests()
    {
        Directory.CreateDirectory(_folder["etc/systemd/system"]);
        foreach (var unit in new[] { "nginx", "netfilter-persistent", "nftables", "chrony" })
        {
            _folder.Write($"lib/systemd/system/{unit}.service", "[Service]\n");
        }
    }

    public void Dispose() => _folder.Dispose();

    private CheckResult? Check(string firewall = "etc/iptables/rules.v4") => ServiceBootCheck.Check(new HostOptions(_folder["xen"])
    {
        SystemRoot = _folder.Path,
        NginxDirectory = _folder["etc/nginx"],
        FirewallFile = _folder[firewall],
    });

    private void Enable(string unit, string target = "multi-user")
    {
        Directory.CreateDirectory(_folder[$"etc/systemd/system/{target}.target.wants"]);
        File.CreateSymbolicLink(_folder[$"etc/systemd/system/{target}.target.wants/{unit}.service"], $"/lib/systemd/system/{unit}.service");
    }

    private void UseNginx()
    {
        _folder.Write("etc/nginx/nginx.conf", $"http {{ include {_folder["etc/nginx/sites-enabled"]}/*; }}\n");
        _folder.Write("etc/nginx/sites-enabled/xen", "");
    }

    [Fact]
    public void Service_that_is_not_used_is_not_missed()
    {
        File.Delete(_folder["lib/systemd/system/chrony.service"]);
        Assert.Null(Check());
    }

    [Fact]
    public void Host_without_systemd_is_not_judged()
    {
        Directory.Delete(_folder["etc"], recursive: true);
        Assert.Null(Check());
    }

    [Theory]
    [InlineData("etc/iptables/rules.v4", FirewallRulesTests.Guide, "netfilter-persistent", "multi-user")]
    [InlineData("etc/nftables.conf", Nft, "nftables", "sysinit")]
    public void Firewall_that_does_not_start_is_named_and_the_remedy_is_enough(string file, string text, string unit, string target)
    {
        Enable("chrony");
        _folder.Write(file, text);
        var check = Check(file)!;
        Assert.Equal((CheckStatus.Warn, $"systemctl enable {unit}.service"), (check.Status, check.Remedy));
        Enable(unit, target);
        Assert.Equal((CheckStatus.Pass, $"starts with dom0: {unit}.service, chrony.service"), (Check(file)!.Status, Check(file)!.Message));
        // A masked unit keeps its link in the target.
        File.CreateSymbolicLink(_folder[$"etc/systemd/system/{unit}.service"], "/dev/null");
        Assert.DoesNotContain(unit, Check(file)!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_of_rules_that_the_services_do_not_load_and_one_without_rules_are_left_alone()
    {
        Enable("chrony");
        _folder.Write("etc/firewall.rules", FirewallRulesTests.Guide);
        Assert.Equal("starts with dom0: chrony.service", Check("etc/firewall.rules")!.Message);
        _folder.Write("etc/nftables.conf", "#!/usr/sbin/nft -f\nflush ruleset\n");
        Assert.Equal("starts with dom0: chrony.service", Check("etc/nftables.conf")!.Message);
    }

    [Fact]
    public void Rules_of_a_masked_service_are_not_what_the_host_loads()
    {
        _folder.Write("etc/iptables/rules.v4", FirewallRulesTests.Guide);
        _folder.Write("etc/nftables.conf", Nft);
        Enable("nftables", "sysinit");
        Enable("netfilter-persistent");
        string[] both = ["/etc/iptables/rules.v4", "/etc/nftables.conf"];
        Assert.Equal(both, FirewallRules.UsualPaths(System.Net.IPAddress.Loopback, _folder.Path));
        File.CreateSymbolicLink(_folder["etc/systemd/system/nftables.service"], "/dev/null");
        Assert.Equal(both[..1], FirewallRules.UsualPaths(System.Net.IPAddress.Loopback, _folder.Path));
    }

    [Fact]
    public void All_that_are_missed_are_named_at_once()
    {
        UseNginx();
        _folder.Write("etc/iptables/rules.v4", FirewallRulesTests.Guide);
        var check = Check()!;
        Assert.Equal("netfilter-persistent.service, nginx.service, chrony.service do not start with dom0: after a reboot guests miss those services", check.Message);
        Assert.Equal("systemctl enable netfilter-persistent.service nginx.service chrony.service", check.Remedy);
    }
}
