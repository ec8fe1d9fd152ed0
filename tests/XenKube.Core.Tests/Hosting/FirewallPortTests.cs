using XenKube.Hosting;
using XenKube.Networks;
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
    [InlineData("-A INPUT -p tcp -j ACCEPT", true)]
    public void Only_a_rule_for_all_of_its_packets_opens_a_port(string rule, bool isOpen) => Assert.Equal(isOpen, Filter(rule).IsOpen(new FirewallPort(80)));

    [Fact]
    public void Rule_of_another_table_opens_nothing() =>
        Assert.False(FirewallRules.Parse("*mangle\n-A INPUT -p tcp --dport 80 -j ACCEPT\nCOMMIT\n*filter\n:INPUT DROP\nCOMMIT\n").IsOpen(new FirewallPort(80)));

    [Fact]
    public void Port_goes_into_the_rule_of_its_interface_and_into_no_other()
    {
        var rules = Filter("-A INPUT -i virbr1 -p udp --dport 53 -j ACCEPT", "-A INPUT -i virbr2 -p udp --dport 53 -j ACCEPT", ":FORWARD DROP [0:0]", "-A FORWARD -o virbr1 -p udp --dport 53 -j ACCEPT");
        Assert.Equal(Filter("-A INPUT -i virbr1 -p udp --dport 53 -j ACCEPT", "-A INPUT -i virbr2 -p udp -m multiport --dports 53,123 -j ACCEPT", ":FORWARD DROP [0:0]", "-A FORWARD -o virbr1 -p udp --dport 53 -j ACCEPT").ToString(),
            rules.WithPort(new FirewallPort(123, "INPUT", "udp") { InInterface = "virbr2" }).ToString());
        Assert.Contains("-A FORWARD -o virbr1 -p udp -m multiport --dports 53,123 -j ACCEPT", rules.WithPort(new FirewallPort(123, "FORWARD", "udp") { OutInterface = "virbr1" }).ToString(), StringComparison.Ordinal);
        Assert.Contains("-A INPUT -i virbr2 -p udp --dport 53 -j ACCEPT\n-A INPUT -p udp -m udp --dport 123 -j ACCEPT\n", rules.WithPort(new FirewallPort(123, "INPUT", "udp")).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-A INPUT -i virbr1 -s 192.168.100.11 -p tcp --dport 53 -j ACCEPT")]
    [InlineData("-A INPUT -i virbr1 -p tcp --dport 53 -m limit --limit 3/s -j ACCEPT")]
    [InlineData("-A INPUT -i virbr1 -p tcp --dport 53 -m comment --comment \"names for guests\" -j ACCEPT")]
    [InlineData("-A INPUT -i virbr1 -p tcp --dport 53 -m conntrack --ctstate ESTABLISHED -j ACCEPT")]
    [InlineData("-A INPUT -i virbr+ -p tcp --dport 53 -j ACCEPT")]
    [InlineData("-A INPUT -p tcp --dport 53 -j ACCEPT")]
    [InlineData("-A INPUT ! -i eth0 -p tcp --dport 53 -j ACCEPT")]
    [InlineData("-A INPUT -i virbr1 -p tcp ! --dport 80 -j ACCEPT")]
    [InlineData("-A INPUT -i virbr1 -p tcp --dport 53 -j LOG")]
    public void Rule_of_somebody_else_gets_no_port(string rule) =>
        Assert.Equal(Filter(rule, "-A INPUT -i virbr1 -p tcp -m tcp --dport 80 -j ACCEPT").ToString(), Filter(rule).WithPort(new FirewallPort(80) { InInterface = "virbr1" }).ToString());

    [Fact]
    public void Guest_that_is_banned_stays_so()
    {
        var banned = Filter("-A INPUT -i virbr1 -p tcp --dport 53 -j ACCEPT", "-A INPUT -s 192.168.100.66 -j DROP").WithPort(new FirewallPort(80) { InInterface = "virbr1" });
        Assert.Equal(Filter("-A INPUT -i virbr1 -p tcp --dport 53 -j ACCEPT", "-A INPUT -s 192.168.100.66 -j DROP", "-A INPUT -i virbr1 -p tcp -m tcp --dport 80 -j ACCEPT").ToString(), banned.ToString());
        var error = Assert.Throws<OperationFailedException>(() => banned.WithPort(new FirewallPort(80) { InInterface = "virbr1" }));
        Assert.Equal(("FirewallPortBlocked", "line 4"), (error.ErrorId, error.Place));
        Assert.Contains("for 192.168.100.66", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ban_of_a_stranger_does_not_keep_a_port_from_everybody()
    {
        var rules = Filter("-A INPUT -s 203.0.113.9 -j DROP").WithPort(new FirewallPort(80) { InInterface = "+" });
        Assert.Equal(Filter("-A INPUT -s 203.0.113.9 -j DROP", "-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT").ToString(), rules.ToString());
    }

    [Theory]
    [InlineData("31000-39999", "31000:39999")]
    [InlineData("31000:39999", "31000:39999")]
    [InlineData("31000..39999", "31000:39999")]
    [InlineData("80", "80")]
    public void Range_of_ports_is_opened_as_one(string ports, string written)
    {
        var port = new FirewallPort(PortRange.Parse(ports)) { InInterface = "virbr1" };
        Assert.Equal(Filter("-A INPUT -i lo -j ACCEPT", $"-A INPUT -i virbr1 -p tcp -m tcp --dport {written} -j ACCEPT").ToString(), Filter("-A INPUT -i lo -j ACCEPT").WithPort(port).ToString());
        // A part of it that is closed leaves it closed.
        var hole = Filter("-A INPUT -i virbr1 -p tcp --dport 31500 -j DROP", $"-A INPUT -i virbr1 -p tcp --dport {written} -j ACCEPT");
        Assert.Equal(port.Ports.IsSingle, hole.IsOpen(port));
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
    public void Chain_of_ones_own_is_edited_if_the_packets_come_to_it(string chain)
    {
        Assert.Contains($"-A {chain} -p tcp -m multiport --dports 22,80 -j ACCEPT\n-A {chain} -j DROP\n",
            Filter($"-A INPUT -j {chain}", $"-A {chain} -p tcp --dport 22 -j ACCEPT", $"-A {chain} -j DROP").WithPort(new FirewallPort(80, chain)).ToString(), StringComparison.Ordinal);
        Assert.Equal("FirewallPortBlocked", Assert.Throws<OperationFailedException>(() => Filter($"-A {chain} -p tcp --dport 22 -j ACCEPT").WithPort(new FirewallPort(80, chain))).ErrorId);
    }

    [Theory]
    [InlineData("eth 0")]
    [InlineData("++")]
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
    public void Rule_is_written_where_there_is_none()
    {
        Assert.Equal(Filter(":FORWARD DROP [0:0]", "-A FORWARD -i eth0 -o virbr1 -p udp -m udp --dport 123 -j ACCEPT").ToString(),
            Filter(":FORWARD DROP [0:0]").WithPort(new FirewallPort(123, "FORWARD", "udp") { InInterface = "eth0", OutInterface = "virbr1" }).ToString());
        Assert.Equal(Filter("-A INPUT -p tcp --dport 22 -j ACCEPT", "-A INPUT -i virbr1 -p tcp -m tcp --dport 80 -j ACCEPT", "-A INPUT -j REJECT").ToString(),
            Filter("-A INPUT -p tcp --dport 22 -j ACCEPT", "-A INPUT -j REJECT").WithPort(new FirewallPort(80) { InInterface = "virbr1" }).ToString());
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
        Assert.Contains($"{ranges} -j ACCEPT\n-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT", Filter($"-A INPUT -p tcp -m multiport --dports {ranges} -j ACCEPT").WithPort(new FirewallPort(80)).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_that_end_as_on_Windows_still_do()
    {
        var rules = FirewallRules.Parse("*filter\r\n:INPUT DROP [0:0]\r\n-A INPUT -p tcp --dport 22 -j ACCEPT\r\nCOMMIT\r\n").WithPort(new FirewallPort(80));
        Assert.Equal("*filter\r\n:INPUT DROP [0:0]\r\n-A INPUT -p tcp -m multiport --dports 22,80 -j ACCEPT\r\nCOMMIT\r\n", rules.ToString());
    }

    [Fact]
    public void Text_says_what_is_to_be_open()
    {
        Assert.Equal("INPUT tcp 80", new FirewallPort(80).ToString());
        Assert.Equal("FORWARD udp 5 from a to b", new FirewallPort(5, "FORWARD", "udp") { InInterface = "a", OutInterface = "b" }.ToString());
    }

    [Fact]
    public void Guide_opens_http_to_dom0_and_guests_and_time_to_dom0() =>
        Assert.Equal(["INPUT tcp 80 from virbr1", "FORWARD tcp 80 to virbr1", "INPUT udp 123 from virbr1", "INPUT tcp 123 from virbr1"], FirewallPort.Guide().Select(port => $"{port}"));

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
