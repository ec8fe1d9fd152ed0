using System.Net;
using System.Net.Sockets;
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

    /// <summary>tcp, udp or ipv6-icmp.</summary>
    public required string Protocol { get; init; }

    /// <summary>The type of a message of ICMPv6; null for other protocols.</summary>
    public int? IcmpType { get; init; }

    /// <summary>How many routers may still pass it on; null where the sender decides.</summary>
    public int? HopLimit { get; init; }

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

    /// <summary>False after a rule has kept the connection from being tracked, and for what is never tracked.</summary>
    public bool IsTracked { get; init; } = true;

    /// <summary>True after a rule has given it another destination.</summary>
    public bool IsTranslated { get; init; }

    /// <summary>IPPROTO_TCP, IPPROTO_UDP or IPPROTO_ICMPV6.</summary>
    public int ProtocolNumber => Protocol switch { "tcp" => 6, "udp" => 17, _ => 58 };

    /// <summary>True for a packet to several machines at once.</summary>
    public bool IsMulticast => Destination.AddressFamily == AddressFamily.InterNetworkV6 ? Destination.IsIPv6Multicast
        : Destination.GetAddressBytes()[0] is >= 224 and < 240;

    /// <summary>Whether one of its possible ports decides: Yes if all do, No if none does.</summary>
    public static Answer In(PortRange ports, IReadOnlyList<PortRange> wanted) =>
        wanted.Any(range => range.Contains(ports)) ? Answer.Yes : wanted.Any(range => range.Overlaps(ports)) ? Answer.Unknown : Answer.No;
}
