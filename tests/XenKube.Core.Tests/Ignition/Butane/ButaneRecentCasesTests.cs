using System.Text;
using System.Text.Json;
using XenKube.Ignition.Drivers;
using XenKube.Tests.Support;

namespace XenKube.Tests.Ignition.Butane;

/// <summary>Recorded cases of Butane 0.29.0, each about one rule (tests/corpus/butane-0.29-rules).</summary>
public sealed class ButaneRecentCasesTests
{
    private static readonly string Folder = Project.Tests("corpus", "butane-0.29-rules");

    private static readonly Lazy<ILookup<string, JsonElement>> Groups = new(() => Directory.GetFiles(Folder, "*.jsonl")
        .SelectMany(File.ReadLines)
        .Select(line => JsonDocument.Parse(line).RootElement)
        .ToLookup(element => element.GetProperty("name").GetString()!.Split('-')[0]));

    public static TheoryData<string> Names => [.. Groups.Value.Select(group => group.Key)];

    [Fact]
    public void Cases_are_all_there() => Assert.True(Groups.Value.Sum(group => group.Count()) > 690);

    [Theory]
    [MemberData(nameof(Names))]
    public void Cases_give_the_recorded_bytes(string name)
    {
        var wrong = Groups.Value[name].Select(Compare).OfType<string>().ToList();
        Assert.True(wrong.Count == 0, $"{wrong.Count} differ:\n" + string.Join("\n", wrong.Take(5)));
    }

    private static string? Compare(JsonElement element)
    {
        var name = element.GetProperty("name").GetString();
        var wanted = (element.GetProperty("exit").GetInt32(), element.GetProperty("output").GetString()!, element.GetProperty("stderr").GetString()!);
        var got = Run(element, "--raw-errors");
        if (got != wanted)
        {
            return $"{name}:\n{got}\nwanted\n{wanted}";
        }
        var plain = element.TryGetProperty("default", out var text) ? Run(element).Error : null;
        return plain == text.ToString() || plain is null ? null : $"{name}, default form:\n{plain}\nwanted\n{text}";
    }

    private static (int ExitCode, string Output, string Error) Run(JsonElement element, params ReadOnlySpan<string> flags)
    {
        var args = element.GetProperty("args").EnumerateArray().Select(arg => arg.GetString() == "files" ? $"{Folder}/files" : arg.GetString()!);
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(element.GetProperty("input").GetString()!));
        using var output = new MemoryStream();
        using var error = new StringWriter();
        var exitCode = ButaneDriver.Run([.. args, .. flags], input, output, error);
        return (exitCode, Encoding.UTF8.GetString(output.ToArray()), error.ToString().Replace(Folder + "/", "", StringComparison.Ordinal));
    }
}
