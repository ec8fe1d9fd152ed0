using System.Net;
using XenKube.Firewall;
using XenKube.Networks;

namespace XenKube.Hosting;

/// <summary>
/// Neighbour discovery (RFC 4861): where IPv4 asks for the card of an address by ARP, which no rule of these tables sees, IPv6 asks by
/// ICMPv6. Where the rules keep its messages out, no packet is sent at all.
/// </summary>
/// <param name="network">The guests' network.</param>
internal sealed class NeighbourDiscovery(GuestSubnet network)
{
    // RFC 4861, section 7.1.1: a message that a router has passed on is not valid.
    private const int HopLimit = 255;

    // RFC 4291, section 2.7.1: ff02::1:ffXX:XXXX with the last three bytes of the address.
    private static readonly byte[] SolicitedNode = [0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff];

    // For a packet that it passes on, Linux asks by the address of its card alone, which begins so (ndisc_solicit in net/ipv6/ndisc.c).
    private static readonly IPAddress LinkLocal = IPAddress.Parse("fe80::1");

    /// <summary>
    /// The questions and answers that come before a packet on the guests' bridge, and before the answer to it; none for IPv4, between
    /// guests, and on other cards. Linux tracks none of them as a connection.
    /// </summary>
    /// <param name="packet">The packet as it arrives.</param>
    public IEnumerable<Packet> For(Packet packet)
    {
        var (isFrom, isTo) = (packet.InInterface == network.Bridge, packet.OutInterface == network.Bridge);
        return !network.IsIPv6 || isFrom == isTo ? []
            : isFrom ? ByGuest(packet.Source, packet.SourceMac)
            : [.. ToGuest(packet.Destination), .. ByGuest(packet.Destination, CardOf(packet.Destination))];
    }

    private IEnumerable<Packet> ByGuest(IPAddress guest, MacAddress? card) =>
        [FromGuest(Question(guest, network.Address), card), FromDom0(Answer(network.Address, guest))];

    private IEnumerable<Packet> ToGuest(IPAddress guest) =>
        [FromDom0(Question(LinkLocal, guest)), FromGuest(Answer(guest, LinkLocal), CardOf(guest))];

    private MacAddress? CardOf(IPAddress address) => network.Guests.FirstOrDefault(guest => guest.Address.Equals(address)).MacAddress;

    private static Packet Question(IPAddress from, IPAddress of) =>
        Message(IcmpTypes.NeighbourSolicitation, from, new IPAddress([.. SolicitedNode, .. of.GetAddressBytes()[^3..]]));

    private static Packet Answer(IPAddress from, IPAddress to) => Message(IcmpTypes.NeighbourAdvertisement, from, to);

    private static Packet Message(int type, IPAddress from, IPAddress to) => new()
    {
        Protocol = "ipv6-icmp",
        IcmpType = type,
        HopLimit = HopLimit,
        IsTracked = false,
        Source = from,
        Destination = to,
        SourcePort = default,
        DestinationPort = default,
        InInterface = "",
    };

    private Packet FromGuest(Packet message, MacAddress? card) =>
        message with { InInterface = network.Bridge, SourceMac = card, IsFromBridge = true };

    private Packet FromDom0(Packet message) => message with { OutInterface = network.Bridge };
}
