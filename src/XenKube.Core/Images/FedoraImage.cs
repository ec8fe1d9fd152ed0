namespace XenKube.Images;

/// <summary>An image of Fedora CoreOS, as its metadata name it.</summary>
/// <param name="Version">The release.</param>
/// <param name="Path">Its path on the server or mirror.</param>
/// <param name="Sha256">Digest of the file, in hexadecimal; null where none is published.</param>
/// <param name="UncompressedSha256">Digest of the disk; null where none is published.</param>
internal sealed record FedoraImage(string Version, string Path, string? Sha256, string? UncompressedSha256);
