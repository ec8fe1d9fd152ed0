namespace XenKube.FileSystems.Ext.Editing;

/// <summary>
/// Several changes of an ext file system as one: with <see cref="Commit"/> all of them count, without it none. After a crash
/// the file system holds all or none of them. Without a journal each change counts by itself, at once.
/// </summary>
public sealed class ExtEdit : IDisposable
{
    private readonly ExtEditor _editor;
    private readonly EditCommitter _committer;
    private readonly Action _end;
    private readonly string _name;
    private State _state;

    internal ExtEdit(ExtEditor editor, EditCommitter committer, string name, Action end)
    {
        _editor = editor;
        _committer = committer;
        _name = name;
        _end = end;
    }

    private enum State
    {
        Open,
        Failed,
        Ended,
    }

    /// <inheritdoc cref="IFileSystem.WriteFile"/>
    public void WriteFile(string path, ReadOnlySpan<byte> content, FileAttributesChange? attributes = null)
    {
        var now = Start(path);
        _editor.WriteFile(path, content, attributes, now);
        Done();
    }

    /// <summary>Adds to the end of a file; one that is not there is created.</summary>
    /// <param name="path">Absolute path; the directory has to exist.</param>
    /// <param name="content">What to add.</param>
    public void AppendFile(string path, ReadOnlySpan<byte> content)
    {
        var now = Start(path);
        _editor.AppendFile(path, content, now);
        Done();
    }

    /// <summary>Cuts a file to a length, or lengthens it by zeros that take no room.</summary>
    /// <param name="path">Absolute path of a regular file.</param>
    /// <param name="length">The length it shall have.</param>
    public void Truncate(string path, long length)
    {
        var now = Start(path);
        _editor.Truncate(path, length, now);
        Done();
    }

    /// <summary>Changes owner, mode and times; the content stays.</summary>
    /// <param name="path">Absolute path; a link in the last place is not followed.</param>
    /// <param name="attributes">What to change.</param>
    public void SetAttributes(string path, FileAttributesChange attributes)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        var now = Start(path);
        _editor.SetAttributes(path, attributes, now);
        Done();
    }

    /// <inheritdoc cref="IFileSystem.CreateDirectory"/>
    public void CreateDirectory(string path, FileAttributesChange? attributes = null)
    {
        var now = Start(path);
        _editor.CreateDirectory(path, attributes, now);
        Done();
    }

    /// <inheritdoc cref="IFileSystem.CreateSymbolicLink"/>
    public void CreateSymbolicLink(string path, string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var now = Start(path);
        _editor.CreateSymbolicLink(path, target, now);
        Done();
    }

    /// <inheritdoc cref="IFileSystem.Remove"/>
    public bool Remove(string path)
    {
        var now = Start(path);
        var removed = _editor.Remove(path, now);
        Done(inodesFirst: true);
        return removed;
    }

    /// <inheritdoc cref="IFileSystem.Rename"/>
    public void Rename(string path, string newPath)
    {
        var now = Start(path);
        ExtFileSystem.CheckPath(newPath);
        if (_committer.HasJournal)
        {
            _editor.Rename(path, newPath, now);
        }
        else
        {
            // First a second name, then the first one goes: the file is never without.
            var (from, to) = (_editor.Existing(path, followLast: false), _editor.Place(newPath, followLast: false));
            _editor.CheckName(from, path);
            _editor.CheckName(to, newPath);
            if (from.Inode != to.Inode)
            {
                _editor.AddName(from, to, newPath, now);
                _editor.ChangeFileLinks(from.Inode, 1);
                _committer.Commit();
                _editor.RemoveName(from, to, now);
                _editor.ChangeFileLinks(from.Inode, -1);
            }
        }
        Done();
    }

    /// <summary>Makes the changes durable and visible, all at once.</summary>
    /// <exception cref="OperationFailedException">The edit is larger than the journal; nothing was changed.</exception>
    public void Commit()
    {
        if (_state != State.Open)
        {
            throw new OperationFailedException(ErrorIds.EditNotPossible, _name, null, "the edit has ended, or one of its changes failed");
        }
        _state = State.Failed;
        _committer.Commit();
        Dispose();
    }

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
        ExtFileSystem.CheckPath(path);
        if (_state != State.Open)
        {
            throw new OperationFailedException(ErrorIds.EditNotPossible, _name, path, "the edit has ended, or one of its changes failed");
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
}
