using System.Text.Json;
using XenKube.Images;
using XenKube.Images.Signatures;
using XenKube.Tests.Images.Forge;
using XenKube.Tests.Support;

namespace XenKube.Tests.Images;

/// <summary>How a result reads, as text and as JSON, and who is trusted.</summary>
public sealed class ImageSignatureTests : IDisposable
{
    private static readonly SignatureResult Guide = new(SignatureVerdict.Good, SignatureTrust.Trusted, "CoreOS Buildbot (Offical Builds) <buildbot@coreos.com>",
        "8826AD9569F575AD3F5643E7DE2F8F87EF4B4ED9", "04127D0BFABEC8871FFB2CCE50E0885593D2DCB4", "DE2F8F87EF4B4ED9",
        new DateTime(2017, 11, 30, 11, 44, 57, DateTimeKind.Utc), "SHA512", "RSA");

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Text_of_a_trusted_signature_reads_as_in_the_guide() => Assert.Equal("""
        assuming signed data in 'coreos_production_xen_image.bin.bz2'
        Signature made Thu 30 Nov 2017 11:44:57 AM UTC
                       using RSA key 8826AD9569F575AD3F5643E7DE2F8F87EF4B4ED9
        Good signature from "CoreOS Buildbot (Offical Builds) <buildbot@coreos.com>" [ultimate]
        """, Of(Guide).ToString());

    [Fact]
    public void Text_of_a_signature_that_is_not_trusted_warns_as_in_the_guide() => Assert.Equal("""
        assuming signed data in 'coreos_production_xen_image.bin.bz2'
        Signature made Thu 30 Nov 2017 11:44:57 AM UTC
                       using RSA key 8826AD9569F575AD3F5643E7DE2F8F87EF4B4ED9
        Good signature from "CoreOS Buildbot (Offical Builds) <buildbot@coreos.com>" [unknown]
        WARNING: This key is not certified with a trusted signature!
                 There is no indication that the signature belongs to the owner.
        Primary key fingerprint: 0412 7D0B FABE C887 1FFB  2CCE 50E0 8855 93D2 DCB4
             Subkey fingerprint: 8826 AD95 69F5 75AD 3F56  43E7 DE2F 8F87 EF4B 4ED9
        """, Of(Guide with { Trust = SignatureTrust.Unknown }).ToString());

    [Fact]
    public void Text_of_a_bad_signature_says_so() =>
        Assert.EndsWith("BAD signature from \"CoreOS Buildbot (Offical Builds) <buildbot@coreos.com>\" [ultimate]: the signature does not fit the file",
            Of(Guide with { Verdict = SignatureVerdict.Bad, Reason = "the signature does not fit the file" }).ToString(), StringComparison.Ordinal);

    [Fact]
    public void Text_does_not_let_a_user_id_steer_the_terminal()
    {
        var text = Of(Guide with { SignerUserId = "A\u001B[2J\nGood signature from \"B\"\u0085\u202E" }).ToString();
        Assert.DoesNotContain('\u001B', text);
        Assert.DoesNotContain('\u202E', text);
        Assert.Equal(4, text.Split('\n').Length);
    }

    [Fact]
    public void Json_has_the_members_of_the_contract_and_null_for_what_is_not_known()
    {
        using var document = JsonDocument.Parse(Of(new SignatureResult(SignatureVerdict.Malformed)).ToJson());
        Assert.Equal("Malformed", document.RootElement.GetProperty("verdict").GetString());
        Assert.Equal("Unknown", document.RootElement.GetProperty("trust").GetString());
        foreach (var member in new[] { "primaryFingerprint", "signingFingerprint", "createdUtc", "hash", "publicKeyAlgorithm" })
        {
            Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty(member).ValueKind);
        }
        Assert.False(document.RootElement.TryGetProperty("signatures", out _));
    }

    [Fact]
    public void Verify_by_a_known_key_is_good_but_not_trusted_and_a_pinned_copy_makes_it_so()
    {
        var (file, signature) = Write(new ForgedSignature(ForgedCases.Primary, 0, ForgedCases.Signed).Packet(ForgedCases.File));
        var known = KeyRing.Read(ForgedRing.Ring(ForgedCases.Primary), null, isTrusted: false);
        Assert.Equal((true, false), (Verify(file, signature, known).IsGood, Verify(file, signature, known).IsTrusted));
        var pinned = KeyRing.Read(ForgedRing.Ring(ForgedCases.Primary), null, isTrusted: true);
        Assert.True(Verify(file, signature, known.With(pinned)).IsTrusted);
        Assert.True(Verify(file, signature, pinned.With(known)).IsTrusted);
    }

    [Fact]
    public void Verify_takes_sha1_in_self_signatures_of_a_pinned_primary_only()
    {
        var (key, subkey) = (ForgedCases.Primary, ForgedCases.Sub);
        byte[] ring = [.. ForgedRing.Primary(key), .. ForgedRing.UserId("A"),
            .. ForgedRing.SelfSignature(key, "A", new ForgedSignature(key, 0x13, ForgedCases.Made) { Hash = ForgedKey.Sha1, Hashed = ForgedRing.Flags(3) }), .. ForgedRing.SigningSubkey(key, subkey)];
        var (file, signature) = Write(new ForgedSignature(subkey, 0, ForgedCases.Signed).Packet(ForgedCases.File));
        Assert.True(Verify(file, signature, KeyRing.Read(ring, null, isTrusted: true)).IsTrusted);
        var known = Verify(file, signature, KeyRing.Read(ring, null, isTrusted: false));
        Assert.Equal(SignatureVerdict.UnknownKey, known.Verdict);
        Assert.Contains("SHA-1", known.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_prefers_the_good_signature_of_a_trusted_key()
    {
        var (known, pinned) = (ForgedCases.Primary, ForgedCases.Stranger);
        var (file, signature) = Write([.. new ForgedSignature(known, 0, ForgedCases.Signed).Packet(ForgedCases.File), .. new ForgedSignature(pinned, 0, ForgedCases.Signed).Packet(ForgedCases.File)]);
        var ring = KeyRing.Read(ForgedRing.Ring(known), null, isTrusted: false).With(KeyRing.Read(ForgedRing.Ring(pinned), null, isTrusted: true));
        var result = Verify(file, signature, ring);
        Assert.Equal((true, pinned.Fingerprint), (result.IsTrusted, result.PrimaryFingerprint));
        Assert.Equal([SignatureTrust.Unknown, SignatureTrust.Trusted], result.Signatures.Select(each => each.Trust));
    }

    [Fact]
    public void Verify_on_the_edge_of_a_day_takes_the_clock_into_account()
    {
        var (file, signature) = Write(new ForgedSignature(ForgedCases.Primary, 0, ForgedCases.Signed).Packet(ForgedCases.File));
        var ring = KeyRing.Read(ForgedRing.Ring(ForgedCases.Primary), null, isTrusted: true);
        var signed = DateTimeOffset.FromUnixTimeSeconds(ForgedCases.Signed);
        Assert.True(SignatureVerifier.Verify(file, signature, ring, new FixedClock(signed.AddDays(-1))).IsGood);
        Assert.Equal(SignatureVerdict.Bad, SignatureVerifier.Verify(file, signature, ring, new FixedClock(signed.AddDays(-1).AddSeconds(-1))).Verdict);
    }

    [Fact]
    public void Verify_of_files_that_are_missing_names_them()
    {
        var file = _directory.Write("image.bin.bz2", "x");
        var error = Assert.Throws<ItemNotFoundException>(() => SignatureVerifier.Verify(file, null, KeyRing.Empty));
        Assert.Equal(("SignatureNotFound", file + ".sig"), (error.ErrorId, error.File));
        Assert.Equal("ImageNotFound", Assert.Throws<ItemNotFoundException>(() => SignatureVerifier.Verify(_directory["none"], null, KeyRing.Empty)).ErrorId);
        Assert.Equal("FileNotFound", Assert.Throws<ItemNotFoundException>(() => KeyRing.Load(_directory["none"], isTrusted: true)).ErrorId);
        Assert.Equal("ImageNotReadable", Assert.Throws<OperationFailedException>(() => SignatureVerifier.Verify(_directory.Path, file, KeyRing.Empty)).ErrorId);
    }

    [Fact]
    public void Verify_finds_an_armored_signature_beside_the_file()
    {
        var (file, signature) = Write(new ForgedSignature(ForgedCases.Primary, 0, ForgedCases.Signed).Packet(ForgedCases.File));
        File.WriteAllText(file + ".asc", ForgedCases.Armored("SIGNATURE", File.ReadAllBytes(signature)));
        Assert.True(Verify(file, null, KeyRing.Read(ForgedRing.Ring(ForgedCases.Primary), null, isTrusted: true)).IsTrusted);
    }

    [Fact]
    public void Verify_can_be_cancelled()
    {
        var (file, signature) = Write(new ForgedSignature(ForgedCases.Primary, 0, ForgedCases.Signed).Packet(ForgedCases.File));
        var ring = KeyRing.Read(ForgedRing.Ring(ForgedCases.Primary), null, isTrusted: true);
        Assert.ThrowsAny<OperationCanceledException>(() => SignatureVerifier.Verify(file, signature, ring, cancellationToken: new CancellationToken(canceled: true)));
    }

    private static ImageSignature Of(SignatureResult result) =>
        new("/images/coreos_production_xen_image.bin.bz2", "/images/x.sig", result, result.Verdict == SignatureVerdict.Malformed ? [] : [result], 1, null);

    private static ImageSignature Verify(string file, string? signature, KeyRing ring) => SignatureVerifier.Verify(file, signature, ring);

    private (string File, string Signature) Write(byte[] signature) => (_directory.Write("image", ForgedCases.File), _directory.Write("signature", signature));
}
