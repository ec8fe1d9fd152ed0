using System.Net;
using System.Net.Sockets;
using XenKube.Images;
using XenKube.Images.Signatures;
using XenKube.Images.Transfer;
using XenKube.Tests.Support;

namespace XenKube.Tests.Images;

public sealed class ImageDownloaderTests : IDisposable
{
    private const string Name = "coreos_production_xen_image.bin.bz2";
    private const string ImagePath = "/amd64-usr/1520.9.0/" + Name;

    private static readonly RetryPolicy Impatient = new() { FirstDelay = TimeSpan.FromMilliseconds(1), LongestDelay = TimeSpan.FromMilliseconds(5), Silence = TimeSpan.FromMilliseconds(400) };

    private readonly TemporaryDirectory _directory = new();
    private readonly TestServer _web = new();

    public ImageDownloaderTests()
    {
        Keys.Import(Project.Tests("assets", "Sample_Image_Signing_Key.asc"));
        foreach (var path in Directory.EnumerateFiles(Release, "*", SearchOption.AllDirectories))
        {
            _web.Files["/" + Path.GetRelativePath(Release, path)] = new TestFile(File.ReadAllBytes(path));
        }
    }

    private static string Release => Project.Tests("assets", "release");

    private static byte[] Image => File.ReadAllBytes(Release + ImagePath);

    private TrustStore Keys => new(_directory["keys"]);

    private ImageStore Store => new(_directory["images"]);

    private string Final => Path.Combine(_directory["images"], "coreos-1520.9.0.bin.bz2");

    private TestFile Remote => _web.Files[ImagePath];

    private string[] Left => Directory.Exists(_directory["images"]) ? [.. Directory.GetFiles(_directory["images"]).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)] : [];

    public void Dispose()
    {
        _web.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("current")]
    [InlineData("1520.9.0")]
    public void Download_from_a_server_puts_image_and_signature_into_the_store(string version)
    {
        var download = Download(version);
        Assert.False(download.WasPresent);
        Assert.Empty(download.Warnings);
        Assert.Equal(("1520.9.0", Final, true, "coreos"), (download.Image.Version, download.Image.Path, download.Image.IsVerified, download.Image.Name));
        Assert.Equal(["coreos-1520.9.0.bin.bz2", "coreos-1520.9.0.bin.bz2.sig"], Left);
        Assert.Equal(Image, File.ReadAllBytes(Final));
        Assert.DoesNotContain(_web.Requests, request => request.Path.Contains("current/coreos", StringComparison.Ordinal));
        Assert.Single(_web.Requests, request => request.Path == ImagePath);
    }

    [Fact]
    public void Download_of_what_is_there_verifies_it_and_fetches_nothing()
    {
        Download();
        var requests = _web.Requests.Count;
        var again = Download();
        Assert.True(again.WasPresent);
        Assert.True(again.Image.IsVerified);
        Assert.Equal(requests, _web.Requests.Count);
    }

    [Fact]
    public void Download_of_what_is_there_but_was_changed_is_refused()
    {
        Download();
        var bytes = Image;
        bytes[^1] ^= 1;
        File.WriteAllBytes(Final, bytes);
        Assert.Equal("SignatureNotGood", Assert.Throws<OperationFailedException>(() => Download()).ErrorId);
        Assert.True(File.Exists(Final));
    }

    [Fact]
    public void Download_of_what_is_there_without_signature_fetches_that()
    {
        Download();
        File.Delete(Final + ".sig");
        Assert.True(Download().Image.HasSignature);
        Assert.Single(_web.Requests, request => request.Path == ImagePath);
        Assert.Equal(2, Left.Length);
    }

    [Fact]
    public void Download_over_a_breaking_connection_goes_on_where_it_stopped()
    {
        foreach (var bytes in new[] { 100_000, 0, 50_000, 1, 120_000 })
        {
            Remote.Breaks.Enqueue(bytes);
        }
        Download();
        Assert.Equal(Image, File.ReadAllBytes(Final));
        var requests = _web.Requests.Where(request => request.Path == ImagePath).ToList();
        Assert.Equal(6, requests.Count);
        Assert.Null(requests[0].Range);
        Assert.All(requests.Skip(1), request => Assert.Equal("\"one\"", request.Headers["If-Range"]));
        Assert.Equal(requests.Select(request => request.RangeStart).Order(), requests.Select(request => request.RangeStart));
    }

    [Fact]
    public void Download_that_failed_is_gone_on_with_by_the_next_one()
    {
        BreakOff(200_000);
        Assert.Equal(["coreos-1520.9.0.bin.bz2.part", "coreos-1520.9.0.bin.bz2.part.json"], Left);
        var had = new FileInfo(Final + ".part").Length;
        Assert.InRange(had, 1, 200_000);
        Download();
        Assert.Equal(had, _web.Requests[^1].RangeStart);
        Assert.Equal(Image, File.ReadAllBytes(Final));
        Assert.Equal(2, Left.Length);
    }

    [Fact]
    public void Download_of_a_file_that_changed_meanwhile_starts_over()
    {
        var right = Remote.Content;
        Remote.Content = new byte[right.Length];
        BreakOff(200_000);
        (Remote.Content, Remote.ETag, Remote.LastModified) = (right, "\"two\"", "Fri, 01 Dec 2017 00:00:00 GMT");
        Download();
        Assert.Equal(right, File.ReadAllBytes(Final));
    }

    [Fact]
    public void Download_from_a_server_that_says_another_tag_with_a_part_starts_over()
    {
        BreakOff(200_000);
        Remote.ETag = "\"two\"";
        _web.Handler = request => request.Range is null ? null
            : new TestResponse(206, Image[(int)request.RangeStart..]) { Headers = { ["ETag"] = "\"two\"", ["Content-Range"] = $"bytes {request.RangeStart}-{Image.Length - 1}/{Image.Length}" } };
        Download();
        Assert.Null(_web.Requests[^1].Range);
        Assert.Equal(Image, File.ReadAllBytes(Final));
    }

    [Fact]
    public void Download_from_a_server_that_sends_another_part_than_asked_for_starts_over()
    {
        BreakOff(200_000);
        _web.Handler = request => request.Range is null ? null
            : new TestResponse(206, Image[10..]) { Headers = { ["ETag"] = "\"one\"", ["Content-Range"] = $"bytes 10-{Image.Length - 1}/{Image.Length}" } };
        Download();
        Assert.Equal(Image, File.ReadAllBytes(Final));
    }

    [Fact]
    public void Download_from_a_server_that_ignores_ranges_starts_over()
    {
        BreakOff(200_000);
        Remote.IgnoresRanges = true;
        Download();
        Assert.Equal(Image, File.ReadAllBytes(Final));
    }

    [Fact]
    public void Download_from_a_server_whose_file_became_shorter_starts_over()
    {
        var right = Remote.Content;
        Remote.Content = new byte[right.Length * 2];
        Remote.Breaks.Enqueue(right.Length + 1000);
        _web.Handler = FailAfter(1);
        Assert.Throws<OperationFailedException>(() => Download());
        _web.Handler = null;
        Remote.Content = right;
        Download();
        Assert.Equal(right, File.ReadAllBytes(Final));
    }

    [Fact]
    public void Download_without_tag_or_date_never_goes_on()
    {
        (Remote.ETag, Remote.LastModified) = (null, null);
        BreakOff(200_000);
        Download();
        Assert.All(_web.Requests, request => Assert.Null(request.Range));
        Assert.Equal(Image, File.ReadAllBytes(Final));
    }

    [Fact]
    public void Download_with_a_weak_tag_goes_by_the_date()
    {
        Remote.ETag = "W/\"one\"";
        BreakOff(200_000);
        Download();
        Assert.Equal("Thu, 30 Nov 2017 11:44:57 GMT", _web.Requests[^1].Headers["If-Range"]);
    }

    [Fact]
    public void Download_with_a_damaged_sidecar_starts_over()
    {
        BreakOff(200_000);
        File.WriteAllText(Final + ".part.json", "{\"Uri\":");
        Download();
        Assert.Null(_web.Requests[^1].Range);
        Assert.Equal(Image, File.ReadAllBytes(Final));
    }

    [Fact]
    public void Download_in_chunks_without_length_is_taken()
    {
        _web.Handler = request => request.Path == ImagePath ? new TestResponse(200, Image) { IsChunked = true } : null;
        Download();
        Assert.Equal(Image, File.ReadAllBytes(Final));
    }

    [Fact]
    public void Download_from_a_silent_server_tries_again()
    {
        var silent = 0;
        _web.Handler = request => request.Path == ImagePath && silent++ == 0
            ? new TestResponse(200, Image) { Headers = { ["ETag"] = "\"one\"", ["Last-Modified"] = Remote.LastModified! }, SilentAfter = 100_000 } : null;
        Download();
        Assert.Equal(100_000, _web.Requests[^1].RangeStart);
        Assert.Equal(Image, File.ReadAllBytes(Final));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(429)]
    public void Download_from_a_busy_server_tries_again(int status)
    {
        var busy = 0;
        _web.Handler = request => ++busy % 3 != 0 ? new TestResponse(status, []) { Headers = { ["Retry-After"] = "0" } } : null;
        Download();
        Assert.Equal(Image, File.ReadAllBytes(Final));
    }

    [Fact]
    public void Download_from_a_server_that_stays_busy_gives_up()
    {
        _web.Handler = _ => new TestResponse(503, []);
        var error = Assert.Throws<OperationFailedException>(() => Download());
        Assert.Equal("TransferFailed", error.ErrorId);
        Assert.Contains("503", error.Message, StringComparison.Ordinal);
        Assert.Equal(Impatient.Attempts, _web.Requests.Count);
    }

    [Theory]
    [InlineData(403)]
    [InlineData(401)]
    [InlineData(400)]
    public void Download_from_a_server_that_refuses_does_not_insist(int status)
    {
        _web.Handler = _ => new TestResponse(status, []);
        Assert.Equal("ServerRefused", Assert.Throws<OperationFailedException>(() => Download()).ErrorId);
        Assert.Single(_web.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".sig")]
    public void Download_of_a_file_that_is_missing_says_which(string suffix)
    {
        _web.Files.Remove(ImagePath + suffix);
        var error = Assert.Throws<ItemNotFoundException>(() => Download());
        Assert.Equal("ReleaseFileNotFound", error.ErrorId);
        Assert.EndsWith(Name + suffix, error.File, StringComparison.Ordinal);
        Assert.Empty(Left);
    }

    [Fact]
    public void Download_of_a_tampered_image_leaves_nothing()
    {
        Remote.Content[1000] ^= 1;
        _web.Files.Remove(ImagePath + ".DIGESTS");
        var error = Assert.Throws<OperationFailedException>(() => Download());
        Assert.Equal("SignatureNotGood", error.ErrorId);
        Assert.Contains("Bad", error.Message, StringComparison.Ordinal);
        Assert.Empty(Left);
    }

    [Fact]
    public void Download_of_an_image_that_its_digests_do_not_list_leaves_nothing()
    {
        _web.Files[ImagePath + ".DIGESTS"] = new TestFile(System.Text.Encoding.ASCII.GetBytes($"# SHA512 HASH\n{new string('0', 128)}  {Name}\n"));
        Assert.Equal("DigestMismatch", Assert.Throws<OperationFailedException>(() => Download()).ErrorId);
        Assert.Empty(Left);
    }

    [Fact]
    public void Download_signed_by_a_key_that_is_not_trusted_fetches_no_image_and_offers_the_key()
    {
        foreach (var key in Keys.List())
        {
            Keys.Remove(key.Fingerprint);
        }
        var error = Assert.Throws<OperationFailedException>(() => Download());
        Assert.Equal("SignerNotTrusted", error.ErrorId);
        Assert.Contains("there is no key", error.Message, StringComparison.Ordinal);
        Assert.Contains("import known key CoreOS", error.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain(_web.Requests, request => request.Path == ImagePath);
        Assert.Empty(Left);
    }

    [Fact]
    public void Download_of_no_signature_at_all_is_refused()
    {
        _web.Files[ImagePath + ".sig"] = new TestFile("<html>It works!</html>"u8.ToArray());
        Assert.Equal("ServerReplyInvalid", Assert.Throws<OperationFailedException>(() => Download()).ErrorId);
        _web.Files[ImagePath + ".sig"] = new TestFile("It works!"u8.ToArray());
        Assert.Equal("SignerNotTrusted", Assert.Throws<OperationFailedException>(() => Download()).ErrorId);
        Assert.Empty(Left);
    }

    [Fact]
    public void Download_without_verification_warns()
    {
        _web.Files.Remove(ImagePath + ".sig");
        Remote.Content[1000] ^= 1;
        _web.Files.Remove(ImagePath + ".DIGESTS");
        var download = Download(skipVerification: true);
        Assert.Contains("not checked", Assert.Single(download.Warnings), StringComparison.Ordinal);
        Assert.Null(download.Image.IsVerified);
        Assert.Equal(["coreos-1520.9.0.bin.bz2"], Left);
    }

    [Fact]
    public void Download_without_verification_still_compares_the_digests()
    {
        Remote.Content[1000] ^= 1;
        Assert.Equal("DigestMismatch", Assert.Throws<OperationFailedException>(() => Download(skipVerification: true)).ErrorId);
        Assert.Empty(Left);
    }

    [Fact]
    public void Download_that_is_cancelled_keeps_what_came()
    {
        using var stop = new CancellationTokenSource();
        _web.Handler = request => request.Path == ImagePath ? new TestResponse(200, Image) { Headers = { ["ETag"] = "\"one\"", ["Last-Modified"] = Remote.LastModified! }, SilentAfter = 100_000 } : null;
        var progress = new Reports(report =>
        {
            if (report.Done > 0)
            {
                stop.Cancel();
            }
        });
        Assert.ThrowsAny<OperationCanceledException>(() => Download(progress: progress, cancellationToken: stop.Token));
        Assert.Equal(["coreos-1520.9.0.bin.bz2.part", "coreos-1520.9.0.bin.bz2.part.json"], Left);
        _web.Handler = null;
        Download();
        Assert.True(_web.Requests[^1].RangeStart > 0);
        Assert.Equal(Image, File.ReadAllBytes(Final));
    }

    [Fact]
    public void Download_reports_how_far_it_is()
    {
        var reports = new List<OperationProgress>();
        Download(progress: new Reports(reports.Add));
        Assert.Equal(["Downloading", "Verifying", "Reading the version"], reports.Select(report => report.Activity).Distinct());
        Assert.All(reports, report => Assert.InRange(report.Done, 0, report.Total));
        Assert.Equal(Image.Length, reports.Last(report => report.Activity == "Downloading").Done);
        Assert.Equal(TimeSpan.Zero, reports[^1].Remaining);
    }

    [Fact]
    public void Download_of_the_same_image_twice_at_once_is_refused()
    {
        using var first = PartialFileIn(Final);
        Assert.Equal("DownloadInProgress", Assert.Throws<ItemInUseException>(() => Download()).ErrorId);
    }

    [Fact]
    public void Download_from_a_directory_and_a_file_uri_works()
    {
        foreach (var place in new[] { Release, new Uri(Release).AbsoluteUri })
        {
            var download = Download(place: place);
            Assert.True(download.Image.IsVerified);
            Assert.Equal(Image, File.ReadAllBytes(Final));
            File.Delete(Final);
        }
    }

    [Fact]
    public void Download_through_a_redirection_works_and_keeps_the_first_address()
    {
        _web.Handler = request => request.Path.StartsWith("/old", StringComparison.Ordinal)
            ? new TestResponse(302, []) { Headers = { ["Location"] = request.Path["/old".Length..] } } : null;
        Remote.Breaks.Enqueue(100_000);
        Download(place: _web.Uri + "/old");
        Assert.Equal(Image, File.ReadAllBytes(Final));
        Assert.True(_web.Requests[^1].RangeStart > 0);
    }

    [Fact]
    public void Download_from_redirections_in_circles_ends()
    {
        _web.Handler = request => new TestResponse(301, []) { Headers = { ["Location"] = request.Path } };
        Assert.Equal("ServerReplyInvalid", Assert.Throws<OperationFailedException>(() => Download()).ErrorId);
        Assert.InRange(_web.Requests.Count, 2, 12);
    }

    [Fact]
    public void Download_of_a_signature_without_end_is_refused()
    {
        _web.Files[ImagePath + ".sig"] = new TestFile(new byte[3 << 20]);
        Assert.Equal("FileTooLarge", Assert.Throws<OperationFailedException>(() => Download()).ErrorId);
    }

    [Fact]
    public void Download_of_another_image_name_and_board_has_another_name()
    {
        using var server = new ReleaseServer(new ReleaseServerOptions { Distribution = ImageDistribution.Flatcar, Board = "arm64-usr", ImageName = "flatcar_production_xen_image.bin.bz2", BaseUri = _web.Uri },
            new HttpTransport(new Uri(_web.Uri + "/")) { Retry = Impatient });
        foreach (var suffix in new[] { "", ".sig" })
        {
            _web.Files["/arm64-usr/1520.9.0/flatcar_production_xen_image.bin.bz2" + suffix] = new TestFile(_web.Files[ImagePath + suffix].Content);
        }
        var download = new ImageDownloader(server, Store, Keys).Download(server.Resolve("1520.9.0"));
        Assert.Equal("flatcar_production_xen_image-arm64-1520.9.0.bin.bz2", Path.GetFileName(download.Image.Path));
        Assert.Equal((ImageDistribution.Flatcar, "1520.9.0"), (download.Image.Distribution, download.Image.Version));
        Assert.Equal(download.Image.Path, Store.Find("1520.9.0")?.Path);
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Download_from_nginx_goes_on_where_it_stopped()
    {
        Tool.Need("nginx");
        var port = FreePort.Next();
        // nginx gives the folder of its temporary files to the user of its workers.
        Directory.CreateDirectory(_directory["nginx"]);
        var configuration = _directory.Write("nginx.conf", $$"""
            daemon off; pid {{_directory["nginx.pid"]}}; error_log stderr;
            events {}
            http { access_log {{_directory["access.log"]}}; client_body_temp_path {{_directory["nginx"]}}; proxy_temp_path {{_directory["nginx"]}}; fastcgi_temp_path {{_directory["nginx"]}};
              uwsgi_temp_path {{_directory["nginx"]}}; scgi_temp_path {{_directory["nginx"]}}; server { listen 127.0.0.1:{{port}}; root {{Release}}; autoindex on; } }
            """);
        using var nginx = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(Tool.Find("nginx")!, ["-c", configuration, "-p", _directory.Path]) { RedirectStandardError = true })!;
        try
        {
            WaitForPort(port);
            var place = $"http://127.0.0.1:{port}";
            using var server = Open(place);
            Assert.Equal(["1520.9.0"], server.Find().Select(release => release.Version));
            // The first part, with the marks that this nginx gives.
            using (var client = new HttpClient())
            using (var head = client.Send(new HttpRequestMessage(HttpMethod.Get, place + ImagePath)))
            {
                Directory.CreateDirectory(_directory["images"]);
                File.WriteAllBytes(Final + ".part", Image[..123_456]);
                File.WriteAllBytes(Final + ".part.json", new TransferState(place + ImagePath, head.Headers.ETag!.Tag, head.Content.Headers.GetValues("Last-Modified").Single(), Image.Length).ToJson());
            }
            Assert.True(Download(place: place).Image.IsVerified);
            Assert.Equal(Image, File.ReadAllBytes(Final));
            Assert.Contains($"\" 206 {Image.Length - 123_456} ", File.ReadAllText(_directory["access.log"]), StringComparison.Ordinal);
        }
        finally
        {
            nginx.Kill(entireProcessTree: true);
            nginx.WaitForExit();
        }
    }

    private static void WaitForPort(int port)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var client = new TcpClient("127.0.0.1", port);
                return;
            }
            catch (SocketException) when (attempt < 100)
            {
                Thread.Sleep(50);
            }
        }
    }

    private static PartialFile PartialFileIn(string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        return PartialFile.Open(target);
    }

    private static Func<TestRequest, TestResponse?> FailAfter(int answers)
    {
        var count = 0;
        return request => request.Path == ImagePath && count++ >= answers ? new TestResponse(503, []) : null;
    }

    private static ReleaseServer Open(string place) => place.StartsWith("http", StringComparison.Ordinal)
        ? new ReleaseServer(new ReleaseServerOptions { BaseUri = place }, new HttpTransport(new Uri(place + "/")) { Retry = Impatient })
        : new ReleaseServer(new ReleaseServerOptions { BaseUri = place });

    private void BreakOff(int bytes)
    {
        Remote.Breaks.Enqueue(bytes);
        _web.Handler = FailAfter(1);
        Assert.Throws<OperationFailedException>(() => Download());
        _web.Handler = null;
    }

    private ImageDownload Download(string version = "1520.9.0", string? place = null, bool skipVerification = false, IProgress<OperationProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using var server = Open(place ?? _web.Uri);
        return new ImageDownloader(server, Store, Keys).Download(server.Resolve(version, cancellationToken), skipVerification, progress, cancellationToken);
    }

    private sealed class Reports(Action<OperationProgress> report) : IProgress<OperationProgress>
    {
        public void Report(OperationProgress value) => report(value);
    }
}
