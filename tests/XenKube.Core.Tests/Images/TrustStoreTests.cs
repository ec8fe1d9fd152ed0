using XenKube.Files;
using XenKube.Hosting;
using XenKube.Images;
using XenKube.Images.Signatures;
using XenKube.Tests.Support;

namespace XenKube.Tests.Images;

public sealed class TrustStoreTests : IDisposable
{
    private const string CoreOS = "04127D0BFABEC8871FFB2CCE50E0885593D2DCB4";
    private const string Flatcar = "F88CFEDEFF29A5B4D9523864E25D9AED0593B34A";

    private readonly TemporaryDirectory _directory = new();

    private TrustStore Store => new(_directory["keys"]);

    private static string SampleKey => Project.Tests("assets", "Sample_Image_Signing_Key.asc");

    private static string SampleImage => Project.Tests("assets", "release", "amd64-usr", "1520.9.0", "coreos_production_xen_image.bin.bz2");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void List_of_a_new_store_is_empty() => Assert.Empty(Store.List());

    [Fact]
    public void ImportKnown_coreos_gives_the_pinned_key_with_its_subkeys()
    {
        var key = Assert.Single(Store.ImportKnown("coreos"));
        Assert.Equal(CoreOS, key.Fingerprint);
        Assert.Equal("CoreOS Buildbot (Offical Builds) <buildbot@coreos.com>", key.UserId);
        Assert.Equal(("rsa4096", 4096, true), (key.Algorithm, key.Bits, key.CanSign));
        Assert.Equal(new DateTime(2013, 9, 6, 22, 24, 20, DateTimeKind.Utc), key.CreatedUtc);
        Assert.Null(key.ExpiresUtc);
        Assert.Equal(8, key.Subkeys.Count);
        Assert.All(key.Subkeys, subkey => Assert.True(subkey.CanSign));
        var revoked = Assert.Single(key.Subkeys, subkey => subkey.IsRevoked);
        Assert.Equal("A5FA42549745ABBC7B827E368633FB13B58844F1", revoked.Fingerprint);
        Assert.Equal(new DateTime(2016, 5, 16, 19, 15, 3, DateTimeKind.Utc), revoked.RevokedUtc);
        Assert.Equal("compromised", revoked.RevocationReason);
        Assert.Equal(new DateTime(2018, 6, 1, 19, 0, 0, DateTimeKind.Utc), key.Subkeys[5].ExpiresUtc);
        Assert.Equal([CoreOS + ".asc"], Directory.GetFiles(_directory["keys"], "*.asc").Select(Path.GetFileName));
        Assert.True(Assert.Single(Store.List()).IsTrusted);
    }

    [Fact]
    public void ImportKnown_flatcar_gives_the_pinned_key_with_its_subkeys()
    {
        var key = Assert.Single(Store.ImportKnown("Flatcar"));
        Assert.Equal(Flatcar, key.Fingerprint);
        Assert.Equal(9, key.Subkeys.Count);
        Assert.Equal(["1E100DD7A677A6F9A532C9F9B51DE377064D542D", "A621F1DA96C93C639506832D603443A1D0FC498C"], key.Subkeys.Where(subkey => subkey.IsRevoked).Select(subkey => subkey.Fingerprint));
        Assert.Equal(new DateTime(2025, 3, 6, 10, 49, 8, DateTimeKind.Utc), key.Subkeys[7].ExpiresUtc);
    }

    [Theory]
    [InlineData("CoreOS", CoreOS)]
    [InlineData("Flatcar", Flatcar)]
    [Trait("Kind", "Process")]
    public void ImportKnown_writes_a_file_that_gpg_reads_as_it_reads_the_publishers(string name, string fingerprint)
    {
        Tool.Need("gpg");
        Store.ImportKnown(name);
        var home = Directory.CreateDirectory(_directory["gpg"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        var published = Path.Combine(Project.Root, "src", "XenKube.Core", "Images", "Signatures", "KnownKeys", $"{name}_Image_Signing_Key.asc");
        string Show(string file) => Tool.Run("gpg", "--homedir", home, "--batch", "--with-colons", "--with-fingerprint", "--show-keys", file).ShouldSucceed().Output;
        Assert.Contains(fingerprint, Show(published), StringComparison.Ordinal);
        Assert.Equal(Show(published), Show(Path.Combine(_directory["keys"], fingerprint + ".asc")));
    }

    [Fact]
    public void ImportKnown_of_an_unknown_name_says_which_there_are()
    {
        var error = Assert.Throws<ItemNotFoundException>(() => Store.ImportKnown("Debian"));
        Assert.Contains("CoreOS and Flatcar", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_directory["keys"]));
    }

    [Fact]
    public void Verify_of_the_sample_image_is_good_and_trusted_once_its_key_is_imported()
    {
        var known = SignatureVerifier.Verify(SampleImage, null, KeyRing.Load(SampleKey, isTrusted: false));
        Assert.Equal((SignatureVerdict.Good, SignatureTrust.Unknown), (known.Verdict, known.Trust));
        Assert.False(known.IsTrusted);
        Assert.Equal(SignatureVerdict.UnknownKey, SignatureVerifier.Verify(SampleImage, null, Store).Verdict);

        var key = Assert.Single(Store.Import(SampleKey));
        var trusted = SignatureVerifier.Verify(SampleImage, null, Store);
        Assert.True(trusted.IsTrusted);
        Assert.Equal(key.Fingerprint, trusted.PrimaryFingerprint);
        Assert.NotEqual(trusted.PrimaryFingerprint, trusted.SigningFingerprint);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA512.HashData(File.ReadAllBytes(SampleImage))), trusted.Sha512);
        Assert.Equal(new FileInfo(SampleImage).Length, trusted.Length);

        Assert.True(Store.Remove(key.Fingerprint[^8..].ToLowerInvariant()));
        Assert.False(Store.Remove(key.Fingerprint));
        Assert.Equal(SignatureVerdict.UnknownKey, SignatureVerifier.Verify(SampleImage, null, Store).Verdict);
    }

    [Fact]
    public void Import_of_a_newer_copy_adds_to_the_older_one()
    {
        var folder = Project.Tests("corpus", "openpgp", "key-twice-second-revoked");
        var both = File.ReadAllBytes(Path.Combine(folder, "key.asc"));
        var clean = File.ReadAllBytes(Project.Tests("corpus", "openpgp", "key-new-packet-format", "key.asc"));
        Assert.False(Assert.Single(Store.Import(clean)).IsRevoked);
        var (file, signature) = (Path.Combine(folder, "file"), Path.Combine(folder, "sig"));
        Assert.Equal(SignatureVerdict.Good, SignatureVerifier.Verify(file, signature, Store).Verdict);

        Assert.True(Assert.Single(Store.Import(both)).IsRevoked);
        Assert.Equal(SignatureVerdict.RevokedKey, SignatureVerifier.Verify(file, signature, Store).Verdict);
        Assert.True(Assert.Single(Store.Import(clean)).IsRevoked);
        Assert.True(Assert.Single(Store.List()).IsRevoked);
    }

    [Fact]
    [Trait("Kind", "Process")]
    public async Task Import_and_removal_by_other_processes_wait_for_the_one_that_is_at_work()
    {
        var key = Assert.Single(Store.Import(SampleKey));
        Task<ToolResult> import, remove;
        using (DirectoryLock.Take(_directory["keys"], "a test", TimeSpan.Zero))
        {
            import = RunAsync("key", "import", "--known", "coreos");
            remove = RunAsync("key", "remove", key.Fingerprint);
            await Task.WhenAny(import, remove, Task.Delay(3000));
            Assert.False(import.IsCompleted || remove.IsCompleted);
            Assert.Equal([key.Fingerprint], Store.List().Select(known => known.Fingerprint));
        }
        (await import).ShouldSucceed();
        (await remove).ShouldSucceed();
        Assert.Equal([CoreOS], Store.List().Select(known => known.Fingerprint));
    }

    [Fact]
    [Trait("Kind", "Process")]
    public async Task Imports_by_many_processes_at_once_lose_nothing()
    {
        var copies = new[] { "key-new-packet-format", "key-twice-second-revoked" }.Select(name => Project.Tests("corpus", "openpgp", name, "key.asc")).ToList();
        foreach (var run in await Task.WhenAll(Enumerable.Range(0, 8).Select(i => RunAsync("key", "import", copies[i % 2]))))
        {
            run.ShouldSucceed();
        }
        Assert.True(Assert.Single(Store.List()).IsRevoked);
        Assert.Equal(new[] { ".xenkube.lock", Store.List()[0].Fingerprint + ".asc" }.Order(), Directory.GetFiles(_directory["keys"]).Select(path => Path.GetFileName(path)).Order());
    }

    private Task<ToolResult> RunAsync(params string[] words) =>
        Task.Run(() => Tool.Run("env", [$"XENDIR={_directory.Path}", "dotnet", Path.Combine(AppContext.BaseDirectory, "xenkube.dll"), .. words]));

    [Fact]
    public void OpenKeyRing_ignores_a_file_whose_name_pins_another_key()
    {
        Directory.CreateDirectory(_directory["keys"]);
        File.Copy(SampleKey, Path.Combine(_directory["keys"], CoreOS + ".asc"));
        Assert.Empty(Store.List());
        Assert.Equal(SignatureVerdict.UnknownKey, SignatureVerifier.Verify(SampleImage, null, Store).Verdict);
    }

    [Theory]
    [InlineData("key-not-a-key", "KeyFileMalformed")]
    [InlineData("key-cut-in-user-id-signature", "KeyFileMalformed")]
    [InlineData("key-without-user-id", "KeyNotBound")]
    [InlineData("key-critical-unknown-in-self-signature", "KeyNotBound")]
    public void Import_of_what_cannot_be_used_is_refused_and_leaves_nothing(string name, string id)
    {
        var error = Assert.Throws<InvalidInputException>(() => Store.Import(Project.Tests("corpus", "openpgp", name, "key.asc")));
        Assert.Equal(id, error.ErrorId);
        Assert.False(Directory.Exists(_directory["keys"]));
    }

    [Theory]
    [InlineData("1234567")]
    [InlineData("not-hex-at-all")]
    [InlineData("")]
    public void Remove_of_what_is_no_fingerprint_is_refused(string text) =>
        Assert.Equal("FingerprintInvalid", Assert.Throws<InvalidInputException>(() => Store.Remove(text)).ErrorId);
}
