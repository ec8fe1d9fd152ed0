using XenKube.Parsing.OpenPgp;

namespace XenKube.Images.Signatures;

/// <summary>A certificate of a key ring, where it came from, and whether its primary is pinned.</summary>
internal sealed record RingEntry(OpenPgpCertificate Certificate, bool IsTrusted, string? Source);
