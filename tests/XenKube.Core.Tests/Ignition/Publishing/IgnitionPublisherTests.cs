using XenKube.Files;
using XenKube.Hosting;
using XenKube.Ignition.Comparing;
using XenKube.Posix;
using XenKube.Tests.Support;

namespace XenKube.Ignition.Publishing;

public class IgnitionPublisherTests
{
    [Fact]
    public void Published_config_is_readable_by_the_server_and_replaced_only_when_it_changes()
    {
        using var directory = new TemporaryDirectory();
        var path = directory["nginx/etcd/node-1.json"];
        var config = IgnitionTranspiler.Transpile("update: {group: beta}\n");
        var published = IgnitionPublisher.Publish(config, path);
        Assert.True(published.Changed);
        Assert.Equal(config.Json, File.ReadAllText(path));
        Assert.Equal(config.Digest, published.Digest);
        Assert.True(File.GetUnixFileMode(path).HasFlag(UnixFileMode.OtherRead));
        Assert.False(IgnitionPublisher.Publish(config, path).Changed);
        Assert.Equal(["node-1.json"], Directory.GetFileSystemEntries(directory["nginx/etcd"]).Select(Path.GetFileName));
        Assert.True(IgnitionPublisher.Unpublish(path));
        Assert.False(IgnitionPublisher.Unpublish(path));
    }

    [Theory]
    [InlineData("a: [b")]
    [InlineData("storage: {files: [{path: rel, filesystem: root}]}")]
    public void Failed_config_leaves_the_published_one_untouched(string text)
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Write("node.json", "old");
        var error = Assert.Throws<InvalidInputException>(() => IgnitionPublisher.Publish(IgnitionTranspiler.Transpile(text), path));
        Assert.Equal("ConfigFailed", error.ErrorId);
        Assert.Equal("old", File.ReadAllText(path));
    }

    private const string Secret = "passwd: {users: [{name: core, password_hash: $6$salt$hiddenhidden}]}\n";

    private const UnixFileMode All = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    [Fact]
    public void Config_with_secrets_is_for_owner_and_server_alone_and_so_is_its_directory()
    {
        using var directory = new TemporaryDirectory();
        var path = directory["nginx/etcd/node-1.json"];
        var config = IgnitionTranspiler.Transpile(Secret);
        IgnitionPublisher.Publish(config, path);
        Assert.Equal(PrivateFile.OwnerOnly, File.GetUnixFileMode(path));
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(directory["nginx/etcd"]) & All);
        // A group that this user is in can be given the file.
        var group = FileStatus.Read(path)!.Value.GroupId;
        IgnitionPublisher.Unpublish(path);
        IgnitionPublisher.Publish(config, path, group);
        Assert.Equal(PrivateFile.OwnerOnly | UnixFileMode.GroupRead, File.GetUnixFileMode(path));
        Assert.Equal(group, FileStatus.Read(path)!.Value.GroupId);
        // Without secrets it is as open as before.
        IgnitionPublisher.Publish(IgnitionTranspiler.Transpile("update: {group: beta}\n"), path);
        Assert.True(File.GetUnixFileMode(path).HasFlag(UnixFileMode.OtherRead));
    }

    [Fact]
    public void File_that_others_could_read_is_closed_by_publishing_again()
    {
        using var directory = new TemporaryDirectory();
        var config = IgnitionTranspiler.Transpile(Secret);
        var path = directory.Write("nginx/etcd/node-1.json", config.Json);
        File.SetUnixFileMode(path, PrivateFile.OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        Assert.False(IgnitionPublisher.Publish(config, path).Changed);
        Assert.False(PrivateFile.IsOpen(path));
    }

    [Theory]
    [InlineData("user www-data;\n", 33)]
    [InlineData("# user nobody;\n  user  www-data adm ; # as Debian\n", 4)]
    [InlineData("user nobody;\n", -1)]
    [InlineData("worker_processes 1;\n", -1)]
    [InlineData(null, -1)]
    public void Group_of_nginx_is_that_of_its_configuration(string? configuration, int group)
    {
        using var directory = new TemporaryDirectory();
        directory.Write("etc/group", "root:x:0:\nadm:x:4:syslog\nwww-data:x:33:\n");
        if (configuration is not null)
        {
            directory.Write("etc/nginx/nginx.conf", configuration);
        }
        Assert.Equal(group < 0 ? null : (uint)group, NginxGroup.Of(new HostTree(directory.Path)));
    }

    [Fact]
    public void Secrets_of_a_config_are_named_by_place_and_kind()
    {
        var json = IgnitionTranspiler.Transpile("""
            storage:
              files:
                - {path: /etc/hostname, filesystem: root, contents: {inline: node-1}}
                - {path: /etc/k, filesystem: root, contents: {inline: "-----BEGIN PRIVATE KEY-----\nhidden"}}
                - {path: /etc/token, filesystem: root, contents: {inline: hidden}}
            systemd: {units: [{name: a.service, contents: "[Service]\nEnvironment=DB_PASSWORD=hidden\n"}]}
            passwd: {users: [{name: core, password_hash: hidden, ssh_authorized_keys: [ssh-rsa AAAA]}]}
            """).Json;
        Assert.Equal(
            ["user core (password hash)", "file /etc/k (private key)", "file /etc/token (secret content)", "unit a.service (password)"],
            ConfigSecrets.Find(System.Text.Encoding.UTF8.GetBytes(json)).Select(secret => $"{secret}"));
    }
}
