using System.Text;
using System.Text.Json.Nodes;
using XenKube.Ignition.Languages;
using XenKube.Ignition.Validation;
using XenKube.Tests.Support;

namespace XenKube.Ignition.Decompiling;

public class IgnitionDecompilerTests(ITestOutputHelper output)
{
    /// <summary>Outputs of ct and Butane, each of whose bytes come back.</summary>
    [Theory]
    [InlineData("clc 0.5.0", 500)]
    [InlineData("clc 0.9.0", 600)]
    [InlineData("butane 0.19.0", 450)]
    [InlineData("butane 0.29.0", 130)]
    public void Recorded_output_comes_back_byte_for_byte(string tool, int least)
    {
        var files = Recorded(tool).Where(json => json.StartsWith('{')).Distinct().ToList();
        Assert.True(files.Count > least, $"{files.Count} configs");
        var wrong = new List<string>();
        var texts = 0;
        foreach (var json in files)
        {
            var document = IgnitionDecompiler.Decompile(Encoding.UTF8.GetBytes(json));
            var again = IgnitionTranspiler.Transpile(document.Text, OptionsOf(document.Dialect, pretty: json.Contains("\n  ", StringComparison.Ordinal)));
            texts += document.Text.Contains("inline:", StringComparison.Ordinal) ? 1 : 0;
            if (!document.IsExact || again.Json.TrimEnd() != json.TrimEnd().Replace("\\ufffd", "\ufffd", StringComparison.Ordinal))
            {
                wrong.Add($"{json}: {string.Join("; ", document.Notes)} {again.Json}");
            }
        }
        output.WriteLine($"{tool}: {files.Count - wrong.Count} of {files.Count} outputs came back, {texts} with contents as text");
        Assert.Empty(wrong);
    }

    /// <summary>Configs that no transpiler wrote, each of which comes back with its meaning, or with a note about what is lost.</summary>
    [Fact]
    public void Valid_json_of_any_origin_comes_back_with_its_meaning()
    {
        var (exact, noted, versions) = (0, 0, new SortedSet<string>(StringComparer.Ordinal));
        var inputs = new[] { "ignition-json", "ignition-json-2.26" }
            .SelectMany(corpus => Directory.GetFiles(Project.Tests("corpus", corpus), "input.json", SearchOption.AllDirectories))
            .Select(File.ReadAllBytes)
            .Concat(File.ReadLines(Project.Tests("corpus", "ignition-rules", "cases.jsonl"))
                .Select(line => Encoding.UTF8.GetBytes(JsonNode.Parse(line)!["input"]!.GetValue<string>())));
        foreach (var json in inputs)
        {
            if (IgnitionValidator.Validate(json) is not { IsValid: true, Version.Length: > 0 } validation)
            {
                continue;
            }
            versions.Add(validation.Version);
            var document = IgnitionDecompiler.Decompile(json);
            (exact, noted) = document.IsExact ? (exact + 1, noted) : (exact, noted + 1);
            if (document.IsExact)
            {
                var again = IgnitionTranspiler.Transpile(document.Text, OptionsOf(document.Dialect));
                Assert.Empty(ConfigMeaning.Differences(ConfigMeaning.Canonical(json), ConfigMeaning.Canonical(Encoding.UTF8.GetBytes(again.Json))));
            }
        }
        output.WriteLine($"{exact} exact, {noted} with notes, of the versions {string.Join(", ", versions)}");
        Assert.Superset(
            new HashSet<string> { "2.0.0", "2.1.0", "2.2.0", "2.3.0", "2.4.0", "3.0.0", "3.1.0", "3.2.0", "3.3.0", "3.4.0", "3.5.0", "3.6.0" },
            versions);
        Assert.True(exact > 70, $"{exact}");
    }

    [Theory]
    [InlineData("2.0.0", null, "clc 0.5.0", false)]
    [InlineData("2.1.0", null, "clc 0.5.0", true)]
    [InlineData("2.2.0", "clc", "clc 0.9.0", true)]
    [InlineData("2.3.0", null, "clc 0.9.0", false)]
    [InlineData("2.4.0", null, "clc 0.9.0", false)]
    [InlineData("3.0.0", null, "fcos 1.0.0", true)]
    [InlineData("3.1.0", null, "fcos 1.1.0", true)]
    [InlineData("3.2.0", null, "fcos 1.3.0", true)]
    [InlineData("3.3.0", null, "flatcar 1.0.0", true)]
    [InlineData("3.4.0", null, "flatcar 1.1.0", true)]
    [InlineData("3.5.0", null, "fcos 1.6.0", true)]
    [InlineData("3.6.0", null, "fcos 1.7.0", true)]
    [InlineData("3.7.0-experimental", "fcos", "fcos 1.8.0-experimental", true)]
    [InlineData("3.7.0-experimental", "flatcar", "flatcar 1.2.0-experimental", true)]
    [InlineData("3.5.0-experimental", null, "fcos 1.6.0", false)]
    [InlineData("3.3.0", "fcos", "fcos 1.4.0", true)]
    [InlineData("3.4.0", "fcos", "fcos 1.5.0", true)]
    [InlineData("3.4.0", "r4e", "r4e 1.1.0", true)]
    [InlineData("3.4.0", "fiot", "fiot 1.0.0", true)]
    [InlineData("3.2.0", "flatcar", "flatcar 1.0.0", false)]
    [InlineData("3.6.0", "flatcar", "flatcar 1.1.0", false)]
    public void Version_is_written_by_the_nearest_version_of_the_variant(string version, string? variant, string dialect, bool isExact)
    {
        var document = IgnitionDecompiler.Decompile(Encoding.UTF8.GetBytes($$$"""{"ignition":{"version":"{{{version}}}"}}"""), variant);
        Assert.Equal((dialect, isExact), (document.Dialect, document.IsExact));
        Assert.All(document.Notes, note => Assert.StartsWith("ignition.version: ", note, StringComparison.Ordinal));
        Assert.True(IgnitionTranspiler.Transpile(document.Text, OptionsOf(dialect)).Succeeded);
    }

    [Theory]
    [InlineData("2.1.0", "fcos", "DialectUnknown", "clc")]
    [InlineData("3.1.0", "clc", "DialectUnknown", "fcos")]
    [InlineData("3.1.0", "nonsense", "DialectUnknown", "flatcar")]
    [InlineData("4.0.0", null, "UnsupportedFeature", "3.6.0")]
    [InlineData("nonsense", null, "UnsupportedFeature", "2.4.0")]
    public void Unknown_names_are_refused_with_the_known_ones(string version, string? variant, string id, string known)
    {
        var json = Encoding.UTF8.GetBytes($$$"""{"ignition":{"version":"{{{version}}}"}}""");
        var error = Assert.ThrowsAny<XenKubeException>(() => IgnitionDecompiler.Decompile(json, variant));
        Assert.Equal(id, error.ErrorId);
        Assert.Contains(known, error.Remedy!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Contents_that_butane_packed_are_text()
    {
        var text = string.Concat(Enumerable.Range(1, 60).Select(number => $"listen = 0.0.0.0:80{number}\n"));
        var json = IgnitionTranspiler.Transpile(
            "variant: flatcar\nversion: 1.1.0\nstorage:\n  files:\n    - path: /a\n      contents:\n        inline: |\n"
                + string.Concat(text.Split('\n').Select(line => $"          {line}\n"))).Json;
        Assert.Contains("\"gzip\"", json, StringComparison.Ordinal);
        var document = IgnitionDecompiler.Decompile(Encoding.UTF8.GetBytes(json));
        Assert.True(document.IsExact);
        Assert.Contains("listen = 0.0.0.0:801\n", document.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("gzip", document.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"compression":"","source":"data:,hello%20there"}""", """{"compression":"","source":"data:;base64,aGk="}""")]
    [InlineData("""{"source":"data:,hello%20there"}""", """{"source":"data:;base64,/wD/"}""")]
    [InlineData("""{"source":"data:text/plain;charset=utf-8,hello%20there","verification":{}}""", """{"source":"https://h.lab/x"}""")]
    [InlineData("""{"source":"data:;base64,aGVsbG8gdGhlcmU=","httpHeaders":[]}""", """{"compression":"gzip","source":"data:;base64,AAAA"}""")]
    public void Text_is_text_whatever_stands_beside_it(string text, string other)
    {
        var json = $$$"""{"ignition":{"version":"3.3.0"},"storage":{"files":[{"path":"/m","contents":{{{text}}}},{"path":"/b","contents":{{{other}}}}]}}""";
        var document = IgnitionDecompiler.Decompile(Encoding.UTF8.GetBytes(json));
        Assert.True(document.IsExact, string.Join("; ", document.Notes));
        Assert.Contains("inline: hello there\n", document.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Empty_objects_and_absent_ones_are_equal()
    {
        const string json = """
            {"ignition":{"version":"2.2.0","config":{},"timeouts":{},"security":{"tls":{}}},"networkd":{},"passwd":{"users":[
              {"name":"core","sshAuthorizedKeys":["ssh-rsa A"],"groups":null}]},
             "storage":{"files":[{"filesystem":"root","path":"/a","contents":{"source":"data:;base64,aGk=","verification":{}},"mode":420,"user":{},
              "group":{}}],"disks":[],"raid":[],"filesystems":null},"systemd":{"units":[{"name":"a.service","enable":false,"dropins":[]}]}}
            """;
        var document = IgnitionDecompiler.Decompile(Encoding.UTF8.GetBytes(json));
        Assert.True(document.IsExact, string.Join("; ", document.Notes));
        Assert.Contains("inline: hi\n", document.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("{}", document.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Key_that_ignition_does_not_know_is_named()
    {
        var document = IgnitionDecompiler.Decompile("""{"ignition":{"version":"3.3.0"},"storage":{"files":[{"path":"/a","foo":1}]}}"""u8.ToArray());
        Assert.False(document.IsExact);
        Assert.Contains("foo", Assert.Single(document.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Secrets_are_kept_in_the_text_and_not_displayed()
    {
        const string json = """
            {"ignition":{"version":"3.4.0","config":{"merge":[{"source":"https://h.lab/x","httpHeaders":[{"name":"X-Auth","value":"opensesame"}]}]}},
             "passwd":{"users":[{"name":"core","passwordHash":"weakhash"}]},
             "storage":{"luks":[{"name":"d","device":"/dev/x","keyFile":{"source":"data:,diskkey"}}],
              "files":[{"path":"/etc/app/token","contents":{"source":"data:,tok-in-file"}},
               {"path":"/etc/app.key","contents":{"compression":"gzip","source":"data:;base64,AAAA"}},
               {"path":"/etc/app.conf","contents":{"source":"data:,password%3Dhunter22"}}]}}
            """;
        var document = IgnitionDecompiler.Decompile(Encoding.UTF8.GetBytes(json));
        foreach (var secret in (string[])["opensesame", "weakhash", "diskkey", "tok-in-file", "AAAA", "hunter22"])
        {
            Assert.Contains(secret, document.Text, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, document.DisplayText, StringComparison.Ordinal);
        }
        Assert.Contains("bytes, SHA256:", document.DisplayText, StringComparison.Ordinal);
        Assert.Contains("/etc/app/token", document.DisplayText, StringComparison.Ordinal);
    }

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
        var json = """{"ignition":{"version":"2.2.0"},"storage":{"files":[{"filesystem":"root","path":"/a","append":true,"contents":{"source":"data:,a"}}]}}""";
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

    private static TranspileOptions OptionsOf(string dialect, bool pretty = false) => new()
    {
        Release = dialect == "clc 0.9.0" ? "0.9.0" : "0.5.0", Dialect = dialect.StartsWith("clc", StringComparison.Ordinal) ? "clc" : "butane", Pretty = pretty,
    };

    private static IEnumerable<string> Recorded(string tool)
    {
        var (language, release) = (tool.Split(' ')[0], tool.Split(' ')[1]);
        return (language, release) switch
        {
            ("clc", _) => Directory.GetFiles(Project.Tests("corpus", "clc"), $"expected-{release}.json", SearchOption.AllDirectories).Select(File.ReadAllText)
                .Concat(Rules("clc-rules", release)).Concat(Rules("clc-rules", "both").Where(json => json.Contains(release == "0.5.0" ? "\"2.1.0\"" : "\"2.2.0\"", StringComparison.Ordinal))),
            (_, "0.19.0") => Directory.GetFiles(Project.Tests("corpus", "butane"), "expected.json", SearchOption.AllDirectories).Select(File.ReadAllText)
                .Concat(Rules("butane-rules", null)),
            _ => Directory.GetFiles(Project.Tests("corpus", "butane-0.29"), "expected.json", SearchOption.AllDirectories).Select(File.ReadAllText)
                .Concat(File.ReadLines(Project.Tests("corpus", "butane-0.29-rules", "openshift.jsonl")).Select(line => JsonNode.Parse(line)!["output"]!.GetValue<string>())),
        };
    }

    private static IEnumerable<string> Rules(string corpus, string? release) =>
        File.ReadLines(Project.Tests("corpus", corpus, "cases.jsonl")).Select(line => JsonNode.Parse(line)!)
            .Select(element => release is null ? element : element[release])
            .Select(recorded => recorded?["json"]?.GetValue<string>() ?? "");
}
