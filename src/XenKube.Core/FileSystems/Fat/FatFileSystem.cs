using XenKube.Devices;

namespace XenKube.FileSystems.Fat;

/// <summary>FAT16 and FAT32, read and written as Linux' vfat and mtools do. docs/promise.md says what a crash can leave.</summary>
public sealed class FatFileSystem : IFileSystem
{
    private readonly FatVolume _volume;
    private readonly FatEditor _editor;

    private FatFileSystem(FatVolume volume)
    {
        _volume = volume;
        _editor = new FatEditor(volume);
        Label = ReadLabel(volume.Device, volume.Boot);
    }

    /// <inheritdoc/>
    public string Kind => _volume.Boot.Kind;

    /// <inheritdoc/>
    public string Label { get; }

    /// <inheritdoc/>
    public string Uuid => FatBootSector.FormatVolumeId(_volume.Boot.VolumeId);

    /// <inheritdoc/>
    public bool CanWrite => _volume.Device.CanWrite;

    /// <inheritdoc/>
    public long FreeBytes
    {
        get
        {
            var clusters = 0L;
            for (var cluster = FatBootSector.FirstCluster; cluster <= _volume.Boot.LastCluster; cluster++)
            {
                clusters += _volume.Table.Get(cluster) == 0 ? 1 : 0;
            }
            return clusters * _volume.Boot.ClusterSize;
        }
    }

    /// <summary>True where the volume was not cleanly unmounted by the system that wrote to it before.</summary>
    public bool IsDirty => _volume.IsDirty;

    /// <summary>Opens the FAT file system in a partition.</summary>
    /// <param name="device">The partition; it stays the caller's to dispose.</param>
    /// <exception cref="CorruptImageException">The boot sector makes no sense.</exception>
    /// <exception cref="UnsupportedFeatureException">It is FAT12.</exception>
    public static FatFileSystem Open(BlockDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return new FatFileSystem(FatVolume.Open(device));
    }

    /// <inheritdoc/>
    public FileSystemEntry? Find(string path, bool followLink = true) => Named(() => FindHere(path));

    private FileSystemEntry? FindHere(string path)
    {
        var parts = FatPath.Split(path);
        if (parts.Count == 0)
        {
            return new FileSystemEntry("/", FileSystemEntryKind.Directory, 0, FileModes.Directory, 0, 0, FatTime.Read(0, 0), null) { Id = _volume.Boot.Bits == 32 ? _volume.Boot.RootCluster : 0 };
        }
        return FindEntry(parts)?.ToEntry(FatPath.Join(parts));
    }

    /// <inheritdoc/>
    public IReadOnlyList<FileSystemEntry> List(string path) => Named(() => ListHere(path));

    private List<FileSystemEntry> ListHere(string path)
    {
        var parts = FatPath.Split(path);
        _volume.Trim();
        var directory = _volume.GetDirectory(parts, parts.Count);
        var parent = parts.Count == 0 ? "/" : FatPath.Join(parts) + "/";
        var entries = directory.Entries.Select(entry => entry.ToEntry(parent + entry.Name)).ToList();
        entries.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return entries;
    }

    /// <inheritdoc/>
    public Stream OpenRead(string path) => Named(() => OpenHere(path));

    private FatFileStream OpenHere(string path)
    {
        var parts = FatPath.Split(path);
        var entry = parts.Count == 0 ? null : FindEntry(parts);
        if (entry is null || entry.IsDirectory)
        {
            throw parts.Count == 0 || entry is not null ? FileSystemErrors.FileNotFound(path, "it is a directory") : FileSystemErrors.FileNotFound(path);
        }
        return new FatFileStream(_volume.Device, _volume.Boot, _volume.Table, entry, path);
    }

    /// <inheritdoc/>
    public void WriteFile(string path, ReadOnlySpan<byte> content, FileAttributesChange? attributes = null)
    {
        var bytes = content.ToArray();
        Named(() => WriteHere(path, bytes, attributes));
    }

    private bool WriteHere(string path, byte[] bytes, FileAttributesChange? attributes)
    {
        var (directory, name) = FindParent(path);
        var old = directory.Find(name);
        if (old is { IsDirectory: true })
        {
            throw FileSystemErrors.IsADirectory(path);
        }
        _editor.Run(() => WriteContent(path, directory, name, old, bytes, attributes ?? new FileAttributesChange()));
        return true;
    }

    /// <inheritdoc/>
    public void CreateDirectory(string path, FileAttributesChange? attributes = null) => Named(() => CreateDirectoryHere(path, attributes));

    private bool CreateDirectoryHere(string path, FileAttributesChange? attributes)
    {
        if (FatPath.Split(path).Count == 0)
        {
            throw FileSystemErrors.Exists(path);
        }
        var (directory, name) = FindParent(path);
        if (directory.HasName(name))
        {
            throw FileSystemErrors.Exists(path);
        }
        var time = attributes?.TimeUtc ?? DateTime.UtcNow;
        _editor.Run(() =>
        {
            var names = FatShortName.For(name, directory.HasName);
            var clusters = _editor.Allocate(1, path);
            var (place, growth) = _editor.Reserve(directory, names.SlotCount, path);
            _editor.Begin();
            _editor.WriteContent(clusters, MakeDots(clusters[0], _volume.IsRoot(directory) ? 0 : directory.FirstCluster, time));
            _volume.Device.Flush();
            _volume.Table.Commit();
            _editor.AddEntry(directory, names, MakeSlot(FatSlot.Directory, clusters[0], 0, time), place, growth);
        });
        return true;
    }

    /// <inheritdoc/>
    public void CreateSymbolicLink(string path, string target) =>
        throw new UnsupportedFeatureException(_volume.Device.Name, path, "symbolic link", "FAT knows none: write a file");

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
        _editor.Run(() => RemoveEntry(directory, entry));
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
        if (entry.IsDirectory && newParts.Count > parts.Count && parts.SequenceEqual(newParts.Take(parts.Count), StringComparer.OrdinalIgnoreCase))
        {
            throw FileSystemErrors.InvalidPath(newPath, "a directory cannot be moved into itself");
        }
        if (from == to && entry.Name == name)
        {
            return true;
        }
        _editor.Run(() => new FatMove(_volume, _editor, newPath).Run(from, entry, to, name, target));
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    // Errors name the image as well.
    private T Named<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (XenKubeException e)
        {
            throw e.In(_volume.Device.Name);
        }
    }

    private void WriteContent(string path, FatDirectory directory, string name, FatEntry? old, byte[] bytes, FileAttributesChange attributes)
    {
        var time = attributes.TimeUtc ?? DateTime.UtcNow;
        var oldClusters = old is null ? [] : _editor.ListChain(old.Cluster);
        var clusters = _editor.Allocate(ClustersFor(bytes.Length), path);
        var names = old is null ? FatShortName.For(name, directory.HasName) : null;
        var (place, growth) = names is null ? default : _editor.Reserve(directory, names.SlotCount, path);
        if (clusters.Length + oldClusters.Length + (growth?.Length ?? 0) > 0)
        {
            _editor.Begin();
            _editor.WriteContent(clusters, bytes);
            _volume.Device.Flush();
            _volume.Table.Commit();
        }
        var first = clusters.Length > 0 ? clusters[0] : 0;
        if (old is null)
        {
            _editor.AddEntry(directory, names!, MakeSlot(ApplyMode(FatSlot.Archive, attributes.Mode), first, (uint)bytes.Length, time), place, growth!);
            return;
        }
        var slot = directory.GetSlot(old.Slot).ToArray();
        slot[11] = ApplyMode((byte)(slot[11] | FatSlot.Archive), attributes.Mode);
        FatSlot.SetCluster(slot, first);
        FatSlot.SetSize(slot, (uint)bytes.Length);
        FatTime.Set(slot, time, isNew: false);
        _editor.ChangeEntry(directory, old, slot);
        _editor.Free(oldClusters);
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

    private FatEntry? FindEntry(IReadOnlyList<string> parts)
    {
        _volume.Trim();
        return _volume.FindDirectory(parts, parts.Count - 1)?.Find(parts[^1]);
    }

    private (FatDirectory Directory, string Name) FindParent(string path, bool trim = true)
    {
        var parts = FatPath.Split(path);
        if (parts.Count == 0)
        {
            throw FileSystemErrors.IsADirectory(path);
        }
        if (trim)
        {
            _volume.Trim();
        }
        FatName.Check(parts[^1], path);
        return (_volume.GetDirectory(parts, parts.Count - 1), parts[^1]);
    }

    private int ClustersFor(int length) => (int)((length + _volume.Boot.ClusterSize - 1L) / _volume.Boot.ClusterSize);

    /// <summary>FAT keeps one bit of a mode: whether anybody may write.</summary>
    private static byte ApplyMode(byte attributes, int? mode) => mode switch
    {
        null => attributes,
        { } bits when (bits & 0x92) == 0 => (byte)(attributes | FatSlot.ReadOnly),
        _ => (byte)(attributes & ~FatSlot.ReadOnly),
    };

    private static byte[] MakeSlot(byte attributes, uint cluster, uint size, DateTime time)
    {
        var slot = new byte[FatSlot.Size];
        slot[11] = attributes;
        FatSlot.SetCluster(slot, cluster);
        FatSlot.SetSize(slot, size);
        FatTime.Set(slot, time, isNew: true);
        return slot;
    }

    /// <summary>The slots <c>.</c> and <c>..</c>; the parent's cluster is 0 where that is the root directory.</summary>
    private static byte[] MakeDots(uint self, uint parent, DateTime time)
    {
        var dot = MakeSlot(FatSlot.Directory, self, 0, time);
        var dots = MakeSlot(FatSlot.Directory, parent, 0, time);
        ".          "u8.CopyTo(dot);
        "..         "u8.CopyTo(dots);
        return [.. dot, .. dots];
    }

    /// <summary>The label: the volume entry of the root directory, where blkid looks as well.</summary>
    internal static string ReadLabel(BlockDevice device, FatBootSector boot)
    {
        if (boot.Bits == 12 || boot.Length > device.Length)
        {
            return boot.GetLabel();
        }
        try
        {
            return FatDirectory.FindLabel(device, boot, new FatTable(device, boot));
        }
        catch (CorruptImageException)
        {
            // Opening the directory reports the damage; a label is not worth an error.
            return "";
        }
    }
}
