namespace XenKube.FileSystems.Fat;

/// <summary>Changes, and several of them as one.</summary>
public sealed partial class FatFileSystem
{
    private bool _isInBatch;

    /// <inheritdoc/>
    public IFileSystemBatch BeginBatch()
    {
        if (_isInBatch)
        {
            return new InnerBatch();
        }
        if (!CanWrite)
        {
            throw FileSystemErrors.ReadOnly();
        }
        _isInBatch = true;
        _editor.BeginBatch();
        return new Batch(this);
    }

    private void EndBatch()
    {
        _isInBatch = false;
        _editor.EndBatch();
    }

    private void CommitBatch()
    {
        if (_isInBatch)
        {
            Named(() =>
            {
                _editor.CommitBatch();
                return true;
            });
        }
    }

    private bool Change(Action change, bool canRepeat = true)
    {
        try
        {
            change();
        }
        catch (OperationFailedException e) when (canRepeat && _isInBatch && e.Id == ErrorIds.FileSystemFull)
        {
            // What the changes before it gave back is free only after their commit.
            _editor.CommitBatch();
            change();
        }
        if (_editor.IsBatchLarge)
        {
            _editor.CommitBatch();
        }
        return true;
    }

    // Removing and moving have an order of their own, which a batch cannot keep.
    private void Apart(Action change)
    {
        if (!_isInBatch)
        {
            change();
            return;
        }
        _editor.CommitBatch();
        _editor.EndBatch();
        try
        {
            change();
        }
        finally
        {
            _editor.BeginBatch();
        }
    }

    private sealed class Batch(FatFileSystem files) : IFileSystemBatch
    {
        public void Commit() => files.CommitBatch();

        public void Dispose()
        {
            if (files._isInBatch)
            {
                files.EndBatch();
            }
        }
    }
}
