using System.Buffers;
using System.Globalization;
using System.Text;

namespace XenKube.Ignition.Syntax;

/// <summary>Text in double quotes as Go's <c>%q</c> and <c>strconv.Quote</c> write it.</summary>
/// <remarks>Held against strconv of Go 1.19.</remarks>
internal static class GoQuote
{
    /// <summary>Characters that stand for themselves: printable ASCII without the quote and the backslash.</summary>
    private static readonly SearchValues<char> Plain =
        SearchValues.Create([.. Enumerable.Range(' ', 0x5F).Select(c => (char)c).Except(['"', '\\'])]);

    /// <summary>Quotes a text.</summary>
    public static string Quote(string text) =>
        text.AsSpan().ContainsAnyExcept(Plain) ? Quote(ByteText.ToBytes(text)) : $"\"{text}\"";

    /// <summary>Quotes bytes; those that are not UTF-8 become <c>\xNN</c>.</summary>
    public static string Quote(ReadOnlySpan<byte> text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(text, out var rune, out var length) != OperationStatus.Done)
            {
                quoted.Append(CultureInfo.InvariantCulture, $"\\x{text[0]:x2}");
                text = text[1..];
                continue;
            }
            Append(quoted, rune);
            text = text[length..];
        }
        return quoted.Append('"').ToString();
    }

    /// <summary>
    /// Whether Go takes the character for printable: letters, marks, numbers, punctuation, symbols and, of all spaces, U+0020 alone.
    /// </summary>
    public static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator => false,
        _ => true,
    };

    /// <summary>Whether Go could read the text back if it stood between double quotes.</summary>
    public static bool IsUnquotable(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            var length = 1;
            if (text[0] is '"' or '\n')
            {
                return false;
            }
            if (text[0] == '\\' && (length = EscapeLength(text)) == 0)
            {
                return false;
            }
            text = text[length..];
        }
        return true;
    }

    private static int EscapeLength(ReadOnlySpan<char> text)
    {
        var (digits, isOctal) = text.Length < 2 ? (-1, false) : text[1] switch
        {
            'a' or 'b' or 'f' or 'n' or 'r' or 't' or 'v' or '\\' or '"' => (0, false),
            'x' => (2, false),
            'u' => (4, false),
            'U' => (8, false),
            >= '0' and <= '7' => (3, true),
            _ => (-1, false),
        };
        var start = isOctal ? 1 : 2;
        if (digits < 0 || text.Length < start + digits)
        {
            return 0;
        }
        var value = 0L;
        foreach (var c in text.Slice(start, digits))
        {
            if (isOctal ? c is < '0' or > '7' : !char.IsAsciiHexDigit(c))
            {
                return 0;
            }
            value = (value * (isOctal ? 8 : 16)) + Convert.ToInt32(c.ToString(), 16);
        }
        var isPossible = isOctal ? value < 256 : digits < 4 || Rune.IsValid((int)Math.Min(value, int.MaxValue));
        return isPossible ? start + digits : 0;
    }

    private static void Append(StringBuilder quoted, Rune rune)
    {
        switch (rune.Value)
        {
            case '"': quoted.Append("\\\""); break;
            case '\\': quoted.Append("\\\\"); break;
            case '\a': quoted.Append("\\a"); break;
            case '\b': quoted.Append("\\b"); break;
            case '\f': quoted.Append("\\f"); break;
            case '\n': quoted.Append("\\n"); break;
            case '\r': quoted.Append("\\r"); break;
            case '\t': quoted.Append("\\t"); break;
            case '\v': quoted.Append("\\v"); break;
            case var _ when IsPrintable(rune): quoted.Append(rune.ToString()); break;
            case < 0x80: quoted.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}"); break;
            case < 0x10000: quoted.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"); break;
            default: quoted.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}"); break;
        }
    }
}
