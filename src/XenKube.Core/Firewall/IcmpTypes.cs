using System.Globalization;

namespace XenKube.Firewall;

/// <summary>
/// The types of ICMPv6 messages (RFC 4443, RFC 4861, RFC 2710, RFC 3810), by number and by the names of the firewalls' programs.
/// </summary>
internal static class IcmpTypes
{
    /// <summary>Who has this address?</summary>
    public const int NeighbourSolicitation = 135;

    /// <summary>The answer of the machine that has it.</summary>
    public const int NeighbourAdvertisement = 136;

    // extensions/libip6t_icmp6.c
    private static readonly (string Name, int Type)[] IptablesNames =
    [
        ("destination-unreachable", 1), ("packet-too-big", 2), ("time-exceeded", 3), ("parameter-problem", 4), ("echo-request", 128),
        ("ping", 128), ("echo-reply", 129), ("pong", 129), ("router-solicitation", 133), ("router-advertisement", 134),
        ("neighbour-solicitation", NeighbourSolicitation), ("neighbor-solicitation", NeighbourSolicitation),
        ("neighbour-advertisement", NeighbourAdvertisement), ("neighbor-advertisement", NeighbourAdvertisement), ("redirect", 137),
    ];

    /// <summary>The names of nft(8).</summary>
    public static IReadOnlyDictionary<string, uint> NftNames { get; } = new Dictionary<string, uint>(StringComparer.Ordinal)
    {
        ["destination-unreachable"] = 1, ["packet-too-big"] = 2, ["time-exceeded"] = 3, ["parameter-problem"] = 4, ["echo-request"] = 128,
        ["echo-reply"] = 129, ["mld-listener-query"] = 130, ["mld-listener-report"] = 131, ["mld-listener-done"] = 132,
        ["mld-listener-reduction"] = 132, ["nd-router-solicit"] = 133, ["nd-router-advert"] = 134,
        ["nd-neighbor-solicit"] = NeighbourSolicitation, ["nd-neighbor-advert"] = NeighbourAdvertisement, ["nd-redirect"] = 137,
        ["router-renumbering"] = 138, ["ind-neighbor-solicit"] = 141, ["ind-neighbor-advert"] = 142, ["mld2-listener-report"] = 143,
    };

    /// <summary>
    /// The type that ip6tables is asked for: a number, a number and a code, or the beginning of a name. Null for a name that is none of a
    /// type, such as one of a code of destination-unreachable.
    /// </summary>
    public static int? OfIptables(string text)
    {
        var type = text.Split('/')[0];
        return int.TryParse(type, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : IptablesNames.FirstOrDefault(known => known.Name.StartsWith(type, StringComparison.OrdinalIgnoreCase))
                is { Name: not null } named ? named.Type : null;
    }
}
