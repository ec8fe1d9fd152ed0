using System.Net;
using XenKube.Firewall;
using XenKube.Networks;

namespace XenKube.Hosting;

/// <summary>
/// The packets that have to arrive for a port to be open: one from each guest where the guests' bridge is meant, and one of a stranger
/// for every other interface.
/// </summary>
/// <param name="network">The guests' network.</param>
internal sealed class FirewallPackets(GuestSubnet network)
{
    // A network card that no rule names, and addresses of the internet that none is likely to name.
    private const string OtherInterface = "xk-other0";
    private static readonly string[] Strangers = ["193.99.144.80", "2a02:2e0:3fe:1001:7777:772e:2:85"];

    /// <summary>The interface by which an address is reached; empty for dom0 itself.</summary>
    public string RouteTo(IPAddress address) => address.Equals(network.Address) ? "" : network.Contains(address)
        ? network.Bridge : OtherInterface;

    /// <summary>The packets for a port.</summary>
    /// <param name="port">The port, and for whom.</param>
    /// <param name="rules">The rules, whose interfaces count where any interface is meant.</param>
    public IEnumerable<Packet> For(FirewallPort port, Ruleset rules) =>
        from inInterface in Interfaces(port.InInterface, rules, port.IsForward)
        from ends in Ends(port, inInterface)
        from ports in rules.Split(port.Ports)
        select new Packet
        {
            Protocol = port.Protocol,
            Source = ends.Source,
            SourceMac = ends.Mac,
            Destination = ends.Destination,
            DestinationPort = ports,
            InInterface = inInterface,
            OutInterface = port.IsForward ? ends.Out : "",
            IsFromBridge = inInterface == network.Bridge,
        };

    /// <summary>The packets of a stranger to a port of dom0 that leads to a guest, by each card of the outside that is meant.</summary>
    public IEnumerable<Packet> For(FirewallForward forward, Ruleset rules) =>
        from inInterface in Interfaces(forward.InInterface, rules, isForward: true)
        where inInterface != network.Bridge || forward.InInterface == network.Bridge
        from ports in rules.Split(forward.Ports)
        select new Packet
        {
            Protocol = forward.Protocol,
            Source = Stranger,
            Destination = forward.Address ?? Outside,
            DestinationPort = ports,
            InInterface = inInterface,
        };

    // An address of dom0 that no rule names (RFC 5737, RFC 3849).
    private IPAddress Outside => IPAddress.Parse(network.IsIPv6 ? "2001:db8::77" : "192.0.2.77");

    private IPAddress Stranger => IPAddress.Parse(Strangers[network.IsIPv6 ? 1 : 0]);

    private IEnumerable<(IPAddress Source, MacAddress? Mac, IPAddress Destination, string Out)> Ends(FirewallPort port, string inInterface)
    {
        var guests = network.Guests;
        var isFromGuests = inInterface == network.Bridge;
        if (!port.IsForward)
        {
            return isFromGuests ? guests.Select(guest => (guest.Address, guest.MacAddress, network.Address, "")) : [(Stranger, null,
                network.Address, "")];
        }
        var outInterface = port.OutInterface is null ? OtherInterface : Plain(port.OutInterface);
        if (outInterface != network.Bridge)
        {
            return isFromGuests ? guests.Select(guest => (guest.Address, guest.MacAddress, Stranger, outInterface)) : [(Stranger, null,
                network.Numbered(network.First), outInterface)];
        }
        // From guest to guest each talks to the next one.
        return guests.Select((guest, i) => isFromGuests
            ? (guest.Address, guest.MacAddress, guests[(i + 1) % guests.Count].Address, outInterface)
            : (Stranger, (MacAddress?)null, guest.Address, outInterface));
    }

    private IEnumerable<string> Interfaces(string? name, Ruleset rules, bool isForward) =>
        name is null or FirewallPort.AnyInterface
            ? rules.Interfaces.Where(one => one != "lo" && (isForward || one != network.Bridge)).Append(network.Bridge)
            .Append(OtherInterface).Distinct()
            : [Plain(name)];

    private static string Plain(string name) => name.EndsWith('+') ? $"{name[..^1]}0" : name;
}
