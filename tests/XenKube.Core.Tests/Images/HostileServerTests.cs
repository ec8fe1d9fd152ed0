using System.Net;
using System.Net.Sockets;
using System.Text;
using XenKube.Images;
using XenKube.Images.Signatures;
using XenKube.Images.Transfer;
using XenKube.Tests.Support;

namespace XenKube.Tests.Images;

/// <summary>Servers, proxies and networks that give something else than what was asked for, and mirrors that attack.</summary>
public sealed class HostileServerTests : IDisposable
{
    private const string Name = "coreos_production_xen_image.bin.bz2";

    private static readonly RetryPolicy Impatient = new()
    {
        FirstDelay = TimeSpan.FromMilliseconds(1), LongestDelay = TimeSpan.FromMilliseconds(5), Silence = TimeSpan.FromSeconds(20), RateWindow = TimeSpan.FromMilliseconds(150), SlowestRate = 200,
    };

    private readonly TemporaryDirectory _directory = new();
    private readonly TestServer _web = new();

    public HostileServerTests()
    {
        Keys.Import(Project.Tests("assets", "Sample_Image_Signing_Key.asc"));
        var release = Project.Tests("assets", "release");
        foreach (var path in Directory.EnumerateFiles(release, "*", SearchOption.AllDirectories))
        {
            _web.Files["/" + Path.GetRelativePath(release, path)] = new TestFile(File.ReadAllBytes(path));
        }
    }

    private TrustStore Keys => new(_directory["keys"]);

    private TestFile Remote => _web.Files[ImagePath()];

    private string[] Left => Directory.Exists(_directory["images"]) ? [.. Directory.GetFiles(_directory["images"]).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)] : [];

    public void Dispose()
    {
        _web.Dispose();
        _directory.Dispose();
    }

    private static string ImagePath(string version = "1520.9.0") => $"/amd64-usr/{version}/{Name}";

    private ImageDownload Download(string version = "1520.9.0", string? images = null, RetryPolicy? retry = null)
    {
        using var server = new ReleaseServer(new ReleaseServerOptions { BaseUri = _web.Uri }, new HttpTransport(new Uri(_web.Uri + "/")) { Retry = retry ?? Impatient });
        return new ImageDownloader(server, new ImageStore(images ?? _directory["images"]), Keys).Download(server.Resolve(version));
    }

    private static OperationFailedException Fails(string id, Func<object> action)
    {
        var error = Assert.Throws<OperationFailedException>(() => action());
        Assert.Equal(id, error.ErrorId);
        Assert.NotNull(error.Remedy);
        return error;
    }

    private int Requests(string path) => _web.Requests.Count(request => request.Path == path);

    [Fact]
    public void Missing_digests_that_are_answered_by_403_are_missing()
    {
        _web.Handler = request => request.Path.EndsWith(".DIGESTS", StringComparison.Ordinal) || request.Path.EndsWith("1520.9.0/version.txt", StringComparison.Ordinal) ? new TestResponse(403, "<Error><Code>AccessDenied</Code></Error>"u8.ToArray()) : null;
        Assert.True(Download().Image.IsVerified);
        Assert.DoesNotContain(Left, name => name.Contains(".part", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(".sig")]
    [InlineData("")]
    public void Needed_file_that_is_answered_by_403_is_forbidden_or_missing(string file)
    {
        _web.Handler = request => request.Path == ImagePath() + file ? new TestResponse(403, []) : null;
        Assert.Contains("does not have it", Fails("ServerRefused", () => Download()).Remedy, StringComparison.Ordinal);
        Assert.Empty(Left);
    }

    [Fact]
    public void Server_that_sends_all_for_If_Range_is_resumed_without_it()
    {
        Remote.IgnoresIfRange = true;
        foreach (var bytes in new[] { 100_000, 0, 100_000 })
        {
            Remote.Breaks.Enqueue(bytes);
        }
        Download();
        Assert.Contains(_web.Requests, request => request is { Range: "bytes=100000-" } && !request.Headers.ContainsKey("If-Range"));
        Assert.Equal(Remote.Content, File.ReadAllBytes(_directory["images/coreos-1520.9.0.bin.bz2"]));
    }

    [Fact]
    public void Weak_tag_is_enough_to_resume_since_the_signature_decides()
    {
        (Remote.ETag, Remote.LastModified) = ("W/\"one\"", null);
        Remote.Breaks.Enqueue(100_000);
        Download();
        // On a busy machine the end of the connection is seen before the last bytes are read.
        var starts = _web.Requests.Where(request => request.Path == ImagePath()).Select(request => request.RangeStart).ToList();
        Assert.Equal([0, starts[^1]], starts);
        Assert.InRange(starts[^1], 1, 100_000);
    }

    [Theory]
    [InlineData("ignored")]
    [InlineData("no tags")]
    [InlineData("none")]
    public void Resuming_is_promised_only_where_the_server_can(string ranges)
    {
        Remote.IgnoresRanges = ranges != "no tags";
        if (ranges == "no tags")
        {
            (Remote.ETag, Remote.LastModified) = (null, null);
        }
        for (var i = 0; i < 30; i++)
        {
            Remote.Breaks.Enqueue(50_000);
        }
        _web.Handler = request => ranges == "none" && request.Path == ImagePath() ? Remote.Answer(request) is var answer ? answer with { Headers = new(answer.Headers) { ["Accept-Ranges"] = "none" } } : null : null;
        var error = Fails("TransferFailed", () => Download());
        Assert.Contains("cannot resume", error.Remedy, StringComparison.Ordinal);
        // The remedy: run it again, from the start.
        Remote.Breaks.Clear();
        Assert.True(Download().Image.IsVerified);
    }

    [Fact]
    public void Resuming_that_is_promised_is_done()
    {
        Remote.Breaks.Enqueue(50_000);
        for (var i = 0; i < 10; i++)
        {
            Remote.Breaks.Enqueue(0);
        }
        Assert.Contains("goes on where it stopped", Fails("TransferFailed", () => Download()).Remedy, StringComparison.Ordinal);
        var before = Requests(ImagePath());
        Remote.Breaks.Clear();
        Download();
        Assert.Equal([50_000], _web.Requests.Where(request => request.Path == ImagePath()).Skip(before).Select(request => request.RangeStart));
    }

    [Theory]
    [InlineData(".sig", "text/html")]
    [InlineData(".sig", "text/plain")]
    [InlineData("", "text/html")]
    [InlineData("", "application/octet-stream")]
    public void Page_of_a_captive_portal_is_named_and_nothing_is_left(string file, string type)
    {
        _web.Handler = request => request.Path == ImagePath() + file ? new TestResponse(200, "<!DOCTYPE html><html><body>Please log in</body></html>"u8.ToArray()) { Headers = { ["Content-Type"] = type } } : null;
        Assert.Contains("captive portal", Fails("ServerReplyInvalid", () => Download()).Reason, StringComparison.Ordinal);
        Assert.Empty(Left);
        _web.Handler = null;
        Assert.True(Download().Image.IsVerified);
    }

    [Theory]
    [InlineData("", "gzip")]
    [InlineData(".sig", "br")]
    [InlineData(".DIGESTS", "gzip")]
    public void Compressed_body_is_named(string file, string encoding)
    {
        _web.Handler = request => request.Path == ImagePath() + file ? _web.Files[request.Path].Answer(request) is var answer ? answer with { Headers = new(answer.Headers) { ["Content-Encoding"] = encoding } } : null : null;
        Assert.Contains($"compressed as {encoding}", Fails("ServerReplyInvalid", () => Download()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Name_of_the_files_own_compression_is_no_fault()
    {
        _web.Handler = request => request.Path == ImagePath() ? Remote.Answer(request) is var answer ? answer with { Headers = new(answer.Headers) { ["Content-Encoding"] = "x-bzip2" } } : null : null;
        Assert.True(Download().Image.IsVerified);
        Assert.All(_web.Requests, request => Assert.Equal("identity", request.Headers["Accept-Encoding"]));
    }

    [Fact]
    public void Drip_ends()
    {
        _web.Handler = request => request.Path == ImagePath() ? Remote.Answer(request) is var answer ? answer with { BytesAtOnce = 5 } : null : null;
        Assert.Contains("bytes in a second", Fails("TransferFailed", () => Download(retry: Impatient with { Attempts = 2 })).Reason, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Body_without_end_leaves_room_on_the_disk_and_nothing_behind()
    {
        Directory.CreateDirectory(_directory["small"]);
        Assert.SkipWhen(Tool.Run("mount", "-t", "tmpfs", "-o", "size=24M", "xenkube-test", _directory["small"]).ExitCode != 0, "this machine permits no mount");
        try
        {
            _web.Handler = request => request.Path == ImagePath() ? new TestResponse(200, new byte[64 << 20]) { HasLength = false } : null;
            Fails("DiskFull", () => Download(images: _directory["small/images"]));
            Assert.Empty(Directory.GetFiles(_directory["small/images"]));
        }
        finally
        {
            Tool.Run("umount", _directory["small"]).ShouldSucceed();
        }
    }

    [Fact]
    public void Size_larger_than_any_image_is_refused_at_once()
    {
        _web.Handler = request => request.Path == ImagePath() ? new TestResponse(200, new byte[10]) { HasLength = false, Headers = { ["Content-Length"] = $"{1L << 40}" } } : null;
        Fails("FileTooLarge", () => Download());
        Assert.Empty(Left);
    }

    [Theory]
    [InlineData("1.2.3.4:80 ,  .example.org", "www.example.org")]
    [InlineData("example.org", "www.example.org")]
    [InlineData("example.org", "wwwexample.org")]
    [InlineData(".example.org", "example.org")]
    [InlineData("EXAMPLE.org", "a.b.Example.ORG")]
    [InlineData("example.org.", "www.example.org")]
    [InlineData("www.example.org", "example.org")]
    [InlineData("a.test b.test\tc.test", "c.test")]
    [InlineData("*", "anything.test")]
    [InlineData("*.test", "anything.test")]
    [InlineData("*,x", "anything.test")]
    [InlineData("", "anything.test")]
    [InlineData("127.0.0.0/8", "127.0.0.1")]
    [InlineData("127.0.0.0/24", "127.0.1.1")]
    [InlineData("10.0.0.0/8 127.0.0.1/32", "127.0.0.1")]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("127.0.0", "127.0.0.1")]
    [InlineData("0.0.0.1", "127.0.0.1")]
    [InlineData("127.0.0.1/33", "127.0.0.1")]
    [InlineData("localhost", "127.0.0.1")]
    [Trait("Kind", "Process")]
    public void No_proxy_is_read_as_curl_reads_it(string list, string host)
    {
        Tool.Need("curl", "env");
        // Where curl does not use the proxy, where nobody listens, it gets the answer of the server here.
        var direct = Tool.Run("env", "-u", "NO_PROXY", $"no_proxy={list}", $"http_proxy=http://127.0.0.1:{FreePort.Next()}", "curl", "-s", "--resolve", $"{host}:{_web.Port}:127.0.0.1", $"http://{host}:{_web.Port}/") is { ExitCode: 0 };
        // Of the addresses of the theory, only 127/8 is this machine's.
        var reachable = host != "127.0.1.1" || direct || !new NoProxyList(list).Has(host);
        Assert.True(reachable && new NoProxyList(list).Has(host) == direct, $"curl {(direct ? "asks the server itself" : "asks the proxy")}");
    }

    [Fact]
    public void Proxies_are_those_of_the_variables()
    {
        EnvironmentProxy Of(params (string Name, string Value)[] variables) => new(name => variables.FirstOrDefault(pair => pair.Name == name).Value);
        var (plain, secure) = (new Uri("http://mirror.test/"), new Uri("https://mirror.test/"));
        Assert.True(Of().IsBypassed(plain));
        Assert.Equal("http://proxy.test:3128/", Of(("http_proxy", "proxy.test:3128")).GetProxy(plain)!.ToString());
        Assert.True(Of(("http_proxy", "proxy.test:3128")).IsBypassed(secure));
        Assert.Equal("socks5://proxy.test:1080/", Of(("ALL_PROXY", "socks5h://proxy.test:1080")).GetProxy(secure)!.ToString());
        Assert.True(Of(("HTTP_PROXY", "evil.test"), ("GATEWAY_INTERFACE", "CGI/1.1")).IsBypassed(plain));
        Assert.True(Of(("https_proxy", "proxy.test"), ("NO_PROXY", "test")).IsBypassed(secure));
        var asked = Of(("https_proxy", "http://me:se%40cret@proxy.test:3128"));
        Assert.Equal(("me", "se@cret"), (asked.GetCredential(new Uri("http://proxy.test:3128/"), "Basic")!.UserName, asked.GetCredential(new Uri("http://proxy.test:3128/"), "Basic")!.Password));
        Assert.Equal("proxy.test:3128 of the variable https_proxy", asked.Describe(secure));
        Assert.DoesNotContain("se", asked.GetProxy(secure)!.UserInfo, StringComparison.Ordinal);
        Assert.Equal("ProxyInvalid", Assert.Throws<InvalidInputException>(() => Of(("https_proxy", "nonsense://x"))).ErrorId);
    }

    [Fact]
    public void Port_without_TLS_is_named()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _ = Task.Run(async () =>
        {
            while (await listener.AcceptTcpClientAsync() is { } client)
            {
                using (client)
                {
                    await client.GetStream().ReadExactlyAsync(new byte[10]);
                    await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n<html>The plain HTTP request was sent to HTTPS port</html>"u8.ToArray());
                }
            }
        });
        using var transport = new HttpTransport(new Uri($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/")) { Retry = Impatient };
        var error = Fails("ServerNotTrusted", () => ReleaseServer.Run(() => transport.ReadSmallAsync("x", 10, CancellationToken.None))!);
        Assert.Contains("TLS", error.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("inner exception", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-tls1_1", "too old")]
    [InlineData("-tls1_2", "trust")]
    [Trait("Kind", "Process")]
    public void Trouble_with_TLS_is_named(string version, string word)
    {
        Tool.Need("openssl");
        Tool.Run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", _directory["key"], "-out", _directory["certificate"], "-subj", "/CN=127.0.0.1", "-days", "2").ShouldSucceed();
        var port = FreePort.Next();
        var start = new System.Diagnostics.ProcessStartInfo(Tool.Find("openssl")!) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { "s_server", "-accept", $"{port}", "-key", _directory["key"], "-cert", _directory["certificate"], "-cipher", "ALL:@SECLEVEL=0", "-www", version })
        {
            start.ArgumentList.Add(argument);
        }
        using var server = System.Diagnostics.Process.Start(start)!;
        try
        {
            for (var i = 0; i < 100 && !Listens(port); i++)
            {
                Thread.Sleep(50);
            }
            using var transport = new HttpTransport(new Uri($"https://127.0.0.1:{port}/")) { Retry = Impatient };
            var error = Fails("ServerNotTrusted", () => ReleaseServer.Run(() => transport.ReadSmallAsync("x", 10, CancellationToken.None))!);
            Assert.Contains(word, error.Reason, StringComparison.Ordinal);
            Assert.DoesNotContain("inner exception", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            server.Kill();
            server.WaitForExit(5000);
        }
    }

    private static bool Listens(int port)
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Offers an image with a signature of a key of the test's own, which is trusted.</summary>
    private void Offer(string version, string content, params string[] gpg)
    {
        Tool.Need("gpg", "bzip2");
        var home = Directory.CreateDirectory(_directory["gnupg"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        string[] Gpg(params string[] words) => [$"GNUPGHOME={home}", "gpg", "--batch", "--quiet", "--no-tty", "--yes", "--faked-system-time", gpg.FirstOrDefault() ?? "20200101T000000!", .. words];
        if (!File.Exists(_directory["key.gpg"]))
        {
            Tool.Run("env", Gpg("--passphrase", "", "--quick-generate-key", "Mirror <mirror@example.invalid>", "ed25519", "sign", "never")).ShouldSucceed();
            Tool.Run("env", Gpg("-o", _directory["key.gpg"], "--export")).ShouldSucceed();
            Keys.Import(_directory["key.gpg"]);
        }
        var path = _directory.Write(Name, Tool.Run("bzip2", ["-c"], Encoding.Latin1.GetBytes(content)).ShouldSucceed().OutputBytes);
        Tool.Run("env", Gpg("--detach-sign", "-o", path + ".sig", path)).ShouldSucceed();
        Tool.Run("env", $"GNUPGHOME={home}", "gpgconf", "--kill", "all");
        _web.Files[ImagePath(version)] = new TestFile(File.ReadAllBytes(path));
        _web.Files[ImagePath(version) + ".sig"] = new TestFile(File.ReadAllBytes(path + ".sig"));
    }

    private static string Inside(string version) =>
        new string('x', 4096) + $"NAME=\"Container Linux by CoreOS\"\nID=coreos\nVERSION={version}\nVERSION_ID={version}\nBUILD_ID=1\n".PadRight(5000, '\0');

    [Fact]
    [Trait("Kind", "Process")]
    public void Old_image_with_its_good_signature_is_not_taken_for_a_newer_one()
    {
        Offer("9999.0.0", Inside("1520.9.0"));
        var error = Fails("VersionMismatch", () => Download("9999.0.0"));
        Assert.Contains("1520.9.0", error.Reason, StringComparison.Ordinal);
        Assert.Empty(Left);
        Offer("1520.9.1", Inside("1520.9.1"));
        Assert.Empty(Download("1520.9.1").Warnings);
        Assert.Equal(["coreos-1520.9.1.bin.bz2", "coreos-1520.9.1.bin.bz2.sig"], Left);
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Release_whose_version_txt_says_another_version_is_refused_before_the_image_is_fetched()
    {
        Offer("9999.0.0", "no text within");
        _web.Files["/amd64-usr/9999.0.0/version.txt"] = new TestFile("COREOS_VERSION=1520.9.0\n"u8.ToArray());
        Fails("VersionMismatch", () => Download("9999.0.0"));
        Assert.Equal(0, Requests(ImagePath("9999.0.0")));
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Current_release_that_is_older_than_what_is_there_is_said()
    {
        Offer("2000.0.0", Inside("2000.0.0"));
        Download("2000.0.0");
        Assert.Contains("older than 2000.0.0", Assert.Single(Download("current").Warnings), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Clock_that_is_behind_is_named_before_anything_is_fetched()
    {
        // A signature of the far future is what a clock of 1970 makes of every one.
        Offer("1520.9.2", Inside("1520.9.2"), "20370101T000000!");
        var error = Fails("ClockWrong", () => Download("1520.9.2"));
        Assert.Contains("2037-01-01", error.Reason, StringComparison.Ordinal);
        Assert.Contains("clock", error.Remedy, StringComparison.Ordinal);
        Assert.Equal(0, Requests(ImagePath("1520.9.2")));
    }
}
