using XenKube.Hosting.Dnsmasq;
using XenKube.Networks;

namespace XenKube.Hosting;

/// <summary>Faults of the reservations of a host: lines that dnsmasq drops, what is reserved twice, a file that nobody reads.</summary>
internal static class ReservationFindings
{
    /// <summary>Why the reservations of a libvirt network are not written here.</summary>
    /// <param name="instance">libvirt's dnsmasq.</param>
    /// <param name="range">What was to be reserved.</param>
    public static ItemInUseException LibvirtWrites(DnsmasqInstance instance, IReadOnlyList<DhcpReservation> range)
    {
        var network = instance.Configuration.LibvirtNetwork!;
        var example = range[0];
        return new ItemInUseException(
            ErrorIds.ReservationsReadOnly, instance.Configuration.Files.FirstOrDefault(), null,
            $"libvirt writes the reservations of its network '{Printable.Of(network)}' itself, and would write over others",
            $"Reserve each address with virsh, such as virsh net-update {network} add ip-dhcp-host \"<host mac='{example.MacAddress}' ip='{example.IPAddress}'/>\" --live --config");
    }

    /// <summary>Why reservations have no effect; null where dnsmasq reads them, or none is known that would.</summary>
    /// <param name="file">The file of reservations.</param>
    /// <param name="instances">The instances of dnsmasq that are known.</param>
    public static OperationFailedException? NotRead(string file, IReadOnlyList<DnsmasqInstance> instances)
    {
        if (instances.Count == 0 || instances.Any(instance => instance.Configuration.ReadsHosts(file)))
        {
            return null;
        }
        var instance = instances[0];
        var line = $"dhcp-hostsfile={file}";
        var restart = instance.Unit is { } unit ? $"'systemctl restart {unit}'" : "start dnsmasq again";
        var place = instance.Configuration.Directories is [var directory, ..]
            ? Path.Combine(directory, "xenkube.conf") : instance.Configuration.Files.FirstOrDefault();
        var other = instance.Configuration.HostsFiles is [var read, ..] ? $", or give {read} as reservationsFile in xenkube.json" : "";
        return new OperationFailedException(
            ErrorIds.ReservationsNotRead, file, null, $"{instance.Name} does not read this file, so its reservations have no effect",
            $"Write the line {line} into {place ?? "its configuration"} and {restart}{other}");
    }

    /// <summary>The lines that dnsmasq drops, and what is held twice: each with what to do.</summary>
    /// <param name="reservations">The reservations, with what dnsmasq is told elsewhere.</param>
    /// <param name="network">The guests' network.</param>
    public static IEnumerable<(string Message, Remedy Remedy)> Faults(DhcpReservations reservations, BridgeNetwork network)
    {
        var hosts = reservations.AllHosts.ToList();
        foreach (var host in hosts.Where(host => host.Problem is not null))
        {
            yield return ($"dnsmasq drops {host.Place}: {host.Problem}",
                $"Correct the line, or make it a comment with '#' at its beginning");
        }
        hosts.RemoveAll(host => host.Problem is not null);
        foreach (var (shared, first, last) in Twice(hosts, network))
        {
            // The other address of the last one tells it from the first, which stays.
            var plain = reservations.Items.LastOrDefault(item => last.File == reservations.Path && item.Line == last.Line);
            var key = plain is null ? null : shared == plain.MacAddress.ToString()
                ? plain.IPAddress.ToString() : plain.MacAddress.ToString();
            yield return ($"{shared} is reserved twice: {first.Place} and {last.Place}",
                key is null
                    ? (Remedy)$"Take one of them out, such as {last.Place}"
                    : $"Remove one of them: {new RemedyAction(RemedyActionKind.RemoveReservation, key, reservations.Path)}");
        }
    }

    private static IEnumerable<(string Shared, DnsmasqHost First, DnsmasqHost Last)> Twice(List<DnsmasqHost> hosts, BridgeNetwork network)
    {
        // A card or a name may be there once for this network, and once for others.
        bool IsHere(DnsmasqHost host) => host.Address is not { } address || network.Contains(address);
        var byAddress = hosts.Where(host => host.Address is not null).GroupBy(host => (Key: host.Address!.ToString(), true));
        var byCard = hosts.SelectMany(host => host.Cards.Select(card => card.Card).OfType<MacAddress>()
            .Select(card => (Card: card, Host: host))).GroupBy(pair => (Key: pair.Card.ToString(), IsHere(pair.Host)), pair => pair.Host);
        var byName = hosts.Where(host => host.Name.Length > 0).GroupBy(host => (Key: host.Name.ToLowerInvariant(), IsHere(host)));
        return byAddress.Concat(byCard).Concat(byName).Where(group => group.Count() > 1)
            .Select(group => (Printable.Of(group.Key.Key), group.First(), group.Last()));
    }
}
