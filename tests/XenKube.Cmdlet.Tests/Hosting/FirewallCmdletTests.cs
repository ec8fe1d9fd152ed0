using XenKube.Hosting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

/// <summary>Get-FirewallRule, Add-FirewallPort.</summary>
public sealed class FirewallCmdletTests : IDisposable
{
    private const string Before = """
        *filter
        :INPUT DROP [0:0]
        :FORWARD DROP [0:0]
        :OUTPUT ACCEPT [0:0]
        -A INPUT -i lo -j ACCEPT
        -A INPUT -p tcp -m tcp --syn -m conntrack --ctstate NEW --dport 22 -j ACCEPT
        -A INPUT -i virbr1 -p udp -m udp -m multiport --dports 53,67 -j ACCEPT
        -A INPUT -i virbr1 -p tcp -m tcp -m multiport --dports 53,67 -j ACCEPT
        -A FORWARD -d 192.168.100.0/24 -o virbr1 -p tcp -m tcp --syn -m conntrack --ctstate NEW -m multiport --dports 22,8080 -j ACCEPT
        # by hand
        COMMIT

        """;

    // The three edits of the guide.
    private static readonly string After = Before.Replace("tcp -m multiport --dports 53,67 ", "tcp -m multiport --dports 53,67,80,123 ", StringComparison.Ordinal)
        .Replace("53,67 ", "53,67,123 ", StringComparison.Ordinal).Replace("22,8080", "22,80,8080", StringComparison.Ordinal);

    private readonly CmdletSession _session = new();

    public FirewallCmdletTests()
    {
        _session.Write("rules.v4", Before);
        _session.Run($"$PSDefaultParameterValues['*-Firewall*:Path'] = '{_session["rules.v4"]}'").ShouldSucceed();
    }

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Rules_are_objects()
    {
        var rules = _session.Run("Get-FirewallRule").All<FirewallRule>();
        Assert.Equal(5, rules.Count);
        Assert.Equal(("FORWARD", "virbr1", "ACCEPT", 9), (rules[4].Chain, rules[4].OutInterface, rules[4].Target, rules[4].Line));
        Assert.Equal(["22", "8080"], rules[4].Ports.Select(port => $"{port}"));
    }

    [Theory]
    [InlineData("INPUT", 4)]
    [InlineData("IN* -Port 53", 2)]
    [InlineData("NOPE", 0)]
    [InlineData("-Port 22 -Deciding", 1)]
    [InlineData("-Port 67 -Protocol udp -Deciding", 1)]
    [InlineData("-Port 80 -Deciding", 0)]
    public void Rules_are_selected_by_chain_and_port(string arguments, int count) =>
        Assert.Equal(count, _session.Run($"Get-FirewallRule {arguments}").All<FirewallRule>().Count);

    [Fact]
    public void File_that_is_missing_or_broken_is_reported()
    {
        _session.Write("broken", "*filter\n-A INPUT -j ACCEPT\n");
        _session.Run("Get-FirewallRule -Path nope").Error("FileNotFound");
        _session.Run("Get-FirewallRule -Path broken").Error("FirewallRulesInvalid");
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Guide_makes_three_edits_and_none_the_second_time()
    {
        NeedFirewall();
        _session.Run("Add-FirewallPort -Guide").ShouldSucceed();
        Assert.Equal(After, _session.Read("rules.v4"));
        _session.Run("Add-FirewallPort -Guide").ShouldSucceed();
        Assert.Equal(After, _session.Read("rules.v4"));
        var backup = Assert.Single(Directory.GetDirectories(_session["backups"]));
        Assert.Equal(Before, File.ReadAllText(Assert.Single(Directory.GetFiles(backup, "*rules.v4", SearchOption.AllDirectories))));
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Ports_are_opened_one_by_one()
    {
        NeedFirewall();
        Assert.Contains(
            "-A INPUT -i virbr1 -p tcp -m tcp -m multiport --dports 53,67,80,443 -j ACCEPT",
            _session.Run("Add-FirewallPort 80, 443 -PassThru").All<FirewallRule>().Select(rule => rule.Text));
        _session.Run("Add-FirewallPort 123 -Protocol udp -InInterface virbr1").ShouldSucceed();
        Assert.Equal("udp", _session.Run("Get-FirewallRule INPUT -Port 123").One<FirewallRule>().Protocol);
        _session.Run("Add-FirewallPort 80 -Chain FORWARD -OutInterface virbr1").ShouldSucceed();
        Assert.Equal(
            ["22", "80", "8080"],
            _session.Run("Get-FirewallRule FORWARD -Port 80").One<FirewallRule>().Ports.Select(port => $"{port}"));
        _session.Run("Add-FirewallPort 31000-39999 -InInterface +").ShouldSucceed();
        Assert.Equal("-A INPUT -p tcp -m tcp --syn -m conntrack --ctstate NEW -m multiport --dports 22,31000:39999 -j ACCEPT", _session.Run("Get-FirewallRule INPUT -Port 32000").One<FirewallRule>().Text);
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Rule_is_written_where_there_is_none()
    {
        NeedFirewall();
        _session.Run("Add-FirewallPort 80 -Chain FORWARD -InInterface eth7").ShouldSucceed();
        Assert.Contains("-A FORWARD -i eth7 -p tcp -m tcp --dport 80 -j ACCEPT\n", _session.Read("rules.v4"), StringComparison.Ordinal);
    }

    [Fact]
    public void Match_that_is_not_understood_is_named_with_its_line()
    {
        _session.Write("rules.v4", Before.Replace("-A INPUT -i lo", "-A INPUT -m length --length 40 -j DROP\n-A INPUT -i lo", StringComparison.Ordinal));
        var error = _session.Run("Add-FirewallPort 80").Error("FirewallRulesUnclear");
        Assert.Contains("cannot tell: line 5: '-m length --length 40' decides", error.Exception.Message, StringComparison.Ordinal);
        Assert.Contains("line 5", Assert.Single(_session.Run("Get-FirewallRule -Port 53 -Deciding").Warnings.Select(warning => $"{warning}")), StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Kind", "Process")]
    [InlineData("-j DROP")]
    [InlineData("a; reboot")]
    [InlineData("a\nb")]
    [InlineData("../x")]
    public void Interface_is_not_taken_for_a_command_or_an_option(string name)
    {
        NeedFirewall();
        _session.Set("name", name);
        Assert.NotEmpty(_session.Run("Add-FirewallPort 80 -InInterface $name").Errors);
        Assert.Equal(Before, _session.Read("rules.v4"));
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void File_that_iptables_restore_does_not_accept_is_left_alone()
    {
        NeedFirewall();
        var broken = Before.Replace("# by hand", "-A INPUT --nonsense", StringComparison.Ordinal);
        _session.Write("rules.v4", broken);
        _session.Run("Add-FirewallPort 80").Error("FirewallRulesRefused");
        Assert.Equal(broken, _session.Read("rules.v4"));
        Assert.False(Directory.Exists(_session["backups"]));
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void WhatIf_shows_the_difference_and_changes_nothing()
    {
        NeedFirewall();
        var result = _session.Run("Add-FirewallPort 80 -WhatIf").ShouldSucceed();
        Assert.Contains(
            "+-A INPUT -i virbr1 -p tcp -m tcp -m multiport --dports 53,67,80 -j ACCEPT",
            string.Join('\n', [.. result.Said, .. result.Lines()]), StringComparison.Ordinal);
        Assert.Equal(Before, _session.Read("rules.v4"));
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Apply_has_the_rules_loaded_and_puts_the_file_back_when_that_fails()
    {
        NeedFirewall();
        var systemctl = new StandInSystemctl(_session);
        systemctl.ExitsWith(1);
        _session.Run("Add-FirewallPort -Guide -Apply").Error("ServiceNotReloaded");
        Assert.Equal(Before, _session.Read("rules.v4"));
        systemctl.ExitsWith(0);
        _session.Run("Add-FirewallPort -Guide -Apply").ShouldSucceed();
        Assert.Equal(After, _session.Read("rules.v4"));
        Assert.Equal("restart netfilter-persistent.service", systemctl.Calls[^1]);
    }

    private static void NeedFirewall()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root may run iptables-restore");
        Tool.Need("iptables-restore");
    }
}
