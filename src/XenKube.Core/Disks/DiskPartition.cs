using System.Globalization;

namespace XenKube.Disks;

/// <summary>One partition of a disk image, as parted and sgdisk describe it.</summary>
public sealed record DiskPartition
{
    private readonly string? _name;

    /// <summary>Number of its entry in the table, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>
    /// Its name in the table: <c>EFI-SYSTEM</c>, <c>OEM</c>, <c>ROOT</c>. A master boot record has no names; without a table it is the
    /// label
    /// of the file system.
    /// </summary>
    public required string Label { get; init; }

    /// <summary>What its type is called; <c>Unknown</c> for a type that is not known.</summary>
    public required string TypeName { get; init; }

    /// <summary>The GUID of its type; zeros without a GPT.</summary>
    public required Guid TypeId { get; init; }

    /// <summary>The GUID of this very partition (PARTUUID); zeros without a GPT.</summary>
    public required Guid UniqueId { get; init; }

    /// <summary>First byte.</summary>
    public required long Start { get; init; }

    /// <summary>Last byte, inclusive.</summary>
    public required long End { get; init; }

    /// <summary>Length in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Kind of the file system in it: <c>fat16</c>, <c>ext4</c>; empty if there is none.</summary>
    public string FileSystem { get; init; } = "";

    /// <summary>Label of the file system; empty if it has none.</summary>
    public string FileSystemLabel { get; init; } = "";

    /// <summary>Identifier of the file system as blkid prints it; empty if it has none.</summary>
    public string FileSystemUuid { get; init; } = "";

    /// <summary>The flags that parted prints: <c>boot</c>, <c>legacy_boot</c>, <c>esp</c>, <c>bios_grub</c>.</summary>
    public required IReadOnlyList<string> Flags { get; init; }

    /// <summary>CoreOS boot priority, 15 first, 0 never; null for partitions that are not USR.</summary>
    public int? Priority { get; init; }

    /// <summary>CoreOS boot attempts left; null for partitions that are not USR.</summary>
    public int? Tries { get; init; }

    /// <summary>Whether CoreOS has booted from it; null for partitions that are not USR.</summary>
    public bool? Successful { get; init; }

    /// <summary>Path of the disk image.</summary>
    public required string DiskPath { get; init; }

    /// <summary>All attribute bits of the entry.</summary>
    public ulong Attributes { get; init; }

    /// <summary>
    /// The name that means this partition and no other of its table: the label where only one partition has it, else label and
    /// number (<c>Linux filesystem~2</c>), and the number where there is no label or it cannot be part of a path.
    /// </summary>
    public string Name
    {
        get => _name ?? (Label.Length > 0 ? Label : Number.ToString(CultureInfo.InvariantCulture));
        init => _name = value;
    }

    /// <summary>True for the extended partition of a master boot record, which holds the logical partitions and nothing else.</summary>
    internal bool IsContainer { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
