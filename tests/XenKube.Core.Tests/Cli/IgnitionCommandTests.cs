using System.Text;
using System.Text.Json;
using XenKube.Cli;
using XenKube.Cli.Output;
using XenKube.Tests.Support;

namespace XenKube.Tests.Cli;

/// <summary>The commands about Ignition configs: names that are not known, secrets, options, templates of clusters.</summary>
public sealed class IgnitionCommandTests : IDisposable
{
    private const string Secret = "opensesame";
    private const string Json =
        $$$"""{"ignition":{"version":"3.4.0"},"passwd":{"users":[{"name":"core","passwordHash":"{{{Secret}}}"}]}}""";

    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData("", false)]
    [InlineData("--raw", false)]
    [InlineData("--raw", true)]
    public void Decompiled_secrets_reach_files_pipes_and_those_who_ask(string flag, bool isScreen)
    {
        var output = Decompile(isScreen, flag);
        Assert.Contains(Secret, output, StringComparison.Ordinal);
        Assert.StartsWith("variant: flatcar\n", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("--json", false)]
    [InlineData("--json", true)]
    public void Decompiled_secrets_are_not_displayed(string flag, bool isScreen)
    {
        var output = Decompile(isScreen, flag);
        Assert.DoesNotContain(Secret, output, StringComparison.Ordinal);
        Assert.Contains("[password hash, 10 bytes, SHA256:", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Decompiled_document_is_of_the_variant_asked_for()
    {
        var path = directory.Write("a.json", Json);
        Assert.Contains("variant: fcos", CommandLineRun.Of("ignition", "decompile", "--variant", "fcos", path).ShouldSucceed().Output, StringComparison.Ordinal);
        var refused = CommandLineRun.Of("ignition", "decompile", "--variant", "nonsense", path);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("clc, fcos, flatcar, r4e, fiot", refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("9.9.9")]
    [InlineData("3.5.0-experimental")]
    [InlineData("nonsense")]
    public void Version_that_is_not_known_names_those_that_are(string version)
    {
        var path = directory.Write("a.json", $$$"""{"ignition":{"version":"{{{version}}}"}}""");
        var run = CommandLineRun.Of("ignition", "validate", path);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"version {version}; the versions are 2.0.0, ", run.Output, StringComparison.Ordinal);
        Assert.Contains("3.6.0, 3.7.0-experimental", run.Output, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(CommandLineRun.Of("ignition", "validate", "--json", path).Output);
        Assert.Contains("3.6.0", json.RootElement.GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\ufeff{}", "byte order mark")]
    public void Text_that_begins_with_a_mark_is_named(string text, string word)
    {
        var path = Path.Combine(directory.Path, "a.json");
        File.WriteAllBytes(path, Encoding.UTF8.GetBytes(text));
        Assert.Contains(word, CommandLineRun.Of("ignition", "validate", path).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("variant: fcos\nversion: 9.9.9\n", "The versions of fcos are 1.0.0, ")]
    [InlineData("variant: fcos\n", "The versions of fcos are 1.0.0, ")]
    [InlineData("variant: nonsense\nversion: 1.0.0\n", "openshift 4.8.0, ")]
    [InlineData("etcd:\n  name: \"{HOSTNAME}\"\n", "--platform: azure, digitalocean, ")]
    [InlineData("variant: flatcar\nversion: 1.1.0\nstorage:\n  files:\n    - {path: /a, contents: {local: ../b}}\n", "traverses outside")]
    public void Failed_config_says_what_would_do(string config, string words)
    {
        Write("guests/etcd/n.ct", config);
        var run = CommandLineRun.Of("ignition", "publish", "etcd/n", "--xen-dir", directory.Path);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Platform_that_is_not_known_names_those_that_are()
    {
        Write("guests/etcd/n.ct", "passwd: {}\n");
        foreach (var command in (string[][])[["ignition", "publish"], ["ignition", "compare"], ["node", "refresh", "--step", "publish"]])
        {
            var run = CommandLineRun.Of([.. command, "etcd/n", "--platform", "nonsense", "--xen-dir", directory.Path]);
            Assert.Equal(1, run.ExitCode);
            Assert.Contains("vagrant-virtualbox", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Refresh_takes_the_options_of_configs()
    {
        Write("guests/etcd/n.ct", "variant: flatcar\nversion: 1.1.0\nnonsense: 1\nstorage:\n  files:\n    - {path: /a, contents: {local: b}}\n");
        Write("elsewhere/b", "content");
        var words = new[] { "node", "refresh", "etcd/n", "--step", "publish", "--xen-dir", directory.Path, "--files-dir", Path.Combine(directory.Path, "elsewhere") };
        CommandLineRun.Of(words).ShouldSucceed();
        Assert.Contains("data:,content", File.ReadAllText(Path.Combine(directory.Path, "nginx/etcd/n.json")), StringComparison.Ordinal);
        var strict = CommandLineRun.Of([.. words, "--strict"]);
        Assert.Equal(1, strict.ExitCode);
        Assert.Contains("strict", strict.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Refresh_prints_no_secret_as_json()
    {
        Write("guests/etcd/n.ct", $"variant: flatcar\nversion: 1.1.0\npasswd:\n  users:\n    - {{name: core, password_hash: {Secret}}}\n");
        var run = CommandLineRun.Of("node", "refresh", "etcd/n", "--step", "publish", "--json", "--xen-dir", directory.Path).ShouldSucceed();
        Assert.DoesNotContain(Secret, run.Output, StringComparison.Ordinal);
        Assert.Contains(Secret, File.ReadAllText(Path.Combine(directory.Path, "nginx/etcd/n.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void Template_of_a_cluster_is_expanded_for_each_node_without_its_own()
    {
        Write("guests/etcd/a.cfg", "name = \"a\"\n");
        Write("guests/etcd/b.cfg", "name = \"b\"\n");
        Write("guests/etcd/b.ct.tmpl", "# own\n");
        var template = Write("guests/etcd/cluster.ct.tmpl", "# ${Node.Name}\npasswd: {}\n");
        var run = CommandLineRun.Of("ignition", "expand", template, "--xen-dir", directory.Path).ShouldSucceed();
        Assert.Contains("# a\n", File.ReadAllText(Path.Combine(directory.Path, "guests/etcd/a.ct")), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(directory.Path, "guests/etcd/b.ct")));
        Assert.Equal(Path.Combine(directory.Path, "guests/etcd/a.ct"), run.Output.Trim());
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(directory.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    private string Decompile(bool isScreen, string flag)
    {
        using var output = new MemoryStream();
        var terminal = new Terminal(Stream.Null, output, Stream.Null, showsOutput: isScreen);
        var words = $"ignition decompile {flag} {directory.Write("a.json", Json)}".Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(0, CommandLine.RunAsync(words, terminal, CancellationToken.None).GetAwaiter().GetResult());
        return Encoding.UTF8.GetString(output.ToArray());
    }
}
