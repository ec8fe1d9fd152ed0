using System.Management.Automation;
using System.Net;
using XenKube.Clusters;
using XenKube.Guests;
using XenKube.Hosting;
using XenKube.Networks;

namespace XenKube.Commands.Hosting;

/// <summary>Which reservations an object from the pipeline stands for: those of a MAC address, of an IP address, or of both.</summary>
/// <param name="MacAddress">The MAC address; null for any.</param>
/// <param name="IPAddress">The IP address; null for any.</param>
/// <param name="HostName">The host name.</param>
internal sealed record PipedReservation(string? MacAddress, string? IPAddress, string HostName = "")
{
    /// <summary>True for a reservation of these addresses.</summary>
    /// <param name="item">The reservation.</param>
    public bool Fits(DhcpReservation item) =>
        (MacAddress is null || string.Equals(item.MacAddress.ToString(), MacAddress, StringComparison.OrdinalIgnoreCase))
        && (IPAddress is null || item.IPAddress.ToString() == IPAddress);

    /// <inheritdoc/>
    public override string ToString() =>
        MacAddress is null ? IPAddress ?? "" : IPAddress is null ? MacAddress : $"{MacAddress},{IPAddress}";

    /// <summary>
    /// What an object says: a reservation, a guest, a node, or a line with these properties. Null where it does not say anything.
    /// </summary>
    /// <param name="item">The object.</param>
    public static PipedReservation? Of(PipedObject item)
    {
        switch (item.Value)
        {
            case IPAddress address:
                return new PipedReservation(null, address.ToString());
            case MacAddress card:
                return new PipedReservation(card.ToString(), null);
            case string:
                return null;
            default:
                var isKnown = item.Is<DhcpReservation>() || item.Is<XenGuest>() || item.Is<Node>() || item.Is<GuestAddress>()
                    || (!item.IsOurs && item.Value is PSCustomObject);
                var (mac, ip) = isKnown ? (item.Words(nameof(MacAddress)), item.Words(nameof(IPAddress))) : (null, null);
                return string.IsNullOrEmpty(mac) && string.IsNullOrEmpty(ip) ? null
                    : new PipedReservation(string.IsNullOrEmpty(mac) ? null : mac, string.IsNullOrEmpty(ip) ? null : ip,
                        item.Text(nameof(HostName)) ?? "");
        }
    }

    /// <summary>What the reservation of a node is found by.</summary>
    /// <param name="node">The node.</param>
    public static PipedReservation Of(Node node) => new(node.MacAddress ?? throw new ItemNotFoundException(ErrorIds.ReservationNotFound,
        node.GuestConfigPath, null, $"the node {node} has no guest configuration with a MAC address",
        $"Make it with {new RemedyAction(RemedyActionKind.MakeGuest, node.FullName)}"), null);

    /// <summary>The error of an object that does not name a reservation.</summary>
    /// <param name="item">The object.</param>
    public static InvalidInputException NotReservation(PipedObject item) => new(ErrorIds.InputInvalid, null, null,
        $"{item} has no address to be reserved", "Pipe reservations, nodes, guests, or objects with MacAddress and IPAddress");
}
