namespace XenKube.Images;

/// <summary>An image that a release server offers.</summary>
/// <param name="Version">The release, as in <c>1520.9.0</c>; never <c>current</c>.</param>
/// <param name="Distribution">Who made it.</param>
/// <param name="Channel">The channel it was looked for in.</param>
/// <param name="Board">The kind of machine.</param>
/// <param name="ImageUri">The image, under its number and not under <c>current</c>, so that image and signature belong together.</param>
/// <param name="SignatureUri">Its detached signature.</param>
/// <param name="DigestsUri">Its digests; not every server has them.</param>
/// <param name="IsCurrent">True if the channel's <c>current</c> is this release.</param>
public sealed record ImageRelease(
    string Version, ImageDistribution Distribution, string Channel, string Board, Uri ImageUri, Uri SignatureUri, Uri DigestsUri,
    bool IsCurrent)
{
    /// <summary>SHA-256 of the image file, in hexadecimal, where the metadata of the release name it.</summary>
    public string? Sha256 { get; init; }

    /// <summary>SHA-256 of the decompressed image, where the metadata of the release name it.</summary>
    public string? UncompressedSha256 { get; init; }

    /// <summary>The image's path on its server.</summary>
    internal string? Path { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Version;
}
