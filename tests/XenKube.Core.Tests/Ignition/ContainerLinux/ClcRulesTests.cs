using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using XenKube.Ignition.Drivers;
using XenKube.Tests.Support;

namespace XenKube.Ignition.ContainerLinux;

/// <summary>Each rule by itself, against what both releases of the reference tool say (tests/corpus/clc-rules).</summary>
public partial class ClcRulesTests
{
    private static readonly Lazy<ILookup<string, JsonElement>> Groups = new(() =>
        File.ReadLines(Project.Tests("corpus", "clc-rules", "cases.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToLookup(element => element.GetProperty("name").GetString()!.Split(' ')[0]));

    public static TheoryData<string> GroupNames => [.. Groups.Value.Select(group => group.Key)];

    [Fact]
    public void Rules_are_all_there() => Assert.True(Groups.Value.Sum(group => group.Count()) > 3400);

    [Theory]
    [MemberData(nameof(GroupNames))]
    public void Group_of_rules_gives_the_recorded_result(string group)
    {
        var wrong = new List<string>();
        foreach (var element in Groups.Value[group])
        {
            foreach (var release in (string[])["0.5.0", "0.9.0"])
            {
                var recorded = element.TryGetProperty("both", out var both) ? both : element.GetProperty(release);
                if (Compare(element, release, recorded) is { } difference)
                {
                    wrong.Add($"{element.GetProperty("name").GetString()} ({release}): {difference}");
                }
            }
        }
        Assert.True(wrong.Count == 0, $"{wrong.Count} differ:\n" + string.Join("\n", wrong.Take(10)));
    }

    private static string? Compare(JsonElement element, string release, JsonElement recorded)
    {
        var args = element.GetProperty("args").EnumerateArray().Select(arg => arg.GetString()!);
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(element.GetProperty("input").GetString()!));
        using var output = new MemoryStream();
        using var error = new StringWriter();
        var exit = CtDriver.Run(["--release", release, .. args], input, output, error);
        if (exit != recorded.GetProperty("exit").GetInt32())
        {
            return $"exit {exit}, {error}, wanted {recorded.GetProperty("stderr").GetString()}";
        }
        var json = Encoding.UTF8.GetString(output.ToArray());
        if (json != recorded.GetProperty("json").GetString())
        {
            return $"{json}, wanted {recorded.GetProperty("json").GetString()}";
        }
        var (said, wanted) = (Messages(error.ToString()), Messages(recorded.GetProperty("stderr").GetString()!));
        return said == wanted ? null : $"{said}, wanted {wanted}";
    }

    private static string Messages(string text) =>
        string.Join('\n', EntryStart().Split(text.Replace("\r", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    [GeneratedRegex(@"^(?=(?:error|warning|info)(?:: | at line )|Failed to )", RegexOptions.Multiline)]
    private static partial Regex EntryStart();
}
