using XenKube.Devices;
using XenKube.FileSystems.Ext.Directories;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Editing;

/// <summary>
/// Several changes of an ext file system as one: with <see cref="Commit"/> all of them take effect, without it none. After a crash
/// the file system holds all or none of them. Without a journal each change takes effect by itself, at once.
/// </summary>
public sealed class ExtEdit : IDisposable
{
    private readonly ExtVolume _volume;
    private readonly ExtDirectory _directories;
    private readonly PathWalker _walker;
    private readonly EditTables _tables;
    private readonly EditCommitter _committer;
    private readonly Action _end;
    private State _state;

    internal ExtEdit(ExtVolume volume, ExtDirectory directories, PathWalker walker, EditTables tables, EditCommitter committer, Action end)
    {
        _volume = volume;
        _directories = directories;
        _walker = walker;
        _tables = tables;
        _committer = committer;
        _end = end;
    }

    private enum State
    {
        Open,
        Failed,
        Ended,
    }

    private NameEditor Names => _tables.Names;

    /// <inheritdoc cref="IFileSystem.WriteFile(string, ReadOnlySpan{byte}, FileAttributesChange?)"/>
    public void WriteFile(string path, ReadOnlySpan<byte> content, FileAttributesChange? attributes = null)
    {
        var (place, inode, now) = BeginFile(path, attributes);
        _tables.Files.Replace(inode, content);
        EndFile(place, inode, attributes, now);
    }

    /// <inheritdoc cref="IFileSystem.WriteFile(string, Stream, FileAttributesChange?, CancellationToken)"/>
    public void WriteFile(string path, Stream content, FileAttributesChange? attributes = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        var (place, inode, now) = BeginFile(path, attributes);
        _tables.Streams.Replace(inode, content, cancellationToken);
        EndFile(place, inode, attributes, now);
    }

    private (PathPlace Place, ExtInode Inode, DateTime Now) BeginFile(string path, FileAttributesChange? attributes)
    {
        var now = Start(path);
        var place = Names.Place(path, followLast: true);
        return (place, place.Inode != 0 ? WritableFile(place.Inode, path)
            : _tables.Creator.Create(place, InodeType.RegularFile, attributes?.Mode & FileModes.All ?? FileModes.File, attributes, now),
            now);
    }

    private void EndFile(PathPlace place, ExtInode inode, FileAttributesChange? attributes, DateTime now)
    {
        if (place.Inode != 0)
        {
            inode.SetModified(now);
            inode.SetChanged(now);
            _tables.Creator.Apply(inode, attributes);
        }
        _volume.WriteInode(inode);
        if (place.Inode == 0)
        {
            Names.Link(place, inode, now);
        }
        Done();
    }

    /// <inheritdoc cref="IFileSystem.SetAttributes"/>
    public void SetAttributes(string path, FileAttributesChange attributes, bool followLink = true)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        var now = Start(path);
        var inode = Names.Writable(Names.Existing(path, followLink).Inode, path);
        inode.SetChanged(now);
        // Nobody looks at the permissions of a link, and the kernel does not change them.
        _tables.Creator.Apply(inode, inode.IsLink ? attributes with { Mode = null } : attributes);
        _volume.WriteInode(inode);
        Done();
    }

    /// <inheritdoc cref="IFileSystem.CreateHardLink"/>
    public void CreateHardLink(string path, string existing)
    {
        PathWalker.Check(existing);
        var now = Start(path);
        var place = Names.NewPlace(path);
        var inode = Names.Writable(Names.Existing(existing, followLast: false).Inode, existing);
        Names.AddLink(place, inode, path, now);
        Done(inodesFirst: true);
    }

    /// <inheritdoc cref="IFileSystem.CreateDirectory"/>
    public void CreateDirectory(string path, FileAttributesChange? attributes = null)
    {
        var now = Start(path);
        var place = Names.NewPlace(path);
        Names.RefuseFullParent(_volume.ReadUsedInode(place.Parent), path);
        var inode = _tables.Creator.Create(place, InodeType.Directory, attributes?.Mode & FileModes.All
            ?? FileModes.Directory, attributes, now);
        inode.Links = 2;
        _tables.Entries.Initialize(inode, place.Parent);
        _volume.WriteInode(inode);
        Names.Link(place, inode, now);
        Done();
    }

    /// <inheritdoc cref="IFileSystem.CreateSymbolicLink"/>
    public void CreateSymbolicLink(string path, string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var now = Start(path);
        var place = Names.NewPlace(path);
        var bytes = FileNames.Encode(target);
        if (bytes.Length == 0 || bytes.Length >= Math.Min(_volume.BlockSize, PathWalker.MaximumTarget) || bytes.Contains((byte)0))
        {
            throw new InvalidInputException(ErrorIds.LinkTargetInvalid, _volume.Store.Device.Name, path,
                "a link's target has 1 to 4095 bytes (less than a block), none of them zero");
        }
        var inode = _tables.Creator.Create(place, InodeType.SymbolicLink, FileModes.SymbolicLink, null, now);
        if (bytes.Length < ExtInode.MapSize)
        {
            inode.Flags &= ~InodeFlags.Extents;
            inode.Map.Clear();
            bytes.CopyTo(inode.Map);
            inode.Size = bytes.Length;
        }
        else
        {
            _tables.Files.Replace(inode, bytes);
        }
        _volume.WriteInode(inode);
        Names.Link(place, inode, now);
        Done();
    }

    /// <inheritdoc cref="IFileSystem.Remove"/>
    public bool Remove(string path)
    {
        var now = Start(path);
        var place = _walker.Walk(path, followLast: false) ?? default;
        if (place.Inode != 0)
        {
            Names.CheckName(place, path);
            var inode = Names.Writable(place.Inode, path);
            if (inode.IsDirectory && _directories.List(inode).Any())
            {
                throw new OperationFailedException(ErrorIds.DirectoryNotEmpty, _volume.Store.Device.Name, path,
                    "the directory is not empty", "Remove what is in it first");
            }
            Names.Unlink(place, inode, now);
        }
        Done(inodesFirst: true);
        return place.Inode != 0;
    }

    /// <inheritdoc cref="IFileSystem.Rename"/>
    public void Rename(string path, string newPath)
    {
        var now = Start(path);
        PathWalker.Check(newPath);
        var (from, to) = (Names.Existing(path, followLast: false), Names.Place(newPath, followLast: false));
        Names.CheckName(from, path);
        Names.CheckName(to, newPath);
        if (from.Inode != to.Inode)
        {
            Names.AddName(from, to, newPath, now);
            if (!_committer.HasJournal)
            {
                // The second name is on the disk before the first one goes: the file is never without a name.
                Names.ChangeFileLinks(from.Inode, 1);
                _committer.Commit();
                Names.RemoveName(from, to, now);
                Names.ChangeFileLinks(from.Inode, -1);
            }
            else
            {
                Names.RemoveName(from, to, now);
            }
        }
        Done();
    }

    /// <summary>Changes a regular file in a way of the caller's: its inode, and by the editor its content.</summary>
    internal void ChangeFile(string path, Action<ExtInode, FileEditor, DateTime> change)
    {
        var now = Start(path);
        var inode = WritableFile(Names.Existing(path, followLast: true).Inode, path);
        inode.SetChanged(now);
        change(inode, _tables.Files, now);
        _volume.WriteInode(inode);
        Done();
    }

    /// <summary>True where the edit has become so large that it should be committed before it grows further.</summary>
    internal bool IsLarge => _committer.IsLarge;

    /// <summary>True where the journal cannot hold the edit.</summary>
    internal bool IsTooLarge => _committer.IsTooLarge;

    /// <summary>Refuses an edit that the journal cannot hold; nothing was written yet.</summary>
    /// <exception cref="OperationFailedException">The edit is larger than the journal.</exception>
    internal void RequireFit() => _committer.RequireFit();

    /// <summary>Begins a change that <see cref="UndoChange"/> can take back.</summary>
    internal void BeginChange()
    {
        _committer.SpillData();
        _volume.Store.BeginChange();
    }

    /// <summary>Takes back a change that failed, so that the edit can go on without it.</summary>
    internal void UndoChange()
    {
        if (_committer.HasJournal)
        {
            _volume.Store.UndoChange();
            _tables.Blocks.LookAgain();
        }
        else
        {
            // Each change before it is on the disk.
            _volume.Store.Discard();
            _tables.Begin();
        }
        _state = State.Open;
    }

    /// <summary>Makes the changes durable and visible, all at once.</summary>
    /// <exception cref="OperationFailedException">The edit is larger than the journal; nothing was changed.</exception>
    public void Commit()
    {
        if (_state != State.Open)
        {
            throw NotPossible(null);
        }
        _state = State.Failed;
        _committer.Commit();
        FinishOrphans();
        Dispose();
    }

    /// <summary>Gives back what the committed changes replaced or removed and one transaction could not give back.</summary>
    internal void FinishOrphans()
    {
        if (HasJournal)
        {
            _committer.FinishOrphans();
        }
    }

    /// <summary>Begins to make the changes durable and visible; the edit ends with the commit. Only with a journal.</summary>
    internal CommitInSteps BeginCommit()
    {
        if (_state != State.Open)
        {
            throw NotPossible(null);
        }
        _state = State.Failed;
        return _committer.BeginCommit();
    }

    /// <summary>True where the edit is one transaction of a journal.</summary>
    internal bool HasJournal => _committer.HasJournal;

    /// <summary>The device that the file system is on.</summary>
    internal BlockDevice Device => _volume.Store.Device;

    /// <summary>Ends the edit; what was not committed is dropped.</summary>
    public void Dispose()
    {
        if (_state != State.Ended)
        {
            _state = State.Ended;
            _end();
        }
    }

    // A change that fails halfway spoils the edit: it can only be dropped.
    private DateTime Start(string path)
    {
        PathWalker.Check(path);
        if (_state != State.Open)
        {
            throw NotPossible(path);
        }
        _state = State.Failed;
        return _committer.NowUtc;
    }

    private void Done(bool inodesFirst = false)
    {
        if (!_committer.HasJournal)
        {
            _committer.Commit(inodesFirst);
        }
        _state = State.Open;
    }

    private OperationFailedException NotPossible(string? path) =>
        new(ErrorIds.EditNotPossible, _volume.Store.Device.Name, path, "the edit has ended, or one of its changes failed");

    private ExtInode WritableFile(uint number, string path)
    {
        var inode = Names.Writable(number, path);
        if (!inode.IsFile)
        {
            throw new ItemExistsException(ErrorIds.FileExists, _volume.Store.Device.Name, path, "it is not a regular file");
        }
        if (inode.Has(InodeFlags.Verity))
        {
            throw new UnsupportedFeatureException(_volume.Store.Device.Name, path, "verity",
                "A file sealed by fs-verity can be removed, not changed");
        }
        return inode;
    }
}
