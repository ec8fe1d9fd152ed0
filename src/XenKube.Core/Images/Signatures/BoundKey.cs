using XenKube.Parsing.OpenPgp;

namespace XenKube.Images.Signatures;

/// <summary>A primary or subkey that is properly bound, with what its newest self-signature or binding says of it.</summary>
/// <param name="Key">The key.</param>
/// <param name="CanSign">True if its flags say "sign", or nothing.</param>
/// <param name="Lifetime">Seconds from its date to its end, 0 for none.</param>
/// <param name="Revocations">Its revocations.</param>
internal sealed record BoundKey(OpenPgpPublicKey Key, bool CanSign, uint Lifetime, IReadOnlyList<KeyRevocation> Revocations)
{
    /// <summary>When it ends, in seconds since 1970; null for never.</summary>
    public long? Expires => Lifetime == 0 ? null : (long)Key.Created + Lifetime;

    public bool HasEndedBy(long date) => Expires <= date;
}
