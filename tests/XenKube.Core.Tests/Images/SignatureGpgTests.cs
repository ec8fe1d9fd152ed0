using XenKube.Images;
using XenKube.Images.Signatures;
using XenKube.Tests.Support;

namespace XenKube.Tests.Images;

/// <summary>Signatures as gpg makes them: every kind of key by every hash, as primary and as subkey.</summary>
[Trait("Kind", "Process")]
public sealed class SignatureGpgTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly string _home;

    public SignatureGpgTests()
    {
        _home = _directory["home"];
        Directory.CreateDirectory(_home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void Dispose()
    {
        if (Tool.Find("gpgconf") is not null)
        {
            Tool.Run("gpgconf", "--homedir", _home, "--kill", "all");
        }
        _directory.Dispose();
    }

    [Theory]
    [InlineData("rsa2048", "rsa2048", "RSA", "SHA224 SHA256 SHA384 SHA512")]
    [InlineData("dsa2048", "rsa2048", "DSA", "SHA256 SHA512")]
    [InlineData("dsa1024", "rsa1024", "DSA", "SHA256 SHA512")]
    [InlineData("nistp256", "ed25519", "ECDSA", "SHA256 SHA384 SHA512")]
    [InlineData("nistp384", "nistp256", "ECDSA", "SHA384 SHA512")]
    [InlineData("nistp521", "nistp384", "ECDSA", "SHA512")]
    [InlineData("brainpoolP256r1", "brainpoolP384r1", "ECDSA", "SHA256 SHA512")]
    [InlineData("brainpoolP512r1", "secp256k1", "ECDSA", "SHA512")]
    [InlineData("secp256k1", "nistp521", "ECDSA", "SHA256 SHA512")]
    [InlineData("ed25519", "brainpoolP256r1", "EdDSA", "SHA256 SHA512")]
    public void Signature_by_gpg_is_good_and_of_another_file_bad(string algorithm, string subkeyAlgorithm, string kind, string hashes)
    {
        Tool.Need("gpg", "gpgconf");
        const string User = "Tester <t@xenkube.example>";
        Gpg("--quick-gen-key", User, algorithm, "cert,sign", "never");
        var fingerprint = Fingerprints()[0];
        var (file, other) = (_directory.Write("file", "first line\nsecond line\n"), _directory.Write("other", "first line\nsecond line\n\n"));
        var made = new List<(string Signature, string Fingerprint, string? Kind, string Hash)>();
        foreach (var hash in hashes.Split(' '))
        {
            made.Add((Sign(fingerprint, hash, file, "--detach-sign"), fingerprint, kind, hash));
            made.Add((Sign(fingerprint, hash, file, "--armor", "--detach-sign"), fingerprint, kind, hash));
            made.Add((Sign(fingerprint, hash, file, "--textmode", "--detach-sign"), fingerprint, kind, hash));
        }
        // Without the suffix gpg 2.2 takes such a curve for encryption.
        Gpg("--quick-add-key", fingerprint, subkeyAlgorithm is "rsa1024" or "rsa2048" or "ed25519" ? subkeyAlgorithm : subkeyAlgorithm + "/ecdsa", "sign", "never");
        var subkey = Fingerprints()[1];
        made.Add((Sign(subkey, "SHA512", file, "--detach-sign"), subkey, null, "SHA512"));

        var ring = KeyRing.Read(Gpg("--armor", "--export", fingerprint), "gpg", isTrusted: true);
        Assert.Empty(ring.Problems);
        var key = Assert.Single(ring.Keys);
        Assert.Equal((fingerprint, User, algorithm), (key.Fingerprint, key.UserId, key.Algorithm));
        Assert.Equal((subkey, true, subkeyAlgorithm), (key.Subkeys[0].Fingerprint, key.Subkeys[0].CanSign, key.Subkeys[0].Algorithm));
        foreach (var (signature, by, expectedKind, hash) in made)
        {
            var result = SignatureVerifier.Verify(file, signature, ring);
            Assert.True(result.IsTrusted, $"{Path.GetFileName(signature)}: {result.Verdict} {result.Reason}");
            Assert.Equal((by, fingerprint, hash), (result.SigningFingerprint, result.PrimaryFingerprint, result.Hash));
            Assert.Equal(expectedKind ?? result.PublicKeyAlgorithm, result.PublicKeyAlgorithm);
            Assert.Equal(SignatureVerdict.Bad, SignatureVerifier.Verify(other, signature, ring).Verdict);
        }
    }

    [Fact]
    public void Key_revoked_and_prolonged_by_gpg_is_listed_as_gpg_has_it()
    {
        Tool.Need("gpg", "gpgconf");
        Gpg("--faked-system-time", "20200101T000000!", "--quick-gen-key", "Tester <t@xenkube.example>", "ed25519", "sign", "2y");
        var fingerprint = Fingerprints()[0];
        var key = Assert.Single(KeyRing.Read(Gpg("--export", fingerprint), null, isTrusted: false).Keys);
        Assert.Equal(new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc), key.CreatedUtc);
        Assert.Equal(new DateTime(2021, 12, 31, 0, 0, 0, DateTimeKind.Utc), key.ExpiresUtc);
        Assert.False(key.IsRevoked);
        var file = _directory.Write("file", "x");
        var signature = Sign(fingerprint, "SHA512", file, "--faked-system-time", "20210101T000000!", "--detach-sign");
        Assert.Equal(SignatureVerdict.Good, SignatureVerifier.Verify(file, signature, KeyRing.Read(Gpg("--export", fingerprint), null, isTrusted: true)).Verdict);

        // gpg leaves a revocation beside each new key; a colon guards it against being used by mistake.
        var revocation = File.ReadAllText(Path.Combine(_home, "openpgp-revocs.d", fingerprint + ".rev")).Replace(":-----BEGIN", "-----BEGIN", StringComparison.Ordinal);
        var store = new TrustStore(_directory["keys"]);
        store.Import(Gpg("--export", fingerprint));
        Assert.Equal("KeyFileEmpty", Assert.Throws<InvalidInputException>(() => new TrustStore(_directory["others"]).Import(_directory.Write("revocation.asc", revocation))).ErrorId);
        Assert.True(Assert.Single(store.Import(_directory["revocation.asc"])).IsRevoked);
        Assert.Equal(SignatureVerdict.RevokedKey, SignatureVerifier.Verify(file, signature, store).Verdict);

        Gpg("--import", _directory["revocation.asc"]);
        var revoked = KeyRing.Read(Gpg("--export", fingerprint), null, isTrusted: true);
        Assert.True(Assert.Single(revoked.Keys).IsRevoked);
        Assert.Equal(SignatureVerdict.RevokedKey, SignatureVerifier.Verify(file, signature, revoked).Verdict);
    }

    // What gpg makes on purpose, and what the rules say of it; its own verdict where that is one.
    [Fact]
    public void Odd_signatures_by_gpg_get_the_verdict_of_the_rules()
    {
        Tool.Need("gpg", "gpgconf");
        Gpg("--faked-system-time", "20200101T000000!", "--quick-gen-key", "Tester <t@xenkube.example>", "ed25519", "cert,sign", "never");
        var primary = Fingerprints()[0];
        Gpg("--faked-system-time", "20200102T000000!", "--quick-add-key", primary, "ed25519", "sign", "1y");
        Gpg("--faked-system-time", "20200102T000000!", "--quick-add-key", primary, "rsa1024", "encr", "never");
        var subkey = Fingerprints()[1];
        var file = _directory.Write("file", "an image");
        var other = _directory.Write("other", "another image");
        byte[] By(string key, string on, string time, params string[] how) =>
            File.ReadAllBytes(Sign(key, "SHA256", on, ["--faked-system-time", time + "T000000!", .. how, "--detach-sign"]));
        var good = By(primary, file, "20200301");
        var bad = By(primary, other, "20200302");
        var bySubkey = By(subkey, file, "20200601");
        Assert.Equal(SignatureVerdict.Good, Verdict(bySubkey));
        Assert.Equal(SignatureVerdict.Good, Verdict([.. bad, .. good]));
        Assert.Equal(SignatureVerdict.Good, Verdict([.. good, .. bad]));
        Assert.Equal(SignatureVerdict.Bad, Verdict([.. bad, .. bad]));
        Assert.Equal(SignatureVerdict.Good, Verdict(By(primary, file, "20200303", "--sig-notation", "a@xenkube.example=b")));
        Assert.Equal(SignatureVerdict.Unsupported, Verdict(By(primary, file, "20200304", "--sig-notation", "!c@xenkube.example=d")));
        Assert.Equal(SignatureVerdict.ExpiredSignature, Verdict(By(primary, file, "20200305", "--default-sig-expire", "5d")));
        Assert.Equal(SignatureVerdict.Unsupported, Verdict(File.ReadAllBytes(Sign(primary, "SHA1", file, "--detach-sign"))));
        Gpg("--local-user", primary, "--output", _directory["clear"], "--clear-sign", file);
        Assert.Equal(SignatureVerdict.Malformed, Verdict(File.ReadAllBytes(_directory["clear"])));
        Gpg("--local-user", primary, "--output", _directory["whole"], "--sign", file);
        Assert.Equal(SignatureVerdict.Malformed, Verdict(File.ReadAllBytes(_directory["whole"])));
        var armored = System.Text.Encoding.ASCII.GetString(File.ReadAllBytes(Sign(primary, "SHA256", file, "--armor", "--comment", "Made: by hand", "--detach-sign")));
        Assert.Equal(SignatureVerdict.Good, Verdict(System.Text.Encoding.ASCII.GetBytes(armored.Replace("\n", "\r\n", StringComparison.Ordinal))));
        var check = armored.Split('\n').Single(line => line.StartsWith('=') && line.Length == 5);
        Assert.Equal(SignatureVerdict.Good, Verdict(System.Text.Encoding.ASCII.GetBytes(armored.Replace(check + "\n", "", StringComparison.Ordinal))));
        Assert.Equal(SignatureVerdict.Malformed, Verdict(System.Text.Encoding.ASCII.GetBytes(armored.Replace(check, check == "=AAAA" ? "=AAAB" : "=AAAA", StringComparison.Ordinal))));

        // The subkey's end is that of the signature's date: shortened now, the signature is late after all, prolonged it is good again.
        Assert.Equal(SignatureVerdict.Good, Verdict(bySubkey));
        Gpg("--faked-system-time", "20200701T000000!", "--quick-set-expire", primary, "20200501T000000", subkey);
        Assert.Equal(SignatureVerdict.ExpiredKey, Verdict(bySubkey));
        Gpg("--faked-system-time", "20200702T000000!", "--quick-set-expire", primary, "20230501T000000", subkey);
        Assert.Equal(SignatureVerdict.Good, Verdict(bySubkey));

        SignatureVerdict Verdict(byte[] signature)
        {
            File.WriteAllBytes(_directory["sig"], signature);
            return SignatureVerifier.Verify(file, _directory["sig"], KeyRing.Read(Gpg("--export", primary), null, isTrusted: true)).Verdict;
        }
    }

    private byte[] Gpg(params string[] arguments) =>
        Tool.Run("gpg", ["--homedir", _home, "--batch", "--yes", "--quiet", "--passphrase", "", "--pinentry-mode", "loopback", .. arguments]).ShouldSucceed().OutputBytes;

    private string Sign(string fingerprint, string hash, string file, params string[] how)
    {
        var signature = _directory[$"{fingerprint[^4..]}-{hash}-{string.Concat(how)}".Replace('!', '-')];
        Gpg(["--local-user", fingerprint + "!", "--digest-algo", hash, "--output", signature, .. how, file]);
        return signature;
    }

    private string[] Fingerprints() =>
        [.. System.Text.Encoding.UTF8.GetString(Gpg("--with-colons", "--list-keys")).Split('\n').Where(line => line.StartsWith("fpr:", StringComparison.Ordinal)).Select(line => line.Split(':')[9])];
}
