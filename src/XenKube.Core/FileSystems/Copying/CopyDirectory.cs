namespace XenKube.FileSystems.Copying;

/// <summary>A directory that a copy reads from or writes to. All names are single names; the caller has checked them.</summary>
internal abstract class CopyDirectory : IDisposable
{
    /// <summary>Where it is, for messages.</summary>
    public abstract string Place { get; }

    /// <summary>True where the copy has made it.</summary>
    public bool IsNew { get; protected init; }

    /// <summary>What a message calls an entry.</summary>
    public string PlaceOf(string name) => $"{Place.TrimEnd('/')}/{name}";

    /// <summary>What is in it. A name may occur twice: nobody has checked that yet.</summary>
    public abstract IReadOnlyList<FileSystemEntry> List();

    /// <summary>Opens a directory in it for reading.</summary>
    public abstract CopyDirectory Open(string name);

    /// <summary>Opens a regular file in it.</summary>
    public abstract Stream OpenRead(string name);

    /// <summary>The extended attributes of an entry.</summary>
    public abstract IReadOnlyDictionary<string, byte[]> ReadAttributes(string name);

    /// <summary>Makes a directory in it, or takes the one that is there.</summary>
    public abstract CopyDirectory Enter(string name, FileAttributesChange attributes);

    /// <summary>Sets what the copies in it would have changed again: attributes of a directory whose content is complete.</summary>
    public abstract void Finish(string name, FileAttributesChange attributes);

    /// <summary>Writes a file in it: the name has either the old content or all of the new one.</summary>
    public abstract void WriteFile(string name, FileAttributesChange attributes, Stream content, CancellationToken cancellationToken);

    /// <summary>Gives a file that this copy has written before a second name in this directory.</summary>
    /// <param name="root">The directory that the copy began in.</param>
    /// <param name="first">The names that lead from there to the file.</param>
    /// <param name="name">The new name.</param>
    /// <returns>False where the file system has no hard links.</returns>
    public abstract bool TryLinkFile(CopyDirectory root, IReadOnlyList<string> first, string name);

    /// <summary>Makes a symbolic link in it, or puts it in the place of one.</summary>
    /// <returns>False where the file system has no links.</returns>
    public abstract bool TryLink(string name, string target, FileAttributesChange attributes);

    /// <summary>Notes that this copy takes a name here.</summary>
    /// <exception cref="ItemExistsException">For this file system the name is one that the copy has written already, or another file's
    /// second name.</exception>
    public abstract void Claim(string name);

    /// <summary>The errors of the host and of images alike, as one that names the place.</summary>
    internal static OperationFailedException NotCopied(string place, string reason, Exception? cause = null, string? remedy = null) =>
        new(ErrorIds.FileNotCopied, place, null, reason, remedy, cause);

    /// <summary>Two names of a source are one name here.</summary>
    protected ItemExistsException Clash(string name, string reason) =>
        new(ErrorIds.NamesClash, null, PlaceOf(name), reason, "Rename one of the two in the source, and copy it again");

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}
