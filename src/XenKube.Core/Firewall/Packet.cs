using System.Net;
using XenKube.Networks;

namespace XenKube.Firewall;

/// <summary>
/// The first packet of a connection, as far as rules look at it. Ports are ranges: a guest's own port is one of many, and a range of
/// destination ports is walked in one go where every rule treats them alike.
/// </summary>
internal sealed record Packet
{
    /// <summary>The ports that Linux gives to clients (ip_local_port_range).</summary>
    public static readonly PortRange ClientPorts = new(32768, 60999);

    /// <summary>tcp or udp.</summary>
    public required string Protocol { get; init; }

    public required IPAddress Source { get; init; }

    public required IPAddress Destination { get; init; }

    public required PortRange DestinationPort { get; init; }

    public PortRange SourcePort { get; init; } = ClientPorts;

    /// <summary>The sender's card; null where it is not known.</summary>
    public MacAddress? SourceMac { get; init; }

    public required string InInterface { get; init; }

    /// <summary>Empty for a packet to dom0 itself.</summary>
    public string OutInterface { get; init; } = "";

    /// <summary>True for a packet to one of dom0's own addresses.</summary>
    public bool IsLocal => OutInterface.Length == 0;

    /// <summary>The mark that a rule has set; 0 before that, null for one that is not known.</summary>
    public uint? Mark { get; init; } = 0;

    /// <summary>The mark of its connection; null for one that is not known.</summary>
    public uint? ConnectionMark { get; init; } = 0;

    /// <summary>True for a packet that comes in by the guests' bridge.</summary>
    public bool IsFromBridge { get; init; }

    /// <summary>True for the answer, the second packet of a connection.</summary>
    public bool IsReply { get; init; }

    /// <summary>False after a rule has kept the connection from being tracked.</summary>
    public bool IsTracked { get; init; } = true;

    /// <summary>True after a rule has given it another destination.</summary>
    public bool IsTranslated { get; init; }

    /// <summary>IPPROTO_TCP or IPPROTO_UDP.</summary>
    public int ProtocolNumber => Protocol == "tcp" ? 6 : 17;

    /// <summary>Whether one of its possible ports decides: Yes if all do, No if none does.</summary>
    public static Answer In(PortRange ports, IReadOnlyList<PortRange> wanted) =>
        wanted.Any(range => range.Contains(ports)) ? Answer.Yes : wanted.Any(range => range.Overlaps(ports)) ? Answer.Unknown : Answer.No;
}
