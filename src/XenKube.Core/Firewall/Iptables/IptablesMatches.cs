using XenKube.Networks;

namespace XenKube.Firewall.Iptables;

/// <summary>The matches of iptables-extensions(8) that are understood, with all of their options. Others decide nothing here.</summary>
internal static class IptablesMatches
{
    private static readonly string[] FlagNames = ["FIN", "SYN", "RST", "PSH", "ACK", "URG"];

    private static readonly IptablesOption[] Ports =
    [
        new("source-port", 1, SourcePorts), new("sport", 1, SourcePorts), new("destination-port", 1, DestinationPorts),
            new("dport", 1, DestinationPorts),
    ];

    private static readonly IptablesOption[] IcmpV6 =
    [
        new("icmpv6-type", 1, (values, context) => IcmpTypes.OfIptables(values[0]) is { } type
            ? context.That(packet => Answers.Of(packet.IcmpType == type)) : context.That(_ => Answer.No)),
    ];

    private static readonly Dictionary<string, IptablesOption[]> Known = new(StringComparer.Ordinal)
    {
        ["tcp"] = [.. Ports, new("tcp-flags", 2, (values, context) => Flags(values[0], values[1], context)),
            new("syn", 0, (_, context) => Flags("FIN,SYN,RST,ACK", "SYN", context)), new("tcp-option", 1, NotUnderstood)],
        ["udp"] = Ports,
        ["multiport"] =
        [
            new("source-ports", 1, SourcePorts), new("sports", 1, SourcePorts), new("destination-ports", 1, DestinationPorts),
                new("dports", 1, DestinationPorts), new("ports", 1, EitherPorts),
        ],
        ["state"] = [new("state", 1, States)],
        ["conntrack"] =
        [
            new("ctstate", 1, States), new("ctproto", 1, (values, context) => Protocol(values[0], context)),
                new("ctdir", 1, Direction),
            new("ctorigsrc", 1, UnansweredSource), new("ctorigdst", 1, UntranslatedDestination),
                new("ctreplsrc", 1, NotUnderstood), new("ctrepldst", 1, NotUnderstood),
            new("ctorigsrcport", 1, UnansweredPorts), new("ctorigdstport", 1, UntranslatedPorts), new("ctreplsrcport", 1, NotUnderstood),
                new("ctrepldstport", 1, NotUnderstood),
            new("ctstatus", 1, NotUnderstood), new("ctexpire", 1, NotUnderstood),
        ],
        ["mac"] = [new("mac-source", 1, Mac)],
        ["set"] =
        [
            new("match-set", 2, Set), new("return-nomatch", 0, NotUnderstood), new("packets-eq", 1, NotUnderstood),
                new("packets-lt", 1, NotUnderstood), new("packets-gt", 1, NotUnderstood),
            new("bytes-eq", 1, NotUnderstood), new("bytes-lt", 1, NotUnderstood), new("bytes-gt", 1, NotUnderstood),
                new("update-counters", 0), new("update-subcounters", 0),
        ],
        ["comment"] = [new("comment", 1)],
        ["addrtype"] =
        [
            new("src-type", 1, (values, context) => context.That(packet =>
                Type(values[0], isMulticast: false, isLocal: packet.InInterface.Length == 0))),
            new("dst-type", 1, (values, context) => context.That(packet => Type(values[0], packet.IsMulticast, packet.IsLocal && !packet.IsMulticast))),
            new("limit-iface-in", 0), new("limit-iface-out", 0),
        ],
        ["pkttype"] = [new("pkt-type", 1, (values, context) =>
            context.That(packet => Answers.Of(values[0].Equals(packet.IsMulticast ? "multicast" : "unicast",
                StringComparison.OrdinalIgnoreCase))))],
        ["iprange"] = [new("src-range", 1, (values, context) => Source(values[0], context)),
            new("dst-range", 1, (values, context) => Destination(values[0], context))],
        ["mark"] = [new("mark", 1, Mark)],
        ["icmp"] = [new("icmp-type", 1, Never)],
        ["icmp6"] = IcmpV6,
        ["icmpv6"] = IcmpV6,
        ["ipv6-icmp"] = IcmpV6,
        ["hl"] =
        [
            new("hl-eq", 1, (values, context) => HopLimit(values[0], context, (hops, limit) => hops == limit)),
            new("hl-lt", 1, (values, context) => HopLimit(values[0], context, (hops, limit) => hops < limit)),
            new("hl-gt", 1, (values, context) => HopLimit(values[0], context, (hops, limit) => hops > limit)),
        ],
        ["limit"] = [new("limit", 1, NotUnderstood), new("limit-burst", 1)],
        ["recent"] =
        [
            new("set", 0), new("rcheck", 0, NotUnderstood), new("update", 0, NotUnderstood), new("remove", 0, NotUnderstood),
                new("rttl", 0), new("seconds", 1), new("hitcount", 1), new("name", 1),
            new("rsource", 0), new("rdest", 0), new("mask", 1), new("reap", 0),
        ],
        ["connlimit"] = [new("connlimit-upto", 1, NotUnderstood), new("connlimit-above", 1, NotUnderstood), new("connlimit-mask", 1),
            new("connlimit-saddr", 0), new("connlimit-daddr", 0)],
        ["hashlimit"] =
        [
            new("hashlimit-upto", 1, NotUnderstood), new("hashlimit", 1, NotUnderstood), new("hashlimit-above", 1, NotUnderstood),
                new("hashlimit-burst", 1), new("hashlimit-mode", 1), new("hashlimit-srcmask", 1), new("hashlimit-dstmask", 1),
            new("hashlimit-name", 1), new("hashlimit-htable-size", 1), new("hashlimit-htable-max", 1), new("hashlimit-htable-expire", 1),
                new("hashlimit-htable-gcinterval", 1), new("hashlimit-rate-match", 0), new("hashlimit-rate-interval", 1),
        ],
        ["rpfilter"] = [new("loose", 0), new("validmark", 0), new("accept-local", 0), new("invert", 0, Never)],
        ["policy"] =
        [
            new("dir", 1), new("pol", 1, (values, context) => context.That(_ => Answers.Of(values[0] == "none"))), new("strict", 0),
                new("reqid", 1, Never), new("spi", 1, Never), new("proto", 1, Never), new("mode", 1, Never),
            new("tunnel-src", 1, Never), new("tunnel-dst", 1, Never), new("next", 0),
        ],
        ["physdev"] = [new("physdev-in", 1, NotUnderstood), new("physdev-out", 1, NotUnderstood), new("physdev-is-in", 0, NotUnderstood),
            new("physdev-is-out", 0, NotUnderstood), new("physdev-is-bridged", 0, NotUnderstood)],
        ["owner"] = [new("uid-owner", 1, Owner), new("gid-owner", 1, Owner), new("socket-exists", 0, Owner), new("suppl-groups", 0)],
    };

    /// <summary>The options of a match; null for a match that is not understood.</summary>
    public static IReadOnlyList<IptablesOption>? OptionsOf(string match) => Known.GetValueOrDefault(match);

    public static Condition Protocol(string text, IptablesContext context)
    {
        var number = ProtocolNames.NumberOf(text);
        return context.That(packet => Answers.Of(number == 0 || number == packet.ProtocolNumber));
    }

    public static Condition Source(string text, IptablesContext context)
    {
        var addresses = AddressSpec.Parse(text);
        return context.That(packet => addresses.Test(packet.Source));
    }

    public static Condition Destination(string text, IptablesContext context)
    {
        var addresses = AddressSpec.Parse(text);
        return context.That(packet => addresses.Test(packet.Destination));
    }

    /// <summary>Packets that are not tracked have no direction. iptables does not let the option be negated.</summary>
    private static Condition Direction(IReadOnlyList<string> values, IptablesContext context) =>
        context.That(packet => Answers.Of(packet.IsTracked
            && (packet.IsReply ? "reply" : "original").StartsWith(values[0], StringComparison.OrdinalIgnoreCase)));

    private static Condition HopLimit(string value, IptablesContext context, Func<int, long, bool> fits) =>
        ServiceNames.NumberOf(value) is { } limit
            ? context.That(packet => packet.HopLimit is { } hops ? Answers.Of(fits(hops, limit)) : Answer.Unknown)
            : context.NotUnderstood;

    private static Condition UnansweredSource(IReadOnlyList<string> values, IptablesContext context)
    {
        var addresses = AddressSpec.Parse(values[0]);
        return context.That(packet => packet.IsReply ? Answer.Unknown : addresses.Test(packet.Source));
    }

    private static Condition UnansweredPorts(IReadOnlyList<string> values, IptablesContext context) =>
        context.Ports(values[0]) is { } ports ? context.That(packet =>
            packet.IsReply ? Answer.Unknown : Packet.In(packet.SourcePort, ports)) : context.NotUnderstood;

    /// <summary>An interface; a final + is for all that begin so.</summary>
    public static Condition Interface(string text, bool isIn, IptablesContext context)
    {
        if (!text.EndsWith('+') && text.Length > 0)
        {
            context.Rules.Interfaces.Add(text);
        }
        return context.That(packet => Answers.Of(text.EndsWith('+')
            ? (isIn ? packet.InInterface : packet.OutInterface).StartsWith(text[..^1], StringComparison.Ordinal)
            : (isIn ? packet.InInterface : packet.OutInterface) == text));
    }

    private static Condition NotUnderstood(IReadOnlyList<string> values, IptablesContext context) => context.NotUnderstood;

    private static Condition Never(IReadOnlyList<string> values, IptablesContext context) => context.That(_ => Answer.No);

    /// <summary>Only packets of dom0's own programs have an owner.</summary>
    private static Condition Owner(IReadOnlyList<string> values, IptablesContext context) =>
        context.That(packet => packet.InInterface.Length == 0 ? Answer.Unknown : Answer.No);

    private static Condition SourcePorts(IReadOnlyList<string> values, IptablesContext context) =>
        context.Ports(values[0]) is { } ports ? context.That(packet => Packet.In(packet.SourcePort, ports)) : context.NotUnderstood;

    private static Condition DestinationPorts(IReadOnlyList<string> values, IptablesContext context) =>
        context.Ports(values[0]) is { } ports ? context.That(packet => Packet.In(packet.DestinationPort, ports)) : context.NotUnderstood;

    private static Condition EitherPorts(IReadOnlyList<string> values, IptablesContext context) =>
        context.Ports(values[0]) is { } ports ? context.That(packet =>
            Answers.Any([Packet.In(packet.SourcePort, ports), Packet.In(packet.DestinationPort, ports)])) : context.NotUnderstood;

    private static Condition UntranslatedDestination(IReadOnlyList<string> values, IptablesContext context)
    {
        var addresses = AddressSpec.Parse(values[0]);
        return context.That(packet => packet.IsTranslated || packet.IsReply ? Answer.Unknown : addresses.Test(packet.Destination));
    }

    private static Condition UntranslatedPorts(IReadOnlyList<string> values, IptablesContext context) =>
        context.Ports(values[0]) is { } ports ? context.That(packet =>
            packet.IsTranslated || packet.IsReply ? Answer.Unknown : Packet.In(packet.DestinationPort, ports)) : context.NotUnderstood;

    /// <summary>The first packet of a connection has SYN alone, the second one SYN and ACK.</summary>
    private static Condition Flags(string mask, string set, IptablesContext context)
    {
        int? Bits(string names)
        {
            var bits = 0;
            foreach (var name in names.Split(','))
            {
                var bit = Array.IndexOf(FlagNames, name.ToUpperInvariant());
                bits |= name.ToUpperInvariant() switch { "ALL" => 0x3f, "NONE" => 0, _ when bit >= 0 => 1 << bit, _ => 0x100 };
            }
            return bits > 0xff ? null : bits;
        }
        return Bits(mask) is { } looked && Bits(set) is { } wanted
            ? context.That(packet => Answers.Of(((packet.IsReply ? 0x12 : 0x02) & looked) == wanted)) : context.NotUnderstood;
    }

    private static Condition States(IReadOnlyList<string> values, IptablesContext context)
    {
        var states = values[0].ToUpperInvariant().Split(',', StringSplitOptions.TrimEntries);
        return context.That(packet => states.Contains(!packet.IsTracked ? "UNTRACKED" : packet.IsReply ? "ESTABLISHED" : "NEW")
            || (states.Contains("DNAT") && packet.IsTranslated) ? Answer.Yes
            : states.Contains("SNAT") ? Answer.Unknown
            : Answer.No);
    }

    private static Condition Mac(IReadOnlyList<string> values, IptablesContext context)
    {
        var isKnown = MacAddress.TryParse(values[0], out var wanted);
        return context.That(packet => packet.SourceMac is { } mac && isKnown ? Answers.Of(mac == wanted) : Answer.Unknown);
    }

    private static Condition Set(IReadOnlyList<string> values, IptablesContext context)
    {
        if (context.Sets(values[0]) is not { } set)
        {
            return context.NotUnderstood;
        }
        var directions = values[1].Split(',');
        context.Rules.AddEdges(set.Ports(context.Services));
        return context.That(packet => set.Test(packet, directions, context.Services));
    }

    private static Answer Type(string types, bool isMulticast, bool isLocal)
    {
        var type = isLocal ? "LOCAL" : isMulticast ? "MULTICAST" : "UNICAST";
        return Answers.Of(types.ToUpperInvariant().Split(',').Contains(type));
    }

    private static Condition Mark(IReadOnlyList<string> values, IptablesContext context)
    {
        var parts = values[0].Split('/');
        return ServiceNames.NumberOf(parts[0]) is { } value && ServiceNames.NumberOf(parts.Length > 1 ? parts[1] : "0xffffffff") is { } mask
            ? context.That(packet => packet.Mark is { } mark ? Answers.Of((mark & mask) == value) : Answer.Unknown)
            : context.NotUnderstood;
    }
}
