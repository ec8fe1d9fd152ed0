using System.Globalization;
using XenKube.Tests.Support;

namespace XenKube.Tests.Prose;

/// <summary>
/// Checks Markdown, messages and comments by the rules of tests/prose/rules.txt. The first line of tests/prose/baseline.txt names
/// the kinds of text that are checked, <c>comments</c> for all folders or <c>comments:FOLDER</c>. The lines after it count the findings that remain, by kind and folder; a count may only go
/// down.
/// </summary>
public class ProseTests
{
    private static readonly string[] CodeFolders = ["src/XenKube.Core", "src/XenKube.Parsing", "src/XenKube", "src/XenKube.Cli", "build/XenKube.Help", "build/XenKube.Records",
        "tests"];
    private static readonly string BaselinePath = Path.Combine(Project.Root, "tests/prose/baseline.txt");

    [Fact]
    public void Rules_find_what_they_are_made_for()
    {
        var rules = ProseRule.Read(Path.Combine(Project.Root, "tests/prose/rules.txt"));
        string[] stumbled =
        [
            "'x' is no port", "at the begin of a line", "Units a second of late", "True when it is otherwise than it shall be.", "From here on the edit counts.",
            "the file behind it", "the copy stands in the table", "What may lie there is a commit block of old.", "Whoever waits longer is told.", "make it anew",
            "be it through a character", "'x' is nothing that can be made here",
        ];
        foreach (var text in stumbled)
        {
            Assert.True(ProseRule.Find(rules, [new ProseText("x", [(1, text)])]).Any(), $"no rule finds: {text}");
        }
        string[] plain = ["there is no port", "x is not a port", "the counts of a run", "What is a node?", "VAR stands for the value", "it is no longer used"];
        foreach (var text in plain)
        {
            Assert.Empty(ProseRule.Find(rules, [new ProseText("x", [(1, text)])]));
        }
    }

    [Fact]
    public void Code_gives_its_comments_and_messages_with_their_lines()
    {
        const string Code = "/// <summary>One\n/// two.</summary>\nclass C\n{\n    // three\n    string s = $\"'{1}' is no port\" + \"word\";\n}\n";
        Assert.Equal(["One two.", "three"], ProseText.OfComments("f", Code).Select(text => text.Text));
        var message = Assert.Single(ProseText.OfMessages("f", Code));
        Assert.Equal("'x' is no port", message.Text);
        Assert.Equal(6, message.LineAt(3));
    }

    [Fact]
    public void Texts_are_plain_English()
    {
        var lines = File.ReadAllLines(BaselinePath).Where(line => line.Length > 0 && line[0] != '#').ToArray();
        var kinds = lines[0].Split(' ')[1..];
        var found = Find(ProseRule.Read(Path.Combine(Project.Root, "tests/prose/rules.txt")), kinds);
        if (Environment.GetEnvironmentVariable("XENKUBE_PROSE") == "accept")
        {
            File.WriteAllLines(BaselinePath, ["# The kinds of text that are checked, then the findings that remain: kind, folder, count. A count may only go down.", lines[0],
                .. found.Where(kind => kind.Value.Count > 0).Select(kind => $"{kind.Key} {kind.Value.Count.ToString(CultureInfo.InvariantCulture)}")]);
            return;
        }
        var known = lines[1..].ToDictionary(line => line[..line.LastIndexOf(' ')], line => int.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
        var failures = new List<string>();
        foreach (var (kind, findings) in found)
        {
            var limit = known.GetValueOrDefault(kind);
            if (findings.Count > limit)
            {
                failures.Add($"{kind}: {findings.Count} findings, tests/prose/baseline.txt allows {limit}:\n  {string.Join("\n  ", findings)}");
            }
            else if (findings.Count < limit)
            {
                failures.Add($"{kind}: only {findings.Count} findings; lower the {limit} in tests/prose/baseline.txt (XENKUBE_PROSE=accept does it)");
            }
        }
        Assert.True(failures.Count == 0, string.Join("\n", failures));
    }

    private static SortedDictionary<string, List<string>> Find(IReadOnlyList<ProseRule> rules, string[] kinds)
    {
        var found = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var wanted in kinds)
        {
            var kind = wanted.Split(':')[0];
            string[] folders = kind == "markdown" ? ["."]
                : wanted.Contains(':', StringComparison.Ordinal) ? [wanted.Split(':')[1]]
                : [.. CodeFolders.Where(folder => kind == "comments" || folder != "tests")];
            foreach (var folder in folders)
            {
                var texts = Files(folder, kind == "markdown" ? "*.md" : "*.cs").SelectMany(file => TextsOf(kind, file, File.ReadAllText(Path.Combine(Project.Root, file))));
                found[$"{kind} {folder}"] = [.. ProseRule.Find(rules, texts)];
            }
        }
        return found;
    }

    private static IEnumerable<ProseText> TextsOf(string kind, string file, string content) => kind switch
    {
        "markdown" => ProseText.OfMarkdown(file, content),
        "messages" => ProseText.OfMessages(file, content),
        "comments" => ProseText.OfComments(file, content),
        _ => throw new InvalidDataException($"tests/prose/baseline.txt: '{kind}' is not markdown, messages or comments"),
    };

    private static IEnumerable<string> Files(string folder, string pattern) => Directory.EnumerateFiles(Path.Combine(Project.Root, folder), pattern, SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Project.Root, file).Replace('\\', '/'))
        .Where(file => !file.Split('/').Any(part => part is "bin" or "obj" or "artifacts" or "StrykerOutput" or "xenkube-quickstart" || (part.Length > 1 && part[0] == '.')))
        .Order(StringComparer.Ordinal);
}
