namespace XenKube.Images.Signatures;

/// <summary>A key that signs images, with its subkeys.</summary>
/// <param name="Fingerprint">The primary's fingerprint, 40 upper-case digits: what trust is pinned to.</param>
/// <param name="UserIds">The user ids that are bound to it, the main one first.</param>
/// <param name="Algorithm">As gpg calls it: <c>rsa4096</c>, <c>ed25519</c>.</param>
/// <param name="Bits">The size of the key; 0 where it is not known.</param>
/// <param name="CanSign">True if the primary itself may sign.</param>
/// <param name="CreatedUtc">When it was made.</param>
/// <param name="ExpiresUtc">When it ends; null for never. Signatures of before stay good.</param>
/// <param name="RevokedUtc">When it was revoked; null if it was not.</param>
/// <param name="RevocationReason">Why, in words; null if it was not.</param>
/// <param name="Subkeys">Its subkeys, in the order of the file.</param>
/// <param name="IsTrusted">True if it is pinned in the trust store.</param>
/// <param name="Source">The file that holds it, or null.</param>
public sealed record SigningKey(
    string Fingerprint,
    IReadOnlyList<string> UserIds,
    string Algorithm,
    int Bits,
    bool CanSign,
    DateTime CreatedUtc,
    DateTime? ExpiresUtc,
    DateTime? RevokedUtc,
    string? RevocationReason,
    IReadOnlyList<SigningSubkey> Subkeys,
    bool IsTrusted,
    string? Source)
{
    /// <summary>The main user id; empty if none is bound.</summary>
    public string UserId => UserIds.Count > 0 ? UserIds[0] : "";

    /// <summary>The last 16 digits of the fingerprint.</summary>
    public string KeyId => Fingerprint[^16..];

    /// <summary>True if it is revoked.</summary>
    public bool IsRevoked => RevokedUtc is not null;

    /// <inheritdoc/>
    public override string ToString() => UserIds.Count > 0 ? $"{Fingerprint} {UserId}" : Fingerprint;
}
