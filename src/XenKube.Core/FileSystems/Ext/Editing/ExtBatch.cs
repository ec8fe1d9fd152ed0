namespace XenKube.FileSystems.Ext.Editing;

/// <summary>Gathers changes in one edit, and commits it before it outgrows the journal or the memory that a batch may take.</summary>
internal sealed class ExtBatch(Func<ExtEdit> begin, Action end) : IFileSystemBatch
{
    private ExtEdit? _edit;
    private bool _holdsChanges;

    /// <summary>Makes a change. One that fails is taken back, and the others stay.</summary>
    /// <param name="change">Makes it.</param>
    /// <param name="canRepeat">True where it can be made again after it failed.</param>
    public void Change(Action<ExtEdit> change, bool canRepeat)
    {
        try
        {
            Try(change);
            if (canRepeat && _holdsChanges && _edit!.IsTooLarge)
            {
                _edit.UndoChange();
                Commit();
                Try(change);
            }
        }
        catch (XenKubeException e) when (canRepeat && _holdsChanges && e.Id == ErrorIds.FileSystemFull)
        {
            // What the changes before it gave back is free only after their commit.
            Commit();
            Try(change);
        }
        _holdsChanges = true;
        if (_edit!.IsLarge)
        {
            Commit();
        }
    }

    public void Commit()
    {
        if (_edit is { } edit)
        {
            _edit = null;
            using (edit)
            {
                edit.Commit();
            }
        }
        _holdsChanges = false;
    }

    public void Dispose()
    {
        _edit?.Dispose();
        _edit = null;
        end();
    }

    private void Try(Action<ExtEdit> change)
    {
        _edit ??= begin();
        _edit.BeginChange();
        try
        {
            change(_edit);
        }
        catch
        {
            _edit.UndoChange();
            throw;
        }
    }
}
