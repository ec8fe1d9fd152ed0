using System.Globalization;
using XenKube.Networks;

namespace XenKube.Guests;

/// <summary>
/// MAC addresses in guests' configurations. xl reads six hexadecimal numbers with any one character between them (strtoul in
/// parse_nic_config of xl_parse.c), so that <c>0:16:3e:1:2:3</c> is one, and does not look at what follows.
/// </summary>
internal static class XlMacAddress
{
    private const int Parts = 6;

    /// <summary>Reads an address as xl does.</summary>
    /// <param name="text">The address.</param>
    /// <param name="address">The result.</param>
    /// <param name="reason">Why it is none, or one no card may have.</param>
    public static bool TryParse(string? text, out MacAddress address, out string reason)
    {
        address = default;
        reason = "six hexadecimal numbers with colons between are needed";
        if (text is null)
        {
            return false;
        }
        Span<byte> bytes = stackalloc byte[Parts];
        var place = 0;
        for (var part = 0; part < Parts; part++)
        {
            if (part > 0 && place < text.Length)
            {
                place++;
            }
            if (place + 1 < text.Length && text[place] == '0' && text[place + 1] is 'x' or 'X')
            {
                place += 2;
            }
            var end = place;
            while (end < text.Length && char.IsAsciiHexDigit(text[end]))
            {
                end++;
            }
            if (!int.TryParse(text.AsSpan(place, end - place), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                out var number) || number is < 0 or > 255)
            {
                return false;
            }
            bytes[part] = (byte)number;
            place = end;
        }
        return MacAddress.TryParse(string.Join(':', Convert.ToHexString(bytes).Chunk(2).Select(pair => new string(pair))), out address,
            out reason);
    }
}
