using System.Net;
using XenKube.Hosting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

/// <summary>Add-FirewallForward, Get-FirewallForward, Remove-FirewallForward.</summary>
[Trait("Kind", "Process")]
public sealed class FirewallForwardCmdletTests : IDisposable
{
    private const string Iptables = "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n# by hand\nCOMMIT\n";
    private const string Nft = "flush ruleset\n\ntable inet filter {\n\tchain forward {\n\t\ttype filter hook forward priority filter; policy drop;\n\t\tct state established,related accept\n\t}\n}\n";

    private readonly CmdletSession _session = new();

    public FirewallForwardCmdletTests()
    {
        _session.Write("rules.v4", Iptables);
        _session.Write("nftables.conf", Nft);
    }

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData("rules.v4", Iptables)]
    [InlineData("nftables.conf", Nft)]
    public void Forward_is_added_shown_and_removed(string file, string before)
    {
        Use(file);
        var added = Added("Add-FirewallForward 8011 192.168.100.11 22 -PassThru").One<FirewallForwardRule>();
        Assert.Equal((8011, 22, FirewallStatus.Open), (added.Port.First, added.ToPort.First, added.Status));
        Assert.Equal(IPAddress.Parse("192.168.100.11"), added.To);
        _session.Run("Add-FirewallForward 53 192.168.100.12 -Protocol udp -Address 10.1.1.1 -InInterface eth0").ShouldSucceed();
        var all = _session.Run("Get-FirewallForward").All<FirewallForwardRule>();
        Assert.Equal(["tcp 8011 to 192.168.100.11:22", "udp 10.1.1.1:53 from eth0 to 192.168.100.12"], all.Select(one => $"{one}"));
        Assert.Equal(53, _session.Run("Get-FirewallForward 50-60").One<FirewallForwardRule>().Port.First);
        Assert.Equal(8011, _session.Run("Get-FirewallForward -To 192.168.100.11").One<FirewallForwardRule>().Port.First);
        _session.Run("Get-FirewallForward | Remove-FirewallForward -Force").ShouldSucceed();
        Assert.Empty(_session.Run("Get-FirewallForward").All<FirewallForwardRule>());
        // The table for destinations stays, without a rule.
        Assert.StartsWith(before, File.ReadAllText(_session[file]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rules.v4")]
    [InlineData("nftables.conf")]
    public void Guides_forwards_are_added_once_and_shown_before(string file)
    {
        Use(file);
        var before = File.ReadAllText(_session[file]);
        Assert.Contains("31000", string.Concat(_session.Run("Add-FirewallForward -Guide -WhatIf").ShouldSucceed().Said), StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(_session[file]));
        var added = Added("Add-FirewallForward -Guide -PassThru").All<FirewallForwardRule>();
        Assert.Equal(9 + 9 + 1 + 90, added.Count);
        Assert.All(added, one => Assert.Equal(FirewallStatus.Open, one.Status));
        var once = File.ReadAllText(_session[file]);
        _session.Run("Add-FirewallForward -Guide").ShouldSucceed();
        Assert.Equal(once, File.ReadAllText(_session[file]));
    }

    [Theory]
    [InlineData("Add-FirewallForward 8011 10.0.0.1", "AddressInvalid")]
    [InlineData("Add-FirewallForward 8011 nowhere", "AddressInvalid")]
    [InlineData("Add-FirewallForward 8011-8013 192.168.100.11 22-23", "PortInvalid")]
    [InlineData("Remove-FirewallForward 8011", "FirewallForwardNotFound")]
    [InlineData("Get-FirewallForward -Path gone", "FileNotFound")]
    public void What_cannot_be_done_is_said(string line, string id) => _session.Run(line.Contains("-Path", StringComparison.Ordinal)
        ? line : $"{line} -Path '{_session["rules.v4"]}'").Error(id);

    [Fact]
    public void Port_that_leads_elsewhere_is_named()
    {
        Use("rules.v4");
        Added("Add-FirewallForward 8000-8099 192.168.100.11 22");
        Assert.Contains("line", _session.Run("Add-FirewallForward 8012 192.168.100.12 22").Error("FirewallPortTaken").ToString(), StringComparison.Ordinal);
        _session.Run("Remove-FirewallForward 8012").Error("FirewallRuleShared");
    }

    private void Use(string file) => _session.Run($"$PSDefaultParameterValues['*-Firewall*:Path'] = '{_session[file]}'").ShouldSucceed();

    private CmdletResult Added(string line)
    {
        var result = _session.Run(line);
        Assert.SkipWhen(result.Errors.Any(error => error.FullyQualifiedErrorId.StartsWith("FirewallRulesRefused", StringComparison.Ordinal)
            || error.FullyQualifiedErrorId.StartsWith("ProgramMissing", StringComparison.Ordinal)), "only root may run iptables-restore and nft");
        return result.ShouldSucceed();
    }
}
