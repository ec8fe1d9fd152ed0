namespace XenKube.Firewall.Nftables;

/// <summary>Edits of a file of nft(8), which keep every byte of the rest and the indentation of what is beside them.</summary>
internal static class NftText
{
    /// <summary>The text with a statement before another one: on a line of its own where that one has one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where the other statement begins.</param>
    /// <param name="statement">The new one.</param>
    public static string Before(string text, int start, string statement)
    {
        var line = StartOfLine(text, start);
        return string.IsNullOrWhiteSpace(text[line..start])
            ? text.Insert(line, $"{text[line..start]}{statement}{EndOfLine(text)}")
            : text.Insert(start, $"{statement}; ");
    }

    /// <summary>The text with a statement at the end of a block.</summary>
    /// <param name="text">The text.</param>
    /// <param name="opening">The place after the brace that opens the block.</param>
    /// <param name="closing">The place of the brace that closes the block.</param>
    /// <param name="statement">The new statement.</param>
    public static string AtEnd(string text, int opening, int closing, string statement)
    {
        var line = StartOfLine(text, closing);
        if (line < opening || !string.IsNullOrWhiteSpace(text[line..closing]))
        {
            // { type filter hook input priority 0; }
            var before = text[opening..closing].TrimEnd();
            var separator = before.Length == 0 || before.EndsWith(';') ? "" : ";";
            return text.Insert(closing - (text[opening..closing].Length - before.Length), $"{separator} {statement};");
        }
        return text.Insert(line, $"{IndentOf(text, opening, line, text[line..closing])}{statement}{EndOfLine(text)}");
    }

    /// <summary>The text with a line after the one of a place.</summary>
    public static string AfterLine(string text, int place, string statement)
    {
        var end = text.IndexOf('\n', Math.Min(place, text.Length));
        return end < 0 ? $"{text}{EndOfLine(text)}{statement}{EndOfLine(text)}" : text.Insert(end + 1, $"{statement}{EndOfLine(text)}");
    }

    /// <summary>The text without a statement, and without its line where nothing else is on it.</summary>
    public static string Without(string text, int start, int end)
    {
        var line = StartOfLine(text, start);
        var next = text.IndexOf('\n', end) is var at and >= 0 ? at + 1 : text.Length;
        if (string.IsNullOrWhiteSpace(text[line..start]) && string.IsNullOrWhiteSpace(text[end..next].Trim().TrimStart(';')))
        {
            return text.Remove(line, next - line);
        }
        var after = end;
        while (after < text.Length && text[after] is ' ' or '\t')
        {
            after++;
        }
        return text.Remove(start, (after < text.Length && text[after] == ';' ? after + 1 : end) - start);
    }

    private static int StartOfLine(string text, int place) => place == 0 ? 0 : text.LastIndexOf('\n', place - 1) + 1;

    private static string EndOfLine(string text) => text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";

    /// <summary>The indentation of the block's last statement, else one step more than that of its end.</summary>
    private static string IndentOf(string text, int opening, int end, string outer)
    {
        var last = text[opening..end].Split('\n').Skip(1).LastOrDefault(line => !string.IsNullOrWhiteSpace(line)
            && line.TrimStart()[0] is not ('#' or '}' or ')'));
        return last is null ? $"{outer}\t" : last[..^last.TrimStart().Length];
    }
}
