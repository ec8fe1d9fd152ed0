using System.Text.Json.Nodes;

namespace XenKube.Ignition.ContainerLinux;

/// <summary>The recorded cases: exit code, JSON by meaning, JSON by bytes and messages, each by itself.</summary>
public class ClcCorpusTests
{
    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var name in ClcCase.Names)
            {
                cases.Add(name, "0.5.0");
                cases.Add(name, "0.9.0");
            }
            return cases;
        }
    }

    [Fact]
    public void Corpus_holds_all_cases() => Assert.Equal(156, ClcCase.Names.Count());

    [Theory]
    [MemberData(nameof(Cases))]
    public void Exit_code_is_the_recorded_one(string name, string release)
    {
        var run = ClcCase.Of(name, release);
        Assert.Equal(run.ExpectedExit, run.Exit);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Json_means_the_same(string name, string release)
    {
        var run = ClcCase.Of(name, release);
        Assert.Equal(run.ExpectedJson.Length, run.ExpectedJson.Length == 0 ? run.Json.Length : run.ExpectedJson.Length);
        if (run.ExpectedJson.Length > 0)
        {
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(run.ExpectedJson), JsonNode.Parse(run.Json)));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Json_is_the_same_byte_for_byte(string name, string release)
    {
        var run = ClcCase.Of(name, release);
        Assert.Equal(System.Text.Encoding.Latin1.GetString(run.ExpectedJson), System.Text.Encoding.Latin1.GetString(run.Json));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Messages_are_the_recorded_ones(string name, string release)
    {
        var run = ClcCase.Of(name, release);
        var (expected, actual) = (run.ExpectedEntries, run.Entries);
        if (run.IsLoose)
        {
            expected = expected.ConvertAll(ClcCase.WithoutText);
            actual = actual.ConvertAll(ClcCase.WithoutText);
        }
        if (run.IsUnordered)
        {
            expected.Sort(StringComparer.Ordinal);
            actual.Sort(StringComparer.Ordinal);
        }
        Assert.Equal(expected, actual);
    }
}
