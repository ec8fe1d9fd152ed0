using XenKube.Posix;

namespace XenKube.FileSystems.Copying;

/// <summary>
/// Copies files and trees between images and the host. The content of an image belongs to a guest: its names are checked as single names,
/// a name that occurs twice is damage, no link is followed where the copy is written, and a file that breaks off leaves the old
/// one as it was.
/// </summary>
public static class TreeCopy
{
    /// <summary>Copies out of an image.</summary>
    /// <param name="source">The file system.</param>
    /// <param name="path">Absolute path in it.</param>
    /// <param name="name">The name that the copy gets where <paramref name="destination"/> is a directory.</param>
    /// <param name="destination">A path of the host: a directory to copy into, or the path of the copy.</param>
    /// <param name="options">How to copy.</param>
    /// <param name="cancellationToken">Ends the copy; a file that is only half there goes.</param>
    /// <returns>The path of the copy.</returns>
    /// <exception cref="XenKubeException">It cannot be copied.</exception>
    public static string ToHost(IFileSystem source, string path, string name, string destination, TreeCopyOptions options,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentException.ThrowIfNullOrEmpty(destination);
        ArgumentNullException.ThrowIfNull(options);
        // A slash at the end, or '.', says that a directory is meant, whatever leads to it. Else a link in this place may be one
        // that a copy before this one has put there.
        var isDirectory = Path.GetFileName(destination) is "" or "." or "..";
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(destination));
        using var target = isDirectory || HostDirectory.Status(full) is { IsDirectory: true }
            ? HostDirectory.Open(full, followLast: isDirectory)
            : HostDirectory.Open(Path.GetDirectoryName(full)!, followLast: true);
        var newName = target.Place == full ? name : Path.GetFileName(full);
        var link = HostDirectory.Status(full) is { IsSymbolicLink: true } && target.Place != full;
        if (link && Directory.Exists(full))
        {
            throw new ItemExistsException(ErrorIds.FileExists, full, null, "it is a symbolic link, which is not followed at a destination",
                "To copy into the directory that it leads to, end the path with '/'");
        }
        Copy(new ImageDirectory(source, ParentOf(path)), Existing(source, path, options), path, target, newName,
            new CopyAttributes(options, options.Preserve, keepsOwners: Libc.UserId == 0), options, cancellationToken);
        return target.PlaceOf(newName);
    }

    /// <summary>Copies into an image.</summary>
    /// <param name="source">A path of the host.</param>
    /// <param name="target">The file system.</param>
    /// <param name="path">Absolute path in it: a directory to copy into, or the path of the copy.</param>
    /// <param name="options">How to copy.</param>
    /// <param name="cancellationToken">Ends the copy between two files.</param>
    /// <returns>The path of the copy.</returns>
    /// <exception cref="XenKubeException">It cannot be copied.</exception>
    public static string FromHost(string source, IFileSystem target, string path, TreeCopyOptions options,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(options);
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(source));
        var status = FileStatus.Of(full, follow: !options.Recurse)
            ?? throw new ItemNotFoundException(ErrorIds.FileNotFound, full, null, "there is no such file or directory");
        var (directory, name) = Into(target, path, Path.GetFileName(full));
        using var into = new ImageDirectory(target, directory);
        var entry = HostDirectory.Describe(name, status, status.IsSymbolicLink ? new FileInfo(full).LinkTarget : null);
        InBatch(target, () =>
        {
            var run = new TreeCopyRun(new CopyAttributes(options, options.Preserve), into, options, cancellationToken);
            if (status.IsDirectory)
            {
                using var from = HostDirectory.Open(full, followLast: true);
                run.Directory(from, entry, into, name);
            }
            else if (status.IsSymbolicLink || options.Preserve)
            {
                using var from = HostDirectory.Open(Path.GetDirectoryName(full)!, followLast: true);
                run.Entry(from, entry, Path.GetFileName(full), into, name);
            }
            else
            {
                using var content = HostDirectory.OpenFile(full);
                run.File(content, entry, null, into, name);
            }
        });
        return into.PlaceOf(name);
    }

    /// <summary>Copies within an image, or from one to another. Owners and modes are kept.</summary>
    /// <param name="source">The file system.</param>
    /// <param name="path">Absolute path in it.</param>
    /// <param name="name">The name that the copy gets where <paramref name="newPath"/> is a directory.</param>
    /// <param name="target">The file system to copy to; it may be the same.</param>
    /// <param name="newPath">Absolute path in it: a directory to copy into, or the path of the copy.</param>
    /// <param name="options">How to copy.</param>
    /// <param name="cancellationToken">Ends the copy between two files.</param>
    /// <returns>The path of the copy.</returns>
    /// <exception cref="XenKubeException">It cannot be copied.</exception>
    public static string Between(IFileSystem source, string path, string name, IFileSystem target, string newPath, TreeCopyOptions options,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(options);
        var entry = Existing(source, path, options);
        var (directory, newName) = Into(target, newPath, name);
        var place = $"{directory.TrimEnd('/')}/{newName}";
        if (source == target)
        {
            if (target.Find(place, followLink: false) is { } there && SameFile(path, place, entry, there))
            {
                throw new InvalidInputException(ErrorIds.PathInvalid, null, path, "a file cannot be copied onto itself",
                    "Give the copy another name");
            }
            if (entry.Kind == FileSystemEntryKind.Directory && LiesIn(source, directory, entry.Identity))
            {
                throw new InvalidInputException(ErrorIds.PathInvalid, null, path,
                    $"the directory cannot be copied into itself, to {place}", "Copy it to a place outside of it");
            }
        }
        InBatch(target, () => Copy(
            new ImageDirectory(source, ParentOf(path)), entry, path, new ImageDirectory(target, directory), newName,
                new CopyAttributes(options, keepsAll: true), options, cancellationToken));
        return place;
    }

    // What was copied before an error stays.
    private static void InBatch(IFileSystem target, Action copy)
    {
        using var batch = target.BeginBatch();
        try
        {
            copy();
        }
        catch (XenKubeException)
        {
            batch.Commit();
            throw;
        }
        batch.Commit();
    }

    private static void Copy(
        ImageDirectory parent, FileSystemEntry entry, string path, CopyDirectory target, string name, CopyAttributes attributes,
        TreeCopyOptions options, CancellationToken cancellationToken)
    {
        if (!FileNames.IsSingle(name))
        {
            throw new InvalidInputException(ErrorIds.PathInvalid, null, path, $"'{Printable.Of(name)}' is not the name of a file",
                "Give the copy a name");
        }
        var run = new TreeCopyRun(attributes, target, options, cancellationToken);
        if (entry.Kind == FileSystemEntryKind.Directory)
        {
            using var from = parent.Place == path ? new ImageDirectory(parent.Files, path) : parent.Open(LastOf(path));
            run.Directory(from, entry, target, name);
        }
        else
        {
            run.Entry(parent, entry, LastOf(path), target, name);
        }
    }

    // With -Recurse a link stays a link, as with cp -r: what it leads to is copied at its own place, if at all.
    private static FileSystemEntry Existing(IFileSystem files, string path, TreeCopyOptions options) =>
        files.Find(path, followLink: !options.Recurse) ?? throw FileSystemErrors.FileNotFound(path);

    private static (string Directory, string Name) Into(IFileSystem target, string path, string name) =>
        target.Find(path) is { Kind: FileSystemEntryKind.Directory } ? (path, name) : (ParentOf(path), LastOf(path));

    // An empty file on FAT has no number.
    private static bool SameFile(string path, string place, FileSystemEntry entry, FileSystemEntry there) =>
        entry.Identity == there.Identity && (entry.Id != 0 || string.Equals(path, place, StringComparison.OrdinalIgnoreCase));

    // Upwards by '..', which no link leads astray; a damaged one may turn in a circle.
    private static bool LiesIn(IFileSystem files, string directory, (ulong Device, long Id) wanted)
    {
        const int mostLevels = 4096;
        var path = directory;
        (ulong, long)? last = null;
        for (var level = 0; level < mostLevels && files.Find(path) is { } above; level++)
        {
            if (above.Identity == wanted)
            {
                return true;
            }
            if (above.Identity == last)
            {
                return false;
            }
            last = above.Identity;
            path = $"{path.TrimEnd('/')}/..";
        }
        return false;
    }

    private static string ParentOf(string path) => path.TrimEnd('/') is { Length: > 0 } trimmed
        && trimmed.LastIndexOf('/') is > 0 and var at ? trimmed[..at] : "/";

    private static string LastOf(string path) => path.TrimEnd('/') is { Length: > 0 } trimmed
        ? trimmed[(trimmed.LastIndexOf('/') + 1)..] : "";
}
