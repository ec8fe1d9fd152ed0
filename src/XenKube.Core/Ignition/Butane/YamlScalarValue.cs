using System.Globalization;
using System.Text.RegularExpressions;
using XenKube.Parsing.Yaml;

namespace XenKube.Ignition.Butane;

/// <summary>The meaning of a scalar to go-yaml v3: its short tag, and its value as number or flag where it is one.</summary>
/// <remarks>Held against gopkg.in/yaml.v3 v3.0.1 in Butane 0.19.0.</remarks>
/// <param name="Tag">The short tag: <c>!!str</c>, <c>!!int</c> ...</param>
/// <param name="Integer">The value of an <c>!!int</c>.</param>
/// <param name="Float">The value of a <c>!!float</c>.</param>
internal readonly partial record struct YamlScalarValue(string Tag, Int128? Integer = null, double? Float = null)
{
    private const string LongPrefix = "tag:yaml.org,2002:";

    /// <summary>The tag of a node in its short form, explicit or by what it looks like.</summary>
    public static string TagOf(YamlNode node)
    {
        if (node.Tag.Length > 0 && node.Tag != "!")
        {
            return Shorten(node.Tag);
        }
        return node.Kind switch
        {
            YamlNodeKind.Mapping => "!!map",
            YamlNodeKind.Sequence => "!!seq",
            YamlNodeKind.Alias => node.Target is null ? "" : TagOf(node.Target),
            _ when node.Style != YamlScalarStyle.Plain => "!!str",
            _ when node.Value == "<<" => "!!merge",
            _ => ResolvePlain(node.Value).Tag,
        };
    }

    /// <summary>The short tag of a plain text.</summary>
    public static string PlainTag(string text) => ResolvePlain(text).Tag;

    /// <summary>The value of a scalar.</summary>
    /// <exception cref="YamlException">The text does not fit an explicit tag.</exception>
    public static YamlScalarValue Resolve(YamlNode node)
    {
        var tag = TagOf(node);
        if (tag is not ("!!bool" or "!!int" or "!!float" or "!!null" or "!!timestamp"))
        {
            return new YamlScalarValue(tag);
        }
        var value = ResolvePlain(node.Value, tag == "!!timestamp" || node.Tag.Length == 0 || node.Tag == "!");
        if (value.Tag == tag)
        {
            return value;
        }
        if (tag == "!!float" && value.Integer is { } integer && integer <= long.MaxValue)
        {
            return new YamlScalarValue(tag, Float: (double)integer);
        }
        throw new YamlException($"cannot decode {value.Tag} `{node.Value}` as a {tag}", node.Line, node.Column);
    }

    private static string Shorten(string tag) =>
        tag.StartsWith(LongPrefix, StringComparison.Ordinal) ? "!!" + tag[LongPrefix.Length..] : tag;

    private static YamlScalarValue ResolvePlain(string text, bool allowTimestamp = true)
    {
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return new YamlScalarValue("!!null");
            case "true" or "True" or "TRUE" or "false" or "False" or "FALSE":
                return new YamlScalarValue("!!bool");
            case ".nan" or ".NaN" or ".NAN":
                return new YamlScalarValue("!!float", Float: double.NaN);
            case ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF":
                return new YamlScalarValue("!!float", Float: double.PositiveInfinity);
            case "-.inf" or "-.Inf" or "-.INF":
                return new YamlScalarValue("!!float", Float: double.NegativeInfinity);
        }
        if (text[0] == '.')
        {
            return DotFloat().IsMatch(text) ? new YamlScalarValue("!!float", Float: ParseFloat(text)) : new YamlScalarValue("!!str");
        }
        if (!char.IsAsciiDigit(text[0]) && text[0] is not ('+' or '-'))
        {
            return new YamlScalarValue("!!str");
        }
        if (allowTimestamp && Timestamp().IsMatch(text) && IsDate(text))
        {
            return new YamlScalarValue("!!timestamp");
        }
        var plain = text.Replace("_", "", StringComparison.Ordinal);
        if (ParseInteger(plain) is { } integer)
        {
            return new YamlScalarValue("!!int", Integer: integer);
        }
        return StyleFloat().IsMatch(plain) ? new YamlScalarValue("!!float", Float: ParseFloat(plain)) : new YamlScalarValue("!!str");
    }

    /// <summary>Decimal, <c>0x</c>, <c>0b</c>, <c>0o</c> and the octal of a leading zero, within 64 bits.</summary>
    private static Int128? ParseInteger(string text)
    {
        var digits = text.AsSpan();
        var isNegative = digits is ['-', ..];
        var isSigned = isNegative || digits is ['+', ..];
        digits = isSigned ? digits[1..] : digits;
        var radix = 10;
        if (digits is ['0', _, ..])
        {
            radix = (digits[1] | 0x20) switch { 'x' => 16, 'b' => 2, 'o' => 8, _ => 8 };
            digits = (digits[1] | 0x20) is 'x' or 'b' or 'o' ? digits[2..] : digits[1..];
        }
        if (digits.IsEmpty)
        {
            return null;
        }
        Int128 value = 0;
        foreach (var c in digits)
        {
            var digit = char.IsAsciiDigit(c) ? c - '0' : char.IsAsciiHexDigit(c) ? (c | 0x20) - 'a' + 10 : 99;
            if (digit >= radix)
            {
                return null;
            }
            value = (value * radix) + digit;
            if (value > ulong.MaxValue)
            {
                return null;
            }
        }
        // Beyond 63 bits only a number without a sign is read.
        var limit = isNegative ? -(Int128)long.MinValue : isSigned ? long.MaxValue : ulong.MaxValue;
        return value > limit ? null : isNegative ? -value : value;
    }

    private static double ParseFloat(string text) => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static bool IsDate(string text)
    {
        var date = text.Split('T', 't', ' ')[0].Split('-');
        var month = int.Parse(date[1], CultureInfo.InvariantCulture);
        var day = int.Parse(date[2], CultureInfo.InvariantCulture);
        var year = int.Parse(date[0], CultureInfo.InvariantCulture);
        return month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(Math.Max(year, 4), month);
    }

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z")]
    private static partial Regex StyleFloat();

    [GeneratedRegex(@"^\.[0-9]+([eE][-+]?[0-9]+)?\z")]
    private static partial Regex DotFloat();

    [GeneratedRegex(
        @"^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ]([01]?[0-9]|2[0-3]):[0-5]?[0-9]:[0-5]?[0-9](\.[0-9]+)?"
        + @"((?<=[Tt].*)(Z|[-+][0-9]{2}:[0-9]{2}))?)?\z")]
    private static partial Regex Timestamp();
}
