using XenKube.Images.Signatures;

namespace XenKube.Images;

/// <summary>A compressed image in the store.</summary>
/// <param name="Version">The release, as in <c>1520.9.0</c>.</param>
/// <param name="Path">The image.</param>
/// <param name="SignaturePath">Where its detached signature is, or would be.</param>
/// <param name="Size">The compressed size in bytes.</param>
/// <param name="Name">What comes before the version in the file's name: <c>coreos</c>, <c>flatcar</c>, <c>fedora-coreos</c>, or a name
/// that the user chose.</param>
/// <param name="HasSignature">True if the signature is there.</param>
/// <param name="Signature">What the check of the signature found, where it was checked just now; else null.</param>
public sealed record CoreOSImage(string Version, string Path, string SignaturePath, long Size, string Name, bool HasSignature,
    ImageSignature? Signature = null)
{
    /// <summary>Who made it; null for a name that the user chose.</summary>
    public ImageDistribution? Distribution => DistributionNames.Find(Name);

    /// <summary>True if its signature was found good and trusted just now, false if it was not, null if it was not checked.</summary>
    public bool? IsVerified => Signature?.IsTrusted;

    /// <inheritdoc/>
    public override string ToString() => $"{Name}-{Version}";
}
