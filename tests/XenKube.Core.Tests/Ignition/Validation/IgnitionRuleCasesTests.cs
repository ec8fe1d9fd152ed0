using System.Text;
using System.Text.Json;
using XenKube.Ignition.Generation3;
using XenKube.Ignition.Validation;
using XenKube.Tests.Support;

namespace XenKube.Tests.Ignition.Validation;

/// <summary>Recorded reports of the reference validators, each with something that no other has (tests/corpus/ignition-rules).</summary>
public sealed class IgnitionRuleCasesTests
{
    private static readonly Lazy<ILookup<string, JsonElement>> Versions = new(() =>
        File.ReadLines(Project.Tests("corpus", "ignition-rules", "cases.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToLookup(element => element.GetProperty("generation").GetInt32() + ": " + element.GetProperty("name").GetString()!.Split(' ')[0]));

    public static TheoryData<string> VersionNames => [.. Versions.Value.Select(group => group.Key)];

    [Fact]
    public void Cases_are_all_there() => Assert.True(Versions.Value.Sum(group => group.Count()) > 900);

    [Theory]
    [MemberData(nameof(VersionNames))]
    public void Cases_of_a_version_give_the_recorded_report(string version)
    {
        var wrong = Versions.Value[version].Select(Compare).OfType<string>().ToList();
        Assert.True(wrong.Count == 0, $"{wrong.Count} differ:\n" + string.Join("\n", wrong.Take(10)));
    }

    private static string? Compare(JsonElement element)
    {
        var found = IgnitionValidator.Validate(Encoding.UTF8.GetBytes(element.GetProperty("input").GetString()!), element.GetProperty("generation").GetInt32(), Generation3Release.Ignition2162);
        var wanted = Lines(element.GetProperty("stdout").GetString() + element.GetProperty("stderr").GetString());
        var said = Lines(found.ToString());
        return said == wanted && found.IsValid == (element.GetProperty("exit").GetInt32() == 0)
            ? null
            : $"{element.GetProperty("name").GetString()}: {said}, wanted {wanted}";
    }

    private static string Lines(string text) => string.Join('\n', text.Split('\n').Order(StringComparer.Ordinal));
}
