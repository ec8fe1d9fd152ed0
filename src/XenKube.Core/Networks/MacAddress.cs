using System.Globalization;

namespace XenKube.Networks;

/// <summary>A network card's address, written in lower case with colons as xl and dnsmasq do.</summary>
public readonly record struct MacAddress : IComparable<MacAddress>
{
    private readonly long _value;

    private MacAddress(long value) => _value = value;

    /// <summary>The address as text, so that JSON, which holds properties alone, keeps it.</summary>
    public string Address => ToString();

    /// <summary>Reads an address of six hexadecimal pairs with colons (or dashes) between.</summary>
    /// <param name="text">The address.</param>
    /// <exception cref="InvalidInputException">It is none, or one no card may have.</exception>
    public static MacAddress Parse(string text) =>
        TryParse(text, out var address, out var reason)
            ? address
            : throw new InvalidInputException(ErrorIds.MacAddressInvalid, null, null,
                $"'{Printable.Of(text)}' is not a MAC address for a guest: {reason}", $"Write it like {GuideDefaults.MacPrefix}:11");

    /// <summary>Reads an address.</summary>
    /// <param name="text">The address.</param>
    /// <param name="address">The result.</param>
    /// <returns>False when it is none, or one no card may have.</returns>
    public static bool TryParse(string? text, out MacAddress address) => TryParse(text, out address, out _);

    internal static bool TryParse(string? text, out MacAddress address, out string reason)
    {
        address = default;
        reason = "six hexadecimal pairs with colons between are needed";
        if (text is not { Length: 17 })
        {
            return false;
        }
        long value = 0;
        for (var i = 0; i < 17; i++)
        {
            if (i % 3 == 2)
            {
                if (text[i] is not (':' or '-') || text[i] != text[2])
                {
                    return false;
                }
            }
            else if (char.IsAsciiHexDigit(text[i]))
            {
                value = (value << 4) | (uint)Convert.ToInt32(text[i].ToString(), 16);
            }
            else
            {
                return false;
            }
        }
        if (value == 0)
        {
            reason = "all zeros is not an address";
            return false;
        }
        if ((value >> 40 & 1) == 1)
        {
            reason = "the first byte is odd, which marks a group address";
            return false;
        }
        address = new MacAddress(value);
        return true;
    }

    /// <summary>
    /// The address khostsfile pairs with an IP address: the last byte's hexadecimal digits are the decimal digits of the IP address' last
    /// number.
    /// </summary>
    /// <param name="prefix">The first five bytes, such as <c>00:16:3e:4e:31</c>.</param>
    /// <param name="number">10 to 99.</param>
    public static MacAddress ForNumber(string prefix, int number) =>
        number is < 10 or > 99
            ? throw new InvalidInputException(ErrorIds.NumberOutOfRange, null, null,
                string.Create(CultureInfo.InvariantCulture,
                    $"{number} is not in 10..99: the last byte of the MAC address shows the number's two decimal digits"))
            : Parse(string.Create(CultureInfo.InvariantCulture, $"{prefix}:{number}"));

    /// <inheritdoc/>
    public int CompareTo(MacAddress other) => _value.CompareTo(other._value);

    /// <summary>Orders addresses by their number.</summary>
    public static bool operator <(MacAddress left, MacAddress right) => left._value < right._value;

    /// <summary>Orders addresses by their number.</summary>
    public static bool operator <=(MacAddress left, MacAddress right) => left._value <= right._value;

    /// <summary>Orders addresses by their number.</summary>
    public static bool operator >(MacAddress left, MacAddress right) => left._value > right._value;

    /// <summary>Orders addresses by their number.</summary>
    public static bool operator >=(MacAddress left, MacAddress right) => left._value >= right._value;

    /// <inheritdoc/>
    public override string ToString()
    {
        var hex = _value.ToString("x12", CultureInfo.InvariantCulture);
        return string.Join(':', Enumerable.Range(0, 6).Select(i => hex.Substring(i * 2, 2)));
    }
}
