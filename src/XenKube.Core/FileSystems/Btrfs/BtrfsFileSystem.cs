using System.Text;
using XenKube.Devices;

namespace XenKube.FileSystems.Btrfs;

/// <summary>
/// btrfs on one device, read only: Flatcar's OEM partition has it since 2021. Every checksum is verified; zlib and zstd are unpacked. The
/// top of the tree is the top-level subvolume, as for GRUB.
/// </summary>
internal sealed class BtrfsFileSystem : IFileSystem
{
    /// <summary>Links followed on one path, as Linux has it (MAXSYMLINKS).</summary>
    private const int MostLinks = 40;

    /// <summary>The longest target of a link, as Linux has it.</summary>
    private const int LongestTarget = 4096;

    private const string NotChanged = "btrfs is read here, and not changed";

    private readonly BtrfsVolume _volume;
    private readonly BtrfsInode _root;
    private readonly string? _remedy;

    /// <summary>Opens the file system of a device.</summary>
    /// <param name="device">The device.</param>
    /// <param name="remedy">How files in it can be changed.</param>
    /// <exception cref="CorruptImageException">It is damaged.</exception>
    /// <exception cref="UnsupportedFeatureException">It asks for something that is not done here.</exception>
    public BtrfsFileSystem(BlockDevice device, string? remedy = null)
    {
        _remedy = remedy;
        _volume = new BtrfsVolume(device);
        _root = BtrfsInode.Read(
            _volume.FindTree(BtrfsItemType.FileTree)
                ?? throw CorruptImageException.At("btrfs root tree", BtrfsSuperblock.Offset, "it has no tree of files"),
            BtrfsItemType.RootDirectory);
    }

    /// <inheritdoc/>
    public string Kind => "btrfs";

    /// <inheritdoc/>
    public string Label => _volume.Super.Label;

    /// <inheritdoc/>
    public string Uuid => _volume.Super.Uuid.ToString("D");

    /// <inheritdoc/>
    public bool CanWrite => false;

    /// <inheritdoc/>
    public long Size => _volume.Super.TotalBytes;

    /// <inheritdoc/>
    public long FreeBytes => _volume.Super.TotalBytes - _volume.Super.UsedBytes;

    /// <inheritdoc/>
    public FileSystemEntry? Find(string path, bool followLink = true) =>
        Walk(path, followLink) is { } found ? Describe(found.Inode, found.Path) : null;

    /// <inheritdoc/>
    public IReadOnlyList<FileSystemEntry> List(string path)
    {
        if (Walk(path, followLink: true) is not { } found)
        {
            throw FileSystemErrors.DirectoryNotFound(path);
        }
        if (found.Inode.Kind != FileSystemEntryKind.Directory)
        {
            throw FileSystemErrors.NotADirectory(path);
        }
        var budget = new ListingBudget(_volume.Device.Name, path);
        var entries = new List<FileSystemEntry>();
        foreach (var (bytes, location) in BtrfsDirectory.List(found.Inode))
        {
            var name = FileNames.Decode(bytes.Span);
            var full = found.Path == "/" ? $"/{name}" : $"{found.Path}/{name}";
            budget.AddEntry(full.Length);
            var entry = Describe(BtrfsDirectory.Open(_volume, found.Inode, location), full);
            budget.AddText(entry.LinkTarget?.Length ?? 0);
            entries.Add(entry);
        }
        entries.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return entries;
    }

    /// <inheritdoc/>
    public Stream OpenRead(string path) => Walk(path, followLink: true) switch
    {
        null => throw FileSystemErrors.FileNotFound(path),
        { Inode.Kind: FileSystemEntryKind.Directory } => throw FileSystemErrors.IsADirectory(path),
        { Inode.Kind: not FileSystemEntryKind.File } => throw FileSystemErrors.FileNotFound(path, "it is not a regular file"),
        { Inode: var inode } => new BtrfsFileStream(_volume, inode),
    };

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, byte[]> ReadExtendedAttributes(string path) =>
        throw new UnsupportedFeatureException(null, path, "extended attributes of btrfs");

    /// <inheritdoc/>
    public void WriteFile(string path, ReadOnlySpan<byte> content, FileAttributesChange? attributes = null) => throw NotEdited();

    /// <inheritdoc/>
    public void WriteFile(string path, Stream content, FileAttributesChange? attributes = null,
        CancellationToken cancellationToken = default) => throw NotEdited();

    /// <inheritdoc/>
    public void SetAttributes(string path, FileAttributesChange attributes, bool followLink = true) => throw NotEdited();

    /// <inheritdoc/>
    public void CreateHardLink(string path, string existing) => throw NotEdited();

    /// <inheritdoc/>
    public IFileSystemBatch BeginBatch() => throw NotEdited();

    /// <inheritdoc/>
    public void CreateDirectory(string path, FileAttributesChange? attributes = null) => throw NotEdited();

    /// <inheritdoc/>
    public void CreateSymbolicLink(string path, string target) => throw NotEdited();

    /// <inheritdoc/>
    public bool Remove(string path) => throw NotEdited();

    /// <inheritdoc/>
    public void Rename(string path, string newPath) => throw NotEdited();

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <summary>Refuses an edit before anything else is changed for it.</summary>
    /// <param name="file">The image.</param>
    /// <param name="place">The partition.</param>
    /// <exception cref="UnsupportedFeatureException">Always.</exception>
    public void RefuseEdit(string file, string place) => throw new UnsupportedFeatureException(file, place, Kind, _remedy, NotChanged);

    /// <summary>Refuses to keep a config here.</summary>
    /// <param name="file">The image.</param>
    /// <param name="place">The partition.</param>
    /// <param name="remedy">What to do instead.</param>
    /// <exception cref="UnsupportedFeatureException">Always.</exception>
    public void RefuseConfig(string file, string place, Remedy remedy) =>
        throw new UnsupportedFeatureException(file, place, Kind, remedy, NotChanged);

    private UnsupportedFeatureException NotEdited() => new(null, null, Kind, _remedy, NotChanged);

    private FileSystemEntry Describe(BtrfsInode inode, string path) =>
        new(path, inode.Kind, inode.Size, (int)(inode.Mode & FileModes.All), inode.UserId, inode.GroupId, inode.ModifiedUtc,
            inode.Kind == FileSystemEntryKind.SymbolicLink ? TargetOf(inode) : null)
        { Device = inode.Tree.Number, Id = (long)inode.Number, Links = (int)Math.Min(inode.Links, int.MaxValue) };

    private string TargetOf(BtrfsInode link)
    {
        if (link.Size is 0 or > LongestTarget)
        {
            throw CorruptImageException.At("btrfs link", (long)Math.Min(link.Number, long.MaxValue), "its target's length is out of range");
        }
        using var stream = new BtrfsFileStream(_volume, link);
        var bytes = new byte[link.Size];
        stream.ReadExactly(bytes);
        return FileNames.Decode(bytes);
    }

    // A path of names that were walked, each with its inode, so that ".." goes back on the way.
    private (BtrfsInode Inode, string Path)? Walk(string path, bool followLink)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!path.StartsWith('/'))
        {
            throw FileSystemErrors.InvalidPath(path, "it does not begin with '/'");
        }
        var way = new List<(string Name, BtrfsInode Inode)>();
        var rest = new Stack<string>(path.Split('/').Reverse());
        var links = 0;
        while (rest.TryPop(out var name))
        {
            var here = way.Count == 0 ? _root : way[^1].Inode;
            if (name is "" or ".")
            {
                continue;
            }
            if (here.Kind != FileSystemEntryKind.Directory)
            {
                return null;
            }
            if (name == "..")
            {
                way.RemoveRange(Math.Max(0, way.Count - 1), Math.Min(1, way.Count));
                continue;
            }
            if (BtrfsDirectory.Find(_volume, here, FileNames.Encode(name)) is not { } found)
            {
                return null;
            }
            if (found.Kind != FileSystemEntryKind.SymbolicLink || (!followLink && rest.All(part => part.Length == 0)))
            {
                way.Add((name, found));
                continue;
            }
            if (++links > MostLinks)
            {
                throw FileSystemErrors.InvalidPath(path, "it leads through too many links");
            }
            var target = TargetOf(found);
            if (target.StartsWith('/'))
            {
                way.Clear();
            }
            foreach (var part in target.Split('/').Reverse())
            {
                rest.Push(part);
            }
        }
        var full = new StringBuilder();
        way.ForEach(part => full.Append('/').Append(part.Name));
        return (way.Count == 0 ? _root : way[^1].Inode, full.Length == 0 ? "/" : full.ToString());
    }
}
