using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using XenKube.Ignition;
using XenKube.Ignition.Generation3;
using XenKube.Ignition.Validation;
using XenKube.Tests.Support;

namespace XenKube.Tests.Ignition.Validation;

/// <summary>Runs the recorded cases of the reference validators, as their README says.</summary>
public sealed partial class IgnitionJsonCorpusTests
{
    private const string Recent = "ignition-json-2.26";

    /// <summary>The cases of the releases 0.35.0 and 2.16.2, and those of 2.26.0.</summary>
    private static readonly string[] Corpora = ["ignition-json", Recent];

    public static TheoryData<string> Cases
    {
        get
        {
            var cases = new TheoryData<string>();
            foreach (var corpus in Corpora)
            {
                foreach (var folder in Directory.GetDirectories(Project.Tests("corpus", corpus)).Order(StringComparer.Ordinal))
                {
                    cases.Add($"{corpus}/{Path.GetFileName(folder)}");
                }
            }
            return cases;
        }
    }

    [Fact]
    public void Corpus_is_whole() => Assert.Equal(91 + 118, Cases.Count);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Verdict_is_the_references(string name)
    {
        var result = Validate(name);
        Assert.True(Read(name, "expected.exit") == (result.IsValid ? "0\n" : "1\n"), result.ToString());
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Entries_are_the_references(string name)
    {
        var result = Validate(name);
        var isLoose = Has(name, "expected.loose");
        if (isLoose && Read(name, "expected.stdout").Length == 0 && Read(name, "expected.stderr").Length > 0)
        {
            return;
        }
        var expected = Parse(Read(name, "expected.stdout"), Read(name, "generation").Trim(), isLoose);
        if (Read(name, "expected.stderr") is { Length: > 0 } reason)
        {
            expected.Add($"error 0:0 {reason.Replace("couldn't parse config: ", "", StringComparison.Ordinal).Trim()}");
        }
        var actual = result.Entries.Select(entry => isLoose
            ? string.Create(CultureInfo.InvariantCulture, $"{entry.KindText} {entry.Line}:{entry.Column}")
            : string.Create(CultureInfo.InvariantCulture, $"{entry.KindText} {entry.Line}:{entry.Column} {(entry.Path.Length > 0 ? "$." + entry.Path + ": " : "")}{entry.Message}")).ToList();
        if (Has(name, "expected.unordered"))
        {
            expected.Sort(StringComparer.Ordinal);
            actual.Sort(StringComparer.Ordinal);
        }
        Assert.Equal(expected, actual);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Text_is_the_references_byte_for_byte(string name)
    {
        if (Has(name, "expected.loose") || Has(name, "expected.unordered"))
        {
            return;
        }
        Assert.Equal(Read(name, "expected.stdout") + Read(name, "expected.stderr"), Validate(name).ToString());
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Generation_is_found_by_the_version_where_there_is_one(string name)
    {
        var recorded = Validate(name);
        if (recorded.Version.Length > 0 && char.IsAsciiDigit(recorded.Version[0]) && !recorded.IsUnreadable)
        {
            Assert.Equal(recorded.ToJson(), IgnitionValidator.Validate(Bytes(name), null, ReleaseOf(name)).ToJson());
        }
    }

    private static IgnitionValidation Validate(string name) =>
        IgnitionValidator.Validate(Bytes(name), int.Parse(Read(name, "generation").Trim(), CultureInfo.InvariantCulture), ReleaseOf(name));

    private static Generation3Release ReleaseOf(string name) =>
        name.StartsWith(Recent, StringComparison.Ordinal) ? Generation3Release.Ignition2260 : Generation3Release.Ignition2162;

    private static byte[] Bytes(string name) => File.ReadAllBytes(Project.Tests("corpus", name, "input.json"));

    private static string Read(string name, string file) =>
        Encoding.UTF8.GetString(File.ReadAllBytes(Project.Tests("corpus", name, file)));

    private static bool Has(string name, string file) => File.Exists(Project.Tests("corpus", name, file));

    private static List<string> Parse(string report, string generation, bool isLoose)
    {
        var entries = new List<string>();
        foreach (var line in report.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (generation == "3")
            {
                var match = Entry3().Match(line);
                entries.Add($"{match.Groups["kind"]} {match.Groups["line"]}:{match.Groups["column"]}"
                    + (isLoose ? "" : $" {(match.Groups["path"].Success ? match.Groups["path"].Value + ": " : "")}{match.Groups["message"]}"));
            }
            else if (Start2().Match(line) is { Success: true } start)
            {
                entries.Add($"{start.Groups["kind"]} {start.Groups["line"]}:{start.Groups["column"]}");
            }
            else if (Plain2().Match(line) is { Success: true } plain)
            {
                entries.Add($"{plain.Groups["kind"]} 0:0" + (isLoose ? "" : $" {plain.Groups["message"]}"));
            }
            else if (!Shown2().IsMatch(line) && !isLoose)
            {
                entries[^1] += " " + line;
            }
        }
        return entries;
    }

    [GeneratedRegex(@"^(?<kind>error|warning) at ((?<path>\$.*), )?line (?<line>\d+) col (?<column>\d+): (?<message>.*)$")]
    private static partial Regex Entry3();

    [GeneratedRegex(@"^(?<kind>error|warning|info|deprecated) at line (?<line>\d+), column (?<column>\d+)$")]
    private static partial Regex Start2();

    [GeneratedRegex(@"^(?<kind>error|warning|info|deprecated): (?<message>.*)$")]
    private static partial Regex Plain2();

    [GeneratedRegex(@"^( *\d+: .*| *\^)$")]
    private static partial Regex Shown2();
}
