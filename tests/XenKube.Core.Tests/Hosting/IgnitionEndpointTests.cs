using System.Net;
using System.Net.Sockets;
using XenKube.Hosting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

public sealed class IgnitionEndpointTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Fetched_config_is_compared_with_the_published_one()
    {
        var published = _folder.Write("nginx/etcd/node-1.json", "{}");
        using var server = IgnitionServer.Start(_folder["nginx"], IPAddress.Loopback);
        var uri = new Uri(server.Uri, "etcd/node-1.json");
        var result = IgnitionEndpoint.Test(uri, published, TimeSpan.FromSeconds(10));
        Assert.Equal((true, 200, 2L, "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"), (result.IsOk, result.Status, result.Length, result.Digest));
        Assert.Contains("not what was published", IgnitionEndpoint.Test(uri, _folder.Write("other.json", "[]"), TimeSpan.FromSeconds(10)).Problem, StringComparison.Ordinal);
        Assert.Contains("publish config etcd/node-2", IgnitionEndpoint.Test(new Uri(server.Uri, "etcd/node-2.json"), null, TimeSpan.FromSeconds(10)).Remedy, StringComparison.Ordinal);
        Assert.Equal("IgnitionNotPublished", Assert.Throws<ItemNotFoundException>(() => IgnitionEndpoint.Test(uri, _folder["none.json"], TimeSpan.FromSeconds(10))).ErrorId);
    }

    [Fact]
    public void Nobody_and_somebody_silent_are_told_apart()
    {
        Assert.Contains("nobody listens", IgnitionEndpoint.Test(new Uri($"http://127.0.0.1:{FreePort.Next()}/x"), null, TimeSpan.FromSeconds(10)).Problem, StringComparison.Ordinal);
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        Assert.Contains("no answer within", IgnitionEndpoint.Test(new Uri($"http://{silent.LocalEndpoint}/x"), null, TimeSpan.FromMilliseconds(300)).Problem, StringComparison.Ordinal);
    }
}
