namespace XenKube.Images.Signatures;

/// <summary>A subkey that is bound to its primary.</summary>
/// <param name="Fingerprint">40 upper-case digits.</param>
/// <param name="Algorithm">As gpg calls it: <c>rsa4096</c>, <c>ed25519</c>.</param>
/// <param name="Bits">The size of the key; 0 where it is not known.</param>
/// <param name="CanSign">True if it may sign: its flags say so, and its back signature is right.</param>
/// <param name="CreatedUtc">When it was made.</param>
/// <param name="ExpiresUtc">When it ends; null for never. Signatures of before stay good.</param>
/// <param name="RevokedUtc">When it was revoked; null if it was not.</param>
/// <param name="RevocationReason">Why, in words; null if it was not.</param>
public sealed record SigningSubkey(
    string Fingerprint, string Algorithm, int Bits, bool CanSign, DateTime CreatedUtc, DateTime? ExpiresUtc, DateTime? RevokedUtc,
    string? RevocationReason)
{
    /// <summary>True if it is revoked.</summary>
    public bool IsRevoked => RevokedUtc is not null;

    /// <inheritdoc/>
    public override string ToString() => Fingerprint;
}
