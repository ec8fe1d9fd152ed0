using System.Net;
using XenKube.Hosting;

namespace XenKube.Tests.Hosting;

/// <summary>What a line of the access log says of the node that asked.</summary>
public sealed class IgnitionRequestTests
{
    private static readonly IgnitionRequest Fetch = new(new DateTimeOffset(2017, 12, 1, 10, 2, 3, TimeSpan.FromHours(-3)), IPAddress.Parse("192.168.100.11"), "GET", "/etcd/node-1.json", 200, 42, TimeSpan.FromSeconds(1), "Ignition/2.1.0", true);

    [Theory]
    [InlineData("/etcd/node-1.json", "etcd", "node-1")]
    [InlineData("/node-1.json", "", "")]
    [InlineData("/a/b/c.json", "", "")]
    [InlineData("/etcd/node-1", "", "")]
    [InlineData("/etcd/node-1.JSON", "", "")]
    [InlineData("etcd/node-1.json", "", "")]
    [InlineData("/etcd/.json", "etcd", "")]
    [InlineData("", "", "")]
    public void Path_of_a_config_names_cluster_and_node(string path, string cluster, string node)
    {
        var request = Fetch with { Path = path };
        Assert.Equal((cluster, node), (request.Cluster, request.Node));
        Assert.Equal(node.Length > 0, request.IsFetch);
    }

    [Fact]
    public void Only_a_whole_config_that_was_got_is_a_fetch()
    {
        Assert.True(Fetch.IsFetch);
        Assert.False((Fetch with { Method = "HEAD" }).IsFetch);
        Assert.False((Fetch with { Status = 304 }).IsFetch);
        Assert.False((Fetch with { IsComplete = false }).IsFetch);
    }

    [Fact]
    public void Text_is_the_line_that_nginx_would_log() =>
        Assert.Equal("192.168.100.11 - - [01/Dec/2017:10:02:03 -0300] \"GET /etcd/node-1.json\" 200 42 \"-\" \"Ignition/2.1.0\"", Fetch.ToString());

    [Fact]
    public void Text_has_no_escape_sequence_of_a_client()
    {
        var text = (Fetch with { Method = "G\u001bT", Path = "/a\nb", UserAgent = "c\u0007" }).ToString();
        Assert.DoesNotContain(text, char.IsControl);
    }
}
