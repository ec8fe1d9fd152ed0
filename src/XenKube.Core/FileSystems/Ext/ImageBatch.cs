using XenKube.FileSystems.Ext.Editing;

namespace XenKube.FileSystems.Ext;

/// <summary>
/// Changes of several file systems of an image that are brought to the disk together. Each file system has its own transaction, and after a
/// crash its old or its new state; the transactions share their flushes. Changes of file systems other than ext are made at once.
/// </summary>
internal sealed class ImageBatch : IDisposable
{
    private readonly Dictionary<IFileSystem, ExtBatch> _batches = [];

    /// <summary>From now on, changes of a file system wait for <see cref="Commit"/>.</summary>
    public void Add(IFileSystem files)
    {
        if (files is ExtFileSystem ext && !_batches.ContainsKey(files) && ext.BeginBatch() is ExtBatch batch)
        {
            _batches.Add(files, batch);
        }
    }

    /// <summary>Brings the changes to the disk; later ones are made at once again.</summary>
    public void Commit()
    {
        ExtBatch.Commit([.. _batches.Values]);
        Dispose();
    }

    /// <summary>Drops what was not committed.</summary>
    public void Dispose()
    {
        foreach (var batch in _batches.Values)
        {
            batch.Dispose();
        }
        _batches.Clear();
    }
}
