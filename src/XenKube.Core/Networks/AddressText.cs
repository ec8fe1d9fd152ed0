using System.Net;
using System.Net.Sockets;

namespace XenKube.Networks;

/// <summary>Addresses as inet_pton(3) reads them, which the host's services use; .NET takes more, such as octal numbers and 10.1.</summary>
internal static class AddressText
{
    /// <summary>Reads an IPv4 address: four decimal numbers without leading zeros.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The address; null for anything else.</returns>
    public static IPAddress? IPv4(string text)
    {
        var parts = text.Split('.');
        if (parts.Length != 4)
        {
            return null;
        }
        Span<byte> bytes = stackalloc byte[4];
        for (var i = 0; i < 4; i++)
        {
            var part = parts[i];
            if (part.Length is 0 or > 3 || !part.All(char.IsAsciiDigit) || (part.Length > 1 && part[0] == '0')
                || !byte.TryParse(part, out bytes[i]))
            {
                return null;
            }
        }
        return new IPAddress(bytes);
    }

    /// <summary>Reads an IPv6 address in any of its forms, without a zone.</summary>
    /// <param name="text">The text, without brackets.</param>
    /// <returns>The address; null for anything else.</returns>
    public static IPAddress? IPv6(string text) =>
        text.All(c => char.IsAsciiHexDigit(c) || c is ':' or '.') && IPAddress.TryParse(text, out var address)
            && address.AddressFamily == AddressFamily.InterNetworkV6
            ? address : null;
}
