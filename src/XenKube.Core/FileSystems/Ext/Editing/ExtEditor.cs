using System.Globalization;
using XenKube.Checksums;
using XenKube.FileSystems.Ext.Directories;
using XenKube.FileSystems.Ext.Mapping;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Editing;

/// <summary>The operations an edit is made of. They change the tables in memory; a writer brings them to the disk.</summary>
internal sealed class ExtEditor
{
    // EXT4_LINK_MAX: with dir_nlink a directory that would need more has a count of one from then on.
    private const int MaximumLinks = 65000;

    private readonly ExtVolume _volume;
    private readonly ExtDirectory _directories;
    private readonly PathWalker _walker;
    private readonly ExtContent _content;

    public ExtEditor(ExtVolume volume, FileMap map, ExtAttributes attributes, ExtContent content, ExtDirectory directories, PathWalker walker)
    {
        _volume = volume;
        _directories = directories;
        _walker = walker;
        _content = content;
        Blocks = new BlockAllocator(volume);
        Inodes = new InodeAllocator(volume, Blocks);
        Maps = new FileMapEditor(volume, map, Blocks);
        Entries = new DirectoryEditor(volume, directories, attributes, Maps, Blocks);
        Files = new FileEditor(volume, map, content, Maps, Blocks, Entries);
        Remover = new InodeRemover(volume, map, attributes, Maps, Inodes, Blocks);
    }

    public BlockAllocator Blocks { get; }

    public InodeAllocator Inodes { get; }

    public FileMapEditor Maps { get; }

    public DirectoryEditor Entries { get; }

    public FileEditor Files { get; }

    public InodeRemover Remover { get; }

    /// <summary>Starts a new edit.</summary>
    public void Begin()
    {
        Blocks.Begin();
        Inodes.Begin();
        Entries.Begin();
    }

    public void WriteFile(string path, ReadOnlySpan<byte> content, FileAttributesChange? attributes, DateTime now)
    {
        var place = Place(path, followLast: true);
        if (place.Inode != 0)
        {
            var inode = WritableFile(place.Inode, path);
            Files.Replace(inode, content);
            inode.SetModified(now);
            inode.SetChanged(now);
            Apply(inode, attributes);
            _volume.WriteInode(inode);
            return;
        }
        var created = Create(place, 0x8000 | (attributes?.Mode & 0xFFF ?? 0x1A4), attributes, now);
        Files.Replace(created, content);
        _volume.WriteInode(created);
        Link(place, created, 1, now);
    }

    public void AppendFile(string path, ReadOnlySpan<byte> content, DateTime now)
    {
        var place = Place(path, followLast: true);
        if (place.Inode == 0)
        {
            WriteFile(path, content, null, now);
            return;
        }
        var inode = WritableFile(place.Inode, path);
        Files.Append(inode, content);
        inode.SetModified(now);
        inode.SetChanged(now);
        _volume.WriteInode(inode);
    }

    public void Truncate(string path, long length, DateTime now)
    {
        if (length < 0)
        {
            throw new InvalidInputException(ErrorIds.LengthInvalid, _volume.Store.Device.Name, path, "a file cannot be shorter than nothing");
        }
        var inode = WritableFile(Existing(path, followLast: true).Inode, path);
        Files.Truncate(inode, length);
        inode.SetModified(now);
        inode.SetChanged(now);
        _volume.WriteInode(inode);
    }

    public void SetAttributes(string path, FileAttributesChange attributes, DateTime now)
    {
        var inode = Writable(Existing(path, followLast: false).Inode, path);
        inode.SetChanged(now);
        Apply(inode, attributes);
        _volume.WriteInode(inode);
    }

    public void CreateDirectory(string path, FileAttributesChange? attributes, DateTime now)
    {
        var place = NewPlace(path);
        RefuseFullParent(_volume.ReadUsedInode(place.Parent), path);
        var inode = Create(place, 0x4000 | (attributes?.Mode & 0xFFF ?? 0x1ED), attributes, now);
        inode.Links = 2;
        Entries.Initialize(inode, place.Parent);
        _volume.WriteInode(inode);
        Link(place, inode, 2, now);
    }

    public void CreateSymbolicLink(string path, string target, DateTime now)
    {
        var place = NewPlace(path);
        var bytes = FileNames.Encode(target);
        if (bytes.Length == 0 || bytes.Length >= Math.Min(_volume.BlockSize, 4096) || Array.IndexOf(bytes, (byte)0) >= 0)
        {
            throw new InvalidInputException(ErrorIds.LinkTargetInvalid, _volume.Store.Device.Name, path, "a link's target has 1 to 4095 bytes (less than a block), none of them zero");
        }
        var inode = Create(place, 0xA1FF, null, now);
        if (bytes.Length < ExtInode.MapSize)
        {
            inode.Flags &= ~InodeFlags.Extents;
            inode.Map.Clear();
            bytes.CopyTo(inode.Map);
            inode.Size = bytes.Length;
        }
        else
        {
            Files.Replace(inode, bytes);
        }
        _volume.WriteInode(inode);
        Link(place, inode, 7, now);
    }

    public bool Remove(string path, DateTime now)
    {
        if (_walker.Walk(path, followLast: false) is not { Inode: not 0 } place)
        {
            return false;
        }
        CheckName(place, path);
        var inode = Writable(place.Inode, path);
        if (inode.IsDirectory && _directories.List(inode).Any())
        {
            throw new OperationFailedException(ErrorIds.DirectoryNotEmpty, _volume.Store.Device.Name, path, "the directory is not empty", "Remove what is in it first");
        }
        Unlink(place, inode, now);
        return true;
    }

    public void Rename(string path, string newPath, DateTime now)
    {
        var (from, to) = (Existing(path, followLast: false), Place(newPath, followLast: false));
        CheckName(from, path);
        CheckName(to, newPath);
        if (from.Inode == to.Inode)
        {
            return;
        }
        AddName(from, to, newPath, now);
        RemoveName(from, to, now);
    }

    /// <summary>The first half of a rename: the new name beside the old one, or in place of what had it.</summary>
    public void AddName(PathPlace from, PathPlace to, string newPath, DateTime now)
    {
        var inode = Writable(from.Inode, newPath);
        if (inode.IsDirectory)
        {
            RefuseLoop(from.Inode, to.Parent, newPath);
            if (from.Parent != to.Parent && to.Inode == 0)
            {
                RefuseFullParent(_volume.ReadUsedInode(to.Parent), newPath);
            }
        }
        inode.SetChanged(now);
        if (to.Inode != 0)
        {
            var replaced = Writable(to.Inode, newPath);
            if (replaced.IsDirectory != inode.IsDirectory || (replaced.IsDirectory && _directories.List(replaced).Any()))
            {
                throw new ItemExistsException(ErrorIds.FileExists, _volume.Store.Device.Name, newPath,
                    replaced.IsDirectory ? "there is a directory in the way" : "there is a file in the way");
            }
            _volume.WriteInode(inode);
            var directory = _volume.ReadUsedInode(to.Parent);
            Entries.Replace(directory, FileNames.Encode(to.Name), inode.Number, KindOf(inode));
            Touch(directory, now);
            if (inode.IsDirectory)
            {
                ChangeLinks(directory, -1);
            }
            _volume.WriteInode(directory);
            Remover.Release(replaced, replaced.IsDirectory ? replaced.Links : 1, now);
        }
        else
        {
            _volume.WriteInode(inode);
            var directory = _volume.ReadUsedInode(to.Parent);
            Entries.Insert(directory, FileNames.Encode(to.Name), inode.Number, KindOf(inode));
            Touch(directory, now);
            _volume.WriteInode(directory);
        }
        if (inode.IsDirectory && from.Parent != to.Parent)
        {
            inode = _volume.ReadUsedInode(from.Inode);
            Entries.Replace(inode, ".."u8, to.Parent, 2);
            _volume.WriteInode(inode);
            var directory = _volume.ReadUsedInode(to.Parent);
            ChangeLinks(directory, 1);
            _volume.WriteInode(directory);
        }
    }

    /// <summary>The second half of a rename: the old name goes.</summary>
    public void RemoveName(PathPlace from, PathPlace to, DateTime now)
    {
        var directory = _volume.ReadUsedInode(from.Parent);
        Entries.Remove(directory, FileNames.Encode(from.Name));
        Touch(directory, now);
        if (from.Parent != to.Parent && _volume.ReadUsedInode(from.Inode).IsDirectory)
        {
            ChangeLinks(directory, -1);
        }
        _volume.WriteInode(directory);
    }

    /// <summary>Counts a second name of a file, or counts it off; directories have one name only.</summary>
    public void ChangeFileLinks(uint number, int by)
    {
        var inode = _volume.ReadUsedInode(number);
        if (!inode.IsDirectory)
        {
            inode.Links = (ushort)(inode.Links + by);
            _volume.WriteInode(inode);
        }
    }

    /// <summary>Finds something that has to be there.</summary>
    public PathPlace Existing(string path, bool followLast)
    {
        var place = _walker.Walk(path, followLast);
        return place is { Inode: not 0 } found ? found
            : throw new ItemNotFoundException(ErrorIds.FileNotFound, _volume.Store.Device.Name, path, "there is nothing at this path");
    }

    /// <summary>Finds a place whose directory has to be there.</summary>
    public PathPlace Place(string path, bool followLast)
    {
        var place = _walker.Walk(path, followLast) ?? throw NoDirectory(path);
        if (place.Inode == 0)
        {
            CheckName(place, path);
        }
        return place;
    }

    private ItemNotFoundException NoDirectory(string path)
    {
        var link = _walker.Walk(path, followLast: false) is { Inode: not 0 } place ? _volume.ReadUsedInode(place.Inode) : null;
        return link is { IsLink: true }
            ? new(ErrorIds.DirectoryNotFound, _volume.Store.Device.Name, path, $"it is a symbolic link to '{Printable.Of(_content.ReadLink(link, 4096))}', whose directory does not exist", "Make that directory first, or remove the link")
            : new(ErrorIds.DirectoryNotFound, _volume.Store.Device.Name, path, "there is no such directory", "Make the directory first");
    }

    private PathPlace NewPlace(string path)
    {
        var place = Place(path, followLast: false);
        return place.Inode == 0 ? place : throw new ItemExistsException(ErrorIds.FileExists, _volume.Store.Device.Name, path, "there is something at this path already");
    }

    /// <summary>Refuses paths that end in no name of their own.</summary>
    public void CheckName(PathPlace place, string path)
    {
        if (place.Name.Length == 0 || place.Name == "..")
        {
            throw new InvalidInputException(ErrorIds.PathInvalid, _volume.Store.Device.Name, path, "the path does not end in a name that can be changed");
        }
        if (FileNames.Encode(place.Name).Length > DirectoryEntry.MaximumName)
        {
            throw new InvalidInputException(ErrorIds.PathInvalid, _volume.Store.Device.Name, path, "a name has at most 255 bytes");
        }
    }

    private ExtInode Create(PathPlace place, int mode, FileAttributesChange? attributes, DateTime now)
    {
        var parent = _volume.ReadUsedInode(place.Parent);
        if (!parent.IsDirectory)
        {
            throw new ItemNotFoundException(ErrorIds.DirectoryNotFound, _volume.Store.Device.Name, place.Name, "what is above it is not a directory");
        }
        var isDirectory = (mode & 0xF000) == 0x4000;
        var number = Inodes.Take(_volume.GroupOfInode(place.Parent), isDirectory);
        var inode = new ExtInode(number, new byte[_volume.Superblock.InodeSize]);
        if (inode.Bytes.Length > 128)
        {
            var wanted = _volume.Superblock.WantedExtraSize;
            inode.ExtraSize = wanted is >= 4 && wanted % 4 == 0 && wanted <= inode.Bytes.Length - 128 ? wanted : Math.Min(32, inode.Bytes.Length - 128);
        }
        inode.Mode = (ushort)mode;
        inode.Links = 1;
        inode.Flags = parent.Flags & (isDirectory ? InodeFlags.InheritedByDirectories : InodeFlags.InheritedByFiles);
        if (parent.Has(InodeFlags.ProjectInherit) && inode.ExtraSize >= 0x20)
        {
            inode.Project = parent.Project;
        }
        inode.Generation = Crc32C.Append(Crc32C.Append(_volume.ChecksumSeed, number), (ulong)now.Ticks);
        inode.SetTimes(now);
        inode.SetCreated(now);
        Maps.Clear(inode);
        Apply(inode, attributes);
        return inode;
    }

    private void Link(PathPlace place, ExtInode inode, byte kind, DateTime now)
    {
        var directory = _volume.ReadUsedInode(place.Parent);
        Entries.Insert(directory, FileNames.Encode(place.Name), inode.Number, kind);
        Touch(directory, now);
        if (inode.IsDirectory)
        {
            ChangeLinks(directory, 1);
        }
        _volume.WriteInode(directory);
    }

    private void Unlink(PathPlace place, ExtInode inode, DateTime now)
    {
        var directory = _volume.ReadUsedInode(place.Parent);
        Entries.Remove(directory, FileNames.Encode(place.Name));
        Touch(directory, now);
        if (inode.IsDirectory)
        {
            ChangeLinks(directory, -1);
        }
        _volume.WriteInode(directory);
        Remover.Release(inode, inode.IsDirectory ? inode.Links : 1, now);
    }

    private static void Touch(ExtInode directory, DateTime now)
    {
        directory.SetModified(now);
        directory.SetChanged(now);
    }

    // A count of one means that nobody counts (dir_nlink).
    private static void ChangeLinks(ExtInode directory, int by)
    {
        if (directory.Links <= 1 || (by < 0 && directory.Links == 2))
        {
            return;
        }
        directory.Links = directory.Links + by >= MaximumLinks ? (ushort)1 : (ushort)(directory.Links + by);
    }

    private void RefuseFullParent(ExtInode parent, string path)
    {
        if (parent.Links >= MaximumLinks - 1 && (!_volume.Superblock.Is(ReadOnlyFeatures.DirectoryLinks) || !parent.Has(InodeFlags.Indexed)))
        {
            throw new OperationFailedException(ErrorIds.DirectoryFull, _volume.Store.Device.Name, path, "the directory above has as many directories as there can be");
        }
    }

    private void RefuseLoop(uint moved, uint target, string path)
    {
        var seen = new HashSet<uint>();
        for (var at = target; at != ExtInode.Root && seen.Add(at); at = _directories.Find(_volume.ReadUsedInode(at), ".."u8))
        {
            if (at == moved)
            {
                throw new InvalidInputException(ErrorIds.PathInvalid, _volume.Store.Device.Name, path, "a directory cannot be moved into itself");
            }
        }
    }

    private ExtInode WritableFile(uint number, string path)
    {
        var inode = Writable(number, path);
        if (!inode.IsFile)
        {
            throw new ItemExistsException(ErrorIds.FileExists, _volume.Store.Device.Name, path, "it is not a regular file");
        }
        if (inode.Has(InodeFlags.Verity))
        {
            throw new UnsupportedFeatureException(_volume.Store.Device.Name, path, "verity", "A file sealed by fs-verity can be removed, not changed");
        }
        return inode;
    }

    private ExtInode Writable(uint number, string path)
    {
        var inode = _volume.ReadUsedInode(number);
        if (inode.Has(InodeFlags.Immutable | InodeFlags.AppendOnly))
        {
            throw new OperationFailedException(ErrorIds.FileImmutable, _volume.Store.Device.Name, path, "it is marked as immutable or append-only", "chattr -i it in the guest first");
        }
        if (inode.Has(InodeFlags.Encrypted))
        {
            throw new UnsupportedFeatureException(_volume.Store.Device.Name, path, "encrypt");
        }
        if (number < _volume.Superblock.FirstInode && number != ExtInode.Root && !inode.IsDirectory)
        {
            throw new CorruptImageException(ErrorIds.CorruptImage, _volume.Store.Device.Name,
                string.Create(CultureInfo.InvariantCulture, $"inode {number}"), "a directory names an inode of the file system's own");
        }
        return inode;
    }

    private static void Apply(ExtInode inode, FileAttributesChange? attributes)
    {
        if (attributes is null)
        {
            return;
        }
        if (attributes.Mode is { } mode)
        {
            inode.Mode = (ushort)(inode.Type | (mode & 0xFFF));
        }
        if (attributes.UserId is { } user)
        {
            inode.UserId = Identifier(user);
        }
        if (attributes.GroupId is { } group)
        {
            inode.GroupId = Identifier(group);
        }
        if (attributes.TimeUtc is { } time)
        {
            inode.SetTimes(time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : time);
        }
    }

    private static uint Identifier(long value) => value is >= 0 and <= uint.MaxValue ? (uint)value
        : throw new InvalidInputException(ErrorIds.OwnerInvalid, null, null, string.Create(CultureInfo.InvariantCulture, $"{value} is not a user or group number"));

    private static byte KindOf(ExtInode inode) => inode.Type switch
    {
        0x8000 => 1,
        0x4000 => 2,
        0x2000 => 3,
        0x6000 => 4,
        0x1000 => 5,
        0xC000 => 6,
        0xA000 => 7,
        _ => 0,
    };
}
