namespace XenKube.Firewall;

/// <summary>Numbers of protocols by the names that rules use (protocols(5)).</summary>
internal static class ProtocolNames
{
    private static readonly Dictionary<string, int> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["all"] = 0, ["ip"] = 0, ["icmp"] = 1, ["igmp"] = 2, ["tcp"] = 6, ["udp"] = 17, ["ipv6"] = 41, ["gre"] = 47, ["esp"] = 50,
        ["ah"] = 51,
        ["icmpv6"] = 58, ["ipv6-icmp"] = 58, ["ospf"] = 89, ["ipcomp"] = 108, ["vrrp"] = 112, ["sctp"] = 132, ["udplite"] = 136,
        ["dccp"] = 33,
    };

    /// <summary>
    /// The number of a protocol given by name or number; null for a name that is not known here, which is not TCP or UDP.
    /// </summary>
    public static int? NumberOf(string text) =>
        ServiceNames.NumberOf(text) is { } number ? number is >= 0 and <= 255 ? (int)number : null : Known.TryGetValue(text, out var known)
            ? known : null;

    /// <summary>The usual name of a protocol; the text itself where there is none.</summary>
    public static string NameOf(string text) => NumberOf(text) switch { 6 => "tcp", 17 => "udp", 1 => "icmp", 58 => "ipv6-icmp",
        0 => "all", _ => text };
}
