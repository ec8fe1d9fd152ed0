using System.Text.Json;
using System.Text.Json.Nodes;
using XenKube.Ignition.Languages;
using XenKube.Tests.Support;

namespace XenKube.Ignition.ContainerLinux;

/// <summary>Random documents of the model, written in several styles of YAML, all give the same JSON.</summary>
public class ClcStyleTests
{
    private static readonly string[] Texts = ["a", "two words", "0644", "yes", "~", "# no comment", "é✓😀", "a: b", "- x", "line\nline\n", "tab\there", "'\"", "{x}", "%41"];

    [Theory]
    [InlineData("0.5.0")]
    [InlineData("0.9.0")]
    public void Document_means_the_same_in_every_style(string release)
    {
        var random = new Random(20171201);
        var succeeded = 0;
        for (var round = 0; round < 150; round++)
        {
            var document = Document(random, release == "0.9.0");
            string? expected = null;
            foreach (var style in Enum.GetValues<YamlStyle>())
            {
                var text = StyledYaml.Write(document, style);
                var config = IgnitionTranspiler.Transpile(text, new TranspileOptions { Release = release });
                Assert.True(config.Succeeded, $"{style}\n{text}\n{config.Report}");
                expected ??= config.Json;
                Assert.True(expected == config.Json, $"{style}\n{text}\n{config.Json}\nwanted {expected}");
            }
            succeeded += expected!.Length > 200 ? 1 : 0;
        }
        Assert.True(succeeded > 100);
    }

    private static JsonObject Document(Random random, bool isNew)
    {
        var storage = new JsonObject
        {
            ["files"] = List(random, index => new JsonObject
            {
                ["path"] = $"/f{index}",
                ["filesystem"] = "root",
                ["mode"] = random.Next(0x1000),
                ["contents"] = new JsonObject { ["inline"] = Pick(random) + Pick(random) },
                [isNew ? "overwrite" : "user"] = isNew ? random.Next(2) == 0 : new JsonObject { ["name"] = Pick(random) },
            }),
            ["links"] = List(random, index => new JsonObject { ["path"] = $"/l{index}", ["filesystem"] = "root", ["target"] = "/t" + Pick(random) }),
            ["disks"] = List(random, index => new JsonObject
            {
                ["device"] = $"/dev/d{index}",
                ["partitions"] = List(random, number => new JsonObject { ["number"] = number + 1, ["size"] = $"{random.Next(99)}MiB" }),
            }),
        };
        return new JsonObject
        {
            ["storage"] = storage,
            ["systemd"] = new JsonObject
            {
                ["units"] = List(random, index => new JsonObject
                {
                    ["name"] = $"u{index}.service",
                    ["enable"] = random.Next(2) == 0,
                    ["contents"] = "[Service]\nExecStart=/bin/true\n\n[Install]\nWantedBy=x\n",
                }),
            },
            ["passwd"] = new JsonObject
            {
                ["users"] = List(random, index => new JsonObject
                {
                    ["name"] = $"u{index}",
                    ["uid"] = random.Next(70000),
                    ["gecos"] = Pick(random),
                    ["ssh_authorized_keys"] = List(random, _ => JsonValue.Create(Pick(random))),
                }),
            },
            ["etcd"] = new JsonObject { ["name"] = "n" + random.Next(9), ["max_wals"] = random.Next(9), ["debug"] = random.Next(2) == 0 },
        };
    }

    private static JsonArray List(Random random, Func<int, JsonNode?> item) => [.. Enumerable.Range(0, random.Next(4)).Select(item)];

    private static string Pick(Random random) => Texts[random.Next(Texts.Length)];
}
