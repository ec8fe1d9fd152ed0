using System.Net;
using System.Net.Sockets;
using System.Text;
using XenKube.Hosting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

/// <summary>A URL that works with nginx has to work with the embedded server, and the other way round.</summary>
[Trait("Kind", "Process")]
public sealed class NginxPathTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    private static readonly string[] Targets =
    [
        "/etcd/node-1.json", "//etcd/node-1.json", "/etcd//node-1.json", "///etcd////node-1.json", "/./etcd/./node-1.json", "/etcd/../etcd/node-1.json",
        "/web/x/../../etcd/node-1.json", "/etcd/%2e%2e/etcd/node-1.json", "/etcd%2Fnode-1.json", "/etcd/%2Fnode-1.json", "/etcd/%6Eode-1.json",
        "/etcd/node-1.json?a=//..", "/etcd/node-1.json#part", "/etcd/node-1.json/", "/etcd/node-1.json/.", "/etcd/node-1.json/..", "/etcd/node-1.json%3F",
        "/../etcd/node-1.json", "/etcd/../../etcd/node-1.json", "/%2e%2e/etcd/node-1.json", "//../etcd/node-1.json", "/etcd/..node-1.json", "/etcd/...",
        "/etcd/node-1.json%00", "/etcd/node-1.json%zz", "/etcd/NODE-1.json", "http://other/etcd//node-1.json", "/etcd", "/etcd/nothing.json",
    ];

    // Before the request, and between two of them on one connection: RFC 9112, 2.2.
    private static readonly string[] EmptyLines = ["\r\n", "\n", "\r\n\r\n\r\n", "\r\n\n"];

    [Fact]
    public async Task Same_requests_get_the_same_files_from_nginx_and_from_the_embedded_server()
    {
        Tool.Need("nginx");
        _folder.Write("nginx/etcd/node-1.json", "{}");
        Directory.CreateDirectory(_folder["nginx/web/x"]);
        using var server = IgnitionServer.Start(new IgnitionServerOptions(_folder["nginx"], IPAddress.Loopback));
        using var nginx = OwnNginx.Start(_folder, new NginxSite { Root = _folder["nginx"], Address = IPAddress.Loopback, Port = FreePort.Next() });
        var served = 0;
        foreach (var request in Targets.Select(Get).Concat(EmptyLines.SelectMany(lines => new[] { lines + Get(Targets[0]), KeepAlive(Targets[0]) + lines + Get(Targets[0]) })))
        {
            var expected = await Answer(nginx.EndPoint, request);
            var got = await Answer(server.EndPoint, request);
            served += expected.EndsWith("{}", StringComparison.Ordinal) ? 1 : 0;
            Assert.Equal((request, Count(expected)), (request, Count(got)));
        }
        Assert.InRange(served, 20, 24);
        // What the log says of a node's fetch is the same too: a wait for the config looks there.
        // Both write it after the answer has gone.
        int Logged() => File.ReadLines(nginx.Log).Select(NginxAccessLog.Parse).Count(request => request is { Node: "node-1", IsFetch: true });
        int Seen() => server.Requests.Count(request => request is { Node: "node-1", IsFetch: true });
        for (var i = 0; i < 100 && Logged() != Seen(); i++)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
        var logged = Logged();
        Assert.Equal(Seen(), logged);
        Assert.InRange(logged, served, 2 * served);
    }

    private static string Get(string target) => $"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

    private static string KeepAlive(string target) => $"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n";

    // How many answers had the config; the others, refused or not found, are refused in words and numbers of their own.
    private static int Count(string answer) => answer.Split("HTTP/1.1 200 ").Length - 1;

    private static async Task<string> Answer(IPEndPoint server, string request)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var client = new TcpClient();
        await client.ConnectAsync(server, limit.Token);
        await client.Client.SendAsync(Encoding.Latin1.GetBytes(request), SocketFlags.None, limit.Token);
        using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
        return await reader.ReadToEndAsync(limit.Token);
    }
}
