using System.Globalization;
using XenKube.FileSystems;

namespace XenKube.Commands.Drives;

/// <summary>
/// A file, directory or link on a drive over a disk image, with the names that FileInfo has. Its text and its paths are those of
/// the drive: nothing of it can be taken for a file of the host.
/// </summary>
public class NodeDiskItem
{
    private readonly FileSystemEntry? _entry;

    internal NodeDiskItem(NodeDiskPath place, FileSystemEntry? entry)
    {
        _entry = entry;
        FullName = place.FullName;
        Name = place.Name;
        DirectoryName = place.IsDrive ? "" : place.InnerPath == "/" ? place.Drive.Root : place.Parent.FullName;
        // An absolute link leads to a place of its own file system.
        LinkTarget = entry?.LinkTarget is { } link && link.StartsWith('/') ? (place with { InnerPath = link }).FullName : entry?.LinkTarget;
    }

    internal (ulong Device, long Id) Identity => _entry?.Identity ?? default;

    /// <summary>The name, as the guest knows it.</summary>
    public string Name { get; }

    /// <summary>The whole path on the drive: <c>node-1:/ROOT/etc/hostname</c>.</summary>
    public string FullName { get; }

    /// <summary>The path of the directory that it is in; empty for the drive itself.</summary>
    public string DirectoryName { get; }

    /// <summary>The name without its extension.</summary>
    public string BaseName => IsDirectory ? Name : Path.GetFileNameWithoutExtension(Name);

    /// <summary>The last part of the name, from its dot on; empty where there is none.</summary>
    public string Extension => IsDirectory ? "" : Path.GetExtension(Name);

    /// <summary>File, directory, link or special.</summary>
    public FileSystemEntryKind Kind => _entry?.Kind ?? FileSystemEntryKind.Directory;

    /// <summary>Size in bytes; null for directories.</summary>
    public long? Length => IsDirectory ? null : _entry!.Size;

    /// <summary>Time of the last change of the content, here; null where the file system could not be read.</summary>
    public DateTime? LastWriteTime => LastWriteTimeUtc?.ToLocalTime();

    /// <summary>Time of the last change of the content, UTC; null where the file system could not be read.</summary>
    public DateTime? LastWriteTimeUtc => _entry?.LastWriteTimeUtc;

    /// <summary>Kind and permissions as <c>ls -l</c> shows them: <c>-rw-r--r--</c>.</summary>
    public string Mode => FileModeText.Of(Kind, (int)UnixFileMode);

    /// <summary>The permissions.</summary>
    public UnixFileMode UnixFileMode => (UnixFileMode)(_entry?.Mode ?? 0x1ED);

    /// <summary>Owner and group in the guest: <c>500:500</c>.</summary>
    public string Owner => string.Create(CultureInfo.InvariantCulture, $"{UserId}:{GroupId}");

    /// <summary>Owner in the guest.</summary>
    public long UserId => _entry?.UserId ?? 0;

    /// <summary>Group in the guest.</summary>
    public long GroupId => _entry?.GroupId ?? 0;

    /// <summary>Where a link points: as it is written in the link, an absolute one as a path on the drive; else null.</summary>
    public string? LinkTarget { get; }

    /// <summary>The same as <see cref="LinkTarget"/>.</summary>
    public string? Target => LinkTarget;

    /// <summary><c>SymbolicLink</c> for links, else null.</summary>
    public string? LinkType => Kind == FileSystemEntryKind.SymbolicLink ? "SymbolicLink" : null;

    /// <summary>The attributes that .NET gives a file of Linux.</summary>
    public FileAttributes Attributes
    {
        get
        {
            var attributes = IsDirectory ? FileAttributes.Directory : (FileAttributes)0;
            attributes |= Kind == FileSystemEntryKind.SymbolicLink ? FileAttributes.ReparsePoint : 0;
            attributes |= Kind == FileSystemEntryKind.Special ? FileAttributes.Device : 0;
            attributes |= Name.StartsWith('.') ? FileAttributes.Hidden : 0;
            attributes |= (UnixFileMode & (UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) == 0
                ? FileAttributes.ReadOnly : 0;
            return attributes == 0 ? FileAttributes.Normal : attributes;
        }
    }

    private bool IsDirectory => Kind == FileSystemEntryKind.Directory;

    /// <inheritdoc/>
    public override string ToString() => FullName;
}
