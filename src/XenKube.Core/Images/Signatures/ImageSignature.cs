namespace XenKube.Images.Signatures;

/// <summary>What the check of a file's detached signature found. The members are those of the signature that decided.</summary>
/// <param name="File">The signed file.</param>
/// <param name="SignatureFile">The file with the signature.</param>
/// <param name="Result">The signature that decided: the first good one, or the worst if none is good.</param>
/// <param name="Signatures">All signatures of the file, in its order; empty if it is malformed.</param>
/// <param name="Length">The size of the signed file in bytes.</param>
/// <param name="Sha512">
/// The SHA-512 digest of the very bytes that were checked, 128 lower-case digits, so that who uses the file later can
/// prove that it is still the same; null if the file was not read because nothing could come of it.
/// </param>
public sealed record ImageSignature(
    string File, string SignatureFile, SignatureResult Result, IReadOnlyList<SignatureResult> Signatures, long Length, string? Sha512)
{
    /// <summary>What became of it.</summary>
    public SignatureVerdict Verdict => Result.Verdict;

    /// <summary>Whether the key is trusted.</summary>
    public SignatureTrust Trust => Result.Trust;

    /// <summary>True if the signature is good, by whomever.</summary>
    public bool IsGood => Verdict == SignatureVerdict.Good;

    /// <summary>True if the signature is good and its key is trusted: the only success.</summary>
    public bool IsTrusted => IsGood && Trust == SignatureTrust.Trusted;

    /// <inheritdoc cref="SignatureResult.SignerUserId"/>
    public string? SignerUserId => Result.SignerUserId;

    /// <inheritdoc cref="SignatureResult.SigningFingerprint"/>
    public string? SigningFingerprint => Result.SigningFingerprint;

    /// <inheritdoc cref="SignatureResult.PrimaryFingerprint"/>
    public string? PrimaryFingerprint => Result.PrimaryFingerprint;

    /// <inheritdoc cref="SignatureResult.KeyId"/>
    public string? KeyId => Result.KeyId;

    /// <inheritdoc cref="SignatureResult.CreatedUtc"/>
    public DateTime? CreatedUtc => Result.CreatedUtc;

    /// <inheritdoc cref="SignatureResult.Hash"/>
    public string? Hash => Result.Hash;

    /// <inheritdoc cref="SignatureResult.PublicKeyAlgorithm"/>
    public string? PublicKeyAlgorithm => Result.PublicKeyAlgorithm;

    /// <inheritdoc cref="SignatureResult.Reason"/>
    public string? Reason => Result.Reason;

    /// <summary>The result as <c>xenkube image verify --json</c> prints it.</summary>
    public string ToJson() => ImageSignatureJson.Write(this);

    /// <summary>The result as gpg would print it.</summary>
    public override string ToString() => ImageSignatureText.Write(this);
}
