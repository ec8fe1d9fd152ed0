namespace XenKube.Tests.Firewall;

/// <summary>A ruleset, of which a real packet says whether it is open for the guests.</summary>
/// <param name="Name">What is particular about it.</param>
/// <param name="Rules">The rules of the filter table after the policies.</param>
public sealed record PacketCase(string Name, params string[] Rules)
{
    /// <summary>The policy of INPUT.</summary>
    public string Policy { get; init; } = "DROP";

    /// <summary>What comes before the filter table.</summary>
    public string Before { get; init; } = "";

    /// <summary>True where the rules alone do not tell: a rate, a match that is not understood.</summary>
    public bool IsUnclear { get; init; }

    public int Port { get; init; } = 80;

    public string Protocol { get; init; } = "tcp";

    /// <summary>The file.</summary>
    public string Text => $"{Before}*filter\n:INPUT {Policy} [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n{string.Concat(Rules.Where(rule => rule.StartsWith(':')).Concat(Rules.Where(rule => !rule.StartsWith(':'))).Select(rule => $"{rule}\n"))}COMMIT\n";

    public override string ToString() => Name;

    /// <summary>Rules of administrators, each with something that a reader of single rules would miss.</summary>
    public static IReadOnlyList<PacketCase> All { get; } =
    [
        new("nothing", []),
        new("policy accepts", []) { Policy = "ACCEPT" },
        new("plain", "-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT"),
        new("another port", "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT"),
        new("another protocol", "-A INPUT -p udp -m udp --dport 80 -j ACCEPT"),
        new("range", "-A INPUT -p tcp -m tcp --dport 1:1024 -j ACCEPT"),
        new("range below", "-A INPUT -p tcp -m tcp --dport :79 -j ACCEPT"),
        new("service name", "-A INPUT -p tcp -m tcp --dport http -j ACCEPT"),
        new("number in hexadecimal", "-A INPUT -p tcp -m tcp --dport 0x50 -j ACCEPT"),
        new("multiport", "-A INPUT -p tcp -m multiport --dports 22,79:81 -j ACCEPT"),
        new("multiport without it", "-A INPUT -p tcp -m multiport --dports 22,443 -j ACCEPT"),
        new("multiport negated", "-A INPUT -p tcp -m multiport ! --dports 80,443 -j ACCEPT"),
        new("multiport ports", "-A INPUT -p tcp -m multiport --ports 80 -j ACCEPT"),
        new("negated port", "-A INPUT -p tcp -m tcp ! --dport 22 -j ACCEPT"),
        new("negated port that is it", "-A INPUT -p tcp -m tcp ! --dport 80 -j ACCEPT"),
        new("source ports of clients", "-A INPUT -p tcp -m tcp --sport 1024:65535 --dport 80 -j ACCEPT"),
        new("source port of a server", "-A INPUT -p tcp -m tcp --sport 80 -j ACCEPT"),
        new("the bridge", "-A INPUT -i virbr1 -j ACCEPT"),
        new("another bridge", "-A INPUT -i virbr2 -p tcp --dport 80 -j ACCEPT"),
        new("not the bridge", "-A INPUT ! -i virbr1 -j ACCEPT"),
        new("not another card", "-A INPUT ! -i eth0 -p tcp -j ACCEPT"),
        new("bridges by wildcard", "-A INPUT -i virbr+ -p tcp --dport 80 -j ACCEPT"),
        new("others by wildcard", "-A INPUT -i eth+ -p tcp --dport 80 -j ACCEPT"),
        new("any card by wildcard", "-A INPUT -i + -p tcp --dport 80 -j ACCEPT"),
        new("the port of the bridge is not the interface", "-A INPUT -i vif1.0 -p tcp --dport 80 -j ACCEPT"),
        new("source network", "-A INPUT -s 192.168.100.0/24 -p tcp --dport 80 -j ACCEPT"),
        new("source elsewhere", "-A INPUT -s 203.0.113.7/32 -p tcp --dport 80 -j ACCEPT"),
        new("source list", "-A INPUT -s 203.0.113.7,192.168.100.0/25 -p tcp --dport 80 -j ACCEPT"),
        new("not from a network", "-A INPUT ! -s 10.0.0.0/8 -p tcp --dport 80 -j ACCEPT"),
        new("not from the guests", "-A INPUT ! -s 192.168.0.0/16 -p tcp --dport 80 -j ACCEPT"),
        new("short network", "-A INPUT -s 192.168/16 -p tcp --dport 80 -j ACCEPT"),
        new("mask", "-A INPUT -s 192.168.100.0/255.255.255.0 -p tcp --dport 80 -j ACCEPT"),
        new("mask with a hole", "-A INPUT -s 192.0.100.0/255.0.255.0 -p tcp --dport 80 -j ACCEPT"),
        new("destination", "-A INPUT -d 192.168.100.1/32 -p tcp --dport 80 -j ACCEPT"),
        new("destination elsewhere", "-A INPUT -d 198.51.100.4/32 -p tcp --dport 80 -j ACCEPT"),
        new("iprange with guests", "-A INPUT -m iprange --src-range 192.168.100.2-192.168.100.254 -j ACCEPT"),
        new("iprange without guests", "-A INPUT -m iprange --src-range 192.168.100.1-192.168.100.9 -j ACCEPT"),
        new("not in an iprange", "-A INPUT -m iprange ! --dst-range 192.168.100.1-192.168.100.9 -j ACCEPT"),
        new("mac of somebody else", "-A INPUT -p tcp -m tcp --dport 80 -m mac --mac-source 52:54:00:00:00:99 -j ACCEPT"),
        new("not the mac of somebody else", "-A INPUT -p tcp -m tcp --dport 80 -m mac ! --mac-source 52:54:00:00:00:99 -j ACCEPT"),
        new("new connections", "-A INPUT -p tcp --dport 80 -m conntrack --ctstate NEW -j ACCEPT"),
        new("established ones", "-A INPUT -p tcp --dport 80 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"),
        new("state in small letters", "-A INPUT -p tcp --dport 80 -m state --state new,established -j ACCEPT"),
        new("not new", "-A INPUT -p tcp --dport 80 -m conntrack ! --ctstate NEW -j ACCEPT"),
        new("invalid dropped first", "-A INPUT -m conntrack --ctstate INVALID -j DROP", "-A INPUT -p tcp --dport 80 -j ACCEPT"),
        new("new dropped first", "-A INPUT -m conntrack --ctstate NEW -j DROP", "-A INPUT -p tcp --dport 80 -j ACCEPT"),
        new("original direction", "-A INPUT -p tcp --dport 80 -m conntrack --ctdir ORIGINAL --ctproto tcp -j ACCEPT"),
        new("syn", "-A INPUT -p tcp -m tcp --dport 80 --syn -j ACCEPT"),
        new("not syn", "-A INPUT -p tcp -m tcp --dport 80 ! --syn -j ACCEPT"),
        new("flags of a connection under way", "-A INPUT -p tcp -m tcp --dport 80 --tcp-flags SYN,ACK ACK -j ACCEPT"),
        new("flags of a beginning", "-A INPUT -p tcp -m tcp --dport 80 --tcp-flags ALL SYN -j ACCEPT"),
        new("dropped before", "-A INPUT -i virbr1 -p tcp --dport 80 -j DROP", "-A INPUT -p tcp --dport 80 -j ACCEPT"),
        new("dropped after", "-A INPUT -p tcp --dport 80 -j ACCEPT", "-A INPUT -i virbr1 -p tcp --dport 80 -j DROP"),
        new("rejected before", "-A INPUT -i virbr1 -p tcp -j REJECT --reject-with tcp-reset", "-A INPUT -p tcp --dport 80 -j ACCEPT"),
        new("rejected at the end", "-A INPUT -p tcp --dport 22 -j ACCEPT", "-A INPUT -j REJECT --reject-with icmp-host-prohibited") { Policy = "ACCEPT" },
        new("logged and dropped", ":LOGGING - [0:0]", "-A INPUT -p tcp --dport 22 -j ACCEPT", "-A INPUT -j LOGGING", "-A LOGGING -m limit --limit 2/min -j LOG --log-prefix \"dropped: \" --log-level 4", "-A LOGGING -j DROP") { Policy = "ACCEPT" },
        new("chain that accepts", ":SERVICES - [0:0]", "-A INPUT -j SERVICES", "-A SERVICES -p tcp --dport 80 -j ACCEPT"),
        new("chain that returns", ":SERVICES - [0:0]", "-A INPUT -p tcp -j SERVICES", "-A INPUT -p tcp --dport 80 -j ACCEPT", "-A SERVICES -i virbr1 -j RETURN", "-A SERVICES -j DROP"),
        new("return in the base chain", "-A INPUT -i virbr1 -j RETURN", "-A INPUT -p tcp --dport 80 -j ACCEPT"),
        new("return in the base chain, policy accepts", "-A INPUT -i virbr1 -j RETURN", "-A INPUT -j DROP") { Policy = "ACCEPT" },
        new("goto", ":A - [0:0]", ":B - [0:0]", "-A INPUT -j A", "-A INPUT -p tcp --dport 80 -j ACCEPT", "-A A -g B", "-A A -j DROP", "-A B -p udp -j DROP"),
        new("goto that ends in the policy", ":B - [0:0]", "-A INPUT -g B", "-A INPUT -p tcp --dport 80 -j ACCEPT", "-A B -p udp -j DROP"),
        new("chain for another card", ":OUTSIDE - [0:0]", "-A INPUT -i eth0 -j OUTSIDE", "-A INPUT -j ACCEPT", "-A OUTSIDE -j DROP"),
        new("inserted at the head", "-A INPUT -j ACCEPT", "-I INPUT -p tcp --dport 80 -j DROP"),
        new("inserted by number", "-A INPUT -p tcp --dport 80 -j ACCEPT", "-A INPUT -j DROP", "-I INPUT 2 -p tcp --dport 443 -j ACCEPT"),
        new("inserted third", "-A INPUT -p udp -j DROP", "-A INPUT -j DROP", "-I INPUT 2 -p tcp --dport 80 -j ACCEPT"),
        new("deleted again", "-A INPUT -p tcp --dport 80 -j ACCEPT", "-D INPUT -p tcp --dport 80 -j ACCEPT"),
        new("deleted by number", "-A INPUT -j DROP", "-A INPUT -p tcp --dport 80 -j ACCEPT", "-D INPUT 1"),
        new("policy by a command", "-P INPUT ACCEPT"),
        new("flushed", "-A INPUT -j DROP", "-F INPUT", "-A INPUT -p tcp --dport 80 -j ACCEPT"),
        new("for the other family", "-6 -A INPUT -p tcp --dport 80 -j ACCEPT"),
        new("for this family", "-4 -A INPUT -p tcp --dport 80 -j ACCEPT"),
        new("counters", "[12:345] -A INPUT -p tcp --dport 80 -j ACCEPT"),
        new("indented, with tabs", "  -A\tINPUT -p tcp --dport 80\t-j ACCEPT"),
        new("long options", "--append INPUT --in-interface virbr1 --protocol tcp --destination-port 80 --jump ACCEPT"),
        new("short options with their values", "-AINPUT -i virbr1 -p tcp -mtcp --dport 80 -j ACCEPT"),
        new("beginnings of options", "--app INPUT --prot tcp --destination-po 80 --jum ACCEPT"),
        new("values after an equals sign", "--append=INPUT -p tcp -m multiport --dports=80,81 -m conntrack --ctstate=NEW -j ACCEPT"),
        new("protocol in capitals", "-A INPUT -p TCP --dport 80 -j ACCEPT"),
        new("protocol by number", "-A INPUT -p 6 --dport 80 -j ACCEPT"),
        new("not a protocol", "-A INPUT ! -p udp -j ACCEPT"),
        new("all protocols", "-A INPUT -p all -j ACCEPT"),
        new("a protocol that guests do not use", "-A INPUT -p sctp -j ACCEPT"),
        new("target before the match", "-A INPUT -j ACCEPT -p tcp --dport 80"),
        new("comment that looks like an option", "-A INPUT -p tcp --dport 80 -m comment --comment \"web -j DROP \\\"x\\\"\" -j ACCEPT"),
        new("comment without blanks", "-A INPUT -m comment --comment it's -p tcp --dport 80 -j ACCEPT"),
        new("logged only", "-A INPUT -p tcp --dport 80 -j LOG"),
        new("no target", "-A INPUT -p tcp --dport 80"),
        new("address type", "-A INPUT -m addrtype --dst-type LOCAL -p tcp --dport 80 -j ACCEPT"),
        new("address type broadcast", "-A INPUT -m addrtype --dst-type BROADCAST -j ACCEPT"),
        new("multicast dropped", "-A INPUT -m addrtype --dst-type MULTICAST -j DROP", "-A INPUT -p tcp --dport 80 -j ACCEPT"),
        new("packet type", "-A INPUT -m pkttype --pkt-type broadcast -j DROP", "-A INPUT -m pkttype --pkt-type unicast -j ACCEPT"),
        new("no ipsec", "-A INPUT -m policy --dir in --pol none -p tcp --dport 80 -j ACCEPT"),
        new("ipsec", "-A INPUT -m policy --dir in --pol ipsec -j ACCEPT"),
        new("icmp", "-A INPUT -p icmp -m icmp --icmp-type 8 -j ACCEPT", "-A INPUT -p icmp -j ACCEPT"),
        new("mark set before", "-A INPUT -m mark --mark 0x1 -j ACCEPT") { Before = "*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -i virbr1 -j MARK --set-xmark 0x1/0xffffffff\nCOMMIT\n" },
        new("mark that nobody sets", "-A INPUT -m mark --mark 0x1 -j ACCEPT"),
        new("no mark", "-A INPUT -m mark --mark 0x0/0xff -j ACCEPT"),
        new("dropped in raw", "-A INPUT -j ACCEPT") { Before = "*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -i virbr1 -p tcp --dport 80 -j DROP\nCOMMIT\n" },
        new("dropped in mangle", "-A INPUT -j ACCEPT") { Before = "*mangle\n:INPUT ACCEPT [0:0]\n-A INPUT -s 192.168.0.0/16 -j DROP\nCOMMIT\n" },
        new("not tracked", "-A INPUT -m conntrack --ctstate NEW -j ACCEPT") { Before = "*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp --dport 80 -j CT --notrack\nCOMMIT\n" },
        new("not tracked and told so", "-A INPUT -m conntrack --ctstate UNTRACKED -j ACCEPT") { Before = "*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp --dport 80 -j NOTRACK\nCOMMIT\n" },
        new("redirected away", "-A INPUT -j ACCEPT") { Before = "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 3128\nCOMMIT\n" },
        new("sent elsewhere", "-A INPUT -j ACCEPT") { Before = "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -i virbr1 -p tcp --dport 80 -j DNAT --to-destination 198.51.100.1\nCOMMIT\n" },
        new("sent elsewhere for others", "-A INPUT -j ACCEPT") { Before = "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -i eth0 -p tcp --dport 80 -j DNAT --to-destination 198.51.100.1\nCOMMIT\n" },
        new("one table twice", "-A INPUT -p tcp --dport 80 -j ACCEPT", "COMMIT", "*filter", "-A INPUT -j DROP"),
        new("time to guests", "-A INPUT -i virbr1 -p udp -m udp --dport 123 -j ACCEPT") { Port = 123, Protocol = "udp" },
        new("time by tcp only", "-A INPUT -i virbr1 -p tcp --dport 123 -j ACCEPT") { Port = 123, Protocol = "udp" },
        new("udp of established flows", "-A INPUT -p udp -m conntrack --ctstate ESTABLISHED -j ACCEPT") { Port = 123, Protocol = "udp" },
        new("rate", "-A INPUT -p tcp --dport 80 -m limit --limit 50/s --limit-burst 100 -j ACCEPT") { IsUnclear = true },
        new("rate that only logs", "-A INPUT -m limit --limit 1/min -j LOG", "-A INPUT -p tcp --dport 80 -j ACCEPT"),
        new("match that is not known", "-A INPUT -p tcp --dport 80 -m length --length 40:1500 -j ACCEPT") { IsUnclear = true },
        new("match that is not known drops", "-A INPUT -m ttl --ttl-lt 5 -j DROP", "-A INPUT -p tcp --dport 80 -j ACCEPT") { IsUnclear = true },
        new("match that is not known, of another port", "-A INPUT -p tcp --dport 22 -m recent --name ssh --update --seconds 60 --hitcount 4 -j DROP", "-A INPUT -p tcp --dport 80 -j ACCEPT"),
        new("match that is not known decides nothing", "-A INPUT -m length --length 1:100 -p tcp --dport 80 -j ACCEPT", "-A INPUT -i virbr1 -p tcp --dport 80 -j ACCEPT"),
        new("match that is not known after a drop", "-A INPUT -i virbr1 -j DROP", "-A INPUT -m length --length 40:100 -j ACCEPT"),
    ];
}
