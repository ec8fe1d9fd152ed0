using System.Net;
using XenKube.Firewall;
using XenKube.Networks;

namespace XenKube.Hosting;

/// <summary>A rule that is to be written, before it has the words of iptables or of nft. A part that is null is not asked for.</summary>
internal sealed record FirewallRuleText
{
    public string? InInterface { get; init; }

    public string? OutInterface { get; init; }

    public IPAddress? Source { get; init; }

    public IPAddress? Destination { get; init; }

    /// <summary>True for any of dom0's own addresses as the destination.</summary>
    public bool IsToDom0 { get; init; }

    public required string Protocol { get; init; }

    /// <summary>The type of a message of ICMPv6; null for other protocols.</summary>
    public int? IcmpType { get; init; }

    public PortRange? SourcePort { get; init; }

    public PortRange? DestinationPort { get; init; }

    /// <summary>True for the answer of a connection only.</summary>
    public bool IsAnswer { get; init; }

    /// <summary>The new destination; null for a rule that accepts.</summary>
    public IPAddress? To { get; init; }

    /// <summary>The new port; null for the same.</summary>
    public PortRange? ToPort { get; init; }

    /// <summary>The rule that opens a port, or lets the answer out.</summary>
    public static FirewallRuleText Opening(FirewallPort port, bool isAnswer) => isAnswer
        ? new()
        {
            Protocol = port.Protocol, SourcePort = port.Ports, InInterface = Named(port.OutInterface),
            OutInterface = Named(port.InInterface), Source = port.Destination, IsAnswer = true,
        }
        : new()
        {
            Protocol = port.Protocol, DestinationPort = port.Ports, InInterface = Named(port.InInterface),
            OutInterface = Named(port.OutInterface), Destination = port.Destination,
        };

    /// <summary>The rule that lets messages of neighbour discovery pass.</summary>
    public static FirewallRuleText Discovering(Packet message) => new()
    {
        Protocol = message.Protocol, IcmpType = message.IcmpType,
        InInterface = message.InInterface is { Length: > 0 } input ? input : null,
        OutInterface = message.OutInterface is { Length: > 0 } output ? output : null,
    };

    /// <summary>The rule that sends packets to a guest.</summary>
    public static FirewallRuleText Forwarding(FirewallForward forward) => new()
    {
        Protocol = forward.Protocol, DestinationPort = forward.Ports, InInterface = forward.InInterface, Destination = forward.Address,
        IsToDom0 = forward.Address is null, To = forward.To, ToPort = forward.ToPorts,
    };

    private static string? Named(string? name) => name is FirewallPort.AnyInterface ? null : name;
}
