namespace XenKube.Help;

/// <summary>One example: a title, the commands, and what they show.</summary>
public sealed record HelpExample(string Title, string Code, IReadOnlyList<string> Remarks);

/// <summary>
/// A page of docs/help: <c># Verb-Noun</c> and the description; <c>## Examples</c> with a <c>###</c> title, a fenced
/// block and remarks each; then <c>## Notes</c> and <c>## Links</c> where there are any.
/// </summary>
public sealed record MarkdownPage(
    IReadOnlyList<string> Description, IReadOnlyList<HelpExample> Examples, IReadOnlyList<string> Notes, IReadOnlyList<string> Links)
{
    /// <summary>Reads a page.</summary>
    /// <exception cref="FormatException">It is not made as described.</exception>
    public static MarkdownPage Read(string path)
    {
        var lines = File.ReadAllLines(path);
        if (lines.Length == 0 || lines[0] != "# " + Path.GetFileNameWithoutExtension(path))
        {
            throw new FormatException("the first line has to be '# ' and the name of the cmdlet");
        }
        var sections = Split(lines.Skip(1), "## ");
        var examples = sections.GetValueOrDefault("Examples") ?? throw new FormatException("there is no '## Examples'");
        if (sections.Keys.Except(["", "Examples", "Notes", "Links"]).FirstOrDefault() is { } unknown)
        {
            throw new FormatException($"unknown section '{unknown}'");
        }
        return new MarkdownPage(
            Paragraphs(sections[""]),
            [.. Split(examples, "### ").Where(example => example.Key.Length > 0).Select(example => ReadExample(example.Key, example.Value))],
            Paragraphs(sections.GetValueOrDefault("Notes", [])),
            [.. sections.GetValueOrDefault("Links", []).Where(line => line.StartsWith("- ", StringComparison.Ordinal)).Select(line => line[2..].Trim())]);
    }

    private static HelpExample ReadExample(string title, IReadOnlyList<string> lines)
    {
        var start = lines.ToList().FindIndex(line => line.StartsWith("```", StringComparison.Ordinal));
        var end = start < 0 ? -1 : lines.ToList().FindIndex(start + 1, line => line.StartsWith("```", StringComparison.Ordinal));
        if (end < 0)
        {
            throw new FormatException($"the example '{title}' has no fenced block");
        }
        return new HelpExample(title, string.Join('\n', lines.Skip(start + 1).Take(end - start - 1)), Paragraphs(lines.Skip(end + 1)));
    }

    private static Dictionary<string, List<string>> Split(IEnumerable<string> lines, string heading)
    {
        var sections = new Dictionary<string, List<string>>(StringComparer.Ordinal) { [""] = [] };
        var current = sections[""];
        var fenced = false;
        foreach (var line in lines)
        {
            fenced ^= line.StartsWith("```", StringComparison.Ordinal);
            if (!fenced && line.StartsWith(heading, StringComparison.Ordinal))
            {
                current = sections[line[heading.Length..].Trim()] = [];
                continue;
            }
            current.Add(line);
        }
        return sections;
    }

    // Lines of a paragraph are joined, list items and indented lines stay lines of their own.
    private static List<string> Paragraphs(IEnumerable<string> lines)
    {
        var paragraphs = new List<string>();
        var open = false;
        foreach (var line in lines)
        {
            var text = line.TrimEnd();
            if (text.Length == 0)
            {
                open = false;
            }
            else if (open && !text.StartsWith("- ", StringComparison.Ordinal) && !text.StartsWith('|'))
            {
                paragraphs[^1] += " " + text.Trim();
            }
            else
            {
                paragraphs.Add(text.Trim());
                open = true;
            }
        }
        return [.. paragraphs.Select(Plain)];
    }

    private static string Plain(string text) => text.Replace("`", "", StringComparison.Ordinal).Replace("**", "", StringComparison.Ordinal);
}
