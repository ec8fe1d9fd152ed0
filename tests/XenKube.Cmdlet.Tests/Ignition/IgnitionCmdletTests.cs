using System.Security.Cryptography;
using XenKube.Ignition;
using XenKube.Tests.Support;

namespace XenKube.Tests.Ignition;

/// <summary>ConvertTo-Ignition, Test-Ignition, Publish-Ignition, Unpublish-Ignition.</summary>
public sealed class IgnitionCmdletTests : IDisposable
{
    private readonly CmdletSession _session = new();

    public IgnitionCmdletTests() => _session.MakeCluster(hasDisks: false, "node-1", "node-2");

    private string Published => _session["nginx/etcd/node-1.json"];

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Config_is_the_JSON_of_the_guide_to_the_byte()
    {
        var config = _session.Run("ConvertTo-Ignition node-1.ct").One<IgnitionConfig>();
        Assert.Equal((CmdletSession.GuideJson, "2.1.0"), (config.ToString(), $"{config.Version}"));
    }

    [Fact]
    public void Release_is_the_one_asked_for_or_that_of_the_settings()
    {
        Assert.Equal("2.2.0", $"{_session.Run("ConvertTo-Ignition node-1.ct -Release 0.9.0").One<IgnitionConfig>().Version}");
        _session.Write("xenkube.json", """{ "transpilerRelease": "0.9.0" }""");
        Assert.Equal("2.2.0", $"{_session.Run("ConvertTo-Ignition node-1.ct").One<IgnitionConfig>().Version}");
    }

    [Fact]
    public void Butane_is_known_by_its_variant() =>
        Assert.Equal("3.3.0", $"{_session.Run("\"variant: flatcar`nversion: 1.0.0\" | ConvertTo-Ignition").One<IgnitionConfig>().Version}");

    [Fact]
    public void Warning_has_file_and_place_and_is_an_error_with_Strict()
    {
        var file = _session.Write("guests/etcd/w.ct", "systemd:\n  units:\n    - name: a.service\n      enabled: true\n      typo: 1\n");
        var result = _session.Run("ConvertTo-Ignition w.ct");
        result.One<IgnitionConfig>();
        Assert.StartsWith($"{file}: line 5, column ", result.Warnings[0], StringComparison.Ordinal);
        Assert.Contains("typo", result.Warnings[0], StringComparison.Ordinal);
        _session.Run("ConvertTo-Ignition w.ct -Strict").Error("ConfigFailed");
    }

    [Fact]
    public void Each_broken_file_is_reported_by_itself_and_the_next_is_taken()
    {
        _session.Write("guests/etcd/b.ct", "passwd:\n  users: [\n");
        var result = _session.Run("ConvertTo-Ignition b.ct, node-1.ct, gone.ct");
        Assert.Single(result.Output);
        Assert.Equal(["ConfigFailed", "FileNotFound"], result.ErrorIds.Order(StringComparer.Ordinal));
        Assert.All(
            result.Errors,
            error => Assert.EndsWith(",XenKube.Commands.Ignition.ConvertToIgnitionCommand", error.FullyQualifiedErrorId, StringComparison.Ordinal));
    }

    [Fact]
    public void Test_answers_with_a_bool_and_says_why()
    {
        Assert.True(_session.Run("ConvertTo-Ignition node-1.ct | Test-Ignition").One<bool>());
        _session.Write("guests/etcd/bad.json", """{"ignition":{"version":"2.1.0"},"storage":{"files":[{"path":"relative"}]}}""");
        var result = _session.Run("Test-Ignition bad.json");
        Assert.False(result.One<bool>());
        Assert.NotEmpty(result.Warnings);
    }

    [Fact]
    public void Test_says_more_with_Detailed()
    {
        var answer = Assert.Single(_session.Run("ConvertTo-Ignition node-1.ct | Test-Ignition -Detailed").ShouldSucceed().Output)!;
        Assert.Equal((true, "2.1.0"), (answer.Properties["IsValid"].Value, $"{answer.Properties["Version"].Value}"));
    }

    [Fact]
    public void Configs_of_nodes_are_published_once_with_their_digest()
    {
        var published = _session.Run("Publish-Ignition etcd").ShouldSucceed().Output;
        Assert.Equal([true, true], published.Select(item => item!.Properties["Changed"].Value));
        Assert.Equal(CmdletSession.GuideJson, File.ReadAllText(Published));
        Assert.Equal(
            $"sha512-{Convert.ToHexStringLower(SHA512.HashData(File.ReadAllBytes(Published)))}",
            $"{published[0]!.Properties["Digest"].Value}");
        Assert.Equal(["False"], _session.Run("(Get-Node etcd node-1 | Publish-Ignition).Changed").Lines());
    }

    [Fact]
    public void One_config_is_published_for_the_nodes_that_are_named()
    {
        _session.Run("ConvertTo-Ignition node-1.ct | Publish-Ignition etcd/node-*").ShouldSucceed();
        Assert.Equal(CmdletSession.GuideJson, File.ReadAllText(_session["nginx/etcd/node-2.json"]));
    }

    [Fact]
    public void Text_that_is_not_of_a_node_is_not_published() =>
        _session.Run("Get-Content -Raw node-1.ct | ConvertTo-Ignition | Publish-Ignition").Error("NodeNotNamed");

    [Fact]
    public void What_is_published_stays_when_a_config_fails()
    {
        _session.Run("Publish-Ignition etcd node-1").ShouldSucceed();
        _session.Write("guests/etcd/node-1.ct", "passwd: [");
        _session.Run("Publish-Ignition etcd node-1").Error("ConfigFailed");
        Assert.Equal(CmdletSession.GuideJson, File.ReadAllText(Published));
    }

    [Fact]
    public void Nothing_is_published_with_WhatIf()
    {
        Assert.NotEmpty(_session.Run("Publish-Ignition etcd -WhatIf").ShouldSucceed().Said);
        Assert.False(File.Exists(Published));
    }

    [Fact]
    public void Unpublish_takes_it_away()
    {
        _session.Run("Publish-Ignition etcd node-1").ShouldSucceed();
        _session.Run("Unpublish-Ignition etcd node-1 -Force").ShouldSucceed();
        Assert.False(File.Exists(Published));
        _session.Run("Unpublish-Ignition etcd node-1").Error("IgnitionNotPublished");
    }

    [Fact]
    public void Difference_marks_what_is_wiped_and_shows_no_secret()
    {
        _session.Run("Publish-Ignition etcd node-1").ShouldSucceed();
        const string key = "-----BEGIN PRIVATE KEY-----\nhidden\n-----END PRIVATE KEY-----";
        _session.Write(
            "guests/etcd/node-1.ct",
            $$$"""
            storage:
              disks: [{device: /dev/xvdb, wipe_table: true}]
              files: [{path: /etc/k, filesystem: root, contents: {inline: "{{{key.Replace("\n", "\\n", StringComparison.Ordinal)}}}"}}]
            passwd: {users: [{name: core, password_hash: $6$hidden$hiddenhidden}]}
            """);
        foreach (var script in new[] { "Compare-Ignition etcd node-1 | Out-String", "Publish-Ignition etcd node-1 -WhatIf", "Publish-Ignition etcd node-1 -Verbose 4>&1 | Out-String" })
        {
            var result = _session.Run(script).ShouldSucceed();
            var said = string.Join('\n', [.. result.Output.Select(line => $"{line}"), .. result.Said]);
            Assert.Contains("! + disk /dev/xvdb: wipeTable true (wipes the partition table)", said, StringComparison.Ordinal);
            Assert.Contains("[private key,", said, StringComparison.Ordinal);
            Assert.Contains("[password hash,", said, StringComparison.Ordinal);
            Assert.DoesNotContain("hidden", said, StringComparison.Ordinal);
        }
        // The published file has them.
        Assert.Contains("hidden", File.ReadAllText(Published), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("<html>")]
    [InlineData("\uFEFF{}")]
    public void Broken_published_file_is_replaced_and_what_would_change_is_shown(string broken)
    {
        _session.Write("nginx/etcd/node-1.json", broken);
        Assert.Contains("file /etc/hostname", string.Join('\n', _session.Run("Publish-Ignition etcd node-1 -WhatIf").ShouldSucceed().Said), StringComparison.Ordinal);
        Assert.NotEmpty(_session.Run("Compare-Ignition etcd node-1").Output);
        _session.Run("Publish-Ignition etcd node-1").ShouldSucceed();
        Assert.Equal(CmdletSession.GuideJson, File.ReadAllText(Published));
    }

    [Fact]
    public void Lines_bytes_and_texts_from_the_pipeline_are_one_config_each_file()
    {
        var a = _session.Write("a.json", "\n\n{\n\"ignition\": {\"version\": \"3.3.0\"},\n\"foo\": 1\n}\n");
        var b = _session.Write("b.json", "\n{\n\"ignition\": {\"version\": \"3.3.0\"}\n}\n");
        var lines = _session.Run($"Get-Content '{a}', '{b}' | Test-Ignition");
        Assert.True(lines.One<bool>());
        Assert.Contains("line 5, column 1", Assert.Single(lines.Warnings), StringComparison.Ordinal);
        Assert.Contains("($.foo)", lines.Warnings[0], StringComparison.Ordinal);
        Assert.Equal(2, _session.Run($"Get-Content -Raw '{a}', '{b}' | Test-Ignition -Detailed").ShouldSucceed().Output.Count);
        Assert.Equal([true], _session.Run($"Get-Content -AsByteStream '{a}' | Test-Ignition").All<bool>());
        Assert.Equal([true], _session.Run($"Get-Content -AsByteStream -Raw '{a}' | Test-Ignition").All<bool>());
        Assert.Equal(2, _session.Run($"Get-Item '{a}', '{b}' | Test-Ignition -Detailed").ShouldSucceed().Output.Count);
        Assert.Equal([false], _session.Run("'' | Test-Ignition").All<bool>());
        Assert.Equal(["True", "False", "True"],
            _session.Run("$j = '{\"ignition\":{\"version\":\"3.3.0\"}}'; ($j, '{ cut', $j | Test-Ignition -Detailed).IsValid").Lines());
        _session.Run("'' | ConvertFrom-Ignition").Error("IgnitionVersionMissing");
    }

    [Fact]
    public void Two_configs_in_the_pipeline_are_two_configs()
    {
        var a = _session.Write("a.bu", "variant: flatcar\nversion: 1.0.0\n");
        var b = _session.Write("b.bu", "\n\nvariant: flatcar\nversion: 1.0.0\nfoo: 1\n");
        var lines = _session.Run($"Get-Content '{a}', '{b}' | ConvertTo-Ignition");
        Assert.Equal(2, lines.All<IgnitionConfig>().Count);
        Assert.Contains("line 5, column 1", Assert.Single(lines.Warnings), StringComparison.Ordinal);
        Assert.Equal(2, _session.Run($"Get-Content -Raw '{a}', '{b}' | ConvertTo-Ignition").All<IgnitionConfig>().Count);
        Assert.Equal(2, _session.Run("\"passwd:`n  users: []\", \"systemd:`n  units: []\" | ConvertTo-Ignition").All<IgnitionConfig>().Count);
        Assert.Single(_session.Run($"Get-Content -AsByteStream '{a}' | ConvertTo-Ignition").All<IgnitionConfig>());
    }

    [Theory]
    [InlineData("#cloud-config\nhostname: a\n", "cloud-config")]
    [InlineData("#!/bin/bash\n", "script")]
    [InlineData("{\"ignition\":{\"version\":\"3.3.0\"}}", "Ignition JSON 3.3.0")]
    public void What_is_no_config_to_transpile_is_named(string text, string name)
    {
        var file = _session.Write("x.ct", text);
        Assert.Contains(name, _session.Run($"ConvertTo-Ignition '{file}'").Error("ConfigFailed").Exception.Message, StringComparison.Ordinal);
        _session.Write("guests/etcd/node-1.ct", text);
        Assert.Contains(name, _session.Run("Publish-Ignition etcd node-1").Error("ConfigFailed").Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ready_JSON_is_published_as_it_is_and_broken_JSON_is_refused()
    {
        const string json = "{ \"ignition\": { \"version\": \"2.1.0\" } }\n";
        var file = _session.Write("ready.json", json);
        _session.Run($"Publish-Ignition etcd/node-1 -Path '{file}'").ShouldSucceed();
        Assert.Equal(json, File.ReadAllText(Published));
        var broken = _session.Write("broken.json", """{"ignition":{"version":"2.1.0"},"storage":{"files":[{"path":"relative"}]}}""");
        _session.Run($"Get-Item '{broken}' | Publish-Ignition etcd/node-1").Error("ConfigFailed");
        Assert.Equal(json, File.ReadAllText(Published));
    }

    [Fact]
    public void Options_of_transpiling_are_those_of_every_command_that_transpiles_the_config_of_a_node()
    {
        _session.Write("guests/etcd/node-1.ct", "etcd:\n  listen_client_urls: \"http://{PRIVATE_IPV4}:2379\"\n");
        _session.Run("Publish-Ignition etcd node-1").Error("ConfigFailed");
        _session.Run("Publish-Ignition etcd node-1 -Platform ec2").ShouldSucceed();
        Assert.Contains("COREOS_EC2_IPV4_LOCAL", File.ReadAllText(Published), StringComparison.Ordinal);
        _session.Run("Compare-Ignition etcd node-1 -Platform ec2").ShouldBeEmpty();
        _session.Run("Reset-Ignition etcd node-1 -Step Publish -Platform gce").ShouldSucceed();
        Assert.Contains("COREOS_GCE_IP_LOCAL_0", File.ReadAllText(Published), StringComparison.Ordinal);
        _session.Write("elsewhere/m.txt", "hello");
        _session.Write("guests/etcd/node-1.ct", "variant: flatcar\nversion: 1.0.0\nfoo: 1\nstorage: {files: [{path: /m, contents: {local: m.txt}}]}\n");
        _session.Run("Publish-Ignition etcd node-1").Error("ConfigFailed");
        _session.Run($"Publish-Ignition etcd node-1 -FilesDirectory '{_session["elsewhere"]}'").ShouldSucceed();
        foreach (var command in new[] { "Publish-Ignition etcd node-1", "Compare-Ignition etcd node-1", "Reset-Ignition etcd node-1 -Step Publish" })
        {
            _session.Run($"{command} -FilesDirectory '{_session["elsewhere"]}' -Strict").Error("ConfigFailed");
        }
    }

    [Fact]
    public void File_that_has_nothing_to_do_with_a_missing_XENDIR_does_not_ask_for_it()
    {
        var file = _session.Write("a.bu", "variant: flatcar\nversion: 1.0.0\n");
        var template = _session.Write("b.ct.tmpl", "passwd: {}\n");
        CmdletSession.SetEnvironment("XENDIR", _session["missing"]);
        _session.Run($"ConvertTo-Ignition '{file}'").One<IgnitionConfig>();
        _session.Run($"Expand-IgnitionTemplate '{template}'").ShouldSucceed();
        _session.Run($"ConvertTo-Ignition '{file}' -XenDir '{_session["missing"]}'").Error("XenDirNotFound");
    }
}
