using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using XenKube.Tests.Support;

namespace XenKube.Tests.Images;

/// <summary>
/// Downloads over https, by the real program: which certificates count and which proxy is used is the process's, from its
/// environment.
/// </summary>
[Trait("Kind", "Process")]
public sealed class SecureDownloadTests : IDisposable
{
    private const string ImagePath = "/amd64-usr/1520.9.0/coreos_production_xen_image.bin.bz2";

    private readonly TemporaryDirectory _directory = new();
    private readonly X509Certificate2 _certificate = MakeCertificate("localhost", DateTimeOffset.UtcNow.AddDays(1));
    private readonly TestServer _web;

    public SecureDownloadTests()
    {
        _web = Serve(_certificate);
        Directory.CreateDirectory(_directory["images"]);
        Directory.CreateDirectory(_directory["none"]);
        Trust(_certificate);
        Run([], "key", "import", Project.Tests("assets", "Sample_Image_Signing_Key.asc")).ShouldSucceed();
    }

    private string Final => _directory["images/coreos-1520.9.0.bin.bz2"];

    public void Dispose()
    {
        _web.Dispose();
        _certificate.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Download_over_https_works_and_goes_on_after_a_break()
    {
        _web.Files[ImagePath].Breaks.Enqueue(100_000);
        Get(_web.Uri).ShouldSucceed();
        Assert.Equal(_web.Files[ImagePath].Content, File.ReadAllBytes(Final));
        // On a busy machine the end of the connection is seen before the last bytes are read.
        var starts = _web.Requests.Where(request => request.Path == ImagePath).Select(request => request.RangeStart).ToList();
        Assert.Equal([0, starts[^1]], starts);
        Assert.InRange(starts[^1], 1, 100_000);
    }

    [Theory]
    [InlineData("not trusted")]
    [InlineData("of another name")]
    [InlineData("ended")]
    public void Download_from_a_server_that_cannot_prove_itself_is_refused(string what)
    {
        using var certificate = MakeCertificate(what == "of another name" ? "mirror.example" : "localhost", DateTimeOffset.UtcNow.AddDays(what == "ended" ? -1 : 1));
        using var server = Serve(certificate);
        if (what != "not trusted")
        {
            Trust(certificate);
        }
        var result = Get(server.Uri);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("no secure connection", Assert.Single(result.Error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
        Assert.Empty(server.Requests);
        Assert.Empty(Directory.GetFiles(_directory["images"]));
    }

    [Fact]
    public void Download_never_follows_from_https_to_http()
    {
        using var open = Serve(null);
        _web.Handler = request => new TestResponse(302, []) { Headers = { ["Location"] = open.Uri + request.Path } };
        var result = Get(_web.Uri);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"redirects to {open.Uri}", result.Error, StringComparison.Ordinal);
        Assert.Empty(open.Requests);
        Assert.Empty(Directory.GetFiles(_directory["images"]));
    }

    [Fact]
    public void Download_over_https_goes_through_the_proxy_of_the_environment()
    {
        using var proxy = new TestProxy { User = "me:secret" };
        using var certificate = MakeCertificate("mirror.invalid", DateTimeOffset.UtcNow.AddDays(1));
        using var server = Serve(certificate);
        Trust(certificate);
        // No such name exists: only the proxy can have found it.
        var place = $"https://mirror.invalid:{server.Port}";
        Get(place, $"https_proxy=http://me:secret@127.0.0.1:{proxy.Port}").ShouldSucceed();
        Assert.Equal(server.Files[ImagePath].Content, File.ReadAllBytes(Final));
        Assert.All(proxy.Heads, head => Assert.StartsWith($"CONNECT mirror.invalid:{server.Port} ", head, StringComparison.Ordinal));
        Assert.NotEmpty(proxy.Heads);
    }

    [Fact]
    public void Download_through_a_proxy_that_wants_a_password_says_so()
    {
        using var proxy = new TestProxy { User = "me:secret" };
        var result = Get("https://mirror.invalid:1", $"https_proxy=http://127.0.0.1:{proxy.Port}");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("407", result.Error, StringComparison.Ordinal);
        Assert.Contains("https_proxy", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Download_leaves_the_proxy_out_for_names_of_no_proxy()
    {
        using var proxy = new TestProxy();
        Get(_web.Uri, $"https_proxy=http://127.0.0.1:{proxy.Port}", "no_proxy=localhost").ShouldSucceed();
        Assert.Empty(proxy.Heads);
    }

    private static TestServer Serve(X509Certificate2? certificate)
    {
        var server = new TestServer(certificate);
        var release = Project.Tests("assets", "release");
        foreach (var path in Directory.EnumerateFiles(release, "*", SearchOption.AllDirectories))
        {
            server.Files["/" + Path.GetRelativePath(release, path)] = new TestFile(File.ReadAllBytes(path));
        }
        return server;
    }

    private static X509Certificate2 MakeCertificate(string name, DateTimeOffset end)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        return request.CreateSelfSigned(end.AddDays(-7), end);
    }

    private void Trust(X509Certificate2 certificate) => File.WriteAllText(_directory["trusted.pem"], certificate.ExportCertificatePem());

    private ToolResult Get(string place, params string[] environment) => Run(environment, "image", "get", "1520.9.0", "--base-uri", place);

    private ToolResult Run(string[] environment, params string[] words) => Tool.Run("env",
    [
        "-u", "no_proxy", "-u", "NO_PROXY", "-u", "https_proxy", "-u", "HTTPS_PROXY", "-u", "http_proxy", "-u", "all_proxy", "-u", "ALL_PROXY",
        $"SSL_CERT_FILE={_directory["trusted.pem"]}", $"SSL_CERT_DIR={_directory["none"]}", $"XENDIR={_directory.Path}",
        .. environment, "dotnet", Path.Combine(AppContext.BaseDirectory, "xenkube.dll"), .. words,
    ]);
}
