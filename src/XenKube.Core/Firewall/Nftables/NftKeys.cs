using System.Globalization;
using System.Net.Sockets;
using XenKube.Networks;

namespace XenKube.Firewall.Nftables;

/// <summary>The expressions of nft(8) that a match can begin with. Those that are not understood decide nothing here.</summary>
/// <param name="services">Names of ports.</param>
/// <param name="isBridge">True in a table of the family bridge, which sees the bridge's ports where others see the bridge.</param>
internal sealed class NftKeys(ServiceNames services, bool isBridge)
{
    // ct(8): bits of a connection's state, and of a TCP header (RFC 9293, section 3.1).
    private const uint New = 8, Established = 2, Untracked = 64, Syn = 2, Ack = 16;
    private static readonly Dictionary<string, uint> States = new(StringComparer.Ordinal)
        { ["invalid"] = 1, ["established"] = Established, ["related"] = 4, ["new"] = New, ["untracked"] = Untracked };

    private static readonly Dictionary<string, uint> TcpFlags = new(StringComparer.Ordinal)
        { ["fin"] = 1, ["syn"] = Syn, ["rst"] = 4, ["psh"] = 8, ["ack"] = Ack, ["urg"] = 32, ["ecn"] = 64, ["cwr"] = 128 };

    private static readonly Dictionary<string, uint> Status = new(StringComparer.Ordinal)
        { ["expected"] = 1, ["seen-reply"] = 2, ["assured"] = 4, ["confirmed"] = 8, ["snat"] = 16, ["dnat"] = 32, ["dying"] = 512 };

    // Those that 'meta' may be left out of.
    private static readonly HashSet<string> Bare = new(StringComparer.Ordinal)
    {
        "iif", "iifname", "iiftype", "iifgroup", "oif", "oifname", "oiftype", "oifgroup", "mark", "skuid", "skgid", "pkttype", "cpu",
        "cgroup", "ibrname", "obrname", "ibriport", "obriport", "nftrace", "rtclassid", "random", "time", "day", "hour",
    };

    // Headers whose fields have two words, and whether a guest's packet has them.
    private static readonly Dictionary<string, int> Headers = new(StringComparer.Ordinal)
    {
        ["tcp"] = 6, ["udp"] = 17, ["icmp"] = 1, ["icmpv6"] = 58, ["igmp"] = 2, ["sctp"] = 132, ["dccp"] = 33, ["udplite"] = 136,
        ["esp"] = 50, ["ah"] = 51, ["comp"] = 108, ["gre"] = 47,
    };

    private static readonly HashSet<string> Others = new(StringComparer.Ordinal)
        { "arp", "vlan", "rt", "socket", "ipsec", "exthdr", "hbh", "frag", "dst", "srh", "mh", "numgen", "jhash", "symhash", "osf",
            "geneve", "gretap", "vxlan", "xt" };

    private readonly Dictionary<string, AddressSpec> _addresses = new(StringComparer.Ordinal);

    /// <summary>True if an expression begins with this word.</summary>
    public static bool Begins(NftToken token) => token.Kind == NftTokenKind.Word && (Bare.Contains(token.Text)
        || Headers.ContainsKey(token.Text) || Others.Contains(token.Text) || IsRaw(token.Text)
        || token.Text is "meta" or "ct" or "ip" or "ip6" or "th" or "ether" or "fib");

    /// <summary>Reads the expression at a place.</summary>
    /// <param name="words">The tokens of the rule.</param>
    /// <param name="at">The place; afterwards that after the expression.</param>
    public NftKey Read(IReadOnlyList<NftToken> words, ref int at)
    {
        var start = at;
        var first = words[at++].Text;
        string Next(ref int place) => place < words.Count && words[place].Kind == NftTokenKind.Word ? words[place++].Text : "";
        NftKey? key = null;
        switch (first)
        {
            case "meta":
                key = Meta(Next(ref at));
                break;
            case "ct":
                var field = Next(ref at);
                var isOriginal = field == "original";
                if (field is "original" or "reply")
                {
                    field = Next(ref at);
                    field = field is "ip" or "ip6" ? Next(ref at) : field;
                    key = isOriginal ? Original(field) : null;
                }
                else
                {
                    key = Connection(field);
                }
                break;
            case "ip" or "ip6":
                key = Address(first == "ip6", Next(ref at));
                break;
            case "th":
                key = Ports(Next(ref at));
                break;
            case "ether":
                key = Next(ref at) switch { "saddr" => Mac(), "type" => Family(), _ => null };
                break;
            case "fib":
                var route = new List<string>();
                while (at < words.Count && words[at].Text is "saddr" or "daddr" or "mark" or "iif" or "oif" or "oifname" or "type" or ".")
                {
                    route.Add(words[at++].Text);
                }
                key = Route(route);
                break;
            default:
                if (Bare.Contains(first))
                {
                    key = Meta(first);
                }
                else if (Headers.TryGetValue(first, out var protocol))
                {
                    key = Header(first, Next(ref at), words, ref at) with { Needs = [Is(first, protocol)] };
                }
                else
                {
                    Next(ref at);
                }
                break;
        }
        var text = string.Join(' ', words.Skip(start).Take(at - start).Select(word => word.Text));
        return key is null ? NftKey.NotUnderstood(text) : key with { Text = text };
    }

    /// <summary>Bytes of the packet by their place: <c>@th,16,16</c>.</summary>
    private static bool IsRaw(string text) => text is "@ll" or "@nh" or "@th" or "@ih";

    private static Condition Is(string name, int protocol) => new(name, packet => Answers.Of(packet.ProtocolNumber == protocol));

    private static Condition IsFamily(bool isIPv6) =>
        new(isIPv6 ? "ip6" : "ip", packet => Answers.Of((packet.Source.AddressFamily == AddressFamily.InterNetworkV6) == isIPv6));

    /// <summary>Sets of addresses may be large, and each is tested for each guest.</summary>
    private AddressSpec Addresses(string text)
    {
        if (!_addresses.TryGetValue(text, out var spec))
        {
            _addresses[text] = spec = AddressSpec.Parse(text);
        }
        return spec;
    }

    private NftKey? Meta(string field)
    {
        switch (field)
        {
            case "iif" or "iifname":
                return Interface(packet => isBridge ? null : packet.InInterface);
            case "oif" or "oifname":
                return Interface(packet => isBridge ? null : packet.OutInterface);
            case "ibrname":
                return Interface(packet => packet.InInterface);
            case "obrname":
                return Interface(packet => packet.OutInterface);
            case "l4proto":
                return Protocol();
            case "nfproto":
                return Named(packet => packet.Source.AddressFamily == AddressFamily.InterNetworkV6 ? "ipv6" : "ipv4");
            case "protocol":
                return Family();
            case "pkttype":
                return Named(packet => packet.IsMulticast ? "multicast" : "host", "unicast");
            case "mark":
                return Mark(packet => packet.Mark);
            default:
                return null;
        }
    }

    private static NftKey? Connection(string field) => field switch
    {
        "state" => Flags(States, packet => !packet.IsTracked ? Untracked : packet.IsReply ? Established : New),
        "status" => Tracked(Flags(Status, packet => packet.IsReply ? null : packet.IsTranslated ? 32u : 0) with
            { Fits = (packet, text) => packet.IsReply || text == "snat"
                ? Answer.Unknown : Answers.Of(text == "dnat" && packet.IsTranslated) }),
        "direction" => Tracked(Named(packet => packet.IsReply ? "reply" : "original")),
        // The mark of a new connection is 0, until a rule gives it another.
        "mark" => Tracked(Mark(packet => packet.IsReply ? null : packet.ConnectionMark)),
        "protocol" or "proto" => Protocol(),
        _ => null,
    };

    /// <summary>A match on what a connection has does not fit a packet that has none, whatever its operator.</summary>
    private static NftKey Tracked(NftKey key) => key with { Needs = [new("ct", packet => Answers.Of(packet.IsTracked))] };

    private NftKey? Original(string field)
    {
        NftKey? key;
        switch (field)
        {
            case "saddr":
                key = new NftKey("", (packet, text) => Addresses(text).Test(packet.Source));
                break;
            case "daddr":
                key = new NftKey("", (packet, text) => Addresses(text).Test(packet.Destination));
                break;
            case "proto-dst":
                key = Ports("dport");
                break;
            case "proto-src":
                key = Ports("sport");
                break;
            case "protocol":
                return Protocol();
            default:
                return null;
        }
        return key! with { Fits = (packet, text) => packet.IsReply || (packet.IsTranslated && field.Contains('d', StringComparison.Ordinal)
            && field is not "saddr") ? Answer.Unknown : key.Fits(packet, text) };
    }

    private NftKey Address(bool isIPv6, string field) => (field switch
    {
        "saddr" => new NftKey("", (packet, text) => Addresses(text).Test(packet.Source)),
        "daddr" => new NftKey("", (packet, text) => Addresses(text).Test(packet.Destination)),
        "protocol" or "nexthdr" => Protocol(),
        "hoplimit" => new NftKey("", (packet, text) => Fits(packet.HopLimit, text)) { Number = packet => (uint?)packet.HopLimit },
        "version" => new NftKey("", (_, text) => Answers.Of(text == (isIPv6 ? "6" : "4"))),
        _ => NftKey.NotUnderstood(""),
    }) with { Needs = [IsFamily(isIPv6)] };

    private NftKey Header(string header, string field, IReadOnlyList<NftToken> words, ref int at)
    {
        if (header == "tcp" && field == "option")
        {
            // tcp option maxseg size, tcp option sack-perm exists
            at += at < words.Count ? 1 : 0;
            at += at < words.Count && words[at].Kind == NftTokenKind.Word
                && !words[at].Text.Equals("exists", StringComparison.Ordinal) ? 1 : 0;
            return NftKey.NotUnderstood("");
        }
        return field switch
        {
            "dport" or "sport" => Ports(field)!,
            "type" when header == "icmpv6" => new NftKey("", (packet, text) => Fits(packet.IcmpType, text, IcmpTypes.NftNames))
                { Number = packet => (uint?)packet.IcmpType, Names = IcmpTypes.NftNames },
            "flags" when header == "tcp" => Flags(TcpFlags, packet => packet.IsReply ? Syn | Ack : Syn),
            _ => NftKey.NotUnderstood(""),
        };
    }

    private static NftKey? Route(List<string> words) => words switch
    {
        ["daddr", .., "type"] => Named(packet => packet.IsMulticast ? "multicast" : packet.IsLocal ? "local" : "unicast"),
        ["saddr", .., "type"] => Named(packet => packet.IsReply && packet.InInterface.Length == 0 ? "local" : "unicast"),
        // The way back to the sender, as a filter of reverse paths asks for.
        ["saddr", .., "oif" or "oifname"] => new NftKey("", (packet, text) => text switch
            { "missing" or "0" => Answer.No, "exists" or "1" => Answer.Yes, _ => Answers.Of(text == packet.InInterface) }),
        _ => null,
    };

    // A name may have a dash: ipv6-icmp.
    private static NftKey Protocol() => new("", (packet, text) =>
        ProtocolNames.NumberOf(text) is { } number ? Answers.Of(number == packet.ProtocolNumber)
            : Answers.Of(text.Split('-') is [var first, var last] && ProtocolNames.NumberOf(first) is { } low
                && ProtocolNames.NumberOf(last) is { } high && packet.ProtocolNumber >= low && packet.ProtocolNumber <= high));

    private static NftKey Family() => Named(packet => packet.Source.AddressFamily == AddressFamily.InterNetworkV6 ? "ip6" : "ip");

    private static NftKey Mac() => new("", (packet, text) => packet.SourceMac is { } mac && MacAddress.TryParse(text, out var wanted)
        ? Answers.Of(mac == wanted) : Answer.Unknown);

    private static NftKey Named(Func<Packet, string> value, params string[] aliases) =>
        new("", (packet, text) => Answers.Of(text == value(packet) || aliases.Contains(text)));

    private static NftKey Interface(Func<Packet, string?> name) => new("", (packet, text) => name(packet) is not { } actual
        ? Answer.Unknown : Answers.Of(text.EndsWith('*') ? actual.StartsWith(text[..^1], StringComparison.Ordinal) : actual == text))
    { IsInterface = true };

    private NftKey? Ports(string field) => field is not ("dport" or "sport") ? null : new NftKey("", (packet, text) =>
        services.Parse(text, '-') is { } range && text.Length > 0
            ? Packet.In(field == "dport" ? packet.DestinationPort : packet.SourcePort, [range]) : Answer.Unknown) { IsPort = true };

    private static NftKey Flags(Dictionary<string, uint> names, Func<Packet, uint?> value) => new("", (packet, text) =>
    {
        var wanted = 0u;
        foreach (var name in text.Split(['|', ',']))
        {
            if (names.TryGetValue(name.Trim(), out var bit)
                || uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out bit))
            {
                wanted |= bit;
            }
            else
            {
                return Answer.Unknown;
            }
        }
        return value(packet) is { } bits ? Answers.Of(bits == wanted) : Answer.Unknown;
    }) { Number = value, Names = names, IsFlags = true };

    private static NftKey Mark(Func<Packet, uint?> value) => new("", (packet, text) => Fits(value(packet), text)) { Number = value };

    /// <summary>Whether a number is the one, or in the range, that is asked for.</summary>
    private static Answer Fits(long? number, string text, IReadOnlyDictionary<string, uint>? names = null)
    {
        long? NumberOf(string word) => names is not null && names.TryGetValue(word, out var named) ? named : ServiceNames.NumberOf(word);
        return number is not { } actual ? Answer.Unknown
            : NumberOf(text) is { } wanted ? Answers.Of(actual == wanted)
            : text.Split('-') is [var first, var last] && NumberOf(first) is { } low && NumberOf(last) is { } high
            ? Answers.Of(actual >= low && actual <= high) : Answer.Unknown;
    }
}
