using System.Globalization;
using System.Text.RegularExpressions;

namespace XenKube.Parsing.Yaml;

/// <summary>
/// What a scalar stands for, by go-yaml v2's rules for YAML 1.1: a leading zero is octal, <c>yes</c> is true, underscores in
/// numbers are not resolved, <c>1e3</c> is a text and <c>1e+3</c> a number.
/// </summary>
/// <remarks>Held against ajeddeloh/yaml 6b94386, the fork of go-yaml v2 in ct 0.5.0 and 0.9.0.</remarks>
/// <param name="Kind">What it is.</param>
/// <param name="Tag">Its tag in the long form.</param>
public readonly partial record struct YamlScalar(YamlScalarKind Kind, string Tag)
{
    /// <summary>The value of a bool.</summary>
    public bool Boolean { get; private init; }

    /// <summary>The value of a whole number with a sign.</summary>
    public long Whole { get; private init; }

    /// <summary>The value of a whole number beyond <see cref="long.MaxValue"/>.</summary>
    public ulong Natural { get; private init; }

    /// <summary>The value of a number that is not whole.</summary>
    public double Real { get; private init; }

    /// <summary>Resolves a scalar.</summary>
    /// <param name="node">A scalar node.</param>
    /// <returns>What it stands for; for a text the node's own <see cref="YamlNode.Value"/> is the value.</returns>
    /// <exception cref="YamlException">The text does not fit its explicit tag.</exception>
    public static YamlScalar Resolve(YamlNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (node.Tag.Length == 0 && !node.IsImplicit)
        {
            return new YamlScalar(YamlScalarKind.Text, YamlTags.Str);
        }
        if (node.Tag is not ("" or YamlTags.Str or YamlTags.Boolean or YamlTags.Whole or YamlTags.Real or YamlTags.Null))
        {
            return new YamlScalar(YamlScalarKind.Text, node.Tag);
        }
        var resolved = node.Tag == YamlTags.Str ? new YamlScalar(YamlScalarKind.Text, YamlTags.Str) : ResolvePlain(node.Value);
        return node.Tag.Length == 0 || node.Tag == resolved.Tag
            ? resolved
            : throw new YamlException(
                $"cannot decode {YamlTags.Shorten(resolved.Tag)} `{node.Value}` as a {YamlTags.Shorten(node.Tag)}", node.Line, node.Column);
    }

    /// <summary>Resolves a plain text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>What it stands for.</returns>
    public static YamlScalar ResolvePlain(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return new YamlScalar(YamlScalarKind.Null, YamlTags.Null);
            case "y" or "Y" or "yes" or "Yes" or "YES" or "true" or "True" or "TRUE" or "on" or "On" or "ON":
                return new YamlScalar(YamlScalarKind.Boolean, YamlTags.Boolean) { Boolean = true };
            case "n" or "N" or "no" or "No" or "NO" or "false" or "False" or "FALSE" or "off" or "Off" or "OFF":
                return new YamlScalar(YamlScalarKind.Boolean, YamlTags.Boolean);
            case ".nan" or ".NaN" or ".NAN":
                return FromReal(double.NaN);
            case ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF":
                return FromReal(double.PositiveInfinity);
            case "-.inf" or "-.Inf" or "-.INF":
                return FromReal(double.NegativeInfinity);
        }
        if (text[0] == '.')
        {
            return LeadingPoint().IsMatch(text) && TryParseReal(text, out var value) ? FromReal(value) : FromText();
        }
        return char.IsAsciiDigit(text[0]) || text[0] is '+' or '-'
            ? ResolveNumber(text.Replace("_", "", StringComparison.Ordinal)) : FromText();
    }

    private static YamlScalar ResolveNumber(string text)
    {
        var digits = text.AsSpan();
        var signed = digits.Length > 0 && digits[0] is '+' or '-';
        var negative = signed && digits[0] == '-';
        if (TryParseDigits(signed ? digits[1..] : digits, out var magnitude))
        {
            if (magnitude <= long.MaxValue || negative && magnitude == 1UL << 63)
            {
                return new YamlScalar(YamlScalarKind.Whole, YamlTags.Whole)
                    { Whole = negative ? unchecked(-(long)magnitude) : (long)magnitude };
            }
            if (!signed)
            {
                return new YamlScalar(YamlScalarKind.Natural, YamlTags.Whole) { Natural = magnitude };
            }
        }
        return Number().IsMatch(text) && TryParseReal(text, out var value) ? FromReal(value) : FromText();
    }

    /// <summary>Reads digits in the base that their prefix names: 0x, 0o or 0, 0b, else ten.</summary>
    private static bool TryParseDigits(ReadOnlySpan<char> digits, out ulong value)
    {
        var radix = 10u;
        if (digits.Length > 1 && digits[0] == '0')
        {
            (radix, var prefix) = (digits[1] | 0x20) switch
            {
                'x' => (16u, 2),
                'o' => (8u, 2),
                'b' => (2u, 2),
                _ => (8u, 1),
            };
            digits = digits[prefix..];
        }
        value = 0;
        foreach (var c in digits)
        {
            var digit = char.IsAsciiHexDigit(c) ? (uint)Convert.ToInt32(c.ToString(), 16) : uint.MaxValue;
            if (digit >= radix || value > (ulong.MaxValue - digit) / radix)
            {
                return false;
            }
            value = value * radix + digit;
        }
        return digits.Length > 0;
    }

    private static bool TryParseReal(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    private static YamlScalar FromReal(double value) => new(YamlScalarKind.Real, YamlTags.Real) { Real = value };

    private static YamlScalar FromText() => new(YamlScalarKind.Text, YamlTags.Str);

    [GeneratedRegex(@"^[-+]?[0-9]*\.?[0-9]+([eE][-+][0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    [GeneratedRegex(@"^\.[0-9]+([eE][-+]?[0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex LeadingPoint();
}
