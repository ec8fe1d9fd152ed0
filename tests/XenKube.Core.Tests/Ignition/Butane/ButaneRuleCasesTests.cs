using System.Text;
using System.Text.Json;
using XenKube.Tests.Support;

namespace XenKube.Tests.Ignition.Butane;

/// <summary>Recorded cases of every version, each with something that no other has (tests/corpus/butane-rules).</summary>
public sealed class ButaneRuleCasesTests
{
    private static readonly Lazy<ILookup<string, JsonElement>> Versions = new(() =>
        File.ReadLines(Project.Tests("corpus", "butane-rules", "cases.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToLookup(element => string.Join(' ', element.GetProperty("name").GetString()!.Split(' ')[..^1])));

    public static TheoryData<string> VersionNames => [.. Versions.Value.Select(group => group.Key)];

    [Fact]
    public void Cases_are_all_there() => Assert.True(Versions.Value.Sum(group => group.Count()) > 1200);

    [Theory]
    [MemberData(nameof(VersionNames))]
    public void Cases_of_a_version_give_the_recorded_result(string version)
    {
        var wrong = Versions.Value[version].Select(Compare).OfType<string>().ToList();
        Assert.True(wrong.Count == 0, $"{wrong.Count} differ:\n" + string.Join("\n", wrong.Take(10)));
    }

    private static string? Compare(JsonElement element)
    {
        var folder = Project.Tests("corpus", "butane-rules");
        var args = element.GetProperty("args").EnumerateArray().Select(arg => arg.GetString() == "files" ? $"{folder}/files" : arg.GetString()!).ToArray();
        var run = ButaneRun.Of(Encoding.UTF8.GetBytes(element.GetProperty("input").GetString()!), args);
        var said = Messages(run.Error.Replace(folder + "/", "", StringComparison.Ordinal));
        var wanted = Messages(element.GetProperty("stderr").GetString()!);
        return run.ExitCode == element.GetProperty("exit").GetInt32() && run.Output == element.GetProperty("json").GetString() && said == wanted
            ? null
            : $"{element.GetProperty("name").GetString()}: {run.ExitCode} {run.Output}{said}, wanted {element.GetProperty("json").GetString()}{wanted}";
    }

    private static string Messages(string text) => string.Join('\n', text.Split('\n').Order(StringComparer.Ordinal));
}
