using System.Globalization;
using XenKube.Devices;
using XenKube.FileSystems.Ext.Directories;
using XenKube.FileSystems.Ext.Editing;
using XenKube.FileSystems.Ext.Journal;
using XenKube.FileSystems.Ext.Mapping;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext;

/// <summary>
/// An ext2, ext3 or ext4 file system. It is read as it would be after a mount: what the journal holds is seen, and nothing
/// is written by reading. Each changing member, or each <see cref="ExtEdit"/> of several changes, is one transaction of the
/// file system's own journal. Not for use by several threads at once.
/// </summary>
public sealed class ExtFileSystem : IFileSystem
{
    /// <summary>A file from this size on has an edit of its own.</summary>
    private const int LargeFile = 64 << 20;

    private readonly ExtVolume _volume;
    private readonly FileMap _map;
    private readonly ExtAttributes _attributes;
    private readonly ExtContent _content;
    private readonly ExtDirectory _directories;
    private readonly PathWalker _walker;
    private readonly ExtListing _listing;
    private readonly EditTables _tables;
    private readonly EditCommitter _committer;
    private ExtEdit? _edit;
    private ExtBatch? _batch;

    private ExtFileSystem(ExtVolume volume, ExtOpenOptions options)
    {
        _volume = volume;
        _map = new FileMap(volume);
        _attributes = new ExtAttributes(volume);
        _content = new ExtContent(volume, _map, _attributes);
        _directories = new ExtDirectory(volume, _map, _attributes);
        _walker = new PathWalker(volume, _directories, _content);
        _listing = new ExtListing(volume, _directories, _content);
        _tables = new EditTables(volume, _map, _attributes, _content, _directories, _walker);
        _committer = new EditCommitter(volume, _map, _tables, options.Clock ?? TimeProvider.System);
        CanWrite = volume.Store.Device.CanWrite && !options.ReadOnly;
    }

    /// <inheritdoc/>
    public string Kind => _volume.Superblock.Kind;

    /// <inheritdoc/>
    public string Label => _volume.Superblock.Label;

    /// <inheritdoc/>
    public string Uuid => _volume.Superblock.Uuid;

    /// <inheritdoc/>
    public bool CanWrite { get; }

    /// <inheritdoc/>
    public long Size => _volume.Superblock.BlockCount * _volume.BlockSize;

    /// <inheritdoc/>
    public long FreeBytes
    {
        get
        {
            var blocks = 0L;
            for (var group = 0; group < _volume.Superblock.GroupCount; group++)
            {
                blocks += _volume.ReadGroup(group).FreeBlocks;
            }
            return blocks * _volume.Superblock.ClusterRatio * _volume.BlockSize;
        }
    }

    /// <summary>True where the kernel found faults and marked it so; e2fsck is due.</summary>
    public bool HasErrors => _volume.Superblock.HasErrors;

    /// <summary>True where the journal holds changes that are not in place yet: it was not unmounted cleanly.</summary>
    public bool NeedsRecovery => _volume.NeedsRecovery;

    /// <summary>The features that are set, by the names mke2fs gives them.</summary>
    public IReadOnlyList<string> Features =>
        [.. FeatureNames.Of(_volume.Superblock.Compatible), .. FeatureNames.Of(_volume.Superblock.Incompatible),
            .. FeatureNames.Of(_volume.Superblock.ReadOnly)];

    /// <summary>Whether a guest's boot loader can read this file system.</summary>
    public GrubCompatibility GrubCompatibility => GrubCompatibility.Of(_volume.Superblock);

    /// <summary>Size of a block in bytes.</summary>
    public int BlockSize => _volume.BlockSize;

    /// <summary>Opens a file system.</summary>
    /// <param name="device">The partition; it stays the caller's to dispose.</param>
    /// <param name="options">How to open it, or null for the defaults.</param>
    /// <exception cref="CorruptImageException">There is no such file system, or its superblock or journal is damaged.</exception>
    /// <exception cref="UnsupportedFeatureException">It has a feature that is not known; the feature is named.</exception>
    public static ExtFileSystem Open(BlockDevice device, ExtOpenOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(device);
        var superblock = ExtVolume.ReadSuperblock(device);
        var volume = new ExtVolume(superblock, new BlockStore(device, superblock.BlockSize, superblock.BlockCount));
        var fileSystem = new ExtFileSystem(volume, options ?? new ExtOpenOptions());
        if (superblock.NeedsRecovery)
        {
            fileSystem.ShowReplayed();
        }
        return fileSystem;
    }

    /// <inheritdoc/>
    public FileSystemEntry? Find(string path, bool followLink = true)
    {
        PathWalker.Check(path);
        if (_walker.Walk(path, followLink) is not { Inode: not 0 } place)
        {
            return null;
        }
        try
        {
            return _listing.Describe(Normalize(path), _volume.ReadUsedInode(place.Inode));
        }
        catch (CorruptImageException e)
        {
            throw new CorruptImageException(ErrorIds.CorruptImage, e.File, $"{path}: {e.Place}", e.Reason, e.Remedy, e);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<FileSystemEntry> List(string path)
    {
        var directory = Need(path);
        if (!directory.IsDirectory)
        {
            throw new ItemNotFoundException(ErrorIds.DirectoryNotFound, _volume.Store.Device.Name, path, "it is not a directory");
        }
        return _listing.Read(directory, Normalize(path));
    }

    /// <inheritdoc/>
    public Stream OpenRead(string path)
    {
        var inode = Need(path);
        if (!inode.IsFile)
        {
            throw new ItemNotFoundException(ErrorIds.FileNotFound, _volume.Store.Device.Name, path, "it is not a regular file");
        }
        return new ExtFileStream(_content, _map, _volume.BlockSize, inode);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, byte[]> ReadExtendedAttributes(string path)
    {
        PathWalker.Check(path);
        var inode = _walker.Walk(path, followLast: false) is { Inode: not 0 } place
            ? _volume.ReadUsedInode(place.Inode) : throw NotFound(path);
        var all = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        long total = 0;
        foreach (var entry in _attributes.ReadBody(inode).Concat(_attributes.ReadBlock(inode)).Where(entry => !entry.IsInlineData))
        {
            total += entry.Size;
            if (total > ImageLimits.AttributeBytes)
            {
                throw ImageLimits.Exceeded(_volume.Store.Device.Name, path,
                    $"its extended attributes have more than {ImageLimits.AttributeBytes >> 20} MiB together");
            }
            all[entry.FullName] = entry.ValueInode == 0 ? entry.Value.ToArray() : ReadLargeValue(entry);
        }
        return all;
    }

    /// <summary>
    /// Begins an edit of several changes. Until it ends, reading shows them, and no other edit can begin.
    /// </summary>
    /// <exception cref="UnsupportedFeatureException">The file system has a feature that is kept for reading only; it is named.</exception>
    /// <exception cref="OperationFailedException">The file system was opened for reading only, or is damaged.</exception>
    public ExtEdit BeginEdit()
    {
        if (!CanWrite)
        {
            throw new OperationFailedException(ErrorIds.FileSystemReadOnly, _volume.Store.Device.Name, null,
                "the image was opened for reading only");
        }
        if (_edit is not null)
        {
            throw new OperationFailedException(ErrorIds.EditNotPossible, _volume.Store.Device.Name, null, "another edit is in progress");
        }
        try
        {
            _committer.Begin();
        }
        catch
        {
            _volume.Store.Discard();
            throw;
        }
        return _edit = new ExtEdit(_volume, _directories, _walker, _tables, _committer, EndEdit);
    }

    /// <summary>
    /// Puts what the journal holds in place, if it holds anything. A boot loader reads the file system without its journal.
    /// </summary>
    public void Recover()
    {
        if (NeedsRecovery)
        {
            using var edit = BeginEdit();
            edit.Commit();
        }
    }

    /// <inheritdoc/>
    public IFileSystemBatch BeginBatch()
    {
        if (_batch is not null)
        {
            return new InnerBatch();
        }
        return _batch = new ExtBatch(BeginEdit, () => _batch = null);
    }

    /// <inheritdoc/>
    public void WriteFile(string path, ReadOnlySpan<byte> content, FileAttributesChange? attributes = null)
    {
        var bytes = content.ToArray();
        Change(edit => edit.WriteFile(path, bytes, attributes));
    }

    /// <inheritdoc/>
    public void WriteFile(string path, Stream content, FileAttributesChange? attributes = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        content = PrefixedStream.Of(content);
        if (!content.CanSeek || content.Length > LargeFile)
        {
            // It cannot be read a second time, or not soon: if it does not fit, the changes before it are safe.
            _batch?.Commit();
        }
        var start = content.CanSeek ? content.Position : 0;
        Change(
            edit =>
            {
                if (content.CanSeek)
                {
                    content.Position = start;
                }
                edit.WriteFile(path, content, attributes, cancellationToken);
            },
            canRepeat: content.CanSeek);
    }

    /// <inheritdoc/>
    public void SetAttributes(string path, FileAttributesChange attributes, bool followLink = true) =>
        Change(edit => edit.SetAttributes(path, attributes, followLink));

    /// <inheritdoc/>
    public void CreateHardLink(string path, string existing) => Change(edit => edit.CreateHardLink(path, existing));

    /// <inheritdoc/>
    public void CreateDirectory(string path, FileAttributesChange? attributes = null) =>
        Change(edit => edit.CreateDirectory(path, attributes));

    /// <inheritdoc/>
    public void CreateSymbolicLink(string path, string target) => Change(edit => edit.CreateSymbolicLink(path, target));

    /// <inheritdoc/>
    public bool Remove(string path)
    {
        PathWalker.Check(path);
        if (_walker.Walk(path, followLast: false) is not { Inode: not 0 })
        {
            if (CanWrite && _batch is null && _edit is null)
            {
                // It may be gone in the journal alone, where a boot loader does not look.
                Recover();
            }
            return false;
        }
        Change(edit => edit.Remove(path));
        return true;
    }

    /// <inheritdoc/>
    public void Rename(string path, string newPath) => Change(edit => edit.Rename(path, newPath));

    /// <inheritdoc/>
    public void Dispose()
    {
        _batch?.Dispose();
        _edit?.Dispose();
    }

    private void Change(Action<ExtEdit> change, bool canRepeat = true)
    {
        if (_batch is not null)
        {
            _batch.Change(change, canRepeat);
            return;
        }
        using var edit = BeginEdit();
        change(edit);
        edit.Commit();
    }

    private void EndEdit()
    {
        _edit = null;
        _volume.Store.Discard();
    }

    private void ShowReplayed()
    {
        if (!_volume.Superblock.HasJournal)
        {
            throw new CorruptImageException(ErrorIds.CorruptImage, _volume.Store.Device.Name, "superblock",
                "it needs recovery, but has no journal");
        }
        var recovery = JournalRecovery.Run(_volume, JournalLog.Open(_volume, _map));
        if (!recovery.View.IsEmpty)
        {
            _volume.Store.Show(recovery.View);
            _volume.ReloadSuperblock();
        }
    }

    private ExtInode Need(string path)
    {
        PathWalker.Check(path);
        return _walker.Walk(path, followLast: true) is { Inode: not 0 } place ? _volume.ReadUsedInode(place.Inode) : throw NotFound(path);
    }

    private byte[] ReadLargeValue(AttributeEntry entry)
    {
        const int longestValue = 64 * 1024;
        var inode = _volume.ReadInode(entry.ValueInode);
        if (!inode.Has(InodeFlags.AttributeInode) || inode.Size != entry.Size || inode.Size > longestValue)
        {
            throw new CorruptImageException(ErrorIds.CorruptImage, _volume.Store.Device.Name,
                string.Create(CultureInfo.InvariantCulture, $"inode {entry.ValueInode}"),
                $"it does not hold the value of attribute '{entry.FullName}'");
        }
        var value = new byte[(int)inode.Size];
        _content.Read(inode, 0, value);
        return value;
    }

    private static string Normalize(string path) => "/" + string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries));

    private ItemNotFoundException NotFound(string path) => new(ErrorIds.FileNotFound, _volume.Store.Device.Name, path,
        "there is nothing at this path");
}
