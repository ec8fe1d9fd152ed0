using System.Security.Cryptography;
using System.Text.Json;
using XenKube.Images;
using XenKube.Images.Signatures;
using XenKube.Tests.Support;

namespace XenKube.Tests.Images;

/// <summary>Test-ImageSignature.</summary>
public sealed class ImageSignatureCmdletTests : IDisposable
{
    private readonly CmdletSession _session = new();

    public ImageSignatureCmdletTests()
    {
        File.Copy(CmdletSession.Release, Image);
        File.Copy(CmdletSession.Release + ".sig", Image + ".sig");
    }

    private string Image => _session["images/coreos-1520.9.0.bin.bz2"];

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Answer_is_true_for_a_good_signature_by_a_trusted_key_alone()
    {
        var before = _session.Run("Test-ImageSignature 1520.9.0");
        Assert.False(before.One<bool>());
        Assert.Contains("UnknownKey", Assert.Single(before.Warnings), StringComparison.Ordinal);
        Trust();
        var after = _session.Run("Test-ImageSignature 1520.9.0");
        Assert.True(after.One<bool>());
        Assert.Empty(after.Warnings);
    }

    [Fact]
    public void Detailed_answer_reads_as_gpg_would_say_it()
    {
        var key = Trust();
        var signature = _session.Run("Test-ImageSignature 1520.9.0 -Detailed").One<ImageSignature>();
        Assert.Equal((SignatureVerdict.Good, SignatureTrust.Trusted, true), (signature.Verdict, signature.Trust, signature.IsTrusted));
        Assert.Equal((key.Fingerprint, key.UserId), (signature.PrimaryFingerprint, signature.SignerUserId));
        Assert.Contains(signature.SigningFingerprint, key.Subkeys.Select(subkey => subkey.Fingerprint));
        Assert.Equal(DateTimeKind.Utc, signature.CreatedUtc!.Value.Kind);
        Assert.Equal(Convert.ToHexString(SHA512.HashData(File.ReadAllBytes(Image))), signature.Sha512, ignoreCase: true);
        Assert.Contains("Signature made", signature.ToString(), StringComparison.Ordinal);
        Assert.Contains("Good signature from", signature.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Path_is_resolved_by_the_location_of_the_session()
    {
        Trust();
        _session.GoTo("images");
        Assert.True(_session.Run("Test-ImageSignature -Path coreos-1520.9.0.bin.bz2").One<bool>());
        Assert.True(_session.Run("Test-ImageSignature -LiteralPath ./coreos-1520.9.0.bin.bz2 -Signature coreos-1520.9.0.bin.bz2.sig").One<bool>());
    }

    [Fact]
    public void Changed_file_is_bad()
    {
        Trust();
        var bytes = File.ReadAllBytes(Image);
        bytes[^1] ^= 1;
        File.WriteAllBytes(Image, bytes);
        Assert.False(_session.Run("Test-ImageSignature 1520.9.0").One<bool>());
        var result = _session.Run("Test-ImageSignature 1520.9.0 -Detailed");
        var signature = result.One<ImageSignature>();
        Assert.Equal(SignatureVerdict.Bad, signature.Verdict);
        Assert.Contains("Bad", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Contains("BAD signature", signature.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Key_file_is_trusted_for_once_and_without_a_XENDIR()
    {
        CmdletSession.SetEnvironment("XENDIR", null);
        Assert.True(_session.Run($"Test-ImageSignature -Path '{CmdletSession.Release}' -KeyFile '{CmdletSession.SampleKey}'").One<bool>());
        CmdletSession.SetEnvironment("XENDIR", _session.Directory);
        _session.Run("Get-SigningKey").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("algorithm-nistp256-subkey-of-ed25519")]
    [InlineData("revoked-subkey-compromised-signed-before")]
    [InlineData("expiry-primary-before-signature")]
    [InlineData("hash-rsa-sha1")]
    public void Verdict_is_the_recorded_one(string name)
    {
        var folder = Project.Tests("corpus", "openpgp", name);
        using var expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json")));
        var signature = _session.Run($"Test-ImageSignature -Path '{folder}/file' -Signature '{folder}/sig' -KeyFile '{folder}/key.asc' -Detailed").One<ImageSignature>();
        Assert.Equal(expected.RootElement.GetProperty("verdict").GetString(), signature.Verdict.ToString());
        Assert.Equal(expected.RootElement.GetProperty("signingFingerprint").GetString(), signature.SigningFingerprint);
    }

    [Fact]
    public void Missing_file_is_named()
    {
        _session.Run("Test-ImageSignature 9.9.9").Error("ImageNotFound");
        _session.Run("Test-ImageSignature -Path gone.bz2").Error("FileNotFound");
        File.Delete(Image + ".sig");
        _session.Run("Test-ImageSignature 1520.9.0").Error("SignatureNotFound");
    }

    private SigningKey Trust() => _session.Run($"Import-SigningKey '{CmdletSession.SampleKey}'").One<SigningKey>();
}
