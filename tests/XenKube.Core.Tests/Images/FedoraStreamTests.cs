using System.Security.Cryptography;
using System.Text;
using XenKube.Images;
using XenKube.Images.Signatures;
using XenKube.Tests.Support;

namespace XenKube.Tests.Images;

/// <summary>Images of today's distributions from a loopback mirror, signed by a key of gpg's.</summary>
[Trait("Kind", "Process")]
public sealed class FedoraStreamTests : IDisposable
{
    private const string Version = "44.20261101.3.0", Older = "43.20260901.3.0";

    private readonly TemporaryDirectory _directory = new();
    private readonly TestServer _web = new();

    public FedoraStreamTests() => Tool.Need("gpg", "gpgconf", "xz", "bzip2");

    public void Dispose()
    {
        _web.Dispose();
        if (Directory.Exists(_directory["gpg"]))
        {
            Tool.Run("gpgconf", "--homedir", _directory["gpg"], "--kill", "all");
        }
        _directory.Dispose();
    }

    [Theory]
    [InlineData("current")]
    [InlineData(Version)]
    public void Fedora_coreos_is_found_by_its_metadata_and_proven_by_signature_and_both_digests(string asked)
    {
        var packed = Serve();
        var found = Server().Find(TestContext.Current.CancellationToken);
        Assert.Equal([Version, Older], found.Select(release => release.Version));
        Assert.Equal([true, false], found.Select(release => release.IsCurrent));
        var download = Download(asked);
        Assert.Equal((Version, "fedora-coreos", ImageDistribution.FedoraCoreOS, true), (download.Image.Version, download.Image.Name, download.Image.Distribution, download.Image.IsVerified));
        Assert.EndsWith($"fedora-coreos-{Version}.raw.xz", download.Image.Path, StringComparison.Ordinal);
        Assert.Equal(packed, File.ReadAllBytes(download.Image.Path));
        Assert.Equal(download.Image.Path, new ImageStore(_directory["images"]).Find($"fedora-coreos-{Version}")!.Path);
    }

    [Theory]
    [InlineData("sha256")]
    [InlineData("uncompressed-sha256")]
    public void Image_with_another_digest_is_refused(string which)
    {
        Serve(digests => digests[which] = new string('a', 64));
        Assert.Equal("DigestMismatch", Assert.Throws<OperationFailedException>(() => Download("current")).ErrorId);
        Assert.Empty(new ImageStore(_directory["images"]).List());
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"architectures\":{\"aarch64\":{}}}")]
    [InlineData("{\"architectures\":{\"x86_64\":{\"artifacts\":{\"metal\":{\"release\":\"44.1.3.0\",\"formats\":{\"raw.xz\":{\"disk\":{\"location\":\"https://elsewhere/a.raw.xz\"}}}}}}}}")]
    [InlineData("{\"architectures\":{\"x86_64\":{\"artifacts\":{\"metal\":{\"release\":\"44.1.3.0\",\"formats\":{\"raw.xz\":{\"disk\":{\"location\":\"https://builds.coreos.fedoraproject.org/../a.raw.xz\"}}}}}}}}")]
    [InlineData("{\"architectures\":{\"x86_64\":{\"artifacts\":{\"metal\":{\"release\":\"../../x\",\"formats\":{\"raw.xz\":{\"disk\":{\"location\":\"https://builds.coreos.fedoraproject.org/a.raw.xz\"}}}}}}}}")]
    public void Metadata_of_another_shape_are_refused(string json)
    {
        _web.Files["/streams/stable.json"] = new TestFile(Encoding.UTF8.GetBytes(json));
        Assert.Equal("ServerReplyInvalid", Assert.Throws<OperationFailedException>(() => Server().Resolve("current", TestContext.Current.CancellationToken)).ErrorId);
    }

    [Fact]
    public void Flatcar_s_image_for_all_machines_is_the_usual_one()
    {
        var (_, sign) = MakeKey();
        var image = Tool.Run("bzip2", ["-c"], new byte[1 << 20]).ShouldSucceed().OutputBytes;
        const string folder = "/amd64-usr/4593.2.5/";
        _web.Files["/amd64-usr/current/version.txt"] = new TestFile("FLATCAR_VERSION=4593.2.5\n"u8.ToArray());
        _web.Files[folder + "flatcar_production_image.bin.bz2"] = new TestFile(image);
        _web.Files[folder + "flatcar_production_image.bin.bz2.sig"] = new TestFile(sign(image));
        _web.Files[folder + "flatcar_production_image.bin.bz2.DIGESTS"] = new TestFile(Encoding.ASCII.GetBytes($"# SHA512 HASH\n{Convert.ToHexStringLower(SHA512.HashData(image))}  flatcar_production_image.bin.bz2\n"));
        var server = new ReleaseServer(new ReleaseServerOptions { Distribution = ImageDistribution.Flatcar, BaseUri = _web.Uri });
        var download = new ImageDownloader(server, new ImageStore(_directory["images"]), new TrustStore(_directory["keys"])).Download(server.Resolve("current", TestContext.Current.CancellationToken), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(("flatcar-4593.2.5", true), (download.Image.ToString(), download.Image.IsVerified));
    }

    private ReleaseServer Server() => new(new ReleaseServerOptions { Distribution = ImageDistribution.FedoraCoreOS, BaseUri = _web.Uri });

    private ImageDownload Download(string version)
    {
        var server = Server();
        return new ImageDownloader(server, new ImageStore(_directory["images"]), new TrustStore(_directory["keys"])).Download(server.Resolve(version, TestContext.Current.CancellationToken), cancellationToken: TestContext.Current.CancellationToken);
    }

    private byte[] Serve(Action<Dictionary<string, string>>? change = null)
    {
        var (_, sign) = MakeKey();
        var disk = new byte[3 << 20];
        new Random(3).NextBytes(disk.AsSpan(1 << 20, 1 << 18));
        var packed = Tool.Run("xz", ["-c", "-0", "--block-size=1MiB"], disk).ShouldSucceed().OutputBytes;
        var digests = new Dictionary<string, string>
        {
            ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(packed)),
            ["uncompressed-sha256"] = Convert.ToHexStringLower(SHA256.HashData(disk)),
        };
        change?.Invoke(digests);
        var path = $"/prod/streams/stable/builds/{Version}/x86_64/fedora-coreos-{Version}-metal.x86_64.raw.xz";
        var image = $$"""{ "disk": { "location": "https://builds.coreos.fedoraproject.org{{path}}", "signature": "https://builds.coreos.fedoraproject.org{{path}}.sig", "sha256": "{{digests["sha256"]}}", "uncompressed-sha256": "{{digests["uncompressed-sha256"]}}" } }""";
        _web.Files["/streams/stable.json"] = new TestFile(Encoding.UTF8.GetBytes($$"""
            { "stream": "stable", "metadata": { "last-modified": "2026-11-10T00:00:00Z" }, "architectures": { "x86_64": { "artifacts": {
              "aws": { "release": "{{Version}}", "formats": {} },
              "metal": { "release": "{{Version}}", "formats": { "4k.raw.xz": {}, "iso": {}, "raw.xz": {{image}} } } }, "images": {} } } }
            """));
        _web.Files["/prod/streams/stable/releases.json"] = new TestFile(Encoding.UTF8.GetBytes($$"""{ "stream": "stable", "releases": [ { "version": "{{Older}}" }, { "version": "{{Version}}", "metadata": "x" } ] }"""));
        _web.Files[$"/prod/streams/stable/builds/{Version}/release.json"] = new TestFile(Encoding.UTF8.GetBytes($$"""
            { "release": "{{Version}}", "stream": "stable", "architectures": { "x86_64": { "commit": "c", "media": { "metal": { "artifacts": { "raw.xz": {{image}} } } } } } }
            """));
        _web.Files[path] = new TestFile(packed);
        _web.Files[path + ".sig"] = new TestFile(sign(packed));
        return packed;
    }

    /// <summary>A key that gpg makes, trusted by the store, and what signs with it.</summary>
    private (string Fingerprint, Func<byte[], byte[]> Sign) MakeKey()
    {
        var home = Directory.CreateDirectory(_directory["gpg"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        string[] common = ["--homedir", home, "--batch", "--no-tty", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""];
        Tool.Run("gpg", [.. common, "--quick-generate-key", "Test Mirror <mirror@example.org>", "rsa2048", "sign", "never"]).ShouldSucceed();
        var key = Tool.Run("gpg", [.. common, "--armor", "--export"]).ShouldSucceed().OutputBytes;
        var keys = new TrustStore(_directory["keys"]);
        keys.Import(_directory.Write("mirror.asc", key));
        return (keys.List().Single().Fingerprint, data => Tool.Run("gpg", [.. common, "--detach-sign", "-o", "-", "-"], data).ShouldSucceed().OutputBytes);
    }
}
