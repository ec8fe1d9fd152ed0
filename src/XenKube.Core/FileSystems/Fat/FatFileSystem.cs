using XenKube.Disks;

namespace XenKube.FileSystems.Fat;

/// <summary>FAT16 and FAT32, read and written as Linux' vfat and mtools do. What a crash can leave is in docs/promise.md.</summary>
public sealed class FatFileSystem : IFileSystem
{
    private readonly FatVolume _volume;

    private FatFileSystem(FatVolume volume)
    {
        _volume = volume;
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

    /// <summary>True where the volume was not cleanly unmounted by whoever wrote to it before.</summary>
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
    public FileSystemEntry? Find(string path, bool followLink = true)
    {
        var parts = FatPath.Split(path);
        if (parts.Count == 0)
        {
            return new FileSystemEntry("/", FileSystemEntryKind.Directory, 0, 0x1ED, 0, 0, FatTime.Read(0, 0), null);
        }
        var directory = _volume.FindDirectory(parts, parts.Count - 1);
        return directory?.Find(parts[^1])?.ToEntry(FatPath.Join(parts));
    }

    /// <inheritdoc/>
    public IReadOnlyList<FileSystemEntry> List(string path)
    {
        var parts = FatPath.Split(path);
        var directory = _volume.GetDirectory(parts, parts.Count);
        var parent = FatPath.Join(parts);
        var entries = directory.Entries.Select(entry => entry.ToEntry(parent == "/" ? "/" + entry.Name : parent + "/" + entry.Name)).ToList();
        entries.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return entries;
    }

    /// <inheritdoc/>
    public Stream OpenRead(string path)
    {
        var parts = FatPath.Split(path);
        var entry = parts.Count == 0 ? null : _volume.FindDirectory(parts, parts.Count - 1)?.Find(parts[^1]);
        if (entry is null)
        {
            throw parts.Count == 0 ? FileSystemErrors.IsADirectory(path) : FileSystemErrors.NotFound(path);
        }
        return entry.IsDirectory ? throw FileSystemErrors.IsADirectory(path) : new FatFileStream(_volume.Device, _volume.Boot, _volume.Table, entry);
    }

    /// <inheritdoc/>
    public void WriteFile(string path, ReadOnlySpan<byte> content, FileAttributesChange? attributes = null) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void CreateDirectory(string path, FileAttributesChange? attributes = null) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void CreateSymbolicLink(string path, string target) =>
        throw new UnsupportedFeatureException(null, path, "symbolic link", "FAT knows none: write a file");

    /// <inheritdoc/>
    public bool Remove(string path) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Rename(string path, string newPath) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose()
    {
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
            // Whoever opens the directory is told; a label is not worth an error.
            return "";
        }
    }
}
