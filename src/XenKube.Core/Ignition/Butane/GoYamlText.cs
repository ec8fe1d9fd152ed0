using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace XenKube.Ignition.Butane;

/// <summary>
/// Texts as go-yaml v3 writes them: plain where that is read as the same text, as a block if there are line feeds, else quoted.
/// </summary>
/// <remarks>Held against gopkg.in/yaml.v3 v3.0.1 in Butane 0.29.0.</remarks>
internal static partial class GoYamlText
{
    private const char ByteOrderMark = '\ufeff';
    private const string Breaks = "\r\n\u0085\u2028\u2029";

    /// <summary>A text as a key.</summary>
    public static string Key(string text) =>
        text.Length == 0 ? "\"\"" : text.Contains('\n', StringComparison.Ordinal) ? DoubleQuoted(text) : OneLine(text, indent: 0);

    /// <summary>A text as a value; a block of lines may have the last line break already.</summary>
    /// <param name="text">The text.</param>
    /// <param name="indent">How many blanks there are before the key or the dash that it belongs to.</param>
    public static string Value(string text, int indent) =>
        !text.Contains('\n', StringComparison.Ordinal) ? OneLine(text, indent)
        : IsBlockAllowed(text) ? Literal(text, indent + 2)
        : DoubleQuoted(text);

    /// <summary>Whether there is anything in a text that ends a line.</summary>
    public static bool HasBreaks(string text) => text.AsSpan().ContainsAny(Breaks);

    private static string OneLine(string text, int indent)
    {
        if (text.Length == 0 || YamlScalarValue.PlainTag(text) != "!!str" || Sexagesimal().IsMatch(text) || IsOldFlag(text))
        {
            return DoubleQuoted(text);
        }
        return IsPlainAllowed(text) ? text : IsSingleQuotedAllowed(text) ? SingleQuoted(text, indent + 2) : DoubleQuoted(text);
    }

    private static bool IsOldFlag(string text) => text is
        "y" or "Y" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" or "n" or "N" or "no" or "No" or "NO" or "off" or "Off" or "OFF";

    private static bool IsPlainAllowed(string text)
    {
        if (text[0] == ' ' || text[^1] == ' ' || HasBreaks(text) || text.Contains('\t', StringComparison.Ordinal) || !IsPrintable(text)
            || text.StartsWith("---", StringComparison.Ordinal) || text.StartsWith("...", StringComparison.Ordinal)
            || "#,[]{}&*!|>'\"%@`".Contains(text[0], StringComparison.Ordinal)
            || (text[0] is '?' or ':' or '-' && IsBlank(text, 1)))
        {
            return false;
        }
        for (var i = 1; i < text.Length; i++)
        {
            if ((text[i] == ':' && IsBlank(text, i + 1)) || (text[i] == '#' && IsBlank(text, i - 1)))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>No blank around the end of a line, no tab and nothing that has to be escaped.</summary>
    private static bool IsSingleQuotedAllowed(string text) =>
        !text.Contains('\t', StringComparison.Ordinal) && IsPrintable(text) && !BlankBeforeBreak().IsMatch(text)
        && !BreakBeforeBlank().IsMatch(text);

    private static bool IsBlockAllowed(string text) => text[^1] != ' ' && IsPrintable(text) && !BlankBeforeBreak().IsMatch(text);

    private static bool IsBlank(string text, int index) => index >= text.Length || text[index] is ' ' or '\t';

    private static bool IsPrintable(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value != '\t' && !IsPrintable(rune.Value))
            {
                return false;
            }
        }
        return true;
    }

    private static bool IsPrintable(int character) =>
        character is '\n' or (>= ' ' and <= '~') or (>= 0xA0 and <= 0xD7FF) or (>= 0xE000 and <= 0xFFFD and not ByteOrderMark);

    private static string Literal(string text, int indent)
    {
        var written = new StringBuilder("|");
        if (text[0] is ' ' or '\n' or '\u2028' or '\u2029')
        {
            written.Append('2');
        }
        var last = text.Length - 1;
        written.Append(!HasBreaks(text[last..]) ? "-" : last == 0 || HasBreaks(text[(last - 1)..last]) ? "+" : "");
        // The first line ends where the text begins, or with a line feed that the text begins with, which is then lost.
        written.Append(HasBreaks(text[..1]) ? "" : "\n");
        return Indent(written, text, indent, startsLine: true).ToString();
    }

    private static string SingleQuoted(string text, int indent) =>
        Indent(new StringBuilder("'"), text.Replace("'", "''", StringComparison.Ordinal), indent, startsLine: false)
            .Append('\'').ToString();

    /// <summary>Adds a text, and blanks before each of its lines that is not empty.</summary>
    private static StringBuilder Indent(StringBuilder written, string text, int indent, bool startsLine)
    {
        var atStart = startsLine;
        foreach (var c in text)
        {
            if (Breaks.Contains(c, StringComparison.Ordinal))
            {
                atStart = true;
            }
            else if (atStart)
            {
                written.Append(' ', indent);
                atStart = false;
            }
            written.Append(c);
        }
        return written;
    }

    private static string DoubleQuoted(string text)
    {
        var written = new StringBuilder("\"");
        // A text that starts with a byte order mark is escaped as a whole: the reference looks at the start wherever it is.
        var escapesAll = text.StartsWith(ByteOrderMark);
        foreach (var rune in text.EnumerateRunes())
        {
            var escape = rune.Value switch
            {
                '\0' => "0",
                '\a' => "a",
                '\b' => "b",
                '\t' => "t",
                '\n' => "n",
                '\v' => "v",
                '\f' => "f",
                '\r' => "r",
                '\u001b' => "e",
                '"' => "\"",
                '\\' => "\\",
                0x85 => "N",
                0xA0 when escapesAll => "_",
                0x2028 => "L",
                0x2029 => "P",
                _ when IsPrintable(rune.Value) && !escapesAll => null,
                <= 0xFF => string.Create(CultureInfo.InvariantCulture, $"x{rune.Value:X2}"),
                <= 0xFFFF => string.Create(CultureInfo.InvariantCulture, $"u{rune.Value:X4}"),
                _ => string.Create(CultureInfo.InvariantCulture, $"U{rune.Value:X8}"),
            };
            written.Append(escape is null ? rune.ToString() : "\\" + escape);
        }
        return written.Append('"').ToString();
    }

    [GeneratedRegex(@"^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\z")]
    private static partial Regex Sexagesimal();

    [GeneratedRegex(" [\r\n\u0085\u2028\u2029]")]
    private static partial Regex BlankBeforeBreak();

    [GeneratedRegex("[\r\n\u0085\u2028\u2029] ")]
    private static partial Regex BreakBeforeBlank();
}
