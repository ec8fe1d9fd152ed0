namespace XenKube.FileSystems;

/// <summary>Changes of whole trees, each in as few edits as hold it (<see cref="IFileSystem.BeginBatch"/>).</summary>
public static class TreeEdits
{
    /// <summary>Removes a file, a link, or a directory with all that is in it. No link is followed.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="path">Absolute path.</param>
    /// <param name="cancellationToken">Ends the work between two entries.</param>
    /// <returns>False if there was nothing to remove.</returns>
    /// <exception cref="CorruptImageException">A directory contains itself.</exception>
    public static bool Remove(IFileSystem files, string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        if (files.Find(path, followLink: false) is not { } top)
        {
            return false;
        }
        if (path.Trim('/').Length == 0)
        {
            throw FileSystemErrors.InvalidPath(path, "the root directory cannot be removed");
        }
        if (path.TrimEnd('/').Split('/')[^1] is "." or "..")
        {
            // As rm refuses it: what is in the directory would be gone before the directory itself is refused.
            throw FileSystemErrors.InvalidPath(path, "the path does not end in a name that can be removed");
        }
        using var batch = files.BeginBatch();
        Walk(files, top with { Path = path }, entry => files.Remove(entry.Path), cancellationToken);
        batch.Commit();
        return true;
    }

    /// <summary>
    /// Does something to an entry, and to all in it where it is a directory: what is inside comes first. No link is followed.
    /// </summary>
    /// <param name="files">The file system.</param>
    /// <param name="path">Absolute path.</param>
    /// <param name="change">What is done.</param>
    /// <param name="cancellationToken">Ends the work between two entries.</param>
    /// <exception cref="ItemNotFoundException">There is nothing at that path.</exception>
    public static void ForEach(IFileSystem files, string path, Action<FileSystemEntry> change,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(change);
        var top = files.Find(path, followLink: false) ?? throw FileSystemErrors.FileNotFound(path);
        using var batch = files.BeginBatch();
        Walk(files, top with { Path = path }, change, cancellationToken);
        batch.Commit();
    }

    /// <summary>Makes a directory and those above it that are missing; one that is there is left as it is.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="path">Absolute path.</param>
    /// <param name="attributes">Owner, mode and times of the last directory where it is new; null for the defaults.</param>
    /// <exception cref="ItemNotFoundException">Something on the way is not a directory.</exception>
    public static void CreateDirectories(IFileSystem files, string path, FileAttributesChange? attributes = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(path);
        using var batch = files.BeginBatch();
        var names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var depth = 1; depth <= names.Length; depth++)
        {
            var current = "/" + string.Join('/', names[..depth]);
            // A link that leads nowhere is in the way.
            switch (files.Find(current) ?? files.Find(current, followLink: false))
            {
                case null:
                    files.CreateDirectory(current, depth == names.Length ? attributes : null);
                    break;
                case { Kind: not FileSystemEntryKind.Directory }:
                    throw FileSystemErrors.NotADirectory(current);
                default:
                    break;
            }
        }
        batch.Commit();
    }

    // With a stack of its own: a guest decides how deep a tree is.
    private static void Walk(IFileSystem files, FileSystemEntry top, Action<FileSystemEntry> change, CancellationToken cancellationToken)
    {
        var open = new Stack<(FileSystemEntry Entry, Queue<FileSystemEntry> Inside)>();
        var above = new HashSet<(ulong Device, long Id)>();
        Enter(top);
        while (open.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (entry, inside) = open.Peek();
            if (inside.TryDequeue(out var child))
            {
                Enter(child);
            }
            else
            {
                open.Pop();
                above.Remove(entry.Identity);
                change(entry);
            }
        }

        void Enter(FileSystemEntry entry)
        {
            if (entry.Kind != FileSystemEntryKind.Directory || entry.Damage is not null)
            {
                change(entry);
                return;
            }
            if (!above.Add(entry.Identity))
            {
                throw new CorruptImageException(ErrorIds.CorruptImage, null, entry.Path, "the directory contains itself");
            }
            open.Push((entry, new Queue<FileSystemEntry>(files.List(entry.Path))));
        }
    }
}
