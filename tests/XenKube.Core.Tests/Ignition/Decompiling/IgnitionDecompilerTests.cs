using System.Text;
using System.Text.Json.Nodes;
using XenKube.Tests.Support;

namespace XenKube.Ignition.Decompiling;

public class IgnitionDecompilerTests
{
    [Fact]
    public void Recorded_json_becomes_a_document_that_means_the_same()
    {
        var files = Directory.GetFiles(Project.Tests("corpus", "clc"), "expected-*.json", SearchOption.AllDirectories)
            .Concat(Directory.GetFiles(Project.Tests("corpus", "butane"), "expected.json", SearchOption.AllDirectories))
            .Select(File.ReadAllText)
            .Concat(Rules("clc-rules", "both"))
            .Concat(Rules("clc-rules", "0.5.0"))
            .Concat(Rules("clc-rules", "0.9.0"))
            .Concat(Rules("butane-rules", null))
            .Where(json => json.Length > 0)
            .Distinct()
            .ToList();
        Assert.True(files.Count > 1600, $"{files.Count} configs");
        var wrong = new List<string>();
        foreach (var json in files)
        {
            var document = IgnitionDecompiler.Decompile(Encoding.UTF8.GetBytes(json));
            if (!document.IsExact)
            {
                wrong.Add($"{json}: {string.Join("; ", document.Notes)}");
            }
        }
        Assert.Empty(wrong);
    }

    private static IEnumerable<string> Rules(string corpus, string? release) =>
        File.ReadLines(Project.Tests("corpus", corpus, "cases.jsonl")).Select(line => JsonNode.Parse(line)!)
            .Select(element => release is null ? element : element[release])
            .Select(recorded => recorded?["json"]?.GetValue<string>() ?? "");

    [Fact]
    public void Document_is_one_that_people_can_edit()
    {
        var json = Encoding.UTF8.GetBytes(IgnitionTranspiler.Transpile("""
            storage:
              disks: [{device: /dev/vdb, partitions: [{size: 1GiB, start: 1MiB, label: data}]}]
              files: [{path: /etc/motd, filesystem: root, mode: 0644, contents: {inline: "a\nb\n"}}]
            systemd: {units: [{name: docker.service, enable: true}]}
            """).Json);
        Assert.Equal(
            """
            storage:
              disks:
                - device: /dev/vdb
                  partitions:
                    - label: data
                      size: "1GiB"
                      start: "1MiB"
              files:
                - filesystem: root
                  group: {}
                  path: /etc/motd
                  user: {}
                  contents:
                    inline: |
                      a
                      b
                  mode: 0644
            systemd:
              units:
                - enable: true
                  name: docker.service

            """,
            IgnitionDecompiler.Decompile(json).Text);
    }

    [Fact]
    public void What_cannot_be_said_is_named()
    {
        var json = """{"ignition":{"version":"2.1.0"},"storage":{"files":[{"filesystem":"root","path":"/a","contents":{"source":"http://h/%2f"}}]}}""";
        var document = IgnitionDecompiler.Decompile(Encoding.UTF8.GetBytes(json));
        Assert.False(document.IsExact);
        Assert.NotEmpty(document.Notes);
        Assert.NotNull(JsonNode.Parse(IgnitionTranspiler.Transpile(document.Text).Json));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{}")]
    public void What_is_no_config_is_refused(string json) =>
        Assert.Equal("IgnitionVersionMissing", Assert.Throws<InvalidInputException>(() => IgnitionDecompiler.Decompile(Encoding.UTF8.GetBytes(json))).ErrorId);

    [Fact]
    public void Version_that_no_language_writes_is_unsupported() => Assert.Contains(
        "Ignition 2.4.0",
        Assert.Throws<UnsupportedFeatureException>(() => IgnitionDecompiler.Decompile("""{"ignition":{"version":"2.4.0"}}"""u8.ToArray())).Message,
        StringComparison.Ordinal);
}
