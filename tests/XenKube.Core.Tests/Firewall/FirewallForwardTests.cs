using System.Net;
using XenKube.Hosting;
using XenKube.Networks;
using XenKube.Tests.Support;

namespace XenKube.Tests.Firewall;

/// <summary>Ports of dom0 that lead to guests, beside what happens to real packets from outside.</summary>
[Trait("Kind", "Process")]
public sealed class FirewallForwardTests(FirewallLab lab) : IClassFixture<FirewallLab>
{
    private const string Outside = "10.9.0.1";
    private static readonly GuestSubnet Network = GuestSubnet.Of(IPAddress.Parse("192.168.100.1"));
    private static readonly IPAddress Guest = IPAddress.Parse("192.168.100.11");

    private const string Iptables = """
        *filter
        :INPUT DROP [0:0]
        :FORWARD DROP [0:0]
        :OUTPUT ACCEPT [0:0]
        -A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
        -A FORWARD -i virbr1 -j ACCEPT
        -A FORWARD -j REJECT --reject-with icmp-port-unreachable
        COMMIT

        """;

    private const string Nft = """
        flush ruleset

        table inet filter {
        	chain input {
        		type filter hook input priority filter; policy drop;
        		tcp dport 22 accept
        	}
        	chain forward {
        		type filter hook forward priority filter; policy drop;
        		iifname "virbr1" accept
        		# the rest is not for guests
        		counter reject
        	}
        }

        """;

    private const string NftWithNat = """
        flush ruleset
        table inet fw {
        	chain nat {
        		type nat hook prerouting priority dstnat; policy accept;
        		tcp dport map { 9000 : 192.168.100.12 } comment "x"
        		iifname "eth0" tcp dport 9022 dnat ip to 192.168.100.12:22
        	}
        	chain forward {
        		type filter hook forward priority filter; policy drop;
        		ct state established,related accept
        		iifname "virbr1" accept
        	}
        }

        """;

    public static TheoryData<string, string> Files => new()
    {
        { "rules.v4", Iptables },
        { "rules.v4", Iptables.Replace("-A FORWARD -i virbr1 -j ACCEPT", "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT", StringComparison.Ordinal) },
        // Without a rule for answers there is no way back.
        { "rules.v4", Iptables.Replace("-A FORWARD -i virbr1 -j ACCEPT\n", "", StringComparison.Ordinal) },
        { "rules.v4", $"*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -i eth0 -p tcp --dport 9022 -j DNAT --to-destination 192.168.100.12:22\nCOMMIT\n{Iptables}" },
        { "rules.v4", "*filter\n:FORWARD ACCEPT [0:0]\nCOMMIT\n" },
        { "nftables.conf", Nft },
        { "nftables.conf", Nft.Replace("\t\tiifname \"virbr1\" accept\n", "", StringComparison.Ordinal) },
        { "nftables.conf", NftWithNat.Replace("\t\ttcp dport map { 9000 : 192.168.100.12 } comment \"x\"\n", "", StringComparison.Ordinal) },
        { "nftables.conf", "flush ruleset\n" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void Port_that_leads_to_a_guest_is_reached_from_outside_and_can_be_removed(string file, string text)
    {
        var before = FirewallRules.Parse(text, file);
        var forward = new FirewallForward(8011, Guest, 22);
        Assert.False(before.Judge(forward, Network).IsOpen);
        Load(file, text);
        Assert.False(lab.Reaches("outside", Outside, 8011));

        var after = before.WithForward(forward, Network);
        Assert.True(after.Judge(forward, Network).IsOpen);
        Assert.Same(after, after.WithForward(forward, Network));
        Load(file, after.ToString());
        Assert.True(lab.Reaches("outside", Outside, 8011, patience: 5), after.ToString());
        // Other ports of the guest are as closed as before, and the guests' own packets are left alone.
        Assert.Equal(text.Contains("FORWARD ACCEPT", StringComparison.Ordinal) || text == "flush ruleset\n",
            lab.Reaches("outside", "192.168.100.11", 8443));
        var listed = Assert.Single(after.Forwards(Network), one => one.Forward.Ports == forward.Ports);
        Assert.Equal(FirewallStatus.Open, listed.Status);
        Assert.Equal((Guest, (PortRange)22), (listed.To, listed.ToPort));

        var removed = after.WithoutForward(listed.Forward, Network);
        Load(file, removed.ToString());
        Assert.False(lab.Reaches("outside", Outside, 8011));
        Assert.DoesNotContain("8011", removed.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("192.168.100.11", removed.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rules.v4", Iptables)]
    [InlineData("nftables.conf", Nft)]
    public void Guides_forwards_lead_to_the_guests_by_their_numbers(string file, string text)
    {
        var network = Network with { First = 10, Last = 39 };
        var rules = FirewallForward.GuidePorts("virbr1").Aggregate(FirewallRules.Parse(text, file), (all, port) => all.WithPort(port, network));
        rules = FirewallForward.Guide(network, IPAddress.Parse(Outside)).Aggregate(rules, (all, forward) => all.WithForward(forward, network));
        Load(file, rules.ToString());
        // ssh of .11 and .12; the API server and the node ports of the block are at .10, which does not answer here.
        Assert.True(lab.Reaches("outside", Outside, 8011, patience: 5), rules.ToString());
        Assert.True(lab.Reaches("outside", Outside, 8012, patience: 5));
        Assert.False(lab.Reaches("outside", Outside, 8010));
        Assert.Equal((3 * 2) + 1 + 30, rules.Forwards(network).Count);
        Assert.All(rules.Forwards(network), one => Assert.Equal(FirewallStatus.Open, one.Status));
        Assert.Contains(rules.Forwards(network), one => one is { Port: { First: 32000, Last: 32999 }, ToPort: { First: 32000, Last: 32999 } } && one.To.Equals(IPAddress.Parse("192.168.100.20")));
        Assert.Contains(rules.Forwards(network), one => one is { Port.First: 8103, ToPort.First: 8443 } && one.To.Equals(IPAddress.Parse("192.168.100.30")));
    }

    [Theory]
    [InlineData("rules.v4", Iptables)]
    [InlineData("nftables.conf", Nft)]
    public void Range_of_ports_leads_to_the_same_ports_of_a_guest(string file, string text)
    {
        var rules = FirewallRules.Parse(text, file).WithForward(new FirewallForward(new PortRange(31000, 35000), Guest), Network);
        Load(file, rules.ToString());
        Assert.True(lab.Reaches("outside", Outside, 31000, patience: 5), rules.ToString());
        Assert.True(lab.Reaches("outside", Outside, 35000, patience: 5));
        Assert.False(lab.Reaches("outside", Outside, 39999));
    }

    [Fact]
    public void Map_of_destinations_is_listed_port_by_port_and_not_taken_apart()
    {
        const string Text = "table ip nat {\n\tchain pre {\n\t\ttype nat hook prerouting priority dstnat;\n\t\tdnat to tcp dport map { 8011 : 192.168.100.11 . 22, 8012 : 192.168.100.12 . 22 }\n\t}\n}\n";
        lab.LoadNft(Text).ShouldSucceed();
        var rules = FirewallRules.Parse(Text, "nftables.conf");
        Assert.Equal([8011, 8012], rules.Forwards(Network).Select(one => one.Port.First));
        Assert.All(rules.Forwards(Network), one => Assert.True(one.Status == FirewallStatus.Open && one.ToPort == 22));
        Assert.True(lab.Reaches("outside", Outside, 8011, patience: 5));
        var error = Assert.Throws<OperationFailedException>(() => rules.WithoutForward(rules.Forwards(Network)[0].Forward, Network));
        Assert.Equal("FirewallRuleShared", error.Id.Name);
        Assert.Contains("line 4", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rules.v4", "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp --dport 8000:8100 -j DNAT --to-destination 192.168.100.12:22\nCOMMIT\n*filter\n:FORWARD ACCEPT [0:0]\nCOMMIT\n", "line 3")]
    [InlineData("nftables.conf", "table ip nat {\n\tchain pre {\n\t\ttype nat hook prerouting priority dstnat;\n\t\ttcp dport 8000-8100 dnat to 192.168.100.12:22\n\t}\n}\n", "line 4")]
    public void Port_that_leads_elsewhere_is_not_taken_over(string file, string text, string line)
    {
        var error = Assert.Throws<ItemExistsException>(() => FirewallRules.Parse(text, file).WithForward(new FirewallForward(8011, Guest, 22), Network));
        Assert.Contains(line, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("192.168.100.1")]
    public void Address_that_is_not_a_guests_is_refused(string address) =>
        Assert.Equal("AddressInvalid", Assert.Throws<InvalidInputException>(() => FirewallRules.Parse(Iptables)
            .WithForward(new FirewallForward(8011, IPAddress.Parse(address)), Network)).Id.Name);

    private void Load(string file, string text)
    {
        lab.LoadNft("flush ruleset\n").ShouldSucceed();
        (file == "rules.v4" ? lab.Load(text) : lab.LoadNft(text)).ShouldSucceed();
    }
}
