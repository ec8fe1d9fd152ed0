namespace XenKube.Ignition.Publishing;

/// <summary>A config as it is served.</summary>
/// <param name="Path">The file.</param>
/// <param name="Digest">The digest of its bytes, <c>sha512-HEX</c>.</param>
/// <param name="Size">How many bytes it has.</param>
/// <param name="Changed">Whether publishing changed it.</param>
public sealed record PublishedIgnition(string Path, string Digest, long Size, bool Changed)
{
    /// <inheritdoc/>
    public override string ToString() => Path;
}
