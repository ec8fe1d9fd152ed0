using XenKube.Hosting;

namespace XenKube.Tests.Hosting;

/// <summary>Lines as iptables-save and a person write them, read as iptables-restore(8) reads them.</summary>
public sealed class FirewallRuleParserTests
{
    private static FirewallRule Rule(string line) => Assert.Single(FirewallRules.Parse($"*filter\n{line}\nCOMMIT\n").Rules);

    [Theory]
    [InlineData("-p tcp -i eth0 -o virbr1 -s 10.0.0.0/8 -d 10.1.0.1 --dport 22 -j ACCEPT")]
    [InlineData("--protocol tcp --in-interface eth0 --out-interface virbr1 --source 10.0.0.0/8 --destination 10.1.0.1 --destination-port 22 --jump ACCEPT")]
    [InlineData("--proto tcp --in-interface eth0 --out-interface virbr1 --src 10.0.0.0/8 --dst 10.1.0.1 -m multiport --dports 22 --jump ACCEPT")]
    [InlineData("-d 10.1.0.1 -j ACCEPT -p tcp -o virbr1 -m multiport --destination-ports 22 -s 10.0.0.0/8 -i eth0")]
    [InlineData("-p \"tcp\" -i eth0 -o \"virbr1\" -s 10.0.0.0/8 -d 10.1.0.1 --dport \"22\" -j \"ACC\"EPT")]
    [InlineData("-p\ttcp  -i \t eth0 -o virbr1 -s 10.0.0.0/8 -d 10.1.0.1 --dport 22 -j ACCEPT\t ")]
    public void Each_spelling_of_an_option_is_the_same_rule(string options)
    {
        var rule = Rule($"-A FORWARD {options}");
        Assert.Equal(("filter", "FORWARD", "tcp", "eth0", "virbr1", "10.0.0.0/8", "10.1.0.1", "ACCEPT", 2),
            (rule.Table, rule.Chain, rule.Protocol, rule.InInterface, rule.OutInterface, rule.Source, rule.Destination, rule.Target, rule.Line));
        Assert.Equal(["22"], rule.Ports);
        Assert.Equal($"-A FORWARD {options}", rule.ToString());
    }

    [Fact]
    public void What_a_rule_does_not_name_is_empty()
    {
        var rule = Rule("-A INPUT -j DROP");
        Assert.Equal(("", "", "", "", "", "DROP"), (rule.Protocol, rule.InInterface, rule.OutInterface, rule.Source, rule.Destination, rule.Target));
        Assert.Empty(rule.Ports);
        Assert.Equal("", Rule("-A INPUT").Target);
    }

    [Theory]
    [InlineData("-A INPUT -j")]
    [InlineData("-A INPUT --dport")]
    [InlineData("-A INPUT -p")]
    public void Option_whose_value_is_missing_is_no_field(string line)
    {
        var rule = Rule(line);
        Assert.Equal(("", ""), (rule.Target, rule.Protocol));
        Assert.Empty(rule.Ports);
    }

    [Theory]
    [InlineData("-A INPUT -p tcp -m multiport --dports 22,80,1000:2000 -j ACCEPT", "22 80 1000:2000")]
    [InlineData("-A INPUT -p tcp --dport :1024 -j ACCEPT", ":1024")]
    [InlineData("-A INPUT -p tcp --dport ssh -j ACCEPT", "ssh")]
    public void Ports_are_kept_in_the_order_of_the_rule(string line, string ports) => Assert.Equal(ports.Split(' '), Rule(line).Ports);

    [Theory]
    [InlineData("-A INPUT ! -i eth0 ! -s 10.0.0.0/8 ! -p udp -j ACCEPT", "! eth0", "! 10.0.0.0/8", "! udp")]
    [InlineData("-A INPUT -i eth0 -s 10.0.0.1 -p UDP -j ACCEPT", "eth0", "10.0.0.1", "udp")]
    [InlineData("-A INPUT -p 6 -j ACCEPT", "", "", "tcp")]
    [InlineData("-A INPUT -p all -j ACCEPT", "", "", "")]
    public void What_is_negated_says_so(string line, string inInterface, string source, string protocol)
    {
        var rule = Rule(line);
        Assert.Equal((inInterface, source, protocol), (rule.InInterface, rule.Source, rule.Protocol));
    }

    [Theory]
    [InlineData("""-A INPUT -m comment --comment "a b" -j DROP""")]
    [InlineData("""-A INPUT -m comment --comment "it's" -j DROP""")]
    [InlineData("""-A INPUT -m comment --comment "say \"-j ACCEPT\"" -j DROP""")]
    [InlineData("""-A INPUT -m comment --comment "ends in \\" -j DROP""")]
    [InlineData("""-A INPUT -m comment --comment "" -j DROP""")]
    [InlineData("""-A INPUT -m comment --comment back\slash -j DROP""")]
    public void Words_in_quotes_are_one_word(string line) => Assert.Equal("DROP", Rule(line).Target);

    [Theory]
    [InlineData("""-A INPUT -m comment --comment "a -j DROP""")]
    [InlineData("""-A INPUT -m comment --comment "a\" -j DROP""")]
    [InlineData("""-A INPUT -m comment --comment "a\""")]
    public void Quote_that_is_not_closed_is_refused_with_its_line(string line)
    {
        var error = Assert.Throws<InvalidInputException>(() => FirewallRules.Parse($"*filter\n:INPUT DROP [0:0]\n{line}\nCOMMIT\n", "/etc/rules.v4"));
        Assert.Equal(("FirewallRulesInvalid", "/etc/rules.v4", "line 3"), (error.ErrorId, error.File, error.Place));
        Assert.Contains("quote", error.Message, StringComparison.Ordinal);
        Assert.Contains("iptables-save", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_know_the_table_they_are_in()
    {
        var rules = FirewallRules.Parse("*nat\n-A POSTROUTING -j MASQUERADE\nCOMMIT\n#\n* filter \r\n-A INPUT -j DROP\r\n-I INPUT -j ACCEPT\nCOMMIT # done\n").Rules;
        Assert.Equal([("nat", "MASQUERADE", 2), ("filter", "DROP", 6), ("filter", "ACCEPT", 7)], rules.Select(rule => (rule.Table, rule.Target, rule.Line)));
        Assert.Equal("-A INPUT -j DROP", rules[1].Text);
    }

    [Theory]
    [InlineData("[12:3456] -A INPUT -p tcp --dport 22 -j ACCEPT")]
    [InlineData("[0:0] -I INPUT -p tcp --dport 22 -j ACCEPT")]
    public void Counters_before_a_rule_are_passed_over(string line)
    {
        Assert.Equal(("INPUT", "ACCEPT"), (Rule(line).Chain, Rule(line).Target));
        Assert.Equal(["22"], Rule(line).Ports);
    }

    [Theory]
    [InlineData("[1:2]")]
    [InlineData("[1:2] -A")]
    [InlineData("[1:2] -D INPUT -j DROP")]
    [InlineData("-A ")]
    [InlineData("-D INPUT -j DROP")]
    [InlineData(":INPUT DROP [0:0]")]
    [InlineData("# -A INPUT -j DROP")]
    [InlineData("")]
    public void Line_that_is_not_a_rule_is_passed_over(string line) => Assert.Empty(FirewallRules.Parse($"*filter\n{line}\nCOMMIT\n").Rules);

    [Theory]
    [InlineData("-A INPUT -j DROP\n", "line 1", "outside of any table")]
    [InlineData("*filter\nCOMMIT\n[1:2] -A INPUT -j DROP\n", "line 3", "outside of any table")]
    [InlineData("*filter\nCOMMIT\n-I INPUT -j DROP\n", "line 3", "outside of any table")]
    [InlineData("*filter\n-A INPUT -j DROP", "line 2", "'filter' has no COMMIT")]
    public void Rule_without_its_table_is_refused_with_its_line(string text, string place, string reason)
    {
        var error = Assert.Throws<InvalidInputException>(() => FirewallRules.Parse(text));
        Assert.Equal(place, error.Place);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }
}
