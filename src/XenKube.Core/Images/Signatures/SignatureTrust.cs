namespace XenKube.Images.Signatures;

/// <summary>Whether the key of a signature is one that the administrator trusts.</summary>
public enum SignatureTrust
{
    /// <summary>Nobody said that the key belongs to whom it names.</summary>
    Unknown,

    /// <summary>The key's primary is pinned by its fingerprint.</summary>
    Trusted,
}
