using System.Net;
using XenKube.Networks;

namespace XenKube.Firewall.Iptables;

/// <summary>The targets of iptables-extensions(8) that are understood, with their options.</summary>
internal static class IptablesTargets
{
    private static readonly Dictionary<string, (RuleAction? Action, IptablesOption[] Options)> Known = new(StringComparer.Ordinal)
    {
        ["ACCEPT"] = (new RuleAction.Accept(), []),
        ["DROP"] = (new RuleAction.Drop(), []),
        ["RETURN"] = (new RuleAction.Return(), []),
        ["REJECT"] = (new RuleAction.Drop(), [new("reject-with", 1)]),
        ["LOG"] = Passes(new("log-level", 1), new("log-prefix", 1), new("log-tcp-sequence", 0), new("log-tcp-options", 0),
            new("log-ip-options", 0), new("log-uid", 0), new("log-macdecode", 0)),
        ["NFLOG"] = Passes(new("nflog-group", 1), new("nflog-prefix", 1), new("nflog-range", 1), new("nflog-size", 1),
            new("nflog-threshold", 1)),
        ["ULOG"] = Passes(new("ulog-nlgroup", 1), new("ulog-prefix", 1), new("ulog-cprange", 1), new("ulog-qthreshold", 1)),
        ["CHECKSUM"] = Passes(new IptablesOption("checksum-fill", 0)),
        ["TCPMSS"] = Passes(new("set-mss", 1), new("clamp-mss-to-pmtu", 0)),
        ["TOS"] = Passes(new("set-tos", 1), new("and-tos", 1), new("or-tos", 1), new("xor-tos", 1)),
        ["DSCP"] = Passes(new("set-dscp", 1), new("set-dscp-class", 1)),
        ["TTL"] = Passes(new("ttl-set", 1), new("ttl-dec", 1), new("ttl-inc", 1)),
        ["CLASSIFY"] = Passes(new IptablesOption("set-class", 1)),
        ["TRACE"] = Passes(),
        ["AUDIT"] = Passes(new IptablesOption("type", 1)),
        ["SET"] = Passes(new("add-set", 2), new("del-set", 2), new("map-set", 2), new("timeout", 1), new("exist", 0)),
        ["CONNMARK"] = (null, [new("set-mark", 1), new("set-xmark", 1), new("save-mark", 0), new("restore-mark", 0), new("nfmask", 1),
            new("ctmask", 1), new("mask", 1)]),
        ["MARK"] = (null, [new("set-mark", 1), new("set-xmark", 1), new("and-mark", 1), new("or-mark", 1), new("xor-mark", 1)]),
        ["NOTRACK"] = (new RuleAction.Untrack(), []),
        ["CT"] = (null, [new("notrack", 0), new("helper", 1), new("ctevents", 1), new("expevents", 1), new("zone", 1), new("zone-orig", 1),
            new("zone-reply", 1), new("timeout", 1)]),
        ["DNAT"] = (null, [new("to-destination", 1), new("random", 0), new("persistent", 0)]),
        ["REDIRECT"] = (null, [new("to-ports", 1), new("random", 0)]),
        ["SNAT"] = (new RuleAction.Accept(), [new("to-source", 1), new("random", 0), new("random-fully", 0), new("persistent", 0)]),
        ["MASQUERADE"] = (new RuleAction.Accept(), [new("to-ports", 1), new("random", 0), new("random-fully", 0)]),
    };

    /// <summary>The options of a target; empty for a chain.</summary>
    public static IReadOnlyList<IptablesOption> OptionsOf(string target) => Known.TryGetValue(target, out var known) ? known.Options : [];

    /// <summary>What a target does.</summary>
    /// <param name="target">Its name, or that of a chain.</param>
    /// <param name="isGoto">True for a goto.</param>
    /// <param name="options">Its options with their first values.</param>
    /// <param name="services">Names of ports.</param>
    public static RuleAction ActionOf(string target, bool isGoto, IReadOnlyDictionary<string, string> options, ServiceNames services)
    {
        if (isGoto || !Known.TryGetValue(target, out var known))
        {
            return new RuleAction.Jump(target, isGoto);
        }
        return known.Action ?? target switch
        {
            "CT" => options.ContainsKey("notrack") ? new RuleAction.Untrack() : new RuleAction.Continue(),
            // The mark of a new connection is 0.
            "CONNMARK" => options.ContainsKey("restore-mark") ? new RuleAction.SetMark(mark =>
                options.ContainsKey("mask") || options.ContainsKey("nfmask") ? null : 0) : new RuleAction.Continue(),
            "MARK" => MarkOf(options),
            "REDIRECT" => PortsOf(options.GetValueOrDefault("to-ports"), out var ports)
                ? new RuleAction.Translate(null, ports, ToDom0: true) : new RuleAction.NotUnderstood(target),
            "DNAT" => DestinationOf(options.GetValueOrDefault("to-destination") ?? "") ?? new RuleAction.NotUnderstood(target),
            _ => new RuleAction.NotUnderstood(target),
        };

        bool PortsOf(string? text, out PortRange? range)
        {
            range = text is null ? null : services.Parse(text, '-');
            return text is null || range is not null;
        }

        RuleAction? DestinationOf(string text)
        {
            // ADDRESS, ADDRESS:PORT, :PORT, [ADDRESS]:PORT; a range of addresses or ports is one of many.
            var at = text.StartsWith('[') ? text.IndexOf("]:", StringComparison.Ordinal) + 1 : text.Count(c => c == ':') == 1
                ? text.IndexOf(':', StringComparison.Ordinal) : -1;
            var (address, port) = at > 0 || (at == 0 && text.StartsWith(':')) ? (text[..at], text[(at + 1)..]) : (text, null);
            IPAddress? to = null;
            if (address.Length > 0 && !IPAddress.TryParse(address.Trim('[', ']'), out to))
            {
                return null;
            }
            return PortsOf(port?.Split('/')[0], out var ports) ? new RuleAction.Translate(to, ports, ToDom0: false) : null;
        }
    }

    private static (RuleAction? Action, IptablesOption[] Options) Passes(params IptablesOption[] options) =>
        (new RuleAction.Continue(), options);

    private static RuleAction.SetMark MarkOf(IReadOnlyDictionary<string, string> options)
    {
        foreach (var (name, text) in options)
        {
            var parts = text.Split('/');
            if (ServiceNames.NumberOf(parts[0]) is not { } value
                || ServiceNames.NumberOf(parts.Length > 1 ? parts[1] : "0xffffffff") is not { } mask)
            {
                break;
            }
            switch (name)
            {
                case "set-xmark":
                    return new RuleAction.SetMark(mark => (uint)((mark & ~mask) ^ value));
                case "set-mark":
                    return new RuleAction.SetMark(mark => (uint)((mark & ~mask) | value));
                case "and-mark":
                    return new RuleAction.SetMark(mark => (uint)(mark & value));
                case "or-mark":
                    return new RuleAction.SetMark(mark => (uint)(mark | value));
                case "xor-mark":
                    return new RuleAction.SetMark(mark => (uint)(mark ^ value));
                default:
                    break;
            }
        }
        return new RuleAction.SetMark(_ => null);
    }
}
