using System.Text.RegularExpressions;

namespace XenKube.Tests.Prose;

/// <summary>A phrase that readers stumble at, and what to write instead.</summary>
/// <param name="Pattern">The phrase.</param>
/// <param name="Advice">What to write instead.</param>
internal sealed record ProseRule(Regex Pattern, string Advice)
{
    /// <summary>Reads rules: a regular expression, a tab, the advice; lines that begin with <c>#</c> are comments.</summary>
    public static IReadOnlyList<ProseRule> Read(string path) =>
    [
        .. File.ReadLines(path).Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('\t'))
            .Select(parts => new ProseRule(new Regex(parts[0], RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Compiled), parts[1])),
    ];

    /// <summary>The findings in texts, in the order of the texts.</summary>
    public static IEnumerable<string> Find(IReadOnlyList<ProseRule> rules, IEnumerable<ProseText> texts)
    {
        foreach (var text in texts)
        {
            foreach (var rule in rules)
            {
                foreach (Match match in rule.Pattern.Matches(text.Text))
                {
                    yield return $"{text.File}:{text.LineAt(match.Index)}: \"{match.Value.Trim()}\": {rule.Advice}";
                }
            }
        }
    }
}
