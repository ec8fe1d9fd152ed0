using XenKube.Devices;

namespace XenKube.FileSystems.Fat;

/// <summary>FAT16 and FAT32, read and written as Linux' vfat and mtools do. docs/promise.md says what a crash can leave.</summary>
public sealed partial class FatFileSystem : IFileSystem
{
    private readonly FatVolume _volume;
    private readonly FatEditor _editor;
    private readonly FatFileWriter _writer;

    private FatFileSystem(FatVolume volume)
    {
        _volume = volume;
        _editor = new FatEditor(volume);
        _writer = new FatFileWriter(volume, _editor);
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
    public long Size => _volume.Boot.Length;

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
            return new FileSystemEntry("/", FileSystemEntryKind.Directory, 0, FileModes.Directory, 0, 0, FatTime.Read(0, 0), null)
                { Id = _volume.Boot.Bits == 32 ? _volume.Boot.RootCluster : 0 };
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
        return new FatListing(_volume).Read(directory, FatPath.Join(parts));
    }

    /// <inheritdoc/>
    public Stream OpenRead(string path) => Named(() => OpenHere(path));

    private FatFileStream OpenHere(string path)
    {
        var parts = FatPath.Split(path);
        var entry = parts.Count == 0 ? null : FindEntry(parts);
        if (entry is null || entry.IsDirectory)
        {
            throw parts.Count == 0 || entry is not null ? FileSystemErrors.FileNotFound(path,
                "it is a directory") : FileSystemErrors.FileNotFound(path);
        }
        return new FatFileStream(_volume.Device, _volume.Boot, _volume.Table, entry, path);
    }

    /// <inheritdoc/>
    public void WriteFile(string path, ReadOnlySpan<byte> content, FileAttributesChange? attributes = null)
    {
        using var bytes = new MemoryStream(content.ToArray(), writable: false);
        WriteFile(path, bytes, attributes);
    }

    /// <inheritdoc/>
    public void WriteFile(string path, Stream content, FileAttributesChange? attributes = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        content = PrefixedStream.Of(content);
        if (!content.CanSeek)
        {
            CommitBatch();
        }
        var start = content.CanSeek ? content.Position : 0;
        Named(() => Change(
            () =>
            {
                if (content.CanSeek)
                {
                    content.Position = start;
                }
                var (directory, name) = FindParent(path);
                var old = directory.Find(name);
                if (old is { IsDirectory: true })
                {
                    throw FileSystemErrors.IsADirectory(path);
                }
                _editor.Run(() => _writer.Write(path, directory, name, old, content, attributes
                    ?? new FileAttributesChange(), cancellationToken));
            },
            canRepeat: content.CanSeek));
    }

    /// <inheritdoc/>
    public void SetAttributes(string path, FileAttributesChange attributes, bool followLink = true)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        Named(() => Change(() =>
        {
            var parts = FatPath.Split(path);
            _volume.Trim();
            if (parts.Count == 0)
            {
                throw FileSystemErrors.InvalidPath(path, "the root directory of FAT has neither mode nor time");
            }
            if (_volume.FindDirectory(parts, parts.Count - 1) is not { } directory || directory.Find(parts[^1]) is not { } entry)
            {
                throw FileSystemErrors.FileNotFound(path);
            }
            _editor.Run(() => _writer.SetAttributes(path, directory, entry, attributes));
        }));
    }

    /// <inheritdoc/>
    public void CreateHardLink(string path, string existing) =>
        throw new UnsupportedFeatureException(_volume.Device.Name, path, "hard link", "FAT has none: copy the file");

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, byte[]> ReadExtendedAttributes(string path) =>
        Find(path) is not null ? new Dictionary<string, byte[]>() : throw FileSystemErrors.FileNotFound(path);

    /// <inheritdoc/>
    public void CreateDirectory(string path, FileAttributesChange? attributes = null) => Named(() => Change(() =>
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
        _editor.Run(() => _writer.MakeDirectory(path, directory, name, attributes));
    }));

    /// <inheritdoc/>
    public void CreateSymbolicLink(string path, string target) =>
        throw new UnsupportedFeatureException(_volume.Device.Name, path, "symbolic link", "FAT knows none: write a file");

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isInBatch)
        {
            EndBatch();
        }
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

    /// <summary>The label: the volume entry of the root directory, where blkid looks as well.</summary>
    internal static string ReadLabel(BlockDevice device, FatBootSector boot)
    {
        if (boot.Bits == 12 || boot.Length > device.Length)
        {
            return boot.GetLabel();
        }
        try
        {
            return FatLabel.Find(device, boot, new FatTable(device, boot));
        }
        catch (CorruptImageException)
        {
            // Opening the directory reports the damage; a label is not worth an error.
            return "";
        }
    }
}
