using XenKube.Devices;

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
            if (_edit!.IsTooLarge && !_holdsChanges)
            {
                // The change alone is more than the journal holds: said here, while it can still be taken back.
                try
                {
                    _edit.RequireFit();
                }
                finally
                {
                    _edit.UndoChange();
                }
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

    /// <summary>Commits the batches of several file systems; those on one disk, and with journals, share their flushes.</summary>
    public static void Commit(IReadOnlyList<ExtBatch> batches)
    {
        var edits = new List<ExtEdit>();
        foreach (var batch in batches)
        {
            if (batch._edit is { HasJournal: true } edit
                && (edits.Count == 0 || PartitionDevice.DiskOf(edits[0].Device) == PartitionDevice.DiskOf(edit.Device)))
            {
                edits.Add(edit);
                batch._edit = null;
                batch._holdsChanges = false;
            }
            else
            {
                batch.Commit();
            }
        }
        var commits = new List<CommitInSteps>();
        try
        {
            commits.AddRange(edits.Select(edit => edit.BeginCommit()));
            if (commits.Count > 0)
            {
                JointCommit.Run(edits[0].Device, commits);
                edits.ForEach(edit => edit.FinishOrphans());
            }
        }
        finally
        {
            commits.ForEach(commit => commit.Dispose());
            edits.ForEach(edit => edit.Dispose());
        }
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
