using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using XenKube.Clusters;
using XenKube.Hosting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

public sealed class IgnitionServerTests : IDisposable
{
    private const string Config = """{"ignition":{"version":"2.1.0"}}""";
    private readonly TemporaryDirectory _folder = new();
    private readonly HttpClient _client = new();

    public IgnitionServerTests()
    {
        _folder.Write("nginx/etcd/node-1.json", Config);
        _folder.Write("nginx/etcd/.hidden.json", "hidden");
        _folder.Write("nginx/a b+c%.txt", "odd name");
        _folder.Write("secret.json", "secret");
    }

    public void Dispose()
    {
        _client.Dispose();
        _folder.Dispose();
    }

    private IgnitionServer Start(Func<IgnitionServerOptions, IgnitionServerOptions>? change = null)
    {
        var options = new IgnitionServerOptions(_folder["nginx"], IPAddress.Loopback);
        return IgnitionServer.Start(change is null ? options : change(options));
    }

    /// <summary>Sends bytes as they are, since HttpClient would tidy them, and returns the answer up to the end of the connection.</summary>
    private static string Raw(IgnitionServer server, string request)
    {
        using var client = new TcpClient();
        client.Connect(server.EndPoint);
        client.ReceiveTimeout = 10_000;
        using var stream = client.GetStream();
        stream.Write(Encoding.Latin1.GetBytes(request));
        client.Client.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return reader.ReadToEnd();
    }

    private static string Get(string target) => $"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

    [Fact]
    public async Task Get_gives_the_config_with_the_type_that_ignition_knows()
    {
        using var server = Start();
        using var response = await _client.GetAsync(new Uri(server.Uri, "etcd/node-1.json"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/vnd.coreos.ignition+json", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(Config, await response.Content.ReadAsStringAsync());
        Assert.NotNull(response.Headers.ETag);
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Curl_and_head_and_ranges_agree()
    {
        Tool.Need("curl");
        var big = new byte[3_000_000];
        new Random(1).NextBytes(big);
        _folder.Write("nginx/big.bin.bz2", big);
        using var server = Start();
        var uri = $"{server.Uri}big.bin.bz2";
        Assert.Equal(big, Tool.Run("curl", "-sf", uri).ShouldSucceed().OutputBytes);
        Assert.Equal(big[1000..2000], Tool.Run("curl", "-sf", "-r", "1000-1999", uri).ShouldSucceed().OutputBytes);
        Assert.Equal(big[^10..], Tool.Run("curl", "-sf", "-r", "-10", uri).ShouldSucceed().OutputBytes);
        Assert.Equal(big[2_999_990..], Tool.Run("curl", "-sf", "-r", "2999990-9999999", uri).ShouldSucceed().OutputBytes);
        var head = Tool.Run("curl", "-sfI", uri).ShouldSucceed().Output;
        Assert.Contains("Content-Length: 3000000\r\n", head, StringComparison.Ordinal);
        Assert.Contains("HTTP/1.1 416", Tool.Run("curl", "-si", "-r", "3000000-", uri).Output, StringComparison.Ordinal);
        // An interrupted download is taken up where it ended.
        var partial = _folder.Write("part", big.AsSpan(0, 1_234_567));
        Tool.Run("curl", "-sf", "-C", "-", "-o", partial, uri).ShouldSucceed();
        Assert.Equal(big, File.ReadAllBytes(partial));
    }

    [Fact]
    public async Task Etag_changes_with_a_publication_and_saves_the_transfer_until_then()
    {
        using var server = Start();
        var uri = new Uri(server.Uri, "etcd/node-1.json");
        using var first = await _client.GetAsync(uri);
        using var request = new HttpRequestMessage(HttpMethod.Get, uri) { Headers = { IfNoneMatch = { first.Headers.ETag! } } };
        using var second = await _client.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        // Same length, same time: only the inode tells.
        var time = File.GetLastWriteTimeUtc(_folder["nginx/etcd/node-1.json"]);
        _folder.Write("nginx/etcd/new", Config.Replace("2.1.0", "2.2.0", StringComparison.Ordinal));
        File.SetLastWriteTimeUtc(_folder["nginx/etcd/new"], time);
        File.Move(_folder["nginx/etcd/new"], _folder["nginx/etcd/node-1.json"], overwrite: true);
        using var again = new HttpRequestMessage(HttpMethod.Get, uri) { Headers = { IfNoneMatch = { first.Headers.ETag! } } };
        using var third = await _client.SendAsync(again);
        Assert.Equal(HttpStatusCode.OK, third.StatusCode);
        using var stale = new HttpRequestMessage(HttpMethod.Get, uri) { Headers = { IfRange = new RangeConditionHeaderValue(first.Headers.ETag!), Range = new RangeHeaderValue(0, 3) } };
        using var whole = await _client.SendAsync(stale);
        Assert.Equal(HttpStatusCode.OK, whole.StatusCode);
    }

    [Theory]
    [InlineData("/../secret.json")]
    [InlineData("/etcd/../../secret.json")]
    [InlineData("/%2e%2e/secret.json")]
    [InlineData("/etcd/%2e%2e%2f%2e%2e%2fsecret.json")]
    [InlineData("/..%2fsecret.json")]
    [InlineData("/%252e%252e/secret.json")]
    [InlineData("/etcd/..%5c..%5csecret.json")]
    [InlineData("//secret.json")]
    [InlineData("/etcd/node-1.json%00.txt")]
    [InlineData("/etcd/node-1.json/")]
    [InlineData("/etcd/.hidden.json")]
    [InlineData("/etcd")]
    [InlineData("/etcd/")]
    [InlineData("/")]
    [InlineData("/link/secret.json")]
    [InlineData("/link.json")]
    [InlineData("/absolute.json")]
    [InlineData("/pipe")]
    [InlineData("/%")]
    [InlineData("/%zz")]
    [InlineData("/nothing.json")]
    [InlineData("http://x/../secret.json")]
    [Trait("Kind", "Process")]
    public void Nothing_outside_and_no_listing_is_served(string target)
    {
        Directory.CreateSymbolicLink(_folder["nginx/link"], "..");
        File.CreateSymbolicLink(_folder["nginx/link.json"], "../secret.json");
        File.CreateSymbolicLink(_folder["nginx/absolute.json"], _folder["secret.json"]);
        Tool.Run("mkfifo", _folder["nginx/pipe"]).ShouldSucceed();
        using var server = Start();
        var answer = Raw(server, Get(target));
        Assert.Matches("^HTTP/1.1 40[04] ", answer);
        Assert.DoesNotContain("secret", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("node-1", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Links_within_the_root_and_odd_names_are_served()
    {
        File.CreateSymbolicLink(_folder["nginx/etcd/node-2.json"], "node-1.json");
        File.CreateSymbolicLink(_folder["nginx/etcd/node-3.json"], _folder["nginx/etcd/node-1.json"]);
        File.CreateSymbolicLink(_folder["root"], _folder["nginx"]);
        using var server = Start(options => options with { Root = _folder["root"] + "/" });
        Assert.EndsWith(Config, Raw(server, Get("/etcd/node-2.json")), StringComparison.Ordinal);
        Assert.EndsWith(Config, Raw(server, Get("/etcd/node-3.json?x=/../..")), StringComparison.Ordinal);
        Assert.EndsWith("odd name", Raw(server, Get("/a%20b+c%25.txt")), StringComparison.Ordinal);
        Assert.EndsWith(Config, Raw(server, Get("http://somewhere/etcd/node-1.json")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST /etcd/node-1.json HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", 405)]
    [InlineData("DELETE /etcd/node-1.json HTTP/1.1\r\nHost: x\r\n\r\n", 405)]
    [InlineData("GET /etcd/node-1.json HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /etcd/node-1.json HTTP/2.0\r\nHost: x\r\n\r\n", 400)]
    [InlineData("GET /etcd/node-1.json\r\n\r\n", 400)]
    [InlineData("GET  /etcd/node-1.json HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("GET /etcd/node-1.json HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400)]
    [InlineData("GET /etcd/node-1.json HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400)]
    [InlineData("GET /etcd/node-1.json HTTP/1.1\r\nHost : x\r\n\r\n", 400)]
    [InlineData("GET /etcd/node-1.json HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", 400)]
    [InlineData("GET /etcd/node-1.json HTTP/1.1\r\nHost: x\0\r\n\r\n", 400)]
    [InlineData("GET /etcd/node\r-1.json HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400)]
    [InlineData("\u0016\u0003\u0001\u0002\0\n\n", 400)]
    public void What_is_no_plain_request_is_refused(string request, int status)
    {
        using var server = Start();
        Assert.StartsWith($"HTTP/1.1 {status} ", Raw(server, request), StringComparison.Ordinal);
        Assert.Equal(status, Assert.Single(server.Requests).Status);
    }

    [Fact]
    public void Endless_head_is_refused()
    {
        using var server = Start();
        Assert.StartsWith("HTTP/1.1 431 ", Raw(server, "GET /etcd/node-1.json HTTP/1.1\r\nHost: x\r\nX: " + new string('x', 20_000)), StringComparison.Ordinal);
    }

    [Fact]
    public void Requests_in_one_packet_and_http10_are_answered()
    {
        using var server = Start();
        var answer = Raw(server, "HEAD /etcd/node-1.json HTTP/1.1\r\nHost: x\r\n\r\n" + Get("/etcd/node-1.json"));
        Assert.Equal(3, answer.Split("HTTP/1.1 200 OK").Length);
        Assert.Equal(2, answer.Split(Config).Length);
        Assert.Contains("Connection: close", Raw(server, "GET /etcd/node-1.json HTTP/1.0\n\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Slow_and_silent_clients_do_not_stop_the_others()
    {
        using var server = Start(options => options with { MaxConnections = 100, HeadTimeout = TimeSpan.FromSeconds(1) });
        var silent = new List<Socket>();
        try
        {
            for (var i = 0; i < 300; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(server.EndPoint);
                socket.Send(Encoding.ASCII.GetBytes(i % 2 == 0 ? "" : "GET /etcd/node-1.json HTTP/1.1\r\nHo"));
                silent.Add(socket);
            }
            for (var i = 0; i < 20; i++)
            {
                Assert.Equal(Config, await _client.GetStringAsync(new Uri(server.Uri, "etcd/node-1.json")));
            }
            // One that trickles is cut off although it is never silent for long.
            using var trickle = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await trickle.ConnectAsync(server.EndPoint);
            var watch = Stopwatch.StartNew();
            var ended = false;
            while (!ended && watch.Elapsed < TimeSpan.FromSeconds(30))
            {
                try
                {
                    trickle.Send("G"u8);
                    ended = trickle.Poll(200_000, SelectMode.SelectRead);
                }
                catch (SocketException)
                {
                    ended = true;
                }
            }
            Assert.True(ended);
        }
        finally
        {
            silent.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task Client_that_takes_nothing_is_dropped()
    {
        _folder.Write("nginx/big.bin", new byte[20_000_000]);
        using var server = Start(options => options with { SendTimeout = TimeSpan.FromSeconds(1) });
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.EndPoint);
        socket.Send(Encoding.ASCII.GetBytes("GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n"));
        for (var i = 0; i < 300 && server.Requests.Count == 0; i++)
        {
            await Task.Delay(100);
        }
        Assert.False(Assert.Single(server.Requests).IsComplete);
    }

    [Fact]
    public async Task Wait_returns_when_the_node_has_fetched_its_config()
    {
        using var server = Start();
        var waiting = Task.Run(() => server.WaitForFetch("etcd", "node-1", TimeSpan.FromSeconds(30)));
        using var head = await _client.SendAsync(new HttpRequestMessage(HttpMethod.Head, new Uri(server.Uri, "etcd/node-1.json")));
        Assert.False(waiting.IsCompleted);
        _client.DefaultRequestHeaders.UserAgent.ParseAdd("Ignition/0.17.2");
        await _client.GetStringAsync(new Uri(server.Uri, "etcd/node-1.json"));
        var fetch = (await waiting)!;
        Assert.Equal(("etcd", "node-1", 200, Config.Length, "Ignition/0.17.2"), (fetch.Cluster, fetch.Node, fetch.Status, fetch.Bytes, fetch.UserAgent));
        Assert.Equal(IPAddress.Loopback, fetch.Address);
        Assert.Null(server.WaitForFetch("etcd", "node-1", TimeSpan.FromMilliseconds(50), since: DateTimeOffset.UtcNow));
        Assert.Null(server.WaitForFetch("etcd", "node-2", TimeSpan.FromMilliseconds(50)));
        using var cancel = new CancellationTokenSource(50);
        Assert.ThrowsAny<OperationCanceledException>(() => server.WaitForFetch("etcd", "node-2", TimeSpan.FromMinutes(5), cancellationToken: cancel.Token));
    }

    [Fact]
    public async Task Stop_is_clean_and_the_port_is_free_again()
    {
        var server = Start();
        await _client.GetStringAsync(new Uri(server.Uri, "etcd/node-1.json"));
        using var idle = new TcpClient();
        await idle.ConnectAsync(server.EndPoint);
        var waiting = Task.Run(() => server.WaitForFetch("etcd", "node-9", TimeSpan.FromMinutes(5)));
        server.Stop();
        Assert.Null(await waiting);
        Assert.Equal(0, await idle.GetStream().ReadAsync(new byte[1]).AsTask().ContinueWith(task => task.IsFaulted ? 0 : task.Result, TaskScheduler.Default));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => _client.GetStringAsync(server.Uri));
        using var second = Start(options => options with { Port = server.EndPoint.Port });
        Assert.Equal(Config, await _client.GetStringAsync(new Uri(second.Uri, "etcd/node-1.json")));
        server.Dispose();
    }

    [Fact]
    public void Start_says_what_is_in_the_way()
    {
        using var server = Start();
        var inUse = Assert.Throws<OperationFailedException>(() => Start(options => options with { Port = server.EndPoint.Port }));
        Assert.Equal("ServerNotStarted", inUse.ErrorId);
        Assert.Contains("another port", inUse.Remedy, StringComparison.Ordinal);
        Assert.Contains("bridge", Assert.Throws<OperationFailedException>(() => IgnitionServer.Start(_folder["nginx"], IPAddress.Parse("203.0.113.9"))).Remedy, StringComparison.Ordinal);
        Assert.Equal("DirectoryNotFound", Assert.Throws<ItemNotFoundException>(() => IgnitionServer.Start(_folder["none"], IPAddress.Loopback)).ErrorId);
    }

    [Fact]
    public void Log_is_bounded_and_its_lines_cannot_be_forged()
    {
        using var server = Start(options => options with { LogCapacity = 3 });
        for (var i = 0; i < 5; i++)
        {
            Raw(server, $"GET /etcd/{i}%0a.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        }
        Assert.Equal(3, server.Requests.Count);
        Assert.All(server.Requests, request => Assert.DoesNotContain('\n', request.ToString()));
    }

    /// <summary>The status that a client of this address is answered.</summary>
    private static string StatusFor(IgnitionServer server, string address, string path)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 10_000 };
        socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
        socket.Connect(server.EndPoint);
        using var stream = new NetworkStream(socket);
        stream.Write(Encoding.Latin1.GetBytes(Get(path)));
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return reader.ReadToEnd().Split(' ')[1];
    }

    [Fact]
    public void Config_is_sent_to_its_own_node_and_the_host_alone()
    {
        foreach (var (name, last) in new[] { ("node-1", 11), ("node-2", 12), ("free", 0) })
        {
            _folder.Write($"guests/etcd/{name}.ct", "");
            _folder.Write($"nginx/etcd/{name}.json", Config);
            if (last > 0)
            {
                _folder.Write($"guests/etcd/{name}.cfg", $"name = \"{name}\"\nvif = [ \"mac=00:16:3e:4e:31:{last},bridge=virbr1\" ]\n");
            }
        }
        _folder.Write("nginx/etcd/shared.json", Config);
        _folder.Write("xenkube.json", """{ "reservationsFile": "hosts" }""");
        _folder.Write("hosts", "00:16:3e:4e:31:11,127.0.0.11\n00:16:3e:4e:31:12,127.0.0.12\n");
        using var server = Start(options => options with { Access = new NodeReaders(new XenDirectory(_folder.Path, onWait: null)).ToAccess() });
        foreach (var (address, path, status) in new[]
        {
            ("127.0.0.11", "/etcd/node-1.json", "200"),
            ("127.0.0.12", "/etcd/node-1.json", "404"),
            ("127.0.0.77", "/etcd/node-1.json", "404"),
            // The host asks at the address that it has itself.
            ("127.0.0.1", "/etcd/node-1.json", "200"),
            ("127.0.0.12", "/etcd/node-2.json", "200"),
            ("127.0.0.12", "/etcd/%6eode-1.json", "404"),
            ("127.0.0.12", "//etcd/node-1.json", "404"),
            // Nobody knows the address of a node without a reservation, but the addresses of the others are known.
            ("127.0.0.77", "/etcd/free.json", "200"),
            ("127.0.0.11", "/etcd/free.json", "404"),
            // A file of no node is for all, such as a config that others merge.
            ("127.0.0.77", "/etcd/shared.json", "200"),
            ("127.0.0.77", "/etcd/missing.json", "404"),
        })
        {
            Assert.Equal((address, path, status), (address, path, StatusFor(server, address, path)));
        }
        Assert.Equal(
            ["held to 127.0.0.11", "held to 127.0.0.11", "held to 127.0.0.11", "held to 127.0.0.11", "held to addresses that are reserved for no other node"],
            server.Requests.Where(request => request.Refusal.Length > 0).Select(request => request.Refusal));
        Assert.All(server.Requests.Where(request => request.Refusal.Length > 0), request => Assert.Equal((404, false), (request.Status, request.IsFetch)));
        // A change of the reservations is seen without a new start, if not at once.
        _folder.Write("hosts", "00:16:3e:4e:31:11,127.0.0.77\n");
        Assert.True(SpinWait.SpinUntil(() => StatusFor(server, "127.0.0.77", "/etcd/node-1.json") == "200", TimeSpan.FromSeconds(30)));
        Assert.Equal("404", StatusFor(server, "127.0.0.11", "/etcd/node-1.json"));
    }

    [Fact]
    public void Config_whose_reader_cannot_be_found_out_is_sent_to_the_host_alone()
    {
        var access = new IgnitionAccess((_, _) => throw new InvalidInputException(ErrorIds.GuestConfigInvalid, "n.cfg", null, "is broken"));
        using var server = Start(options => options with { Access = access });
        Assert.Equal("404", StatusFor(server, "127.0.0.2", "/etcd/node-1.json"));
        Assert.Equal("200", StatusFor(server, "127.0.0.1", "/etcd/node-1.json"));
    }
}
