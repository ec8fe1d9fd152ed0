namespace XenKube.Images.Signatures;

/// <summary>The verdict on one signature.</summary>
/// <param name="Verdict">What became of it.</param>
/// <param name="Trust">Whether its key is trusted.</param>
/// <param name="SignerUserId">The main user id of the key; null where there is no key.</param>
/// <param name="SigningFingerprint">The fingerprint of the key, often a subkey, that made it: 40 upper-case digits. Without that key the
/// one that the signature states, or null.</param>
/// <param name="PrimaryFingerprint">The fingerprint of that key's primary; null where there is no key.</param>
/// <param name="KeyId">The id of the key, 16 upper-case digits; null where the signature does not say.</param>
/// <param name="CreatedUtc">The date that the signature states; null where it cannot be read.</param>
/// <param name="Hash">The hash algorithm, as in <c>SHA512</c>; null where it is not known.</param>
/// <param name="PublicKeyAlgorithm"><c>RSA</c>, <c>DSA</c>, <c>ECDSA</c> or <c>EdDSA</c>; null where it is not known.</param>
/// <param name="Reason">Why, in words; null where the verdict says it all.</param>
public sealed record SignatureResult(
    SignatureVerdict Verdict,
    SignatureTrust Trust = SignatureTrust.Unknown,
    string? SignerUserId = null,
    string? SigningFingerprint = null,
    string? PrimaryFingerprint = null,
    string? KeyId = null,
    DateTime? CreatedUtc = null,
    string? Hash = null,
    string? PublicKeyAlgorithm = null,
    string? Reason = null)
{
    /// <inheritdoc/>
    public override string ToString() => Reason is null ? Verdict.ToString() : $"{Verdict}: {Reason}";
}
