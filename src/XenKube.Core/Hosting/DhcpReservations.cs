using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
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

    private DhcpReservations(string path, string text, FileOrigin? origin)
    {
        _origin = origin;
        Path = path;
        _text = text;
        Items = [.. text.Split('\n').Select(ParseLine).OfType<DhcpReservation>()];
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The reservations in the order of the file.</summary>
    public IReadOnlyList<DhcpReservation> Items { get; }

    /// <summary>Reads a hosts file; one that does not exist has no reservations.</summary>
    /// <param name="path">The file.</param>
    public static DhcpReservations Read(string path = DefaultPath)
    {
        var origin = FileOrigin.Of(path);
        return new(path, Encoding.Latin1.GetString(origin.Bytes ?? []), origin);
    }

    /// <summary>Reads the text of a hosts file.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">The file it belongs to.</param>
    public static DhcpReservations Parse(string text, string path = DefaultPath) => new(path, text, null);

    /// <summary>khostsfile's reservations: for each number the address with that last byte, and the MAC address whose last byte shows the same digits.</summary>
    /// <param name="first">The first number, 10 or more.</param>
    /// <param name="last">The last number, 99 or less.</param>
    /// <param name="network">An address of the network, such as dom0's.</param>
    /// <param name="macPrefix">The first five bytes of the MAC addresses.</param>
    public static IReadOnlyList<DhcpReservation> Range(int first, int last, IPAddress network, string macPrefix = GuideDefaults.MacPrefix)
    {
        if (first > last || first < 10 || last > 99)
        {
            throw new InvalidInputException(ErrorIds.NumberOutOfRange, null, null, string.Create(CultureInfo.InvariantCulture, $"{first}..{last} is not a range within 10..99, where the MAC address can show the number's two digits"), "Give one like 10..99");
        }
        if (network.AddressFamily != AddressFamily.InterNetwork)
        {
            throw new InvalidInputException(ErrorIds.NumberOutOfRange, null, null, $"{network} is not an IPv4 address");
        }
        var bytes = network.GetAddressBytes();
        return [.. Enumerable.Range(first, last - first + 1).Select(n => new DhcpReservation(MacAddress.ForNumber(macPrefix, n), new IPAddress([bytes[0], bytes[1], bytes[2], (byte)n])))];
    }

    /// <summary>Adds reservations at the end. One that is there already, the very same, changes nothing; a MAC or IP address that is there with another partner is refused.</summary>
    /// <param name="reservations">The reservations.</param>
    /// <exception cref="ItemExistsException">An address is taken.</exception>
    public DhcpReservations With(IEnumerable<DhcpReservation> reservations)
    {
        var macs = Items.GroupBy(item => item.MacAddress).ToDictionary(group => group.Key, group => group.First());
        var addresses = Items.GroupBy(item => item.IPAddress).ToDictionary(group => group.Key, group => group.First());
        var text = new StringBuilder(_text);
        if (text.Length > 0 && text[^1] != '\n')
        {
            text.Append('\n');
        }
        foreach (var item in reservations)
        {
            CheckName(item.HostName);
            var byMac = macs.GetValueOrDefault(item.MacAddress);
            if (byMac is not null && byMac.IPAddress.Equals(item.IPAddress) && (item.HostName.Length == 0 || item.HostName == byMac.HostName))
            {
                continue;
            }
            if ((byMac ?? addresses.GetValueOrDefault(item.IPAddress)) is { } other)
            {
                throw new ItemExistsException(ErrorIds.ReservationExists, Path, other.Line == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"line {other.Line}"),
                    $"{(byMac is not null ? item.MacAddress.ToString() : item.IPAddress.ToString())} is reserved already: {other}", "Remove that reservation first, or take another address");
            }
            text.Append(item).Append('\n');
            macs[item.MacAddress] = item;
            addresses[item.IPAddress] = item;
        }
        return text.Length == _text.Length || (text.Length == _text.Length + 1 && !_text.EndsWith('\n') && macs.Count == Items.Count) ? this : new(Path, text.ToString(), _origin);
    }

    /// <summary>Removes reservations; the other lines stay.</summary>
    /// <param name="remove">Says which.</param>
    public DhcpReservations Without(Func<DhcpReservation, bool> remove)
    {
        var lines = _text.Split('\n').ToList();
        foreach (var item in Items.Where(remove).OrderByDescending(item => item.Line))
        {
            lines.RemoveAt(item.Line - 1);
        }
        return new(Path, string.Join('\n', lines), _origin);
    }

    /// <summary>The change of the file that makes it say what this says.</summary>
    /// <param name="dnsmasq">The service that is told; null for none.</param>
    public SystemChange ToChange(DnsmasqService? dnsmasq = null)
    {
        var directory = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!;
        return new SystemChange("reservations", [FileChange.Directory(directory), FileChange.Content(Path, Encoding.Latin1.GetBytes(_text), _origin)])
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
            throw new InvalidInputException(ErrorIds.HostNameInvalid, null, null, $"'{Printable.Of(name)}' is not a host name", "Use letters, digits and '-'");
        }
    }

    /// <summary>A line with a MAC address and an IPv4 address in it, dnsmasq(8) --dhcp-host; null for every other line.</summary>
    private static DhcpReservation? ParseLine(string line, int index)
    {
        var fields = line.TrimEnd('\r').Split(',', StringSplitOptions.TrimEntries);
        MacAddress? mac = null;
        IPAddress? address = null;
        var name = "";
        foreach (var field in fields)
        {
            if (field.StartsWith('#'))
            {
                return null;
            }
            if (mac is null && MacAddress.TryParse(field, out var found))
            {
                mac = found;
            }
            else if (address is null && field.Count(c => c == '.') == 3 && IPAddress.TryParse(field, out var ip) && ip.AddressFamily == AddressFamily.InterNetwork)
            {
                address = ip;
            }
            else if (name.Length == 0 && field.Length > 0 && char.IsAsciiLetter(field[0]) && !field.Contains(':', StringComparison.Ordinal) && field is not ("infinite" or "ignore"))
            {
                name = field;
            }
        }
        return mac is { } m && address is not null ? new DhcpReservation(m, address, name) { Line = index + 1 } : null;
    }
}
