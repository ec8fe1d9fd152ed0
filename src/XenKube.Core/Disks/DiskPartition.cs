using System.Globalization;

namespace XenKube.Disks;

/// <summary>One partition of a disk image, as parted and sgdisk describe it.</summary>
/// <param name="Number">Number of its entry in the table, from 1.</param>
/// <param name="Label">Its name in the table: <c>EFI-SYSTEM</c>, <c>OEM</c>, <c>ROOT</c>.</param>
/// <param name="TypeName">What its type is called; <c>Unknown</c> for a type that is not known.</param>
/// <param name="TypeId">The GUID of its type.</param>
/// <param name="UniqueId">The GUID of this very partition (PARTUUID).</param>
/// <param name="Start">First byte.</param>
/// <param name="End">Last byte, inclusive.</param>
/// <param name="Size">Length in bytes.</param>
/// <param name="FileSystem">Kind of the file system in it: <c>fat16</c>, <c>ext4</c>; empty if there is none.</param>
/// <param name="FileSystemLabel">Label of the file system; empty if it has none.</param>
/// <param name="FileSystemUuid">Identifier of the file system as blkid prints it; empty if it has none.</param>
/// <param name="Flags">The flags that parted prints: <c>boot</c>, <c>legacy_boot</c>, <c>esp</c>, <c>bios_grub</c>.</param>
/// <param name="Priority">CoreOS boot priority, 15 first, 0 never; null for partitions that are not USR.</param>
/// <param name="Tries">CoreOS boot attempts left; null for partitions that are not USR.</param>
/// <param name="Successful">Whether CoreOS has booted from it; null for partitions that are not USR.</param>
/// <param name="DiskPath">Path of the disk image.</param>
public sealed record DiskPartition(
    int Number, string Label, string TypeName, Guid TypeId, Guid UniqueId, long Start, long End, long Size,
    string FileSystem, string FileSystemLabel, string FileSystemUuid, IReadOnlyList<string> Flags,
    int? Priority, int? Tries, bool? Successful, string DiskPath)
{
    /// <summary>All attribute bits of the entry.</summary>
    public ulong Attributes { get; init; }

    /// <summary>
    /// The name that means this partition and no other of its table: the label where only one partition has it, else label and
    /// number (<c>Linux filesystem~2</c>), and the number where there is no label or it cannot be part of a path.
    /// </summary>
    public string Name { get; init; } = Label.Length > 0 ? Label : Number.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
