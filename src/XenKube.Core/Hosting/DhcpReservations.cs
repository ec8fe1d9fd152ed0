using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using XenKube.Files;
using XenKube.Hosting.Dnsmasq;
using XenKube.Networks;

namespace XenKube.Hosting;

/// <summary>
/// dnsmasq's hosts file (<c>dhcp-hostsfile</c>). Lines that are not plain reservations, comments among them, stay as they are,
/// byte for byte. Immutable: each change gives a new one.
/// </summary>
public sealed class DhcpReservations
{
    /// <summary>Where the guide keeps it.</summary>
    public const string DefaultPath = GuideDefaults.ReservationsFile;

    private readonly string _text;
    private readonly FileOrigin? _origin;
    private readonly IReadOnlyList<DnsmasqHost> _others;

    private DhcpReservations(string path, string text, FileOrigin? origin, IReadOnlyList<DnsmasqHost> others)
    {
        _origin = origin;
        _others = others;
        Path = path;
        _text = text;
        Hosts = [.. DnsmasqHostParser.ParseFile(text, path)];
        Items = [.. Hosts.Where(host => host is { Problem: null, IsIgnored: false, Address: not null })
            .SelectMany(host => host.Cards.Select(card => card.Card).OfType<MacAddress>()
                .Select(card => new DhcpReservation(card, host.Address!, host.Name) { Line = host.Line }))];
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>
    /// The reservations in the order of the file: what it keeps for one card by an IPv4 address. A line for several cards is several of
    /// them.
    /// </summary>
    public IReadOnlyList<DhcpReservation> Items { get; }

    /// <summary>The pairs that guests can be given: what dnsmasq does lease to one card and to no other, over all of its files.</summary>
    public IReadOnlyList<GuestAddress> GuestAddresses
    {
        get
        {
            // dnsmasq drops a host whose address another one has already; of several for one card it takes the last one.
            var kept = AllHosts.Where(host => host.Problem is null).GroupBy(host => (object?)host.Address ?? host)
                .Select(group => group.First());
            var last = kept.SelectMany(host => host.Cards.Select(card => card.Card).OfType<MacAddress>()
                .Select(card => (Card: card, Host: host)))
                .GroupBy(pair => pair.Card).Select(group => group.Last());
            return [.. last.Where(pair => pair.Host.OnlyCard is not null && pair.Host.Filters.Count == 0)
                .Select(pair => new GuestAddress(pair.Card, pair.Host.Address!))];
        }
    }

    /// <summary>All lines that name a host.</summary>
    internal IReadOnlyList<DnsmasqHost> Hosts { get; }

    /// <summary>What the dnsmasq that reads this file is told, here and elsewhere, in its order.</summary>
    internal IEnumerable<DnsmasqHost> AllHosts => _others.Concat(Hosts);

    /// <summary>Reads a hosts file; one that does not exist has no reservations.</summary>
    /// <param name="path">The file.</param>
    public static DhcpReservations Read(string path = DefaultPath) => Read(path, []);

    /// <summary>
    /// Reads a hosts file, and what the dnsmasq of its bridge is told elsewhere: in its configuration, in other files and directories of
    /// hosts, in /etc/ethers.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="bridge">The guests' bridge.</param>
    /// <param name="address">dom0's address on it.</param>
    public static DhcpReservations Read(string path, string bridge, IPAddress address) =>
        Read(path, DnsmasqInstance.Of(HostTree.Own, bridge, address, path));

    /// <summary>
    /// Reads a hosts file that need not be that of the guests' bridge, and what a dnsmasq that reads it is told elsewhere.
    /// </summary>
    /// <inheritdoc cref="Read(string, string, IPAddress)" path="//param"/>
    public static DhcpReservations ReadNamed(string path, string bridge, IPAddress address) =>
        Read(path, [.. DnsmasqInstance.Of(HostTree.Own, bridge, address, path).Where(instance => instance.Configuration.ReadsHosts(path))]);

    /// <summary>The same with the instances of dnsmasq that are known already.</summary>
    internal static DhcpReservations Read(string path, IReadOnlyList<DnsmasqInstance> instances)
    {
        var origin = FileOrigin.Of(path);
        return new(path, Encoding.Latin1.GetString(origin.Bytes ?? []), origin,
            [.. instances.SelectMany(instance => instance.Configuration.HostsOutside(path)).Distinct()]);
    }

    /// <summary>Reads the text of a hosts file.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">The file it belongs to.</param>
    public static DhcpReservations Parse(string text, string path = DefaultPath) => new(path, text, null, []);

    /// <summary>
    /// khostsfile's reservations: for each number the address with that last byte, and the MAC address whose last byte shows the same
    /// digits.
    /// </summary>
    /// <param name="first">The first number, 10 or more.</param>
    /// <param name="last">The last number, 99 or less.</param>
    /// <param name="network">An address of the network, such as dom0's.</param>
    /// <param name="macPrefix">The first five bytes of the MAC addresses.</param>
    /// <param name="prefixLength">
    /// Bits of the network, 8 to 30. In a network smaller than 256 addresses the numbers count from its first address, and those beyond its
    /// end have no reservation.
    /// </param>
    public static IReadOnlyList<DhcpReservation> Range(int first, int last, IPAddress network, string macPrefix = GuideDefaults.MacPrefix,
        int prefixLength = BridgeNetwork.UsualPrefix)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (network.AddressFamily != AddressFamily.InterNetwork)
        {
            throw new InvalidInputException(ErrorIds.NumberOutOfRange, null, null, $"{network} is not an IPv4 address");
        }
        return prefixLength is < 8 or > 30
            ? throw new InvalidInputException(ErrorIds.NumberOutOfRange, null, null,
                string.Create(CultureInfo.InvariantCulture, $"a network of {prefixLength} bits cannot be one of guests"), "Give 8 to 30")
            : Range(first, last, new BridgeNetwork(network, prefixLength), macPrefix);
    }

    /// <summary>The same in the network that a bridge has.</summary>
    /// <param name="first">The first number, 10 or more.</param>
    /// <param name="last">The last number, 99 or less.</param>
    /// <param name="address">dom0's address; a network that the bridge does not have is taken as one of 256 addresses.</param>
    /// <param name="bridge">The bridge.</param>
    /// <param name="macPrefix">The first five bytes of the MAC addresses.</param>
    public static IReadOnlyList<DhcpReservation> RangeOf(int first, int last, IPAddress address, string bridge, string macPrefix)
    {
        ArgumentNullException.ThrowIfNull(address);
        return Range(first, last, BridgeNetwork.Of(address, bridge), macPrefix);
    }

    /// <summary>The same in the network of a bridge.</summary>
    internal static IReadOnlyList<DhcpReservation> Range(int first, int last, BridgeNetwork network, string macPrefix)
    {
        if (first > last || first < 10 || last > 99)
        {
            throw new InvalidInputException(ErrorIds.NumberOutOfRange, null, null,
                string.Create(CultureInfo.InvariantCulture,
                    $"{first}..{last} is not a range within 10..99, where the MAC address can show the number's two digits"),
                        "Give one like 10..99");
        }
        IReadOnlyList<DhcpReservation> range = [.. Enumerable.Range(first, last - first + 1)
            .Where(number => network.AddressOf(number) is not null)
            .Select(number => new DhcpReservation(MacAddress.ForNumber(macPrefix, number), network.AddressOf(number)!))];
        return range.Count > 0 ? range
            : throw new InvalidInputException(ErrorIds.NumberOutOfRange, null, null,
                string.Create(CultureInfo.InvariantCulture, $"the network {network} has no address with a number of {first}..{last}"),
                "Give a smaller range, or a larger network");
    }

    /// <summary>
    /// Adds reservations at the end. One that is there already, the very same, changes nothing; a MAC address, IP address or name that
    /// somebody else has is refused.
    /// </summary>
    /// <param name="reservations">The reservations.</param>
    /// <exception cref="ItemExistsException">An address or a name is taken, here or in another file of the same dnsmasq.</exception>
    public DhcpReservations With(IEnumerable<DhcpReservation> reservations) => With(reservations, (_, error) => throw error);

    /// <summary>Adds those reservations that are free.</summary>
    /// <param name="reservations">The reservations.</param>
    /// <param name="onTaken">Told of each that is taken.</param>
    public DhcpReservations With(IEnumerable<DhcpReservation> reservations, Action<DhcpReservation, ItemExistsException> onTaken)
    {
        ArgumentNullException.ThrowIfNull(reservations);
        ArgumentNullException.ThrowIfNull(onTaken);
        var held = new HeldAddresses(AllHosts);
        var added = new StringBuilder();
        foreach (var item in reservations)
        {
            CheckName(item.HostName);
            if (held.Has(item))
            {
                continue;
            }
            if (held.HolderOf(item) is { } holder)
            {
                onTaken(item, Taken(item, holder));
                continue;
            }
            added.Append(item).Append('\n');
            held.Add(DnsmasqHostParser.Parse(item.ToString(), Path, 0));
        }
        return added.Length == 0 ? this : new(Path, $"{_text}{(_text.Length > 0 && _text[^1] != '\n' ? "\n" : "")}{added}", _origin,
            _others);
    }

    /// <summary>Removes reservations; the other lines stay, and the other cards of a line that is for several.</summary>
    /// <param name="remove">Says which.</param>
    public DhcpReservations Without(Func<DhcpReservation, bool> remove)
    {
        var lines = _text.Split('\n').ToList();
        foreach (var line in Items.GroupBy(item => item.Line).OrderByDescending(group => group.Key))
        {
            var cards = line.Where(remove).Select(item => item.MacAddress).ToHashSet();
            if (cards.Count == 0)
            {
                continue;
            }
            if (line.All(item => cards.Contains(item.MacAddress)))
            {
                lines.RemoveAt(line.Key - 1);
            }
            else
            {
                lines[line.Key - 1] = string.Join(',', lines[line.Key - 1].Split(',')
                    .Where(field => !cards.Any(card => CardPattern.Parse(field.Trim())?.Card == card)));
            }
        }
        return new(Path, string.Join('\n', lines), _origin, _others);
    }

    private ItemExistsException Taken(DhcpReservation item, DnsmasqHost holder)
    {
        var what = holder.Cards.Any(card => card.Card == item.MacAddress) ? item.MacAddress.ToString()
            : item.IPAddress.Equals(holder.Address) ? item.IPAddress.ToString() : item.HostName;
        var isOurs = holder.File == Path;
        var place = holder.Line == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"line {holder.Line}");
        var isPlain = isOurs && (holder.Line == 0 || Items.Any(other => other.Line == holder.Line));
        return new ItemExistsException(
            ErrorIds.ReservationExists, holder.File.Length > 0 ? holder.File : Path, place,
            $"{what} is reserved already: {holder}{(holder.IsIgnored ? ", which dnsmasq never answers" : "")}",
            isPlain ? "Remove that reservation first, or take another address" : $"Take another address, or edit {holder.Place}");
    }

    /// <summary>The change of the file that makes it say what this says.</summary>
    /// <param name="dnsmasq">The service that is told; null for none.</param>
    public SystemChange ToChange(DnsmasqService? dnsmasq = null)
    {
        var directory = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!;
        return new SystemChange("reservations", [FileChange.Directory(directory),
            FileChange.Content(Path, Encoding.Latin1.GetBytes(_text), _origin)])
        {
            Activate = dnsmasq is null ? null : dnsmasq.Reload,
        };
    }

    /// <summary>The file's text.</summary>
    public override string ToString() => _text;

    private static void CheckName(string name)
    {
        if (name.Length > 63 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '-') || name.StartsWith('-'))
        {
            throw new InvalidInputException(ErrorIds.HostNameInvalid, null, null, $"'{Printable.Of(name)}' is not a host name",
                "Use letters, digits and '-'");
        }
    }
}
