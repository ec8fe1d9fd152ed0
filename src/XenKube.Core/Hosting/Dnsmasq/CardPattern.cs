using System.Globalization;
using XenKube.Networks;

namespace XenKube.Hosting.Dnsmasq;

/// <summary>The cards that a dhcp-host is for: a hardware address, whose bytes may be wildcards.</summary>
/// <param name="Type">The hardware type in front of it, of ARP; 0 for any.</param>
/// <param name="Bytes">The bytes; -1 for a wildcard.</param>
internal sealed record CardPattern(int Type, IReadOnlyList<int> Bytes)
{
    private const int LongestAddress = 16;
    private const int Ethernet = 1;
    private const int EthernetLength = 6;

    /// <summary>True for cards such as guests have.</summary>
    public bool IsEthernet => Type is 0 or Ethernet && Bytes.Count == EthernetLength;

    /// <summary>The one card; null where it is not one, or not one that guests can have.</summary>
    public MacAddress? Card => IsEthernet && !Bytes.Contains(-1)
        && MacAddress.TryParse(string.Join(':', Bytes.Select(Hex)), out var address) ? address : null;

    /// <summary>True when the pattern is for this card, even by wildcards.</summary>
    /// <param name="card">The card.</param>
    public bool Matches(MacAddress card) =>
        IsEthernet && card.ToString().Split(':').Zip(Bytes, (digits, wanted) => wanted < 0 || Hex(wanted) == digits).All(same => same);

    /// <summary>Reads a field, parse_hex of dnsmasq's util.c: short bytes, several bytes in one piece, colons, dashes and blanks.</summary>
    /// <param name="field">The field, which has a colon in it.</param>
    /// <returns>The pattern; null for a field that dnsmasq refuses.</returns>
    public static CardPattern? Parse(string field)
    {
        var type = 0;
        var isTypeRead = false;
        var bytes = new List<int>();
        var start = 0;
        while (start <= field.Length && bytes.Count < LongestAddress)
        {
            var end = field.AsSpan(start).IndexOfAny(':', '-', ' ') is var found && found < 0 ? field.Length : start + found;
            var piece = field[start..end];
            if (!piece.All(c => c == '*' || char.IsAsciiHexDigit(c)))
            {
                return null;
            }
            if (piece.Length > 0 && end < field.Length && field[end] == '-' && bytes.Count == 0 && !isTypeRead)
            {
                isTypeRead = true;
                type = int.TryParse(piece, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) ? number : 0;
            }
            else if (piece == "*")
            {
                bytes.Add(-1);
            }
            else if (piece.Contains('*', StringComparison.Ordinal))
            {
                return null;
            }
            else
            {
                bytes.AddRange(piece.Chunk(2).Select(pair => int.Parse(pair, NumberStyles.AllowHexSpecifier,
                    CultureInfo.InvariantCulture)));
            }
            start = end + 1;
        }
        return new(type, [.. bytes.Take(LongestAddress)]);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        (Type == 0 ? "" : $"{Hex(Type)}-") + string.Join(':', Bytes.Select(value => value < 0 ? "*" : Hex(value)));

    private static string Hex(int value) => value.ToString("x2", CultureInfo.InvariantCulture);
}
