namespace XenKube.FileSystems.Fat;

/// <summary>Removing and renaming.</summary>
public sealed partial class FatFileSystem
{
    /// <inheritdoc/>
    public bool Remove(string path) => Named(() => RemoveHere(path));

    private bool RemoveHere(string path)
    {
        var parts = FatPath.Split(path);
        if (parts.Count == 0)
        {
            throw FileSystemErrors.InvalidPath(path, "the root directory cannot be removed");
        }
        _volume.Trim();
        var directory = _volume.FindDirectory(parts, parts.Count - 1);
        if (directory?.Find(parts[^1]) is not { } entry)
        {
            return false;
        }
        if (entry.IsDirectory && !_volume.GetDirectory(parts, parts.Count).IsEmpty)
        {
            throw FileSystemErrors.NotEmpty(path);
        }
        Apart(() => _editor.Run(() => RemoveEntry(directory, entry)));
        return true;
    }

    /// <inheritdoc/>
    public void Rename(string path, string newPath) => Named(() => RenameHere(path, newPath));

    private bool RenameHere(string path, string newPath)
    {
        var parts = FatPath.Split(path);
        var newParts = FatPath.Split(newPath);
        _volume.Trim();
        if (parts.Count == 0 || _volume.FindDirectory(parts, parts.Count - 1) is not { } from || from.Find(parts[^1]) is not { } entry)
        {
            throw FileSystemErrors.FileNotFound(path);
        }
        var (to, name) = FindParent(newPath, trim: false);
        var target = to.Find(name);
        if (target is not null && from == to && target.Slot == entry.Slot)
        {
            // The same file: only the case of its name changes, or nothing at all.
            target = null;
        }
        if (target is not null && (target.IsDirectory || entry.IsDirectory))
        {
            throw FileSystemErrors.Exists(newPath);
        }
        if (entry.IsDirectory && newParts.Count > parts.Count && parts.SequenceEqual(newParts.Take(parts.Count),
            StringComparer.OrdinalIgnoreCase))
        {
            throw FileSystemErrors.InvalidPath(newPath, "a directory cannot be moved into itself");
        }
        if (from == to && entry.Name == name)
        {
            return true;
        }
        Apart(() => _editor.Run(() => new FatMove(_volume, _editor, newPath).Run(from, entry, to, name, target)));
        return true;
    }

    private void RemoveEntry(FatDirectory directory, FatEntry entry)
    {
        var clusters = _editor.ListChain(entry.Cluster);
        if (clusters.Length > 0)
        {
            _editor.Begin();
            _volume.Device.Flush();
        }
        _editor.RemoveEntry(directory, entry);
        _volume.Device.Flush();
        _editor.Free(clusters);
        if (entry.IsDirectory)
        {
            _volume.Forget(entry.Cluster);
        }
    }
}
