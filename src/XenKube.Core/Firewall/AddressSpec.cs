using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace XenKube.Firewall;

/// <summary>Addresses of a rule: one, a network, a range, or several of these.</summary>
internal sealed class AddressSpec
{
    private readonly List<Func<IPAddress, Answer>> _tests = [];

    private AddressSpec()
    {
    }

    /// <summary>Reads addresses with a comma between them, as iptables and nft write them.</summary>
    /// <param name="text">The addresses.</param>
    public static AddressSpec Parse(string text)
    {
        var spec = new AddressSpec();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            spec._tests.Add(ParseOne(part));
        }
        return spec;
    }

    public Answer Test(IPAddress address) => Answers.Any(_tests.Select(test => test(address)));

    private static Func<IPAddress, Answer> ParseOne(string text)
    {
        if (text.Split('-') is [var first, var last] && TryAddress(first, out var from) && TryAddress(last, out var to))
        {
            var (low, high) = (Value(from), Value(to));
            return address => Answers.Of(address.AddressFamily == from.AddressFamily && Value(address) >= low && Value(address) <= high);
        }
        var (name, mask) = text.Split('/') is [var before, var after] ? (before, after) : (text, null);
        if (!TryAddress(name, out var network))
        {
            // A host name is looked up when the rules are loaded; what it says then is not known here.
            return name == "localhost" ? address => Answers.Of(IPAddress.IsLoopback(address)) : _ => Answer.Unknown;
        }
        var bits = network.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        UInt128 bitsOfMask;
        if (mask is null)
        {
            bitsOfMask = Prefix(bits, bits);
        }
        else if (int.TryParse(mask, NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length <= bits)
        {
            bitsOfMask = Prefix(length, bits);
        }
        else if (TryAddress(mask, out var given) && given.AddressFamily == network.AddressFamily)
        {
            bitsOfMask = Value(given);
        }
        else
        {
            return _ => Answer.Unknown;
        }
        var wanted = Value(network) & bitsOfMask;
        return address => Answers.Of(address.AddressFamily == network.AddressFamily && (Value(address) & bitsOfMask) == wanted);
    }

    /// <summary>An address, whose missing last numbers are 0 as iptables takes them.</summary>
    private static bool TryAddress(string text, out IPAddress address)
    {
        address = IPAddress.None;
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return IPAddress.TryParse(text, out address!) && address.AddressFamily == AddressFamily.InterNetworkV6;
        }
        var parts = text.Split('.');
        var bytes = new byte[4];
        if (parts.Length > 4)
        {
            return false;
        }
        for (var i = 0; i < parts.Length; i++)
        {
            if (!byte.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out bytes[i]))
            {
                return false;
            }
        }
        address = new IPAddress(bytes);
        return true;
    }

    private static UInt128 Prefix(int length, int bits) => length == 0 ? 0 : ((UInt128.One << (length - 1) << 1) - 1) << (bits - length);

    private static UInt128 Value(IPAddress address)
    {
        UInt128 value = 0;
        foreach (var part in address.GetAddressBytes())
        {
            value = (value << 8) | part;
        }
        return value;
    }
}
