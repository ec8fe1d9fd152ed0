using XenKube.Clusters;
using XenKube.Tests.Cli;
using XenKube.Tests.Support;

namespace XenKube.Tests.Clusters;

/// <summary>A node's config is one thing for every command: what one of them takes, the others take, and what one refuses, the others refuse.</summary>
[Trait("Kind", "Process")]
public sealed class NodeConfigTests : IDisposable
{
    private const string Butane = "variant: flatcar\nversion: 1.1.0\nstorage:\n  files:\n    - path: /m\n      contents:\n        local: m.txt\n";
    private const string Clc = "storage:\n  files:\n    - path: /m\n      filesystem: root\n      contents:\n        local: m.txt\n";

    private readonly TemporaryDirectory _folder = new();
    private readonly XenDirectory _directory;
    private readonly Node _node;

    public NodeConfigTests()
    {
        Directory.CreateDirectory(_folder["guests/etcd"]);
        // ct 0.5.0 knows no local files.
        _folder.Write("xenkube.json", """{ "reservationsFile": "hostsfile", "transpilerRelease": "0.9.0" }""");
        _folder.Write("hostsfile", "00:16:3e:4e:31:11,192.168.100.11\n");
        _folder.Write("guests/etcd/n.cfg", "name = \"n\"\nvif = [ \"mac=00:16:3e:4e:31:11,bridge=virbr1\" ]\n");
        _directory = new XenDirectory(_folder.Path, onWait: null);
        _node = new NodeStore(_directory).Describe("etcd", "n");
    }

    public void Dispose() => _folder.Dispose();

    private string Write(string name, string text) => _folder.Write($"guests/etcd/{name}", text);

    private string Published => File.ReadAllText(_node.IgnitionPath);

    private IReadOnlyList<IgnitionReset> Reset(params IgnitionResetStep[] steps) =>
        new IgnitionResetter(_directory).Reset([_node], new IgnitionResetOptions { Steps = steps });

    private string? Refusal(params IgnitionResetStep[] steps) =>
        Assert.Throws<AggregateException>(() => Reset(steps)).InnerExceptions.Cast<XenKubeException>().Single().ErrorId;

    /// <summary>What a node check says of its config; null where the check passes.</summary>
    private string? CheckedConfig()
    {
        var result = new NodeCheck(_directory, new NodeCheckOptions { Signature = false }).Run(_node).Single(result => result.Name == "ignition");
        return result.Status == CheckStatus.Pass ? null : result.Message;
    }

    private CommandLineRun Refresh(string steps) => CommandLineRun.Of("node", "refresh", "etcd/n", "--step", steps, "--xen-dir", _folder.Path);

    [Theory]
    [InlineData(Butane)]
    [InlineData(Clc)]
    public void Local_file_beside_the_config_is_found_on_every_way(string config)
    {
        Write("n.ct", config);
        Write("m.txt", "hello");
        var own = new NodeConfig(_directory, _node);
        var transpiled = own.Transpile();
        Assert.Contains("data:,hello", transpiled.Json, StringComparison.Ordinal);
        Assert.Single(own.Compare(transpiled).Comparison.Changes);
        own.Publish(transpiled);
        Assert.Equal(transpiled.Json, Published);
        Assert.False(Reset(new PublishStep()).Single().Steps.Single().Changed);
        Assert.Null(CheckedConfig());
        File.Delete(_node.IgnitionPath);
        Refresh("publish").ShouldSucceed();
        Assert.Equal(transpiled.Json, Published);
    }

    [Theory]
    [InlineData(Butane)]
    [InlineData(Clc)]
    public void Local_file_that_is_missing_is_refused_on_every_way(string config)
    {
        Write("n.ct", config);
        var own = new NodeConfig(_directory, _node);
        Assert.False(own.Transpile().Succeeded);
        Assert.Equal("ConfigFailed", Assert.Throws<InvalidInputException>(() => own.Publish(own.Transpile())).ErrorId);
        Assert.Equal("ConfigFailed", Refusal(new PublishStep()));
        Refresh("publish").ShouldFailWith(_node.ConfigPath, "m.txt");
        Assert.False(File.Exists(_node.IgnitionPath));
        _folder.Write("nginx/etcd/n.json", """{"ignition":{"version":"2.1.0"}}""");
        Assert.Contains("does not transpile", CheckedConfig(), StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_of_the_directory_hold_on_every_way()
    {
        Write("n.ct", "etcd:\n  version: 3.2.0\n  listen_client_urls: 'http://{PRIVATE_IPV4}:2379'\nsystemd:\n  units:\n    - name: a.service\n      enabled: true\n      typo: 1\n");
        _folder.Write("xenkube.json", """{ "transpilerRelease": "0.9.0", "platform": "ec2" }""");
        var lenient = new NodeConfig(new XenDirectory(_folder.Path, onWait: null), _node).Transpile();
        Assert.True(lenient.Succeeded);
        Assert.Equal("2.2.0", lenient.Version);
        Assert.Contains("COREOS_EC2_IPV4_LOCAL", Uri.UnescapeDataString(lenient.Json), StringComparison.Ordinal);
        Refresh("publish").ShouldSucceed();
        Assert.Equal(lenient.Json, Published);
        _folder.Write("xenkube.json", """{ "transpilerRelease": "0.9.0", "platform": "ec2", "strict": true }""");
        Assert.False(new NodeConfig(new XenDirectory(_folder.Path, onWait: null), _node).Transpile().Succeeded);
        Assert.Equal(1, Refresh("publish").ExitCode);
        Assert.Equal(lenient.Json, Published);
    }

    [Theory]
    [InlineData("n.ct.tmpl", "TextNotUtf8")]
    [InlineData("part", "IncludeNotUtf8")]
    public void Template_that_is_not_UTF_8_is_refused_on_every_way_and_nothing_is_written(string broken, string id)
    {
        Write("n.ct.tmpl", "storage:\n  files:\n    - path: /m\n      filesystem: root\n      contents:\n        inline: |\n          |###part\n");
        Write("part", "text\n");
        File.WriteAllBytes(_folder[$"guests/etcd/{broken}"], [.. File.ReadAllBytes(_folder[$"guests/etcd/{broken}"]), .. "# Gr"u8, 0xfc, (byte)'\n']);
        var own = new NodeConfig(_directory, _node);
        Assert.Equal(id, Assert.Throws<InvalidInputException>(() => own.Expand(_node.TemplatePath)).ErrorId);
        Assert.Equal(id, Refusal(new TemplateStep()));
        Assert.Equal(id, Refusal(new TemplateStep(), new PublishStep()));
        Refresh("template,publish").ShouldFailWith(_node.TemplatePath, "not UTF-8");
        Assert.False(File.Exists(_node.ConfigPath));
        Assert.False(File.Exists(_node.IgnitionPath));
    }

    [Fact]
    public void Values_of_variables_that_changed_make_the_config_anew_and_a_config_that_was_edited_stays()
    {
        Write("n.ct.tmpl", "# ${Node.IPAddress} ${Cluster.Name}\npasswd: {}\n");
        CommandLineRun Again() => Refresh("template,publish").ShouldSucceed();
        Again();
        Assert.Equal("# 192.168.100.11 etcd\npasswd: {}\n", File.ReadAllText(_node.ConfigPath));
        Assert.Null(CheckedConfig());

        // The times say nothing: the config stays the newer of all files.
        _folder.Write("hostsfile", "00:16:3e:4e:31:11,192.168.100.77\n");
        File.SetLastWriteTimeUtc(_node.ConfigPath, DateTime.UtcNow.AddMinutes(1));
        var now = new XenDirectory(_folder.Path, onWait: null);
        var node = new NodeStore(now).Describe("etcd", "n");
        Assert.Contains("values of its variables", new NodeCheck(now, new NodeCheckOptions { Signature = false }).Run(node).Single(result => result.Name == "ignition").Message, StringComparison.Ordinal);
        Again();
        Assert.Equal("# 192.168.100.77 etcd\npasswd: {}\n", File.ReadAllText(_node.ConfigPath));

        // A file that was changed by hand elsewhere is kept while it is newer than the template.
        const string edited = "# 192.168.100.11 etcd\npasswd:\n  users: [{name: me}]\n";
        Write("n.ct", edited);
        File.SetLastWriteTimeUtc(_node.ConfigPath, DateTime.UtcNow.AddMinutes(1));
        Again();
        Assert.Equal(edited, File.ReadAllText(_node.ConfigPath));
        Refresh("template").ShouldSucceed();
        CommandLineRun.Of("node", "refresh", "etcd/n", "--step", "template", "--force", "--xen-dir", _folder.Path).ShouldSucceed();
        Assert.Equal("# 192.168.100.77 etcd\npasswd: {}\n", File.ReadAllText(_node.ConfigPath));
    }

    [Fact]
    public void Values_of_another_node_or_of_other_settings_are_stale_too()
    {
        Write("n.ct.tmpl", "# ${Node.Name} ${Node.IgnitionUri}\n");
        var own = new NodeConfig(_directory, _node);
        Assert.True(own.Expand(_node.TemplatePath).Written);
        Assert.False(own.Expand(_node.TemplatePath).Written);
        _folder.Write("xenkube.json", """{ "address": "10.0.0.1" }""");
        var now = new XenDirectory(_folder.Path, onWait: null);
        Assert.True(new NodeConfig(now, new NodeStore(now).Describe("etcd", "n")).Expand(_node.TemplatePath).Written);
        Assert.Equal("# n http://10.0.0.1/etcd/n.json\n", File.ReadAllText(_node.ConfigPath));
        var other = new NodeConfig(now, new NodeStore(now).Describe("etcd", "m"));
        Assert.True(other.Expand(_node.TemplatePath, _node.ConfigPath).Written);
        Assert.Equal("# m http://10.0.0.1/etcd/m.json\n", File.ReadAllText(_node.ConfigPath));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"ignition\":{\"ver")]
    [InlineData("\u00ef\u00bb\u00bf{\"ignition\":{\"version\":\"2.1.0\"}}")]
    [InlineData("{\"ignition\":{\"version\":\"2.1.0\"},\"passwd\":{\"users\":[{\"name\":\"m\u00fc\"}]}}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"ignition\":1,\"storage\":{\"files\":[{\"path\":1,\"contents\":[]}]}}")]
    [InlineData("{\"storage\":{\"files\":[{\"path\":\"/a\",\"mode\":1e99,\"contents\":{\"source\":\"data:;base64,%\"}}]},\"systemd\":{\"units\":[1]}}")]
    [InlineData("{\"passwd\":{\"users\":[{\"name\":\"\\ud800\"}]}}")]
    public void Good_config_is_compared_and_published_over_a_broken_one(string published)
    {
        _folder.Write("nginx/etcd/n.json", System.Text.Encoding.Latin1.GetBytes(published));
        Write("n.ct", "passwd:\n  users:\n    - name: core\n");
        var own = new NodeConfig(_directory, _node);
        var config = own.Transpile();
        var change = own.Compare(config);
        Assert.True(change.IsPublished);
        Assert.Contains(change.Comparison.Changes, item => item.Name == "core");
        Assert.True(own.Publish(config).Changed);
        Assert.Null(own.Compare(config).Damage);
        Assert.True(own.Compare(config).Comparison.IsEmpty);
    }

    [Fact]
    public void Node_of_another_directory_is_refused()
    {
        var other = new NodeStore(new XenDirectory(_folder["guests"], onWait: null)).Describe("etcd", "n");
        Assert.Equal("NodeOfAnotherXenDir", Assert.Throws<InvalidInputException>(() => new NodeConfig(_directory, other)).ErrorId);
    }

    private NodeConfig Again(string node = "n")
    {
        var directory = new XenDirectory(_folder.Path, onWait: null);
        return new NodeConfig(directory, new NodeStore(directory).Describe("etcd", node));
    }

    [Fact]
    public void Template_of_the_cluster_is_that_of_nodes_without_one_and_leaves_configs_that_people_wrote()
    {
        Write("cluster.ct.tmpl", "# ${Node.Name} ${Cluster.token}\npasswd: {}\n");
        Write("values.json", """{ "token": "abc", "size": 3, "isOn": true }""");
        Write("m.ct.tmpl", "# own of ${Node.Name} ${Cluster.size} ${Cluster.isOn}\n");
        Write("k.ct", "passwd:\n  users: [{name: me}]\n");
        File.SetLastWriteTimeUtc(_folder["guests/etcd/k.ct"], DateTime.UtcNow.AddHours(-1));
        // The template is not a node of its own.
        Assert.Equal(["k", "m", "n"], new NodeStore(_directory).List(NodeName.Parse("etcd")).Select(node => node.Name));
        foreach (var node in new[] { "k", "m", "n" })
        {
            CommandLineRun.Of("node", "refresh", $"etcd/{node}", "--step", "template,publish", "--xen-dir", _folder.Path).ShouldSucceed();
        }
        Assert.EndsWith("\n# n abc\npasswd: {}\n", File.ReadAllText(_node.ConfigPath), StringComparison.Ordinal);
        Assert.Equal("# own of m 3 true\n", File.ReadAllText(_folder["guests/etcd/m.ct"]));
        Assert.StartsWith("passwd:\n  users", File.ReadAllText(_folder["guests/etcd/k.ct"]), StringComparison.Ordinal);

        // A changed value makes the result stale, even if the times say otherwise.
        Write("values.json", """{ "token": "def" }""");
        File.SetLastWriteTimeUtc(_node.ConfigPath, DateTime.UtcNow.AddMinutes(1));
        Refresh("template").ShouldSucceed();
        Assert.EndsWith("\n# n def\npasswd: {}\n", File.ReadAllText(_node.ConfigPath), StringComparison.Ordinal);
        Assert.False(Again().Expand(Again().TemplatePath).Written);
    }

    [Theory]
    [InlineData("{", "is not JSON")]
    [InlineData("[]", "is not a JSON object")]
    [InlineData("{\"a b\": 1}", "is not a name")]
    [InlineData("{\"a\": {}}", "is not a text of one line")]
    public void Values_that_cannot_be_used_are_named(string values, string reason)
    {
        Write("n.ct.tmpl", "a\n");
        var path = Write("values.json", values);
        var error = Assert.Throws<InvalidInputException>(() => Again().Expand(_node.TemplatePath));
        Assert.Equal(path, error.File);
        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Include_outside_the_directory_of_the_cluster_is_refused_links_included_unless_the_settings_allow_it()
    {
        _folder.Write("shared/ca.pem", "CA\n");
        Directory.CreateDirectory(_folder["guests/etcd/certs"]);
        File.CreateSymbolicLink(_folder["guests/etcd/certs/link.pem"], "../../../shared/ca.pem");
        File.CreateSymbolicLink(_folder["guests/etcd/out"], _folder["shared"]);
        Write("own.pem", "OWN\n");
        File.CreateSymbolicLink(_folder["guests/etcd/certs/inside.pem"], "../own.pem");
        foreach (var (include, link) in new[]
        {
            ("../../shared/ca.pem", null), (_folder["shared/ca.pem"], null), ("certs/link.pem", "certs/link.pem"), ("out/ca.pem", "out"),
        })
        {
            Write("n.ct.tmpl", $"a:\n  |###{include}\n");
            var error = Assert.Throws<InvalidInputException>(() => Again().Expand(_node.TemplatePath));
            Assert.Equal(("IncludeOutside", "line 2, column 7"), (error.ErrorId, error.Place));
            Assert.Contains(link is null ? "is outside" : $"the link {_folder[$"guests/etcd/{link}"]} leads to", error.Reason, StringComparison.Ordinal);
            Assert.False(File.Exists(_node.ConfigPath));
        }
        Write("n.ct.tmpl", "a:\n  |###certs/inside.pem\n");
        Assert.True(Again().Expand(_node.TemplatePath).Written);
        _folder.Write("xenkube.json", """{ "reservationsFile": "hostsfile", "includeDirectories": ["shared"] }""");
        Write("n.ct.tmpl", "a:\n  |###certs/link.pem\n  |###../../shared/ca.pem\n");
        Again().Expand(_node.TemplatePath, force: true);
        Assert.Equal("a:\n  CA\n  CA\n", File.ReadAllText(_node.ConfigPath));
    }

    [Fact]
    public void All_mistakes_of_a_template_are_named_at_once()
    {
        Write("n.ct.tmpl", "a: ${Node.Nope}\nb\n  |###missing\nc ###x\n");
        var error = Assert.Throws<InvalidInputException>(() => Again().Expand(_node.TemplatePath));
        Assert.Equal(("VariableUnknown", "line 1, column 4"), (error.ErrorId, error.Place));
        Assert.Contains("; line 3, column 7: cannot read", error.Reason, StringComparison.Ordinal);
        Assert.Contains("; line 4, column 3: ### comes after neither", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Mistakes_of_the_result_are_named_by_the_lines_of_the_template()
    {
        Write("three.txt", "one\ntwo\nthree\n");
        Write("n.ct.tmpl", """
            storage:
              files:
                - path: /a
                  filesystem: root
                  contents:
                    inline: |
                      |###three.txt
                - path: relative
                  filesystem: root
                - path: also relative
                  filesystem: root
            """);
        Refresh("template,publish").ShouldFailWith($"{_node.TemplatePath}: line 8: ", "; line 10: ");
        Assert.False(File.Exists(_node.ConfigPath));
    }

    [Fact]
    public void Include_that_is_gone_makes_the_result_stale()
    {
        Write("n.ct.tmpl", "# x\n  |###part\n");
        var part = Write("part", "# y\n");
        foreach (var path in new[] { _node.TemplatePath, part })
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(-1));
        }
        Assert.True(Again().Expand(_node.TemplatePath).Written);
        Assert.False(Again().Expand(_node.TemplatePath).Written);
        File.Delete(part);
        Assert.Equal("IncludeNotReadable", Assert.Throws<InvalidInputException>(() => Again().Expand(_node.TemplatePath)).ErrorId);
    }
}
