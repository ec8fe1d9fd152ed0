using System.Net;
using System.Text;
using XenKube.Images;
using XenKube.Images.Transfer;
using XenKube.Tests.Support;

namespace XenKube.Tests.Images;

public sealed class ReleaseServerTests : IDisposable
{
    private readonly TestServer _web = new();
    private readonly TemporaryDirectory _directory = new();

    public void Dispose()
    {
        _web.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Options_by_default_name_the_distributions_own_servers_and_files()
    {
        var coreOS = new ReleaseServerOptions { Channel = "beta" };
        Assert.Equal(("https://beta.release.core-os.net", "coreos_production_xen_image.bin.bz2"), (coreOS.EffectiveBaseUri, coreOS.EffectiveImageName));
        var flatcar = new ReleaseServerOptions { Distribution = ImageDistribution.Flatcar };
        Assert.Equal(("https://stable.release.flatcar-linux.net", "flatcar_production_image.bin.bz2"), (flatcar.EffectiveBaseUri, flatcar.EffectiveImageName));
        var fedora = new ReleaseServerOptions { Distribution = ImageDistribution.FedoraCoreOS, Channel = "next" };
        Assert.Equal("https://builds.coreos.fedoraproject.org", fedora.EffectiveBaseUri);
        Assert.Throws<InvalidInputException>(() => new ReleaseServer(fedora with { ImageName = "x.raw.xz" }));
        Assert.Equal("https://mirror.example/alpha/x", new ReleaseServerOptions { Channel = "alpha", BaseUri = "https://mirror.example/{channel}/x" }.EffectiveBaseUri);
    }

    [Fact]
    public void Resolve_of_current_goes_to_the_number()
    {
        _web.Files["/amd64-usr/current/version.txt"] = new TestFile("COREOS_BUILD=1520\nCOREOS_VERSION=1520.9.0\r\nCOREOS_VERSION_ID=1520.9.0\n"u8.ToArray());
        using var server = new ReleaseServer(new ReleaseServerOptions { BaseUri = _web.Uri });
        var release = server.Resolve();
        Assert.Equal(("1520.9.0", true), (release.Version, release.IsCurrent));
        Assert.Equal($"{_web.Uri}/amd64-usr/1520.9.0/coreos_production_xen_image.bin.bz2", release.ImageUri.AbsoluteUri);
        Assert.Equal(release.ImageUri.AbsoluteUri + ".sig", release.SignatureUri.AbsoluteUri);
        Assert.Equal(release.ImageUri.AbsoluteUri + ".DIGESTS", release.DigestsUri.AbsoluteUri);
    }

    [Fact]
    public void Resolve_of_flatcars_current_reads_flatcars_variable()
    {
        _web.Files["/arm64-usr/current/version.txt"] = new TestFile("COREOS_VERSION=1.2.3\nFLATCAR_VERSION=\"4081.2.0+nightly-1\"\n"u8.ToArray());
        using var server = new ReleaseServer(new ReleaseServerOptions { Distribution = ImageDistribution.Flatcar, Board = "arm64-usr", BaseUri = _web.Uri });
        Assert.Equal($"{_web.Uri}/arm64-usr/4081.2.0%2Bnightly-1/flatcar_production_image.bin.bz2", server.Resolve().ImageUri.AbsoluteUri);
    }

    [Fact]
    public void Resolve_of_flatcars_long_term_current_reads_its_own_version()
    {
        _web.Files["/amd64-usr/current-2022/version.txt"] = new TestFile("FLATCAR_VERSION=3033.3.18\n"u8.ToArray());
        using var server = new ReleaseServer(new ReleaseServerOptions { Distribution = ImageDistribution.Flatcar, BaseUri = _web.Uri });
        var release = server.Resolve("current-2022");
        Assert.Equal(("3033.3.18", false), (release.Version, release.IsCurrent));
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Resolve_goes_through_the_proxy_of_the_environment()
    {
        // The proxy is read once a process, so this takes one of its own; no such server exists.
        _web.Files["http://mirror.invalid/amd64-usr/current/version.txt"] = new TestFile("COREOS_VERSION=1520.9.0"u8.ToArray());
        _web.Handler = request => request.Path.EndsWith("/amd64-usr/", StringComparison.Ordinal) ? new TestResponse(404, []) : null;
        var cli = Path.Combine(AppContext.BaseDirectory, "xenkube.dll");
        var result = Tool.Run("env", "-u", "no_proxy", "-u", "NO_PROXY", $"http_proxy={_web.Uri}", "dotnet", cli, "image", "find", "--base-uri", "http://mirror.invalid", "--json").ShouldSucceed();
        Assert.Contains("1520.9.0", result.Output, StringComparison.Ordinal);
        Assert.All(_web.Requests, request => Assert.StartsWith("http://mirror.invalid/", request.Path, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<svg>404</svg>")]
    [InlineData("COREOS_VERSION=../../etc")]
    [InlineData("COREOS_VERSION=1 2")]
    [InlineData("COREOS_VERSION=current")]
    public void Resolve_of_a_current_that_says_nothing_of_use_is_an_error(string text)
    {
        _web.Files["/amd64-usr/current/version.txt"] = new TestFile(System.Text.Encoding.ASCII.GetBytes(text));
        using var server = new ReleaseServer(new ReleaseServerOptions { BaseUri = _web.Uri });
        Assert.Equal("VersionNotFound", Assert.Throws<OperationFailedException>(() => server.Resolve()).ErrorId);
    }

    [Fact]
    public void Resolve_of_a_current_that_is_missing_or_endless_is_an_error()
    {
        using var server = new ReleaseServer(new ReleaseServerOptions { BaseUri = _web.Uri });
        Assert.Equal("ReleaseFileNotFound", Assert.Throws<ItemNotFoundException>(() => server.Resolve()).ErrorId);
        _web.Files["/amd64-usr/current/version.txt"] = new TestFile(new byte[1 << 20]);
        Assert.Equal("FileTooLarge", Assert.Throws<OperationFailedException>(() => server.Resolve()).ErrorId);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("1520.9.0/../../x")]
    [InlineData("1520.9.0 ")]
    [InlineData("latest")]
    public void Resolve_of_what_is_no_version_is_refused(string version)
    {
        using var server = new ReleaseServer(new ReleaseServerOptions { BaseUri = _web.Uri });
        Assert.Equal("VersionInvalid", Assert.Throws<InvalidInputException>(() => server.Resolve(version)).ErrorId);
        Assert.Empty(_web.Requests);
    }

    [Theory]
    [InlineData("ftp://mirror.example/")]
    [InlineData("https://mirror.example/?x")]
    [InlineData("http://")]
    [InlineData("file://elsewhere/srv")]
    public void Open_of_a_base_that_cannot_be_is_refused(string place) =>
        Assert.Equal("BaseUriInvalid", Assert.Throws<InvalidInputException>(() => new ReleaseServer(new ReleaseServerOptions { BaseUri = place })).ErrorId);

    [Theory]
    [InlineData("a/b", "stable", null)]
    [InlineData("amd64-usr", "../x", null)]
    [InlineData("amd64-usr", "stable", "../image.bin.bz2")]
    public void Open_with_names_that_lead_elsewhere_is_refused(string board, string channel, string? image) =>
        Assert.Equal("ReleaseNameInvalid", Assert.Throws<InvalidInputException>(() => new ReleaseServer(new ReleaseServerOptions { BaseUri = _web.Uri, Board = board, Channel = channel, ImageName = image })).ErrorId);

    [Fact]
    public void Find_reads_a_directory_listing_and_marks_the_current_release()
    {
        _web.Files["/amd64-usr/current/version.txt"] = new TestFile("COREOS_VERSION=1520.9.0"u8.ToArray());
        _web.Files["/amd64-usr/"] = new TestFile("""
            <html><a href="../">../</a> <a href="1520.9.0/">1520.9.0/</a> <A class=x HREF='1520.10.0/'>x</A> <a href="./899.1.0/">899</a>
            <a href="current/">current/</a> <a href="/etc/">etc</a> <a href="1520.9.0/?C=N">sorted</a> <a href="..%2F1.2.3/">no</a>
            """u8.ToArray());
        using var server = new ReleaseServer(new ReleaseServerOptions { BaseUri = _web.Uri });
        Assert.Equal([("1520.10.0", false), ("1520.9.0", true), ("899.1.0", false)], server.Find().Select(release => (release.Version, release.IsCurrent)));
    }

    [Fact]
    public void Listing_of_a_hostile_mirror_takes_a_moment()
    {
        // Every link may begin anywhere and ends nowhere: with a pattern whose time grows with the square of the length, this takes hours.
        _web.Files["/amd64-usr/current/version.txt"] = new TestFile("COREOS_VERSION=1520.9.0"u8.ToArray());
        _web.Files["/amd64-usr/"] = new TestFile(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("<a ", 1_300_000))));
        using var server = new ReleaseServer(new ReleaseServerOptions { BaseUri = _web.Uri });
        Assert.Equal("1520.9.0", Assert.Single(server.Find()).Version);
    }

    [Fact]
    public void Find_without_a_listing_gives_the_current_release()
    {
        _web.Files["/amd64-usr/current/version.txt"] = new TestFile("COREOS_VERSION=1520.9.0"u8.ToArray());
        _web.Handler = request => request.Path == "/amd64-usr/" ? new TestResponse(403, []) : null;
        using var server = new ReleaseServer(new ReleaseServerOptions { BaseUri = _web.Uri });
        Assert.Equal("1520.9.0", Assert.Single(server.Find()).Version);
    }

    [Fact]
    public void Find_in_a_directory_lists_its_releases()
    {
        _directory.Write("amd64-usr/1520.9.0/version.txt", "x");
        _directory.Write("amd64-usr/1632.3.0/version.txt", "x");
        _directory.Write("amd64-usr/notes/readme", "x");
        using var server = new ReleaseServer(new ReleaseServerOptions { BaseUri = _directory.Path });
        Assert.Equal(["1632.3.0", "1520.9.0"], server.Find().Select(release => release.Version));
    }

    [Fact]
    public void Find_where_there_is_nothing_is_an_error()
    {
        using var server = new ReleaseServer(new ReleaseServerOptions { BaseUri = _directory.Path });
        Assert.Equal("ReleasesNotFound", Assert.Throws<ItemNotFoundException>(() => server.Find()).ErrorId);
    }

    [Fact]
    public void Resolve_from_coreos_own_server_that_is_gone_names_the_mirror_option()
    {
        var options = new ReleaseServerOptions();
        var transport = new HttpTransport(new Uri(options.EffectiveBaseUri + "/"), new StubHandler(_ => throw new HttpRequestException(HttpRequestError.NameResolutionError, "Name or service not known")))
        {
            Retry = new RetryPolicy { FirstDelay = TimeSpan.Zero },
        };
        using var server = new ReleaseServer(options, transport);
        var error = Assert.Throws<OperationFailedException>(() => server.Resolve());
        Assert.Equal("ServerNotFound", error.ErrorId);
        Assert.Contains("its servers are gone", error.Message, StringComparison.Ordinal);
        Assert.Contains("base uri option", error.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://mirror.example/x")]
    [InlineData("//mirror.example:80/x", true)]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://mirror.example/x")]
    public void Resolve_over_https_never_follows_to_anything_less(string target, bool isFine = false)
    {
        var seen = new List<Uri>();
        var transport = new HttpTransport(new Uri("https://secure.example/"), new StubHandler(request =>
        {
            seen.Add(request.RequestUri!);
            return request.RequestUri!.Host == "secure.example"
                ? new HttpResponseMessage(HttpStatusCode.MovedPermanently) { Headers = { Location = new Uri(target, UriKind.RelativeOrAbsolute) } }
                : new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("COREOS_VERSION=1.2.3") };
        }));
        using var server = new ReleaseServer(new ReleaseServerOptions { BaseUri = "https://secure.example" }, transport);
        if (isFine)
        {
            Assert.Equal("1.2.3", server.Resolve().Version);
            Assert.All(seen, uri => Assert.Equal("https", uri.Scheme));
            return;
        }
        Assert.Equal("RedirectNotSecure", Assert.Throws<OperationFailedException>(() => server.Resolve()).ErrorId);
        Assert.Single(seen);
    }

    [Theory]
    [InlineData("1520.9.0", "1520.10.0", -1)]
    [InlineData("899.1.0", "1520.9.0", -1)]
    [InlineData("1520.9.0", "1520.9", 1)]
    [InlineData("4081.2.0", "4081.2.0+nightly-2", -1)]
    [InlineData("1.0", "1.0", 0)]
    public void Versions_compare_number_by_number(string left, string right, int order) => Assert.Equal(order, Math.Sign(ReleaseVersion.Compare(left, right)));

    [Theory]
    [InlineData(1, 375, 625)]
    [InlineData(4, 3000, 5000)]
    [InlineData(60, 22500, 37500)]
    public void Delays_grow_up_to_a_limit(int failures, int least, int most)
    {
        var delays = Enumerable.Range(0, 100).Select(_ => new RetryPolicy().DelayAfter(failures).TotalMilliseconds).ToList();
        Assert.All(delays, delay => Assert.InRange(delay, least, most));
        Assert.NotEqual(delays.Min(), delays.Max());
    }

    private sealed class StubHandler(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answer(request));
    }
}
