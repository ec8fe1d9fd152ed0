using XenKube.Hosting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

/// <summary>Which rule a port is added to, when it is taken as open, and what is refused.</summary>
public sealed class FirewallPortTests
{
    private static FirewallRules Filter(params string[] rules) => FirewallRules.Parse($"*filter\n:INPUT DROP [0:0]\n{string.Join('\n', rules)}\nCOMMIT\n", "/etc/rules.v4");

    [Theory]
    [InlineData("22", 22, true)]
    [InlineData("22", 21, false)]
    [InlineData("22", 23, false)]
    [InlineData("1000:2000", 999, false)]
    [InlineData("1000:2000", 1000, true)]
    [InlineData("1000:2000", 2000, true)]
    [InlineData("1000:2000", 2001, false)]
    [InlineData(":100", 1, true)]
    [InlineData(":100", 101, false)]
    [InlineData("60000:", 65535, true)]
    [InlineData("60000:", 59999, false)]
    [InlineData("22,80,443", 443, true)]
    [InlineData("22,80,443", 81, false)]
    [InlineData("no-such-service", 80, false)]
    [InlineData("80:no-such-service", 80, false)]
    [InlineData("no-such-service:80", 80, false)]
    public void Port_is_open_if_a_rule_covers_it(string ports, int port, bool isOpen) =>
        Assert.Equal(isOpen, Filter($"-A INPUT -p tcp -m multiport --dports {ports} -j ACCEPT").IsOpen(new FirewallPort(port)));

    [Theory]
    [InlineData("-A INPUT -p tcp --dport 80 -j ACCEPT", true)]
    [InlineData("-A INPUT -p udp --dport 80 -j ACCEPT", false)]
    [InlineData("-A FORWARD -p tcp --dport 80 -j ACCEPT", false)]
    [InlineData("-A INPUT -p tcp --dport 80 -j DROP", false)]
    [InlineData("-A INPUT -p tcp --dport 80 -j LOG", false)]
    [InlineData("-A INPUT -i eth0 -p tcp --dport 80 -j ACCEPT", false)]
    [InlineData("-A INPUT -o eth0 -p tcp --dport 80 -j ACCEPT", false)]
    [InlineData("-A INPUT -p tcp ! --dport 80 -j ACCEPT", false)]
    [InlineData("-A INPUT -p tcp -j ACCEPT", false)]
    public void Only_a_rule_of_the_same_kind_opens_a_port(string rule, bool isOpen) => Assert.Equal(isOpen, Filter(rule).IsOpen(new FirewallPort(80)));

    [Fact]
    public void Rule_of_another_table_opens_nothing() =>
        Assert.False(FirewallRules.Parse("*mangle\n-A INPUT -p tcp --dport 80 -j ACCEPT\nCOMMIT\n").IsOpen(new FirewallPort(80)));

    [Fact]
    public void Interfaces_choose_the_rule()
    {
        var rules = Filter("-A INPUT -i virbr1 -p udp --dport 53 -j ACCEPT", "-A INPUT -i virbr2 -p udp --dport 53 -j ACCEPT", "-A FORWARD -o virbr1 -p udp --dport 53 -j ACCEPT");
        Assert.Equal(Filter("-A INPUT -i virbr1 -p udp --dport 53 -j ACCEPT", "-A INPUT -i virbr2 -p udp -m multiport --dports 53,123 -j ACCEPT", "-A FORWARD -o virbr1 -p udp --dport 53 -j ACCEPT").ToString(),
            rules.WithPort(new FirewallPort(123, "INPUT", "udp") { InInterface = "virbr2" }).ToString());
        Assert.Contains("-A FORWARD -o virbr1 -p udp -m multiport --dports 53,123 -j ACCEPT", rules.WithPort(new FirewallPort(123, "FORWARD", "udp") { OutInterface = "virbr1" }).ToString(), StringComparison.Ordinal);
        Assert.Equal("FirewallRuleNotFound", Assert.Throws<ItemNotFoundException>(() => rules.WithPort(new FirewallPort(123, "INPUT", "udp"))).ErrorId);
    }

    [Theory]
    [InlineData(0, "tcp")]
    [InlineData(-1, "tcp")]
    [InlineData(65536, "udp")]
    [InlineData(80, "sctp")]
    [InlineData(80, "")]
    public void Port_that_cannot_be_is_refused(int port, string protocol)
    {
        var error = Assert.Throws<InvalidInputException>(() => Filter("-A INPUT -p tcp --dport 22 -j ACCEPT").WithPort(new FirewallPort(port, "INPUT", protocol)));
        Assert.Equal("PortInvalid", error.ErrorId);
        Assert.Contains($"{protocol} {port}", error.Message, StringComparison.Ordinal);
        Assert.Contains("1 to 65535", error.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(65535)]
    public void First_and_last_port_can_be_opened(int port) =>
        Assert.True(Filter("-A INPUT -p tcp --dport 22 -j ACCEPT").WithPort(new FirewallPort(port)).IsOpen(new FirewallPort(port)));

    [Theory]
    [InlineData("")]
    [InlineData("-x")]
    [InlineData("IN PUT")]
    [InlineData("INPUT\n-A INPUT")]
    [InlineData("Überall")]
    [InlineData("a23456789012345678901234567890")]
    public void Chain_that_iptables_could_not_name_is_refused(string chain)
    {
        var error = Assert.Throws<InvalidInputException>(() => Filter("-A INPUT -p tcp --dport 22 -j ACCEPT").WithPort(new FirewallPort(80, chain)));
        Assert.Equal("ChainInvalid", error.ErrorId);
        Assert.Contains("chain", error.Message, StringComparison.Ordinal);
        Assert.Contains("INPUT or FORWARD", error.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a234567890123456789012345678")]
    [InlineData("my-chain_1.x")]
    [InlineData("1")]
    public void Chain_of_ones_own_is_edited(string chain) =>
        Assert.Contains($"-A {chain} -p tcp -m multiport --dports 22,80 -j ACCEPT", Filter($"-A {chain} -p tcp --dport 22 -j ACCEPT").WithPort(new FirewallPort(80, chain)).ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("eth 0")]
    [InlineData("+")]
    [InlineData("a-name-too-long-for-linux")]
    [InlineData("a234567890123456")]
    [InlineData("../eth0")]
    public void Interface_that_cannot_be_is_refused(string name)
    {
        var rules = Filter("-A INPUT -p tcp --dport 22 -j ACCEPT");
        Assert.Throws<InvalidInputException>(() => rules.WithPort(new FirewallPort(80) { InInterface = name }));
        Assert.Throws<InvalidInputException>(() => rules.WithPort(new FirewallPort(80) { OutInterface = name }));
    }

    [Fact]
    public void Interface_with_a_final_plus_means_all_that_begin_so()
    {
        var rules = Filter("-A INPUT -i virbr+ -p tcp --dport 22 -j ACCEPT");
        Assert.Contains("-A INPUT -i virbr+ -p tcp -m multiport --dports 22,80 -j ACCEPT", rules.WithPort(new FirewallPort(80) { InInterface = "virbr+" }).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_rule_is_suggested_with_all_that_was_asked()
    {
        var error = Assert.Throws<ItemNotFoundException>(() => Filter().WithPort(new FirewallPort(123, "FORWARD", "udp") { InInterface = "eth0", OutInterface = "virbr1" }));
        Assert.Equal(("FirewallRuleNotFound", "/etc/rules.v4"), (error.ErrorId, error.File));
        Assert.Contains("FORWARD udp 123 from eth0 to virbr1", error.Message, StringComparison.Ordinal);
        Assert.Contains("-A FORWARD -i eth0 -o virbr1 -p udp -m udp --dport 123 -j ACCEPT", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Ambiguous_rules_are_named_by_line_with_what_to_do()
    {
        var error = Assert.Throws<InvalidInputException>(() => Filter("-A INPUT -s 10.0.0.0/8 -p tcp --dport 22 -j ACCEPT", "-A INPUT -p tcp --dport 5432 -j ACCEPT").WithPort(new FirewallPort(80)));
        Assert.Equal(("FirewallRuleAmbiguous", "/etc/rules.v4", "lines 3, 4"), (error.ErrorId, error.File, error.Place));
        Assert.Contains("INPUT tcp 80", error.Message, StringComparison.Ordinal);
        Assert.Contains("beside option", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Beside_names_a_port_in_a_range_and_is_forgotten_if_nothing_has_it()
    {
        var rules = Filter("-A INPUT -s 10.0.0.0/8 -p tcp --dport 5000:6000 -j ACCEPT", "-A INPUT -p tcp --dport 22 -j ACCEPT");
        Assert.Contains("-A INPUT -s 10.0.0.0/8 -p tcp -m multiport --dports 80,5000:6000 -j ACCEPT", rules.WithPort(new FirewallPort(80) { Beside = 5500 }).ToString(), StringComparison.Ordinal);
        Assert.Equal("FirewallRuleAmbiguous", Assert.Throws<InvalidInputException>(() => rules.WithPort(new FirewallPort(80) { Beside = 9 })).ErrorId);
        Assert.Contains("--dports 22,80 ", Filter("-A INPUT -p tcp --dport 22 -j ACCEPT").WithPort(new FirewallPort(80) { Beside = 9 }).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Beside_needs_one_port_of_a_rule_and_still_one_kind_of_rule()
    {
        var rules = Filter("-A INPUT -s 10.0.0.0/8 -p tcp -m multiport --dports 5432,5433 -j ACCEPT", "-A INPUT -p tcp -m multiport --dports 22,443 -j ACCEPT");
        Assert.Contains("--dports 22,80,443 ", rules.WithPort(new FirewallPort(80) { Beside = 22 }).ToString(), StringComparison.Ordinal);
        var both = Filter("-A INPUT -s 10.0.0.0/8 -p tcp --dport 22 -j ACCEPT", "-A INPUT -p tcp --dport 22 -j ACCEPT");
        Assert.Equal("FirewallRuleAmbiguous", Assert.Throws<InvalidInputException>(() => both.WithPort(new FirewallPort(80) { Beside = 22 })).ErrorId);
    }

    [Fact]
    public void Rule_without_ports_gets_none() =>
        Assert.Equal("FirewallRuleNotFound", Assert.Throws<ItemNotFoundException>(() => Filter("-A INPUT -p tcp -j ACCEPT").WithPort(new FirewallPort(80))).ErrorId);

    [Fact]
    public void Rule_of_one_port_has_the_shape_of_one_with_several()
    {
        var full = $"-A INPUT -p tcp -m multiport --dports {string.Join(',', Enumerable.Range(100, 15))} -j ACCEPT";
        Assert.Equal(Filter(full, "-A INPUT -p tcp -m multiport --dports 7,80 -j ACCEPT").ToString(), Filter(full, "-A INPUT -p tcp --dport 7 -j ACCEPT").WithPort(new FirewallPort(80)).ToString());
    }

    [Fact]
    public void Rule_that_is_full_is_passed_over_for_one_of_its_shape_that_has_room()
    {
        string Full(int first) => $"-A INPUT -p tcp -m multiport --dports {string.Join(',', Enumerable.Range(first, 15))} -j ACCEPT";
        var rules = Filter(Full(100), "-A INPUT -p tcp -m multiport --dports 7,8 -j ACCEPT");
        Assert.Equal(Filter(Full(100), "-A INPUT -p tcp -m multiport --dports 7,8,80 -j ACCEPT").ToString(), rules.WithPort(new FirewallPort(80)).ToString());
        // Fourteen ports leave room for one more, seven ranges and one port do not.
        Assert.Contains(",113,200 -j", Filter($"-A INPUT -p tcp -m multiport --dports {string.Join(',', Enumerable.Range(100, 14))} -j ACCEPT").WithPort(new FirewallPort(200)).ToString(), StringComparison.Ordinal);
        var ranges = string.Join(',', Enumerable.Range(0, 7).Select(i => $"{i + 1}000:{i + 1}001")) + ",9000";
        Assert.Contains($"{ranges} -j ACCEPT\n-A INPUT -p tcp -m multiport --dports 80 -j ACCEPT", Filter($"-A INPUT -p tcp -m multiport --dports {ranges} -j ACCEPT").WithPort(new FirewallPort(80)).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_that_end_as_on_Windows_still_do()
    {
        var rules = FirewallRules.Parse("*filter\r\n-A INPUT -p tcp --dport 22 -j ACCEPT\r\nCOMMIT\r\n").WithPort(new FirewallPort(80));
        Assert.Equal("*filter\r\n-A INPUT -p tcp -m multiport --dports 22,80 -j ACCEPT\r\nCOMMIT\r\n", rules.ToString());
    }

    [Fact]
    public void Text_says_what_is_to_be_open()
    {
        Assert.Equal("INPUT tcp 80", new FirewallPort(80).ToString());
        Assert.Equal("FORWARD udp 5 from a to b", new FirewallPort(5, "FORWARD", "udp") { InInterface = "a", OutInterface = "b" }.ToString());
    }

    [Fact]
    public void Guide_opens_http_to_dom0_and_guests_and_time_to_dom0() =>
        Assert.Equal(["INPUT tcp 80 beside 22", "FORWARD tcp 80 to virbr1 beside 22", "INPUT udp 123 from virbr1 beside 53", "INPUT tcp 123 from virbr1 beside 53"],
            FirewallPort.Guide().Select(port => $"{port} beside {port.Beside}"));

    [Theory]
    [InlineData("*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n", true)]
    [InlineData("*filter\n:INPUT DROP [0:0]\nCOMMIT\n", false)]
    [InlineData("*nat\n:INPUT ACCEPT [0:0]\nCOMMIT\n*filter\n:INPUT DROP [0:0]\nCOMMIT\n", false)]
    [InlineData("*filter\n:INPUT DROP [0:0]\nCOMMIT\n*nat\n:INPUT ACCEPT [0:0]\nCOMMIT\n", false)]
    [InlineData("*nat\n:INPUT ACCEPT [0:0]\nCOMMIT\n", false)]
    [InlineData("*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j DROP\nCOMMIT\n", false)]
    [InlineData("*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp -j REJECT\nCOMMIT\n", false)]
    [InlineData("*filter\n:INPUT ACCEPT [0:0]\n-A FORWARD -j DROP\nCOMMIT\n", true)]
    [InlineData("*filter\n:INPUT DROP [0:0]\n-A INPUT -i virbr1 -j ACCEPT\nCOMMIT\n", true)]
    [InlineData("*filter\n:INPUT DROP [0:0]\n-A INPUT -i virbr1 -j LOG\nCOMMIT\n", false)]
    [InlineData("*filter\n:INPUT DROP [0:0]\n-A INPUT -i eth0 -j ACCEPT\nCOMMIT\n", false)]
    [InlineData("*filter\n:INPUT DROP [0:0]\n-A INPUT -i virbr1 -p tcp -j ACCEPT\nCOMMIT\n", false)]
    [InlineData("*filter\n:INPUT DROP [0:0]\n-A INPUT -i virbr1 -s 10.0.0.1 -j ACCEPT\nCOMMIT\n", false)]
    [InlineData("*filter\n:INPUT DROP [0:0]\n-A INPUT ! -i virbr1 -j ACCEPT\nCOMMIT\n", false)]
    [InlineData("*filter\n:INPUT DROP [0:0]\n-A INPUT -i virbr1 -m conntrack --ctstate NEW -j ACCEPT\nCOMMIT\n", false)]
    [InlineData("*filter\n:INPUT DROP [0:0]\n-A FORWARD -i virbr1 -j ACCEPT\nCOMMIT\n", false)]
    public void Chain_lets_everything_in_by_its_policy_or_by_a_rule_without_conditions(string text, bool acceptsAll) =>
        Assert.Equal(acceptsAll, FirewallRules.Parse(text).AcceptsAll("INPUT", "virbr1"));

    [Fact]
    public void File_is_read_byte_for_byte_and_a_missing_one_is_named()
    {
        using var folder = new TemporaryDirectory();
        var path = folder.Write("rules.v4", [.. "*filter\n# "u8, 0xE9, 0xFF, .. "\nCOMMIT\n"u8]);
        Assert.Equal(path, FirewallRules.Read(path).Path);
        Assert.Equal("*filter\n# \u00e9\u00ff\nCOMMIT\n", FirewallRules.Read(path).ToString());
        var error = Assert.Throws<ItemNotFoundException>(() => FirewallRules.Read(folder["none"]));
        Assert.Equal(("FileNotFound", folder["none"]), (error.ErrorId, error.File));
        Assert.Contains("no such file", error.Message, StringComparison.Ordinal);
        Assert.Contains("iptables-persistent", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Port_that_was_added_is_found_as_an_object_again()
    {
        var rule = Assert.Single(Filter("-A INPUT -p tcp --dport 22 -j ACCEPT").WithPort(new FirewallPort(80)).Rules);
        Assert.Equal(["22", "80"], rule.Ports);
    }
}
