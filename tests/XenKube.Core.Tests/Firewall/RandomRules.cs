using System.Globalization;
using System.Text;

namespace XenKube.Tests.Firewall;

/// <summary>
/// Rules by chance, in both languages: chains that jump, return and go to each other, conditions of every kind that says the same of all
/// guests, verdicts, marks, tables before the filter.
/// </summary>
internal sealed class RandomRules
{
    // A condition in the words of iptables and of nft. What needs a protocol is chosen with it.
    private static readonly (string Iptables, string Nft)[] Conditions =
    [
        ("-i virbr1", "iifname \"virbr1\""), ("! -i virbr1", "iifname != \"virbr1\""), ("-i virbr+", "iifname \"virbr*\""),
        ("-i eth0", "iifname { \"eth0\", \"lo\" }"), ("! -i eth+", "iifname != \"eth*\""), ("-i +", "meta nfproto ipv4"),
        ("-s 192.168.100.0/24", "ip saddr 192.168.100.0/24"), ("! -s 192.168.100.0/24", "ip saddr != 192.168.100.0/24"),
        ("-s 203.0.113.0/24", "ip saddr 203.0.113.0/24"), ("! -s 10.9.0.0/16", "ip saddr != { 10.9.0.0/16, 10.10.0.0/16 }"),
        ("-s 192.168.0.0/255.255.0.0", "ip saddr & 255.255.0.0 == 192.168.0.0"), ("-m iprange --src-range 192.168.100.1-192.168.100.255", "ip saddr 192.168.100.1-192.168.100.255"),
        ("-m iprange ! --src-range 10.0.0.0-10.255.255.255", "ip saddr != 10.0.0.0-10.255.255.255"),
        ("-d 192.168.100.1", "ip daddr 192.168.100.1"), ("! -d 192.168.100.1", "ip daddr != 192.168.100.1"), ("-d 10.9.0.1", "ip daddr { 10.9.0.1, 10.9.0.7 }"),
        ("-m conntrack --ctstate NEW", "ct state new"), ("-m conntrack --ctstate RELATED,ESTABLISHED", "ct state { related, established }"),
        ("-m conntrack ! --ctstate NEW", "ct state != new"), ("-m state --state INVALID,NEW", "ct state invalid,new"),
        ("-m conntrack --ctstate INVALID", "ct state invalid"), ("-m conntrack --ctdir ORIGINAL", "ct direction original"),
        ("-m addrtype --dst-type LOCAL", "fib daddr type local"), ("-m addrtype ! --dst-type LOCAL", "fib daddr type != local"),
        ("-m addrtype --dst-type MULTICAST", "fib daddr type { multicast, broadcast }"), ("-m pkttype --pkt-type unicast", "meta pkttype host"),
        ("-m mark --mark 1", "meta mark 1"), ("-m mark ! --mark 1", "meta mark != 0x1"), ("-m mark --mark 0/0x2", "meta mark & 0x2 == 0"), ("-m mark --mark 2/2", "meta mark & 2 != 0"),
        ("-m mac ! --mac-source 52:54:00:00:00:99", "ether saddr != 52:54:00:00:00:99"),
    ];

    private static readonly (string Iptables, string Nft)[] OfTransport =
    [
        ("", ""), ("", ""), ("--dport 80", "{0} dport 80"), ("--dport 22:123", "{0} dport 22-123"), ("! --dport 81", "{0} dport != 81"), ("--dport 30000:", "{0} dport >= 30000"),
        ("--dport :99", "{0} dport < 100"), ("-m multiport --dports 22,81,8000:9000", "{0} dport {{ 22, 81, 8000-9000 }}"),
        ("-m multiport ! --dports 80,123,39999", "{0} dport != {{ 80, 123, 39999 }}"), ("--sport 1024:", "{0} sport 1024-65535"), ("! --sport 1024:65535", "{0} sport != 1024-65535"),
        ("--sport 1:1023", "{0} sport < 1024"), ("--dport ssh", "{0} dport ssh"), ("--sport 32768:60999 --dport 81:8443", "{0} sport 32768-60999 {0} dport 81-8443"),
    ];

    private static readonly (string Iptables, string Nft)[] OfTcp =
    [
        ("--syn", "tcp flags & (fin|syn|rst|ack) == syn"), ("! --syn", "tcp flags & (fin|syn|rst|ack) != syn"), ("--tcp-flags SYN,ACK ACK", "tcp flags & (syn|ack) == ack"),
        ("--tcp-flags SYN,RST SYN", "tcp flags & (syn|rst) == syn"), ("--tcp-flags ALL NONE", "tcp flags & (fin|syn|rst|psh|ack|urg) == 0"),
    ];

    // The same for IPv6, where the questions for the cards of addresses are packets too. Some of these tell them from others.
    private static readonly (string Iptables, string Nft)[] ConditionsOfIPv6 =
    [
        .. Conditions.Where(one => !one.Iptables.Contains('.', StringComparison.Ordinal) && one.Nft != "meta nfproto ipv4"),
        ("-s fd00:64::/64", "ip6 saddr fd00:64::/64"), ("! -s fd00:64::/64", "ip6 saddr != fd00:64::/64"), ("-s 2001:db8::/32", "ip6 saddr 2001:db8::/32"),
        ("! -s fe80::/10", "ip6 saddr != { fe80::/10, 2001:db8::/32 }"), ("-s fe80::/10", "ip6 saddr fe80::/10"), ("-d fd00:64::1", "ip6 daddr fd00:64::1"),
        ("! -d fd00:64::1", "ip6 daddr != fd00:64::1"), ("-d ff02::/16", "ip6 daddr ff02::/16"), ("! -d ff02::1:ff00:0/104", "ip6 daddr != ff02::1:ff00:0/104"),
        ("-m iprange --src-range fd00:64::2-fd00:64::ff", "ip6 saddr fd00:64::2-fd00:64::ff"), ("-m conntrack --ctstate UNTRACKED", "ct state untracked"),
        ("-m conntrack ! --ctstate UNTRACKED", "ct state != untracked"), ("-m pkttype --pkt-type multicast", "meta pkttype multicast"),
    ];

    private static readonly (string Iptables, string Nft)[] OfIcmp =
    [
        ("", ""), ("--icmpv6-type 135", "icmpv6 type nd-neighbor-solicit"), ("-m icmp6 --icmpv6-type neighbour-advertisement", "icmpv6 type nd-neighbor-advert"),
        ("--icmpv6-type 135 -m hl --hl-eq 255", "icmpv6 type 135 ip6 hoplimit 255"), ("-m hl --hl-gt 254", "ip6 hoplimit > 254"), ("-m icmp6 ! --icmpv6-type 128", "icmpv6 type != echo-request"),
        ("-m icmp6 --icmpv6-type redirect", "icmpv6 type nd-redirect"),
    ];

    private static readonly string[] Chains = ["one", "two", "three", "four"];
    private readonly Random _random;
    private readonly StringBuilder _iptables = new();
    private readonly StringBuilder _nft = new();

    private readonly bool _isIPv6;

    public RandomRules(int seed, bool isIPv6 = false)
    {
        _random = new Random(seed);
        _isIPv6 = isIPv6;
        Early("raw", "PREROUTING", -300);
        Early("mangle", "PREROUTING", -150);
        Early("mangle", "INPUT", -150);
        string[] policies = ["ACCEPT", "DROP"];
        var (input, output) = (policies[_random.Next(2)], policies[_random.Next(10) == 0 ? 1 : 0]);
        _iptables.Append(CultureInfo.InvariantCulture, $"*filter\n:INPUT {input} [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT {output} [0:0]\n");
        _nft.Append("table inet filter {\n");
        foreach (var chain in Chains)
        {
            _iptables.Append(CultureInfo.InvariantCulture, $":{chain} - [0:0]\n");
            _nft.Append(CultureInfo.InvariantCulture, $"\tchain {chain} {{\n\t}}\n");
        }
        Chain("INPUT", "type filter hook input priority filter", input, Chains, 6);
        Chain("OUTPUT", "type filter hook output priority filter", output, [], _random.Next(3) == 0 ? 2 : 0);
        for (var i = 0; i < Chains.Length; i++)
        {
            // A chain leads only to those after it, so that there is no circle.
            Chain(Chains[i], null, null, Chains[(i + 1)..], 4);
        }
        _iptables.Append("COMMIT\n");
        _nft.Append("}\n");
    }

    /// <summary>What iptables-restore reads.</summary>
    public string Iptables => _iptables.ToString();

    /// <summary>What nft reads.</summary>
    public string Nft => $"flush ruleset\n{_nft}";

    private void Early(string table, string chain, int priority)
    {
        if (_random.Next(3) != 0)
        {
            return;
        }
        _iptables.Append(CultureInfo.InvariantCulture, $"*{table}\n:{chain} ACCEPT [0:0]\n");
        _nft.Append(CultureInfo.InvariantCulture, $"table inet {table}{chain.ToLowerInvariant()} {{\n");
        Chain(chain, string.Create(CultureInfo.InvariantCulture, $"type filter hook {chain.ToLowerInvariant()} priority {priority}"), "ACCEPT", [], 2, table);
        _iptables.Append("COMMIT\n");
        _nft.Append("}\n");
    }

    private void Chain(string name, string? hook, string? policy, string[] targets, int most, string table = "filter")
    {
        _nft.Append(CultureInfo.InvariantCulture, $"\tchain {name} {{\n");
        if (hook is not null)
        {
            _nft.Append(CultureInfo.InvariantCulture, $"\t\t{hook}; policy {policy!.ToLowerInvariant()};\n");
        }
        // Most people know that nothing works without.
        if (_isIPv6 && table == "filter" && hook is not null && _random.Next(4) > 0)
        {
            _iptables.Append(CultureInfo.InvariantCulture, $"-A {name} -p ipv6-icmp -j ACCEPT\n");
            _nft.Append("\t\tmeta l4proto ipv6-icmp accept\n");
        }
        for (var i = _random.Next(most + 1); i > 0; i--)
        {
            Rule(name, targets, table);
        }
        _nft.Append("\t}\n");
    }

    private void Rule(string chain, string[] targets, string table)
    {
        var (words, nft) = (new List<string> { "-A", chain }, new List<string>());
        if (_isIPv6 && _random.Next(4) == 0)
        {
            var one = Pick(OfIcmp);
            Add(words, nft, ($"-p ipv6-icmp {one.Iptables}".TrimEnd(), $"meta l4proto ipv6-icmp {one.Nft}".TrimEnd()));
        }
        else if (_random.Next(3) > 0)
        {
            var protocol = _random.Next(3) == 0 ? "udp" : "tcp";
            Add(words, nft, _random.Next(8) == 0 ? ($"! -p {(protocol == "udp" ? "tcp" : "udp")}", $"meta l4proto != {(protocol == "udp" ? "tcp" : "udp")}") : ($"-p {protocol}", $"meta l4proto {protocol}"));
            if (words[^1] == $"-p {protocol}")
            {
                var one = _random.Next(4) == 0 && protocol == "tcp" ? Pick(OfTcp) : Pick(OfTransport);
                Add(words, nft, (one.Iptables, string.Format(CultureInfo.InvariantCulture, one.Nft, protocol)));
            }
        }
        for (var i = _random.Next(3); i > 0; i--)
        {
            var one = Pick(_isIPv6 ? ConditionsOfIPv6 : Conditions);
            // The card, the type of an address and the sender's card are known, or known to nft, only where packets come in.
            var isOfIncoming = one.Iptables.Contains("-i ", StringComparison.Ordinal) || one.Iptables.Contains("-m mac", StringComparison.Ordinal) || one.Iptables.Contains("pkttype", StringComparison.Ordinal);
            var isTracked = one.Iptables.Contains("state", StringComparison.Ordinal) || one.Iptables.Contains("ctdir", StringComparison.Ordinal);
            var isTwice = words.Any(word => word.TrimStart('!', ' ').Split(' ')[0] == one.Iptables.TrimStart('!', ' ').Split(' ')[0]);
            if (!isTwice && !(chain == "OUTPUT" && isOfIncoming) && !(table == "raw" && isTracked))
            {
                Add(words, nft, one);
            }
        }
        Add(words, nft, Verdict(chain, targets, table));
        _iptables.AppendJoin(' ', words.Where(word => word.Length > 0)).Append('\n');
        _nft.Append("\t\t").AppendJoin(' ', nft.Where(word => word.Length > 0)).Append('\n');
    }

    private (string Iptables, string Nft) Verdict(string chain, string[] targets, string table) => _random.Next(10) switch
    {
        0 or 1 when targets.Length > 0 => Pick([.. targets.Select(target => ($"-j {target}", $"jump {target}"))]),
        2 when targets.Length > 0 => Pick([.. targets.Select(target => ($"-g {target}", $"goto {target}"))]),
        3 when table == "filter" => ("-j RETURN", "return"),
        4 when table == "filter" && chain != "OUTPUT" => ("-j REJECT", "reject"),
        4 when table == "mangle" => ("-j MARK --set-xmark 0x1/0xffffffff", "meta mark set 1"),
        5 when table == "mangle" => ("-j MARK --or-mark 2", "meta mark set meta mark | 2"),
        4 when table == "raw" => ("-j NOTRACK", "notrack"),
        5 => ("-j LOG --log-prefix \"by chance: \"", "log prefix \"by chance: \""),
        6 or 7 => ("-j DROP", "drop"),
        _ => ("-j ACCEPT", "counter accept"),
    };

    private static void Add(List<string> iptables, List<string> nft, (string Iptables, string Nft) words)
    {
        iptables.Add(words.Iptables);
        nft.Add(words.Nft);
    }

    private T Pick<T>(T[] choices) => choices[_random.Next(choices.Length)];
}
