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
}
