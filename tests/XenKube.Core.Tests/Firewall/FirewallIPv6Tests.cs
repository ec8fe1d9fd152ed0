using System.Net;
using XenKube.Hosting;
using XenKube.Networks;
using XenKube.Tests.Support;

namespace XenKube.Tests.Firewall;

/// <summary>
/// What rules for IPv6 say, beside what happens to a real packet: the addresses of the guests' cards are asked for by ICMPv6, which the
/// rules see.
/// </summary>
[Trait("Kind", "Process")]
public sealed class FirewallIPv6Tests(FirewallLab lab) : IClassFixture<FirewallLab>
{
    private const string Dom0 = "fd00:64::1", Guest = "fd00:64::b";
    private const string Web = "-A INPUT -p tcp --dport 80 -j ACCEPT";
    private static readonly GuestSubnet Network = GuestSubnet.Of(IPAddress.Parse(Dom0));

    /// <summary>Rules of ip6tables after the policies, with the policies of INPUT and OUTPUT.</summary>
    public static TheoryData<string, string[]> Iptables => new()
    {
        { "ACCEPT ACCEPT", [] },
        { "DROP ACCEPT", [Web] },
        { "DROP ACCEPT", [Web, "-A INPUT -p ipv6-icmp -j ACCEPT"] },
        { "DROP ACCEPT", [Web, "-A INPUT -p icmpv6 -j ACCEPT"] },
        { "DROP ACCEPT", [Web, "-A INPUT -p 58 -i virbr1 -j ACCEPT"] },
        { "DROP ACCEPT", [Web, "-A INPUT -p icmp -j ACCEPT"] },
        { "DROP ACCEPT", ["-A INPUT -p ipv6-icmp -j ACCEPT"] },
        { "DROP ACCEPT", ["-A INPUT -i virbr1 -j ACCEPT"] },
        { "DROP ACCEPT", ["-A INPUT -i eth0 -j ACCEPT", Web] },
        { "DROP ACCEPT", [Web, "-A INPUT -p ipv6-icmp --icmpv6-type 135 -j ACCEPT"] },
        { "DROP ACCEPT", [Web, "-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135/0 -j ACCEPT"] },
        { "DROP ACCEPT", [Web, "-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type neighbour-solicitation -j ACCEPT"] },
        { "DROP ACCEPT", [Web, "-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type neighbor-sol -j ACCEPT"] },
        { "DROP ACCEPT", [Web, "-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type echo-request -j ACCEPT"] },
        { "DROP ACCEPT", [Web, "-A INPUT -p ipv6-icmp -m icmp6 ! --icmpv6-type echo-request -j ACCEPT"] },
        { "DROP ACCEPT", [Web, "-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m hl --hl-eq 255 -j ACCEPT"] },
        { "DROP ACCEPT", [Web, "-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -m hl --hl-lt 255 -j ACCEPT"] },
        { "DROP ACCEPT", [Web, "-A INPUT -s fe80::/10 -p ipv6-icmp -j ACCEPT"] },
        { "DROP ACCEPT", [Web, "-A INPUT -s fd00:64::/64 -p ipv6-icmp -j ACCEPT"] },
        { "DROP ACCEPT", [Web, "-A INPUT -d ff02::/16 -p ipv6-icmp -j ACCEPT"] },
        { "DROP ACCEPT", [Web, "-A INPUT -d ff02::1:ff00:1 -p ipv6-icmp -j ACCEPT"] },
        { "DROP ACCEPT", [Web, "-A INPUT -d fd00:64::1 -p ipv6-icmp -j ACCEPT"] },
        { "DROP ACCEPT", [Web, "-A INPUT -m addrtype --dst-type MULTICAST -j ACCEPT"] },
        { "DROP ACCEPT", [Web, "-A INPUT -m addrtype --dst-type LOCAL -j ACCEPT"] },
        { "DROP ACCEPT", [Web, "-A INPUT -m pkttype --pkt-type multicast -j ACCEPT"] },
        { "DROP ACCEPT", [Web, "-A INPUT -m pkttype --pkt-type unicast -j ACCEPT"] },
        { "DROP ACCEPT", [Web, "-A INPUT -m conntrack --ctstate UNTRACKED -j ACCEPT"] },
        { "DROP ACCEPT", [Web, "-A INPUT -m conntrack --ctstate NEW,ESTABLISHED,RELATED -j ACCEPT"] },
        { "DROP ACCEPT", [Web, "-A INPUT -m conntrack ! --ctstate INVALID -j ACCEPT"] },
        { "DROP ACCEPT", [Web, "-A INPUT -m conntrack --ctdir ORIGINAL -j ACCEPT"] },
        { "DROP ACCEPT", [Web, "-A INPUT -m conntrack --ctdir REPLY -j ACCEPT"] },
        { "ACCEPT ACCEPT", ["-A INPUT -p ipv6-icmp -j DROP"] },
        { "ACCEPT ACCEPT", ["-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type echo-request -j DROP"] },
        { "ACCEPT ACCEPT", ["-A INPUT -m conntrack --ctstate INVALID -j DROP"] },
        { "ACCEPT DROP", ["-A OUTPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT"] },
        { "ACCEPT DROP", ["-A OUTPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT", "-A OUTPUT -p ipv6-icmp -j ACCEPT"] },
        { "ACCEPT DROP", ["-A OUTPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT", "-A OUTPUT -p ipv6-icmp --icmpv6-type 136 -j ACCEPT"] },
        { "ACCEPT DROP", ["-A OUTPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT", "-A OUTPUT -p ipv6-icmp --icmpv6-type 135 -j ACCEPT"] },
        { "DROP DROP", ["-A INPUT -i virbr1 -j ACCEPT", "-A OUTPUT -o virbr1 -j ACCEPT"] },
        { "DROP DROP", [] },
    };

    /// <summary>What is in the chains of INPUT and OUTPUT of nft.</summary>
    public static TheoryData<string, string> Nft => new()
    {
        { "policy accept;", "policy accept;" },
        { "policy drop; tcp dport 80 accept", "policy accept;" },
        { "policy drop; tcp dport 80 accept; meta l4proto ipv6-icmp accept", "policy accept;" },
        { "policy drop; tcp dport 80 accept; ip6 nexthdr icmpv6 accept", "policy accept;" },
        { "policy drop; tcp dport 80 accept; icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert } accept", "policy accept;" },
        { "policy drop; tcp dport 80 accept; icmpv6 type nd-neighbor-solicit ip6 hoplimit 255 accept", "policy accept;" },
        { "policy drop; tcp dport 80 accept; icmpv6 type 135 ip6 hoplimit != 255 accept", "policy accept;" },
        { "policy drop; tcp dport 80 accept; icmpv6 type 133-137 accept", "policy accept;" },
        { "policy drop; tcp dport 80 accept; icmpv6 type >= 130 accept", "policy accept;" },
        { "policy drop; tcp dport 80 accept; icmpv6 type != echo-request accept", "policy accept;" },
        { "policy drop; tcp dport 80 accept; icmpv6 type echo-request accept", "policy accept;" },
        { "policy drop; tcp dport 80 accept; icmp type echo-request accept", "policy accept;" },
        { "policy drop; tcp dport 80 accept; icmpv6 type vmap { nd-neighbor-solicit : accept, echo-request : drop }", "policy accept;" },
        { "policy drop; tcp dport 80 accept; ct state untracked accept", "policy accept;" },
        { "policy drop; ct state { new, established, related } accept", "policy accept;" },
        { "policy drop; tcp dport 80 accept; ct direction original accept", "policy accept;" },
        { "policy drop; tcp dport 80 accept; ct direction != reply accept", "policy accept;" },
        { "policy drop; tcp dport 80 accept; ct mark != 1 accept", "policy accept;" },
        { "policy drop; tcp dport 80 accept; fib daddr type multicast accept", "policy accept;" },
        { "policy drop; tcp dport 80 accept; fib daddr type local accept", "policy accept;" },
        { "policy drop; tcp dport 80 accept; meta pkttype multicast accept", "policy accept;" },
        { "policy drop; tcp dport 80 accept; ip6 saddr fe80::/10 accept", "policy accept;" },
        { "policy drop; tcp dport 80 accept; ip6 daddr ff02::1:ff00:0/104 accept", "policy accept;" },
        { "policy drop; tcp dport 80 accept; meta nfproto ipv6 accept", "policy accept;" },
        { "policy accept; icmpv6 type { echo-request, nd-neighbor-solicit } drop", "policy accept;" },
        { "policy accept;", "policy drop; ct state established accept" },
        { "policy accept;", "policy drop; ct state established accept; icmpv6 type nd-neighbor-advert accept" },
        { "policy accept;", "policy drop; oifname virbr1 accept" },
        { "policy drop;", "policy drop;" },
    };

    [Theory]
    [MemberData(nameof(Iptables))]
    public void Rules_of_ip6tables_say_what_happens_and_open_what_is_asked(string policies, string[] rules)
    {
        var policy = policies.Split(' ');
        Judge($"*filter\n:INPUT {policy[0]} [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT {policy[1]} [0:0]\n{string.Concat(rules.Select(rule => rule + "\n"))}COMMIT\n", "rules.v6");
    }

    [Theory]
    [MemberData(nameof(Nft))]
    public void Rules_of_nft_for_ipv6_say_what_happens_and_open_what_is_asked(string input, string output)
    {
        string Chain(string name, string rules) => $"\tchain {name} {{\n\t\ttype filter hook {name} priority filter; {rules.Replace("; ", "\n\t\t", StringComparison.Ordinal)}\n\t}}\n";
        Judge($"flush ruleset\ntable inet filter {{\n{Chain("input", input)}{Chain("output", output)}}}\n", "nftables.conf");
    }

    [Theory]
    [InlineData("rules.v6", "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n")]
    [InlineData("rules.v6", "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n-A OUTPUT -o eth0 -j ACCEPT\n-A INPUT -i virbr1 -j DROP\nCOMMIT\n")]
    [InlineData("nftables.conf", "flush ruleset\ntable inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n\t\tiifname eth0 accept\n\t}\n\tchain forward {\n\t\ttype filter hook forward priority filter; policy drop;\n\t}\n}\n")]
    public void Port_that_leads_to_a_guest_arrives_there(string path, string text)
    {
        // The lab's outside finds dom0 whatever the rules say of it.
        var own = path == "rules.v6" ? text.Replace("COMMIT", "-I INPUT -i eth0 -j ACCEPT\nCOMMIT", StringComparison.Ordinal) : text;
        var forward = new FirewallForward(new PortRange(8022), IPAddress.Parse(Guest), new PortRange(22), "tcp");
        var before = FirewallRules.Parse(own, path);
        Assert.False(before.Judge(forward, Network).IsOpen);
        var after = before.WithForward(forward, Network);
        Assert.True(after.Judge(forward, Network).IsOpen);
        Assert.Same(after, after.WithForward(forward, Network));
        lab.LoadIPv6(own, path != "rules.v6").ShouldSucceed();
        Assert.False(lab.Reaches("outside", "fd09::1", 8022));
        lab.LoadIPv6(after.ToString(), path != "rules.v6").ShouldSucceed();
        Assert.True(lab.Reaches("outside", "fd09::1", 8022, patience: 5), $"closed from outside:\n{TextDiff.Hunks(own, after.ToString())}");
    }

    private void Judge(string text, string path)
    {
        var isNft = path != "rules.v6";
        var port = new FirewallPort(80, FirewallPort.Input, "tcp") { InInterface = "virbr1" };
        var rules = FirewallRules.Parse(text, path);
        var verdict = rules.Judge(port, Network);
        lab.LoadIPv6(text, isNft).ShouldSucceed();
        Assert.NotEqual(FirewallStatus.CannotTell, verdict.Status);
        Assert.True(verdict.IsOpen == Arrives(verdict.IsOpen), $"{verdict} is not what happens with:\n{text}");
        var outside = lab.Reaches("outside", "fd09::1", 80);
        var after = rules.WithPort(port, Network);
        Assert.Same(after, after.WithPort(port, Network));
        lab.LoadIPv6(after.ToString(), isNft).ShouldSucceed();
        Assert.True(Arrives(isExpected: true), $"closed for a guest:\n{TextDiff.Hunks(text, after.ToString())}");
        Assert.Equal(outside, lab.Reaches("outside", "fd09::1", 80, patience: outside ? 5 : 0.5));
        // A rule for the port, one for its answer, and one for each message of neighbour discovery at most.
        Assert.InRange(after.ToString().Split('\n').Length - text.Split('\n').Length, verdict.IsOpen ? 0 : 1, verdict.IsOpen ? 0 : 4);
    }

    // A packet that is expected is given time, on a busy machine too.
    private bool Arrives(bool isExpected) => lab.Reaches("guest", Dom0, 80, patience: isExpected ? 5 : 0.5);
}
