namespace XenKube.FileSystems;

/// <summary>What a <see cref="FileSystemEntry"/> is.</summary>
public enum FileSystemEntryKind
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symbolic link.</summary>
    SymbolicLink,

    /// <summary>A device, socket or pipe.</summary>
    Special,
}

/// <summary>One file, directory or link in a file system inside an image.</summary>
/// <param name="Path">Absolute path inside the file system.</param>
/// <param name="Kind">File, directory, link or special.</param>
/// <param name="Size">Size in bytes; for a link the length of its target.</param>
/// <param name="Mode">Permission bits (0 to 07777, octal).</param>
/// <param name="UserId">Owner.</param>
/// <param name="GroupId">Group.</param>
/// <param name="LastWriteTimeUtc">Time of the last change of the content.</param>
/// <param name="LinkTarget">Where a symbolic link points, else null.</param>
public sealed record FileSystemEntry(
    string Path, FileSystemEntryKind Kind, long Size, int Mode, long UserId, long GroupId, DateTime LastWriteTimeUtc, string? LinkTarget)
{
    /// <summary>
    /// What the file system itself knows the file by: its inode; on FAT the first cluster, and 0 for empty files. Two directories
    /// never share one in a sound file system, apart from two subvolumes of btrfs.
    /// </summary>
    public long Id { get; init; }

    /// <summary>How many names the file has; 1 where the file system has no hard links.</summary>
    public int Links { get; init; } = 1;

    /// <summary>
    /// The device of the host that holds the file; in an image with btrfs the subvolume, whose inodes have numbers of their own; else 0.
    /// </summary>
    internal ulong Device { get; init; }

    /// <summary>
    /// The device of the host or the subvolume of btrfs, and <see cref="Id"/>: equal for two names of one file, and for no two directories.
    /// </summary>
    public (ulong Device, long Id) Identity => (Device, Id);

    /// <summary>What is damaged where nothing but the name could be read; null for all that is sound.</summary>
    public string? Damage { get; init; }

    /// <summary>The last part of the path; <c>/</c> for the root.</summary>
    public string Name => Path.Length > 1 ? Path[(Path.LastIndexOf('/') + 1)..] : Path;

    /// <inheritdoc/>
    public override string ToString() => Path;
}

/// <summary>What a write sets beside the content. Null keeps what is there (or takes the default for something new).</summary>
/// <param name="Mode">Permission bits (0 to 07777, octal). Default: 0644 for files, 0755 for directories.</param>
/// <param name="UserId">Owner. Default: 0.</param>
/// <param name="GroupId">Group. Default: 0.</param>
/// <param name="TimeUtc">Time of access, change and modification. Default: now.</param>
public sealed record FileAttributesChange(int? Mode = null, long? UserId = null, long? GroupId = null, DateTime? TimeUtc = null)
{
    /// <summary>Extended attributes by their full names; all that are there are replaced by these.</summary>
    public IReadOnlyDictionary<string, byte[]>? ExtendedAttributes { get; init; }
}
