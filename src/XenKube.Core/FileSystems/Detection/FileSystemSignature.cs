namespace XenKube.FileSystems.Detection;

/// <summary>What a partition says it holds, told from its first blocks.</summary>
/// <param name="Kind">The kind as parted prints it: <c>ext4</c>, <c>fat16</c>, <c>btrfs</c>, <c>linux-swap(v1)</c>.</param>
/// <param name="Label">The label; empty where there is none.</param>
/// <param name="Uuid">The identifier as blkid prints it; empty where there is none.</param>
public sealed record FileSystemSignature(string Kind, string Label, string Uuid);
