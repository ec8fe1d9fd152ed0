using System.Globalization;
using System.Text;

namespace XenKube.Guests;

/// <summary>A value in an xl configuration file: a string, a number, or a list of values.</summary>
public sealed record XenConfigValue
{
    private XenConfigValue(XenConfigValueKind kind, string text, IReadOnlyList<XenConfigValue> items)
    {
        Kind = kind;
        Text = text;
        Items = items;
    }

    /// <summary>Whether it is a string, a number or a list.</summary>
    public XenConfigValueKind Kind { get; }

    /// <summary>The string without quotes and escapes, or the number as it is written; empty for a list.</summary>
    public string Text { get; }

    /// <summary>The list's items; empty for a string or a number.</summary>
    public IReadOnlyList<XenConfigValue> Items { get; }

    /// <summary>Line of its first character in the file, from 1; 0 for a value that was not read from a file.</summary>
    public int Line { get; private init; }

    /// <summary>Column of its first character, from 1.</summary>
    public int Column { get; private init; }

    /// <summary>The place of the value in the text; the end is after its last character.</summary>
    internal int Start { get; private init; }

    internal int End { get; private init; }

    /// <summary>A string.</summary>
    /// <param name="text">Its content, without quotes.</param>
    public static XenConfigValue OfText(string text) => new(XenConfigValueKind.Text, text, []);

    /// <summary>A number.</summary>
    /// <param name="number">Its value.</param>
    public static XenConfigValue OfNumber(long number) =>
        number < 0
            ? throw new InvalidInputException(ErrorIds.GuestConfigInvalid, null, null, "xl knows no negative numbers")
            : new(XenConfigValueKind.Number, number.ToString(CultureInfo.InvariantCulture), []);

    /// <summary>A list.</summary>
    /// <param name="items">Its items.</param>
    public static XenConfigValue OfList(params IReadOnlyList<XenConfigValue> items) => new(XenConfigValueKind.List, "", items);

    /// <summary>A list of strings, as <c>vif</c> and <c>disk</c> are.</summary>
    /// <param name="items">Its items.</param>
    public static XenConfigValue OfTexts(params IEnumerable<string> items) => OfList([.. items.Select(OfText)]);

    internal static XenConfigValue Read(XenConfigValueKind kind, string text, IReadOnlyList<XenConfigValue> items, int line, int column,
        int start, int end) =>
        new(kind, text, items) { Line = line, Column = column, Start = start, End = end };

    /// <summary>The number it stands for; xl takes a quoted number as well as a bare one.</summary>
    /// <param name="number">The number.</param>
    /// <returns>False when it is not a whole number in decimal, hexadecimal (0x) or octal (0) notation.</returns>
    public bool TryGetNumber(out long number)
    {
        // xl hands the text to strtol with base 0.
        number = 0;
        var text = Text.Trim(' ', '\t');
        return Kind != XenConfigValueKind.List && text.Length > 0 && text switch
        {
            _ when text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) =>
                long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number) && number >= 0,
            _ when text.Length > 1 && text[0] == '0' => TryOctal(text, out number),
            _ => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number),
        };
    }

    private static bool TryOctal(string text, out long number)
    {
        number = 0;
        foreach (var digit in text)
        {
            if (digit is < '0' or > '7' || number > long.MaxValue / 8)
            {
                return false;
            }
            number = (number * 8) + (digit - '0');
        }
        return true;
    }

    /// <summary>Two values are equal when they say the same, wherever they stand.</summary>
    /// <param name="other">The other value.</param>
    public bool Equals(XenConfigValue? other) =>
        other is not null && Kind == other.Kind && Text == other.Text && Items.SequenceEqual(other.Items);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Text, Items.Count);

    /// <summary>The value as it is written in a file, in the guide's hand: <c>"text"</c>, <c>1</c>, <c>[ 'a', 'b' ]</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Write(text, '"');
        return text.ToString();
    }

    internal void Write(StringBuilder output, char quote)
    {
        switch (Kind)
        {
            case XenConfigValueKind.Number:
                output.Append(Text);
                break;
            case XenConfigValueKind.Text:
                WriteString(output, Text, quote);
                break;
            default:
                output.Append('[');
                for (var i = 0; i < Items.Count; i++)
                {
                    output.Append(i == 0 ? " " : ", ");
                    Items[i].Write(output, '\'');
                }
                output.Append(Items.Count == 0 ? "]" : " ]");
                break;
        }
    }

    private static void WriteString(StringBuilder output, string text, char quote)
    {
        output.Append(quote);
        foreach (var c in text)
        {
            switch (c)
            {
                case '\\':
                    output.Append("\\\\");
                    break;
                case '\n':
                    output.Append("\\n");
                    break;
                case '\r':
                    output.Append("\\r");
                    break;
                case '\t':
                    output.Append("\\t");
                    break;
                case '\0':
                    throw new InvalidInputException(ErrorIds.GuestConfigInvalid, null, null,
                        "a value in an xl configuration cannot hold a NUL character");
                default:
                    if (c == quote)
                    {
                        output.Append('\\');
                    }
                    output.Append(c);
                    break;
            }
        }
        output.Append(quote);
    }
}
