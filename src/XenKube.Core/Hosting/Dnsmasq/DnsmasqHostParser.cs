using System.Globalization;
using XenKube.Networks;

namespace XenKube.Hosting.Dnsmasq;

/// <summary>Reads a host as dnsmasq does, dnsmasq(8) --dhcp-host and one_opt of its option.c.</summary>
internal static class DnsmasqHostParser
{
    private const int LongestLabel = 63;

    /// <summary>Reads the hosts of a hosts file.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="file">The file.</param>
    public static IEnumerable<DnsmasqHost> ParseFile(string text, string file) =>
        DnsmasqText.Lines(text).Select(line => line.Text is null
            ? new DnsmasqHost(file, line.Number) { Problem = "a \" is missing" } : Parse(line.Text, file, line.Number));

    /// <summary>
    /// Reads the hosts of /etc/ethers, ethers(5) and dhcp_read_ethers of dnsmasq's dhcp.c: a card, and its address or name.
    /// </summary>
    /// <param name="text">The file's text.</param>
    /// <param name="file">The file.</param>
    public static IEnumerable<DnsmasqHost> ParseEthers(string text, string file)
    {
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (line.StartsWith('#') || line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries) is not [var card, var who, ..]
                || CardPattern.Parse(card) is not { IsEthernet: true } pattern)
            {
                continue;
            }
            var host = new DnsmasqHost(file, number) { Cards = [pattern] };
            yield return AddressText.IPv4(who) is { } address ? host with { Address = address } : host with { Name = NameOf(who) };
        }
    }

    /// <summary>Reads one host.</summary>
    /// <param name="text">Its fields, with commas between.</param>
    /// <param name="file">Where it is said.</param>
    /// <param name="line">The line.</param>
    public static DnsmasqHost Parse(string text, string file, int line)
    {
        var host = new DnsmasqHost(file, line);
        foreach (var field in DnsmasqText.Fields(text))
        {
            host = field.Contains(':', StringComparison.Ordinal) ? WithMark(host, field) : WithWord(host, field);
            if (host.Problem is not null)
            {
                break;
            }
        }
        return host;
    }

    /// <summary>A field with a colon: an id, tags, an IPv6 address, or a card.</summary>
    private static DnsmasqHost WithMark(DnsmasqHost host, string field)
    {
        if (field.StartsWith("id:", StringComparison.OrdinalIgnoreCase))
        {
            var id = field[3..];
            return id.StartsWith('*') ? host
                : id.Contains(':', StringComparison.Ordinal) && CardPattern.Parse(id) is null
                ? host with { Problem = $"'{Printable.Of(DnsmasqText.Shown(field))}' is not hexadecimal" }
                : host with { ClientId = DnsmasqText.Shown(id) };
        }
        if (field.StartsWith("net:", StringComparison.Ordinal) || field.StartsWith("set:", StringComparison.Ordinal))
        {
            return host;
        }
        if (field.StartsWith("tag:", StringComparison.Ordinal))
        {
            return host with { Filters = [.. host.Filters, DnsmasqText.Shown(field[4..])] };
        }
        if (field.StartsWith('[') && field.EndsWith(']'))
        {
            var parts = field[1..^1].Split('/', 2);
            return AddressText.IPv6(parts[0]) is not { } address ? host with { Problem = $"'{Printable.Of(field)}' is not an IPv6 address" }
                : parts.Length > 1 && !(int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                    && length <= 128) ? host with { Problem = $"'{Printable.Of(field)}' has not the prefix of an IPv6 address" }
                : host with { IPv6Addresses = [.. host.IPv6Addresses, address] };
        }
        return CardPattern.Parse(field) is { } card ? host with { Cards = [.. host.Cards, card] }
            : host with { Problem = $"'{Printable.Of(DnsmasqText.Shown(field))}' is not a hardware address" };
    }

    /// <summary>
    /// A field without one: an address, a lease time, a word of dnsmasq's, or a name. The last address and the last name win.
    /// </summary>
    private static DnsmasqHost WithWord(DnsmasqHost host, string field)
    {
        if (AddressText.IPv4(field) is { } address)
        {
            return host with { Address = address };
        }
        if (IsLeaseTime(field) || field == "infinite")
        {
            return host;
        }
        if (field == "ignore")
        {
            return host with { IsIgnored = true };
        }
        var name = DnsmasqText.Shown(field);
        return IsLegalName(name) ? host with { Name = NameOf(name) } : host with { Problem = $"'{Printable.Of(name)}' is not a host name" };
    }

    private static bool IsLeaseTime(string field)
    {
        var digits = field.Length > 1 && "wWdDhHmMsS".Contains(field[^1], StringComparison.Ordinal) ? field[..^1] : field;
        return digits.All(c => char.IsAsciiDigit(c) || c == ' ');
    }

    /// <summary>
    /// legal_hostname of dnsmasq's util.c; the domain has other rules. dnsmasq converts other letters than those of ASCII by IDNA, so they
    /// are accepted here.
    /// </summary>
    private static bool IsLegalName(string name) =>
        name.Split('.') is var labels && labels.All(label => label.Length <= LongestLabel) && !name.Any(char.IsControl)
            && labels[0].Length > 0
        && labels[0].Select((c, i) => char.IsAsciiLetterOrDigit(c) || c > '\x7f' || (i > 0 && c is '-' or '_')).All(isLegal => isLegal);

    private static string NameOf(string name) => name.Split('.')[0];
}
