using System.Text;

namespace XenKube.Hosting.Dnsmasq;

/// <summary>
/// How dnsmasq reads the lines of its files, read_file of its option.c: quotes, comments, blanks. A character within quotes that
/// would mean something outside of them is moved into Unicode's private area until the fields are told apart.
/// </summary>
internal static class DnsmasqText
{
    /// <summary>The most characters of one reading, MAXDNAME without the zero; a longer line goes on as a line of its own.</summary>
    private const int LongestPiece = 1024;

    private const char Hidden = '\uE000';

    /// <summary>The characters that hide_meta of dnsmasq's util.c hides.</summary>
    private const string Meta = "\0123456 \b\t\n78\r90abcdefABCDE\u001bF:,.";

    /// <summary>Reads the lines of a text: those with something in them, numbered from 1.</summary>
    /// <param name="text">The text, a character for each byte.</param>
    /// <returns>The number and what is left of a line without comment and outer blanks; null for text whose quotes do not end.</returns>
    public static IEnumerable<(int Number, string? Text)> Lines(string text)
    {
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            for (var start = 0; start == 0 || start < line.Length; start += LongestPiece)
            {
                var piece = line.AsSpan(start, Math.Min(LongestPiece, line.Length - start));
                var cleaned = Clean(piece);
                if (cleaned is not "")
                {
                    yield return (number, cleaned);
                }
            }
        }
    }

    /// <summary>Separates the fields of a line at its commas.</summary>
    /// <param name="text">The line.</param>
    public static string[] Fields(string text) => [.. text.Split(',').Select(field => field.Trim(' '))];

    /// <summary>A field's text, with what quotes hid.</summary>
    /// <param name="field">The field.</param>
    public static string Shown(string field) => string.Concat(field.Select(c =>
        c is >= Hidden and < (char)(Hidden + 256) ? (char)(c - Hidden) : c));

    private static string? Clean(ReadOnlySpan<char> line)
    {
        var result = new StringBuilder(line.Length);
        var afterBlank = true;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '"')
            {
                for (i++; i < line.Length && line[i] != '"'; i++)
                {
                    var c = line[i];
                    if (c == '\\' && i + 1 < line.Length && "\"tnebr\\".Contains(line[i + 1], StringComparison.Ordinal))
                    {
                        c = line[++i] switch { 't' => '\t', 'n' => '\n', 'b' => '\b', 'r' => '\r', 'e' => '\u001b', var other => other };
                    }
                    result.Append(Meta.Contains(c, StringComparison.Ordinal) ? (char)(Hidden + c) : c);
                }
                if (i == line.Length)
                {
                    return null;
                }
                afterBlank = false;
            }
            else if (line[i] is ' ' or (>= '\t' and <= '\r'))
            {
                result.Append(' ');
                afterBlank = true;
            }
            else if (line[i] == '#' && afterBlank)
            {
                break;
            }
            else
            {
                result.Append(line[i]);
                afterBlank = false;
            }
        }
        return result.ToString().Trim(' ');
    }
}
