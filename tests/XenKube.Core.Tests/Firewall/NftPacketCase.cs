namespace XenKube.Tests.Firewall;

/// <summary>A ruleset of nft, of which a real packet says whether it is open for the guests.</summary>
/// <param name="Name">What is particular about it.</param>
/// <param name="Rules">The rules of the chain for packets to dom0.</param>
public sealed record NftPacketCase(string Name, params string[] Rules)
{
    /// <summary>What is in the table before the chain.</summary>
    public string Before { get; init; } = "";

    /// <summary>What comes after the table.</summary>
    public string After { get; init; } = "";

    public string Policy { get; init; } = "drop";

    public string Family { get; init; } = "inet";

    /// <summary>True where the rules alone do not tell: a rate, a match that is not understood.</summary>
    public bool IsUnclear { get; init; }

    public int Port { get; init; } = 80;

    public string Protocol { get; init; } = "tcp";

    /// <summary>The file; null for one that is made from the rest.</summary>
    public string? File { get; init; }

    /// <summary>The file.</summary>
    public string Text => File ?? $"#!/usr/sbin/nft -f\n\nflush ruleset\n\ntable {Family} filter {{\n{Before}\tchain input {{\n\t\ttype filter hook input priority filter; policy {Policy};\n{string.Concat(Rules.Select(rule => $"\t\t{rule}\n"))}\t}}\n}}\n{After}";

    public override string ToString() => Name;

    private const string Debian = """
        #!/usr/sbin/nft -f

        flush ruleset

        table inet filter {
        	chain input {
        		type filter hook input priority filter;
        	}
        	chain forward {
        		type filter hook forward priority filter;
        	}
        	chain output {
        		type filter hook output priority filter;
        	}
        }

        """;

    private const string Workstation = """
        flush ruleset
        table inet filter {
                chain input {
                        type filter hook input priority 0; policy drop;

                        # accept any localhost traffic
                        iif lo accept

                        # accept traffic originated from us
                        ct state established,related accept

                        # activate the following line to accept common local services
                        #tcp dport { 22, 80, 443 } ct state new accept

                        # ICMPv6 packets which must not be dropped, see https://tools.ietf.org/html/rfc4890#section-4.4.1
                        meta nfproto ipv6 icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem, echo-reply, echo-request, nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, 148, 149 } accept
                        ip6 saddr fe80::/10 icmpv6 type { 130, 131, 132, 143, 151, 152, 153 } accept

                        # count and drop any other traffic
                        counter drop
                }
        }

        """;

    private const string Server = """
        #!/usr/sbin/nft -f
        define LAN = eth0
        define SERVICES = { 22, 443 }
        define GUESTS = 192.168.100.0/24
        flush ruleset
        add table inet fw
        add chain inet fw input { type filter hook input priority 0 ; policy drop ; }
        add set inet fw bad { type ipv4_addr ; flags interval ; }
        add element inet fw bad { 203.0.113.0/24, 198.51.100.7 }
        add rule inet fw input ip saddr @bad drop
        add rule inet fw input iif "lo" accept
        add rule inet fw input iifname $LAN tcp dport $SERVICES accept
        add rule inet fw input ip saddr $GUESTS udp dport { 53, 67 } accept
        add rule inet fw input \
            ct state { established, related } accept
        add rule inet fw input counter reject with icmpx type admin-prohibited

        """;

    private const string Router = """
        flush ruleset
        table ip global {
            chain inbound_world {
                icmp type echo-request limit rate 5/second accept
                ip protocol . th dport { tcp . 22, udp . 51820 } accept
            }
            chain inbound_private {
                icmp type echo-request limit rate 5/second accept
                ip protocol . th dport vmap { tcp . 22 : accept, udp . 53 : accept, tcp . 53 : accept, udp . 67 : accept, tcp . 80 : jump web }
            }
            chain web { ip saddr 192.168.100.10-192.168.100.99 accept; }
            chain inbound {
                type filter hook input priority 0; policy drop;
                ct state vmap { established : accept, related : accept, invalid : drop }
                iifname vmap { lo : accept, eth0 : jump inbound_world, "virbr1" : jump inbound_private }
            }
        }

        """;

    /// <summary>Rules of administrators, each with something that a reader of single rules would miss.</summary>
    public static IReadOnlyList<NftPacketCase> All { get; } =
    [
        new("Debian's file") { File = Debian },
        new("the example for a workstation") { File = Workstation },
        new("a file of commands") { File = Server },
        new("the example for a router") { File = Router },
        new("the example for a router, another port") { File = Router, Port = 81 },
        new("nothing"),
        new("an empty file") { File = "" },
        new("policy accepts") { Policy = "accept" },
        new("plain", "tcp dport 80 accept"),
        new("another port", "tcp dport 22 accept"),
        new("another protocol", "udp dport 80 accept"),
        new("by name", "tcp dport http accept"),
        new("mark with bits", "meta mark set meta mark | 2", "meta mark & 2 == 2 tcp dport 80 accept"),
        new("mark with other bits", "meta mark set meta mark and 0xfffffff0 xor 1", "meta mark 3 tcp dport 80 accept"),
        new("mark with shifted bits", "mark set 3", "mark set mark << 4 | 5", "mark 0x35 tcp dport 80 accept"),
        new("by names with a dash", "tcp dport { http-alt, 80, ms-sql-s } accept"), // services(5) has them on Debian.
        new("by number in hexadecimal", "tcp dport 0x50 accept"),
        new("range", "tcp dport 1-1024 accept"),
        new("range with blanks", "tcp dport 79 - 81 accept"),
        new("set", "tcp dport { 22, 80, 443 } accept"),
        new("set without it", "tcp dport { 22, 443 } accept"),
        new("set of ranges", "tcp dport { 22, 79-81 } accept"),
        new("set over several lines", "tcp dport {\n\t\t\t22,   # ssh\n\t\t\t80,\n\t\t} accept"),
        new("not in a set", "tcp dport != { 22, 443 } accept"),
        new("not in a set that has it", "tcp dport != { 80 } accept"),
        new("not a port", "tcp dport != 80 accept"),
        new("less", "tcp dport < 1024 accept"),
        new("more", "tcp dport > 80 accept"),
        new("at least", "tcp dport >= 80 accept"),
        new("ge", "tcp dport ge 81 accept"),
        new("equals", "tcp dport == 80 accept"),
        new("two conditions", "tcp dport 80 tcp sport >= 1024 accept"),
        new("transport header", "meta l4proto tcp th dport 80 accept"),
        new("transport header of both", "meta l4proto { tcp, udp } th dport 80 accept"),
        new("protocol only", "meta l4proto tcp accept"),
        new("ip protocol", "ip protocol tcp accept"),
        new("ip protocol by number", "ip protocol 6 accept"),
        new("the bridge", "iifname \"virbr1\" accept"),
        new("the bridge without quotes", "iifname virbr1 accept"),
        new("the bridge by index", "iif \"lo\" accept", "iif != \"lo\" accept"),
        new("not the bridge", "iifname != \"virbr1\" accept"),
        new("bridges by wildcard", "iifname \"virbr*\" accept"),
        new("others by wildcard", "iifname \"eth*\" accept"),
        new("cards in a set", "iifname { \"lo\", \"virbr1\" } accept"),
        new("not cards in a set", "meta iifname != { eth0, eth1 } accept"),
        new("source network", "ip saddr 192.168.100.0/24 tcp dport 80 accept"),
        new("source elsewhere", "ip saddr 203.0.113.7 tcp dport 80 accept"),
        new("source range", "ip saddr 192.168.100.2-192.168.100.254 accept"),
        new("source set with a network", "ip saddr { 10.0.0.0/8, 192.168.0.0/16 } accept"),
        new("not from a network", "ip saddr != 192.168.0.0/16 accept"),
        new("destination", "ip daddr 192.168.100.1 tcp dport 80 accept"),
        new("of the other family", "ip6 saddr ::/0 tcp dport 80 accept"),
        new("family", "meta nfproto ipv4 tcp dport 80 accept"),
        new("a table of the other family", "tcp dport 80 accept") { Family = "ip6" },
        new("a table of IPv4", "tcp dport 80 accept") { Family = "ip" },
        new("named set", "ip saddr @guests tcp dport 80 accept") { Before = "\tset guests {\n\t\ttype ipv4_addr\n\t\tflags interval\n\t\telements = { 192.168.100.10-192.168.100.99 }\n\t}\n" },
        new("named set of others", "ip saddr @guests tcp dport 80 accept") { Before = "\tset guests { type ipv4_addr; elements = { 10.1.1.1 } }\n" },
        new("named set of ports", "tcp dport @services accept") { Before = "\tset services {\n\t\ttype inet_service\n\t\tflags interval\n\t\tauto-merge\n\t\telements = { ssh, 79-81,\n\t\t             443 }\n\t}\n" },
        new("elements added later", "ip saddr @guests accept") { Before = "\tset guests { type ipv4_addr; flags interval; }\n", After = "add element inet filter guests { 192.168.100.0/24 }\n" },
        new("empty set", "ip saddr @guests accept") { Before = "\tset guests { type ipv4_addr; }\n" },
        new("concatenation", "ip saddr . tcp dport { 192.168.100.10-192.168.100.49 . 80, 192.168.100.50-192.168.100.99 . 80 } accept"),
        new("concatenation for all", "iifname . tcp dport { \"virbr1\" . 80 } accept"),
        new("concatenation with a range", "ip saddr . tcp dport { 192.168.100.0/24 . 70-90 } accept"),
        new("set of concatenations", "iifname . ip saddr . tcp dport @allowed accept") { Before = "\tset allowed {\n\t\ttypeof iifname . ip saddr . tcp dport\n\t\tflags interval\n\t\telements = { \"virbr1\" . 192.168.100.0/24 . 80 }\n\t}\n" },
        new("new connections", "ct state new tcp dport 80 accept"),
        new("established ones", "ct state established,related accept"),
        new("states in a set", "ct state { established, related } accept", "ct state { new } tcp dport 80 accept"),
        new("not new", "ct state != new accept"),
        new("not invalid", "ct state != invalid accept"),
        new("bits of a state", "ct state & (established | related) != 0 accept"),
        new("bits of a state with new", "ct state & (established | new) != 0 accept"),
        new("invalid dropped first", "ct state invalid drop", "tcp dport 80 accept"),
        new("state map", "ct state vmap { established : accept, related : accept, invalid : drop, new : jump fresh }") { Before = "\tchain fresh {\n\t\ttcp dport 80 accept\n\t}\n" },
        new("direction", "ct direction original accept"),
        new("syn", "tcp flags syn tcp dport 80 accept"),
        new("syn of all flags", "tcp flags & (fin|syn|rst|ack) == syn accept"),
        new("not syn", "tcp flags & (fin|syn|rst|ack) != syn accept"),
        new("syn with a mask", "tcp flags syn / fin,syn,rst,ack accept"),
        new("exactly ack", "tcp flags == ack accept"),
        new("dropped before", "iifname virbr1 tcp dport 80 drop", "tcp dport 80 accept"),
        new("dropped after", "tcp dport 80 accept", "drop"),
        new("rejected before", "iifname virbr1 reject with tcp reset", "tcp dport 80 accept"),
        new("rejected at the end", "tcp dport 22 accept", "reject with icmpx type port-unreachable") { Policy = "accept" },
        new("logged and dropped", "tcp dport 22 accept", "jump logging") { Policy = "accept", Before = "\tchain logging {\n\t\tlimit rate 2/minute log prefix \"dropped: \" level warn\n\t\tcounter drop\n\t}\n" },
        new("chain that accepts", "jump services") { Before = "\tchain services {\n\t\ttcp dport vmap { 22 : accept, 80 : accept }\n\t}\n" },
        new("chain that returns", "ip protocol tcp jump services", "tcp dport 80 accept") { Before = "\tchain services {\n\t\tiifname virbr1 return\n\t\tdrop\n\t}\n" },
        new("return in the base chain", "iifname virbr1 return", "tcp dport 80 accept"),
        new("goto", "jump a", "tcp dport 80 accept") { Before = "\tchain b { ip protocol udp drop; }\n\tchain a {\n\t\tgoto b\n\t\tdrop\n\t}\n" },
        new("goto that ends in the policy", "goto b", "tcp dport 80 accept") { Before = "\tchain b { ip protocol udp drop; }\n" },
        new("chain without a name", "iifname \"virbr1\" jump {\n\t\t\tip saddr 192.168.100.0/24 tcp dport 80 accept\n\t\t\tdrop\n\t\t}"),
        new("chain without a name that drops", "iifname \"virbr1\" goto { tcp dport 22 accept; drop; }", "tcp dport 80 accept"),
        new("verdict map of cards", "iifname vmap { \"lo\" : accept, \"virbr1\" : accept }"),
        new("verdict map of others", "iifname vmap { lo : accept, eth0 : accept }"),
        new("verdict map with the rest", "tcp dport vmap { 22 : accept, * : drop }", "tcp dport 80 accept"),
        new("verdict map that is named", "ip saddr vmap @who") { Before = "\tmap who {\n\t\ttype ipv4_addr : verdict\n\t\tflags interval\n\t\telements = { 192.168.100.0/24 : accept, 10.0.0.0/8 : drop }\n\t}\n" },
        new("verdict map of ranges", "tcp dport vmap { 0-79 : drop, 80-90 : accept, 443 : drop }"),
        new("counters", "tcp dport 80 counter packets 12 bytes 345 accept"),
        new("logged and accepted", "tcp dport 80 log prefix \"web; drop \" group 0 accept comment \"not drop\""),
        new("logged only", "tcp dport 80 log"),
        new("comment", "comment \"accept\"", "tcp dport 80 accept comment \"web\""),
        new("address type", "fib daddr type local tcp dport 80 accept"),
        new("multicast dropped", "fib daddr type { broadcast, multicast } drop", "tcp dport 80 accept"),
        new("reverse path", "fib saddr . iif oif missing drop", "tcp dport 80 accept"),
        new("packet type", "meta pkttype host accept"),
        new("packet type broadcast", "meta pkttype { broadcast, multicast } accept"),
        new("mac of somebody else", "ether saddr 52:54:00:00:00:99 accept"),
        new("icmp", "icmp type echo-request accept", "icmpv6 type { nd-neighbor-solicit } accept"),
        new("mark that nobody sets", "meta mark 0x1 accept"),
        new("no mark", "meta mark and 0xff == 0 accept"),
        new("mark set before", "meta mark 1 accept") { Before = "\tchain early {\n\t\ttype filter hook prerouting priority mangle;\n\t\tiifname virbr1 meta mark set 0x1\n\t}\n" },
        new("mark set in the same rule", "iifname virbr1 meta mark set 7", "meta mark 7 counter accept"),
        new("mark of the connection", "ct mark 9 accept") { Before = "\tchain early {\n\t\ttype filter hook prerouting priority mangle;\n\t\tct mark set 9\n\t}\n" },
        new("dropped early", "accept") { Before = "\tchain early {\n\t\ttype filter hook prerouting priority raw; policy accept;\n\t\tiifname virbr1 tcp dport 80 drop\n\t}\n" },
        new("dropped by a later chain", "accept") { Before = "\tchain late {\n\t\ttype filter hook input priority filter + 10; policy accept;\n\t\tip saddr 192.168.0.0/16 tcp dport 80 drop\n\t}\n" },
        new("accepted by an earlier chain only", "tcp dport 22 accept") { Before = "\tchain before {\n\t\ttype filter hook input priority -10; policy drop;\n\t\ttcp dport 80 accept\n\t}\n" },
        new("two tables", "accept") { After = "table ip other {\n\tchain input {\n\t\ttype filter hook input priority 5; policy drop;\n\t\ttcp dport { 22 } accept\n\t}\n}\n" },
        new("a table that sleeps", "accept") { After = "table ip other {\n\tflags dormant\n\tchain input {\n\t\ttype filter hook input priority 5; policy drop;\n\t}\n}\n" },
        new("not tracked", "ct state new accept") { Before = "\tchain early {\n\t\ttype filter hook prerouting priority raw;\n\t\ttcp dport 80 notrack\n\t}\n" },
        new("not tracked and told so", "ct state untracked accept") { Before = "\tchain early {\n\t\ttype filter hook prerouting priority raw;\n\t\ttcp dport 80 notrack\n\t}\n" },
        new("redirected away", "accept") { After = "table ip nat {\n\tchain prerouting {\n\t\ttype nat hook prerouting priority dstnat;\n\t\ttcp dport 80 redirect to :3128\n\t}\n}\n" },
        new("sent elsewhere", "accept") { After = "table ip nat {\n\tchain prerouting {\n\t\ttype nat hook prerouting priority dstnat;\n\t\tiifname virbr1 tcp dport 80 dnat to 198.51.100.1\n\t}\n}\n" },
        new("sent elsewhere for others", "accept") { After = "table ip nat {\n\tchain prerouting {\n\t\ttype nat hook prerouting priority dstnat;\n\t\tiifname eth0 tcp dport 80 dnat to 198.51.100.1\n\t}\n}\n" },
        new("no way out for the answer", "tcp dport 80 accept") { Before = "\tchain output {\n\t\ttype filter hook output priority filter; policy drop;\n\t\tudp dport 53 accept\n\t}\n" },
        new("a way out for the answer", "tcp dport 80 accept") { Before = "\tchain output {\n\t\ttype filter hook output priority filter; policy drop;\n\t\tct state established,related accept\n\t}\n" },
        new("dropped on the card", "accept") { After = "table netdev early {\n\tchain ingress {\n\t\ttype filter hook ingress device \"virbr1\" priority -500; policy accept;\n\t\ttcp dport 80 drop\n\t}\n}\n" },
        new("a bridge that lets pass", "tcp dport 80 accept") { After = "table bridge filter {\n\tchain input {\n\t\ttype filter hook input priority 0; policy accept;\n\t\tether type ip tcp dport 25 drop\n\t}\n}\n" },
        new("inserted at the head", "accept") { After = "insert rule inet filter input tcp dport 80 drop\n" },
        new("added by a command", "tcp dport 22 accept") { After = "add rule inet filter input tcp dport 80 accept\n" },
        new("added by index", "tcp dport 80 drop") { After = "insert rule inet filter input index 0 tcp dport 80 accept\n" },
        new("chain flushed", "drop") { After = "flush chain inet filter input\nadd rule inet filter input tcp dport 80 accept\n" },
        new("table twice", "tcp dport 22 accept") { After = "table inet filter {\n\tchain input {\n\t\ttcp dport 80 accept\n\t}\n}\n" },
        new("variable", "ip saddr $who tcp dport $what accept") { Before = "define who = { 192.168.100.0/24, 10.0.0.0/8 }\ndefine what = 80\n" },
        new("on one line") { File = "flush ruleset; table inet f { chain i { type filter hook input priority 0; policy drop; tcp dport 22 accept; iif lo accept; }; }\n" },
        new("base chain on one line") { File = "flush ruleset\ntable inet f {\n  chain i { type filter hook input priority filter; policy drop; }\n}\n" },
        new("time to guests", "iifname virbr1 udp dport 123 accept") { Port = 123, Protocol = "udp" },
        new("time by tcp only", "iifname virbr1 tcp dport 123 accept") { Port = 123, Protocol = "udp" },
        new("rate", "tcp dport 80 limit rate 50/second burst 100 packets accept") { IsUnclear = true },
        new("rate that only logs", "limit rate 1/minute log", "tcp dport 80 accept"),
        new("match that is not known", "ip ttl > 5 tcp dport 80 accept") { IsUnclear = true },
        new("raw bytes", "@th,16,16 80 accept") { IsUnclear = true },
        new("match that is not known drops", "meta length > 40 drop", "tcp dport 80 accept") { IsUnclear = true },
        new("match that is not known, of another port", "tcp dport 22 ct count over 4 drop", "tcp dport 80 accept"),
        new("match that is not known after a drop", "iifname virbr1 drop", "ip length 40-100 accept"),
        new("set that rules fill", "ip saddr @seen drop", "tcp dport 80 accept") { IsUnclear = true, Before = "\tset seen { type ipv4_addr; flags dynamic,timeout; timeout 1m; }\n" },
        new("set that rules fill, for another port", "tcp dport 22 update @seen { ip saddr limit rate over 4/minute } drop", "tcp dport 80 accept") { Before = "\tset seen { type ipv4_addr; flags dynamic,timeout; timeout 1m; }\n" },
    ];
}
