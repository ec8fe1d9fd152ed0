using System.Globalization;
using System.Net;

namespace XenKube.Images.Transfer;

/// <summary>
/// The variable <c>no_proxy</c>, read as curl reads it: names and their domains, addresses, blocks of addresses, separated by commas
/// or blanks; <c>*</c> alone means every server.
/// </summary>
/// <param name="text">The variable's text.</param>
internal sealed class NoProxyList(string text)
{
    private readonly string[] _entries = text.Split([',', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>True for a server that is asked without a proxy.</summary>
    /// <param name="host">The server's name or address, as a URI has it.</param>
    public bool Has(string host)
    {
        if (text == "*")
        {
            return true;
        }
        var name = host.Trim('[', ']').TrimEnd('.');
        return IPAddress.TryParse(name, out var address) ? _entries.Any(entry => IsAddress(entry, address)) : name.Length > 0
            && _entries.Any(entry => IsDomain(entry, name));
    }

    private static bool IsDomain(string entry, string name)
    {
        var domain = entry.TrimEnd('.');
        domain = domain.StartsWith('.') ? domain[1..] : domain;
        return domain.Length > 0 && name.EndsWith(domain, StringComparison.OrdinalIgnoreCase)
            && (name.Length == domain.Length || name[^(domain.Length + 1)] == '.');
    }

    private static bool IsAddress(string entry, IPAddress address)
    {
        var parts = entry.Split('/', 2);
        if (!IPAddress.TryParse(parts[0].Trim('[', ']'), out var block) || block.AddressFamily != address.AddressFamily)
        {
            return false;
        }
        var (left, right) = (block.GetAddressBytes(), address.GetAddressBytes());
        var bits = left.Length * 8;
        if (parts.Length > 1 && !(int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out bits)
            && bits <= left.Length * 8))
        {
            return false;
        }
        // curl takes a length of 0 for an address.
        bits = bits == 0 ? left.Length * 8 : bits;
        return Enumerable.Range(0, bits).All(bit => ((left[bit / 8] ^ right[bit / 8]) & (0x80 >> (bit % 8))) == 0);
    }
}
