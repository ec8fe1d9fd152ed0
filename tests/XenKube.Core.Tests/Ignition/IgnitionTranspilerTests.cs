using System.Diagnostics;
using System.Text;
using XenKube.Ignition.Languages;
using XenKube.Tests.Support;

namespace XenKube.Ignition;

public class IgnitionTranspilerTests
{
    /// <summary>The guide's node-1.ct, with its blank line and its spaces after colons.</summary>
    private const string GuideNode = """
        storage:
          files:
            - filesystem: "root"
              path:       "/etc/hostname"
              mode:       0644
              contents:
                inline: etcd-node-1

        passwd:
          users:
            - name: core
              ssh_authorized_keys:
                - ssh-rsa AAAAB3......

        """;

    [Fact]
    public void Guides_node_gives_the_guides_json() => Assert.Equal(
        """{"ignition":{"config":{},"timeouts":{},"version":"2.1.0"},"networkd":{},"passwd":{"users":[{"name":"core","sshAuthorizedKeys":["ssh-rsa AAAAB3......"]}]},"storage":{"files":[{"filesystem":"root","group":{},"path":"/etc/hostname","user":{},"contents":{"source":"data:,etcd-node-1","verification":{}},"mode":420}]},"systemd":{}}""",
        IgnitionTranspiler.Transpile(GuideNode).ToString());

    [Fact]
    public void Config_knows_what_the_guest_will_get()
    {
        const string key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl user@host";
        var config = IgnitionTranspiler.Transpile($$$$"""
            storage:
              files:
                - {path: /etc/motd, filesystem: root, mode: 0644, contents: {inline: hello}, user: {id: 500}}
                - {path: /opt/x, filesystem: root, mode: 0755, contents: {remote: {url: "http://h/x"} } }
              directories: [{path: /opt/d, filesystem: root, mode: 0750}]
              links: [{path: /l, filesystem: root, target: /etc/motd}]
            systemd:
              units:
                - {name: a.service, enable: true}
                - {name: b.service, mask: true}
                - {name: c.service, enabled: false, dropins: [{name: x.conf, contents: "[Service]"}]}
            passwd: {users: [{name: core, password_hash: x, ssh_authorized_keys: ["{{{{key}}}}"]}]}
            zzz: 1
            """);
        Assert.True(config.Succeeded);
        Assert.Equal(("clc 0.5.0", "2.1.0"), (config.Dialect, config.Version));
        Assert.Equal(["/etc/motd 0644 500:root 5 bytes", "/opt/x 0755 root:root from http://h/x"], config.Files.Select(file => file.ToString()));
        Assert.Equal("0750", Assert.Single(config.Directories).Mode);
        Assert.Equal("/l -> /etc/motd", Assert.Single(config.Links).ToString());
        Assert.Equal(["a.service enabled", "b.service masked", "c.service disabled"], config.Units.Select(unit => unit.ToString()));
        Assert.Equal("SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU", Assert.Single(Assert.Single(config.Users).Keys).Fingerprint);
        Assert.Equal("Config has unrecognized key: zzz", Assert.Single(config.Warnings).Message);
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Key_fingerprint_is_what_ssh_keygen_prints()
    {
        Tool.Need("ssh-keygen");
        using var directory = new TemporaryDirectory();
        Tool.Run("ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-C", "a comment", "-f", directory["id"]).ShouldSucceed();
        var printed = Tool.Run("ssh-keygen", "-lf", directory["id.pub"]).ShouldSucceed().Output.Split(' ')[1];
        var key = Summaries.SshKey.Read("from=\"10.0.0.1\",no-pty " + File.ReadAllText(directory["id.pub"]).Trim());
        Assert.Equal((printed, "ssh-rsa", "a comment"), (key.Fingerprint, key.Type, key.Comment));
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Digest_is_what_sha512sum_prints()
    {
        Tool.Need("sha512sum");
        var config = IgnitionTranspiler.Transpile(GuideNode);
        var printed = Tool.Run("sha512sum", [], Encoding.UTF8.GetBytes(config.Json)).ShouldSucceed().Output.Split(' ')[0];
        Assert.Equal("sha512-" + printed, config.Digest);
    }

    [Theory]
    [InlineData("variant: flatcar\nversion: 1.1.0\n", null, "flatcar 1.1.0")]
    [InlineData("version: 1.1.0\nvariant: flatcar\n", null, "flatcar 1.1.0")]
    [InlineData("storage: {}\n", null, "clc 0.5.0")]
    [InlineData("storage: {files: [{path: /variant, filesystem: root}]}\n", null, "clc 0.5.0")]
    [InlineData("variant: flatcar\nversion: 1.1.0\n", "clc", "clc 0.5.0")]
    public void Dialect_is_chosen_by_the_document_unless_it_is_named(string text, string? dialect, string expected) =>
        Assert.Equal(expected, IgnitionTranspiler.Transpile(text, new TranspileOptions { Dialect = dialect }).Dialect);

    [Fact]
    public void Unknown_dialect_and_release_are_refused()
    {
        Assert.Equal("DialectUnknown", Assert.Throws<InvalidInputException>(
            () => IgnitionTranspiler.Transpile("", new TranspileOptions { Dialect = "toml" })).ErrorId);
        Assert.Equal("TranspilerReleaseUnknown", Assert.Throws<InvalidInputException>(
            () => IgnitionTranspiler.Transpile("", new TranspileOptions { Release = "0.6.0" })).ErrorId);
    }

    [Fact]
    public void Missing_file_is_not_found() => Assert.Equal(
        "FileNotFound", Assert.Throws<ItemNotFoundException>(() => IgnitionTranspiler.TranspileFile("/nowhere/x.ct")).ErrorId);

    [Theory]
    [InlineData("clc")]
    [InlineData("butane")]
    public void Aliases_that_multiply_are_refused_at_once(string dialect)
    {
        var bomb = new StringBuilder(dialect == "butane" ? "variant: flatcar\nversion: 1.1.0\n" : "").Append("a: &a {path: /x}\n");
        for (var level = 'b'; level < 'z'; level++)
        {
            var below = string.Join(',', Enumerable.Repeat($"*{(char)(level - 1)}", 9));
            bomb.Append(System.Globalization.CultureInfo.InvariantCulture, $"{level}: &{level} {{<<: [{below}]}}\n");
        }
        var watch = Stopwatch.StartNew();
        var config = IgnitionTranspiler.Transpile(bomb.Append("storage: {files: [*y]}\n").ToString(), new TranspileOptions { Dialect = dialect });
        Assert.False(config.Succeeded);
        Assert.Contains("excessive aliasing", config + string.Join('\n', config.Report) + config.Failure, StringComparison.Ordinal);
        Assert.True(watch.Elapsed < TimeSpan.FromMinutes(1), "the expansion is exponential, so any end at all shows the limit");
    }

    [Fact]
    public void Merges_in_merges_do_not_eat_the_stack()
    {
        var text = string.Concat(Enumerable.Repeat("{<<: ", 9_000)) + "{}" + new string('}', 9_000);
        Assert.Contains("merges", Assert.Single(IgnitionTranspiler.Transpile(text).Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Local_file_outside_the_files_directory_is_refused_also_through_links()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("secret", "s");
        directory.Write("files/inside", "i");
        File.CreateSymbolicLink(directory["files/out"], directory["secret"]);
        File.CreateSymbolicLink(directory["files/in"], "inside");
        Directory.CreateSymbolicLink(directory["files/up"], "..");
        var options = new TranspileOptions { Release = "0.9.0", FilesDirectory = directory["files"] };
        foreach (var name in (string[])["../secret", "out", "up/secret", "x/../../secret"])
        {
            var config = IgnitionTranspiler.Transpile(Document(name), options);
            Assert.False(config.Succeeded);
            var error = Assert.Single(config.Errors);
            Assert.Contains("leaves the files directory", error.Message, StringComparison.Ordinal);
            Assert.Equal((1, 78), (error.Line, error.Column));
        }
        foreach (var name in (string[])["inside", "in", "/inside", "x/../inside"])
        {
            Assert.Equal("i", Encoding.UTF8.GetString(Assert.Single(IgnitionTranspiler.Transpile(Document(name), options).Files).Content!));
        }

        static string Document(string name) => $"storage: {{files: [{{path: /a, filesystem: root, mode: 0644, contents: {{local: {name}}}}}]}}";
    }
}
