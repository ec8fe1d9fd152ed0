using System.Net;
using XenKube.Hosting.Dnsmasq;
using XenKube.Networks;

namespace XenKube.Hosting;

/// <summary>The cards, addresses and names that the hosts of a dnsmasq hold.</summary>
internal sealed class HeldAddresses
{
    private readonly Dictionary<MacAddress, DnsmasqHost> _cards = [];
    private readonly Dictionary<IPAddress, DnsmasqHost> _addresses = [];
    private readonly Dictionary<string, DnsmasqHost> _names = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Takes the hosts that dnsmasq does not refuse.</summary>
    /// <param name="hosts">The hosts.</param>
    public HeldAddresses(IEnumerable<DnsmasqHost> hosts)
    {
        foreach (var host in hosts.Where(host => host.Problem is null))
        {
            Add(host);
        }
    }

    /// <summary>Adds one more host.</summary>
    /// <param name="host">The host.</param>
    public void Add(DnsmasqHost host)
    {
        foreach (var card in host.Cards.Select(card => card.Card).OfType<MacAddress>())
        {
            _cards.TryAdd(card, host);
        }
        if (host.Address is { } address)
        {
            _addresses.TryAdd(address, host);
        }
        if (host.Name.Length > 0)
        {
            _names.TryAdd(host.Name, host);
        }
    }

    /// <summary>True when a reservation is there already, the very same.</summary>
    /// <param name="item">The reservation.</param>
    public bool Has(DhcpReservation item) =>
        _cards.GetValueOrDefault(item.MacAddress) is { IsIgnored: false } host && item.IPAddress.Equals(host.Address)
        && (item.HostName.Length == 0 || string.Equals(item.HostName, host.Name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The host that has the card, the address or the name of a reservation; null where all are free.</summary>
    /// <param name="item">The reservation.</param>
    public DnsmasqHost? HolderOf(DhcpReservation item) =>
        _cards.GetValueOrDefault(item.MacAddress) ?? _addresses.GetValueOrDefault(item.IPAddress)
            ?? (item.HostName.Length > 0 ? _names.GetValueOrDefault(item.HostName) : null);
}
