using XenKube.Hosting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

/// <summary>ufw and firewalld are recognised, and nothing is edited beside them.</summary>
public sealed class ForeignFirewallTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    private HostOptions Options
    {
        get
        {
            _folder.Write("root/rules.v4", FirewallRulesTests.Guide);
            return new(_folder["xen"]) { SystemRoot = _folder["root"], FirewallFile = _folder["root/rules.v4"], BackupDirectory = _folder["backups"] };
        }
    }

    [Theory]
    [Trait("Kind", "Process")]
    [InlineData("etc/ufw/ufw.conf", "# comment\nENABLED=yes\nLOGLEVEL=low\n", "ufw", "ufw allow in on virbr1 to any port 80 proto tcp; ufw route allow out on virbr1 to any port 80 proto tcp; ")]
    [InlineData("etc/systemd/system/multi-user.target.wants/firewalld.service", "", "firewalld", "firewall-cmd --permanent --zone=$(firewall-cmd --get-zone-of-interface=virbr1) --add-port=80/tcp; ")]
    public void Program_that_writes_the_rules_is_named_with_the_commands_to_type(string file, string text, string name, string command)
    {
        _folder.Write($"root/{file}", text);
        var step = HostPlan.Create(Options, ["firewall"]).Steps[0];
        Assert.False(step.IsNeeded);
        Assert.Equal("FirewallForeign", step.Problem!.ErrorId);
        Assert.Contains($"Type: {command}", step.Problem.Remedy, StringComparison.Ordinal);
        var check = new HostCheck(Options).Run().Single(result => result.Name == "firewall");
        Assert.Equal(CheckStatus.Warn, check.Status);
        Assert.Contains($"{name} manages the firewall", check.Message, StringComparison.Ordinal);
        Assert.Contains(command, check.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ENABLED=no\n")]
    [InlineData("#ENABLED=yes\n")]
    [InlineData("")]
    public void Program_that_is_installed_and_not_enabled_is_not_in_charge(string text)
    {
        _folder.Write("root/etc/ufw/ufw.conf", text);
        Assert.Null(HostPlan.Create(Options, ["firewall"]).Steps[0].Problem);
    }
}
