using System.Net;
using XenKube.Networks;

namespace XenKube.Firewall.Nftables;

/// <summary>The statements of nft(8) by their first word.</summary>
internal static class NftStatements
{
    // They change nothing of what becomes of a packet.
    private static readonly HashSet<string> Harmless = new(StringComparer.Ordinal)
        { "counter", "log", "last", "add", "update", "delete", "flow", "set", "dup", "secmark", "nftrace" };

    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "accept", "drop", "return", "continue", "reject", "jump", "goto", "queue", "notrack", "dnat", "snat", "redirect", "masquerade",
        "tproxy", "comment", "limit", "quota", "fwd", "synproxy", "meter",
    };

    // Fields whose change no rule here looks at: 'meta priority set', 'ct helper set', 'tcp option maxseg size set'.
    private static readonly string[] HarmlessFields =
    [
        "meta priority", "meta nftrace", "nftrace", "meta secmark", "ct helper", "ct timeout", "ct expectation", "ct event", "ct zone",
        "ct label", "ip dscp", "ip6 dscp", "ip ecn", "ip6 flowlabel", "ip ttl", "ip6 hoplimit", "tcp option maxseg", "meta pkttype",
    ];

    /// <summary>True for a word that a statement begins with.</summary>
    public static bool Begins(string word) => Known.Contains(word) || (Harmless.Contains(word) && word is not ("add" or "delete"));

    /// <summary>True for a statement that changes nothing of what becomes of a packet.</summary>
    public static bool Passes(string word) => Harmless.Contains(word);

    /// <summary>True for a field whose change no rule looks at.</summary>
    public static bool IsHarmless(string field) => HarmlessFields.Any(one => field.StartsWith(one, StringComparison.Ordinal));

    /// <summary>
    /// What an operator does with the bits of two numbers; the lower the number, the tighter it binds. Null for another word.
    /// </summary>
    public static (int Binding, Func<uint, uint, uint> Apply)? BitsOf(string word) => word switch
    {
        "<<" or "lshift" => (0, (left, right) => right < 32 ? left << (int)right : 0),
        ">>" or "rshift" => (0, (left, right) => right < 32 ? left >> (int)right : 0),
        "&" or "and" => (1, (left, right) => left & right),
        "^" or "xor" => (2, (left, right) => left ^ right),
        "|" or "or" => (3, (left, right) => left | right),
        _ => null,
    };

    /// <summary>What a verdict of one word does; null for another word.</summary>
    public static RuleAction? Verdict(string word) => word switch
    {
        "accept" => new RuleAction.Accept(),
        "drop" => new RuleAction.Drop(),
        "return" => new RuleAction.Return(),
        "continue" => new RuleAction.Continue(),
        _ => null,
    };

    /// <summary>What the data of a verdict map says.</summary>
    public static RuleAction VerdictOf(string text) => Verdict(text) ?? (text.Split(' ', StringSplitOptions.RemoveEmptyEntries) switch
    {
        ["jump", var chain] => new RuleAction.Jump(chain, IsGoto: false),
        ["goto", var chain] => new RuleAction.Jump(chain, IsGoto: true),
        _ => new RuleAction.NotUnderstood(text),
    });

    /// <summary>Another destination: <c>ADDRESS</c>, <c>ADDRESS:PORT</c>, <c>:PORT</c>, <c>[ADDRESS]:PORT</c>; null for something else.
    /// </summary>
    public static RuleAction.Translate? DestinationOf(string text, ServiceNames services)
    {
        var (address, port) = text.StartsWith('[') && text.IndexOf(']', StringComparison.Ordinal) is var close and > 0
            ? (text[1..close], text[(close + 1)..].TrimStart(':'))
            : text.Count(c => c == ':') == 1 && text.IndexOf(':', StringComparison.Ordinal) is var at
            ? (text[..at], text[(at + 1)..]) : (text, "");
        IPAddress? to = null;
        if (address.Length > 0 && !IPAddress.TryParse(address, out to))
        {
            return null;
        }
        PortRange? ports = port.Length == 0 ? null : services.Parse(port, '-');
        return (port.Length > 0 && ports is null) || (address.Length == 0 && port.Length == 0)
            ? null : new RuleAction.Translate(to, ports, ToDom0: false);
    }
}
