using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using XenKube.Ignition.Drivers;
using XenKube.Tests.Support;

namespace XenKube.Tests.Ignition.Butane;

/// <summary>Runs the recorded cases of Butane 0.19.0 and 0.29.0 as their READMEs say.</summary>
public sealed class ButaneCorpusTests
{
    private const string Recent = "butane-0.29";

    public static TheoryData<string> Cases
    {
        get
        {
            var cases = new TheoryData<string>();
            foreach (var corpus in (string[])["butane", Recent])
            {
                foreach (var folder in Directory.GetDirectories(Project.Tests("corpus", corpus)).Order(StringComparer.Ordinal))
                {
                    var name = Path.GetFileName(folder);
                    cases.Add($"{corpus}/{name}");
                }
            }
            return cases;
        }
    }

    [Fact]
    public void Corpus_is_whole() => Assert.Equal(41 + 224, Cases.Count);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Messages_in_the_default_form_are_the_references(string name)
    {
        if (File.Exists(Project.Tests("corpus", name, "expected.default.stderr")))
        {
            Assert.Equal(Read(name, "expected.default.stderr").Split('\n'), Run(name, word => word != "--raw-errors").Error.Split('\n'));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Exit_code_is_the_references(string name) => Assert.Equal(Read(name, "expected.exit"), Run(name).ExitCode + "\n");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Json_means_what_the_references_means(string name)
    {
        var (_, output, _) = Run(name);
        var expected = Read(name, "expected.json");
        Assert.Equal(expected.Length == 0, output.Length == 0);
        if (expected.StartsWith('{'))
        {
            Assert.Equal(Meaning(expected), Meaning(output));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Json_is_the_references_byte_for_byte(string name) => Assert.Equal(Read(name, "expected.json"), Run(name).Output);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Messages_are_the_references(string name)
    {
        var expected = Read(name, "expected.stderr").Split('\n');
        var actual = Run(name).Error.Split('\n');
        if (File.Exists(Project.Tests("corpus", name, "expected.unordered")))
        {
            Array.Sort(expected, StringComparer.Ordinal);
            Array.Sort(actual, StringComparer.Ordinal);
        }
        Assert.Equal(expected, actual);
    }

    private static string Meaning(string json)
    {
        var node = JsonNode.Parse(json)!;
        Unpack(node);
        return Sorted(node)!.ToJsonString();
    }

    private static void Unpack(JsonNode node)
    {
        foreach (var child in node is JsonObject all ? all.Select(member => member.Value) : node is JsonArray list ? list : [])
        {
            if (child is not null)
            {
                Unpack(child);
            }
        }
        const string start = "data:;base64,";
        if (node is JsonObject resource && resource["compression"] is JsonValue compression && compression.ToString() == "gzip"
            && resource["source"]?.ToString() is { } source && source.StartsWith(start, StringComparison.Ordinal))
        {
            using var gzip = new GZipStream(new MemoryStream(Convert.FromBase64String(source[start.Length..])), CompressionMode.Decompress);
            using var data = new MemoryStream();
            gzip.CopyTo(data);
            resource["source"] = "unpacked:" + Convert.ToHexString(data.ToArray());
        }
    }

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject all => new JsonObject(all.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => KeyValuePair.Create(member.Key, Sorted(member.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };

    /// <summary>Paths in a case's flags are relative to its folder, and messages show them as they were given.</summary>
    private static (int ExitCode, string Output, string Error) Run(string name, Func<string, bool>? isWanted = null)
    {
        var folder = Project.Tests("corpus", name);
        var args = Read(name, "args").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Where(isWanted ?? (_ => true))
            .Select(word => word.Replace("--files-dir=", $"--files-dir={folder}/", StringComparison.Ordinal))
            .Select(word => File.Exists(Path.Combine(folder, word)) ? Path.Combine(folder, word) : word)
            .Prepend(name.StartsWith(Recent, StringComparison.Ordinal) ? "--release=0.29" : "--release=0.19")
            .ToArray();
        using var input = new MemoryStream(File.ReadAllBytes(Path.Combine(folder, "input.yaml")));
        using var output = new MemoryStream();
        using var error = new StringWriter();
        var exitCode = ButaneDriver.Run(args, input, output, error);
        return (exitCode, Encoding.UTF8.GetString(output.ToArray()), error.ToString().Replace(folder + "/", "", StringComparison.Ordinal));
    }

    private static string Read(string name, string file) => Encoding.UTF8.GetString(File.ReadAllBytes(Project.Tests("corpus", name, file)));
}
