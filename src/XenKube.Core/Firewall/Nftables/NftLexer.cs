using System.Globalization;

namespace XenKube.Firewall.Nftables;

/// <summary>Splits a file of nft(8) into tokens: words, texts in quotes, signs, and the ends of lines.</summary>
internal static class NftLexer
{
    private const string Signs = "{};,=!<>()[]&|^";
    private static readonly string[] LongSigns = ["==", "!=", "<=", ">=", "<<", ">>"];

    /// <summary>Reads all tokens.</summary>
    /// <param name="source">The file.</param>
    /// <exception cref="InvalidInputException">A quote is not closed.</exception>
    public static List<NftToken> Read(NftSource source)
    {
        var text = source.Text;
        var tokens = new List<NftToken>();
        var line = 1;
        for (var at = 0; at < text.Length;)
        {
            var start = at;
            switch (text[at])
            {
                case '\n':
                    tokens.Add(new NftToken("\n", NftTokenKind.Newline, start, ++at, line++, source));
                    break;
                case ' ' or '\t' or '\r':
                    at++;
                    break;
                case '\\' when IsContinued(text, at, out var next):
                    (at, line) = (next, line + 1);
                    break;
                case '#':
                    at = text.IndexOf('\n', at) is var end and >= 0 ? end : text.Length;
                    break;
                case '"':
                    at = text.IndexOf('"', at + 1) is var close and > 0 ? close + 1 : throw Bad(source, line, "a quote that is not closed");
                    tokens.Add(new NftToken(text[(start + 1)..(at - 1)], NftTokenKind.Quoted, start, at, line, source));
                    line += text.AsSpan(start, at - start).Count('\n');
                    break;
                case var c when Signs.Contains(c, StringComparison.Ordinal):
                    at += LongSigns.Any(sign => string.CompareOrdinal(text, start, sign, 0, 2) == 0) ? 2 : 1;
                    tokens.Add(new NftToken(text[start..at], NftTokenKind.Sign, start, at, line, source));
                    break;
                default:
                    while (at < text.Length && !char.IsWhiteSpace(text[at]) && !Signs.Contains(text[at], StringComparison.Ordinal)
                        && text[at] is not ('"' or '#') && !(text[at] == '\\' && IsContinued(text, at, out _)))
                    {
                        at++;
                    }
                    at = Math.Max(at, start + 1);
                    tokens.Add(new NftToken(text[start..at], NftTokenKind.Word, start, at, line, source));
                    break;
            }
        }
        return tokens;
    }

    public static InvalidInputException Bad(NftSource source, int line, string reason) =>
        new(ErrorIds.FirewallRulesInvalid, source.Path, string.Create(CultureInfo.InvariantCulture, $"line {line}"), reason,
            $"Compare with what 'nft -c -f {Printable.Of(source.Path)}' says");

    /// <summary>True for a backslash at the end of a line, which joins the line with the next one.</summary>
    private static bool IsContinued(string text, int at, out int next)
    {
        next = at + 1;
        while (next < text.Length && text[next] is ' ' or '\t' or '\r')
        {
            next++;
        }
        return next < text.Length && text[next++] == '\n';
    }
}
