using System.Globalization;
using XenKube.Devices;
using XenKube.FileSystems.Ext.Directories;
using XenKube.FileSystems.Ext.Mapping;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Editing;

/// <summary>Gives names to inodes and takes them away, and keeps the counts of links right.</summary>
internal sealed class NameEditor(
    ExtVolume volume, ExtContent content, ExtDirectory directories, PathWalker walker, DirectoryEditor entries, InodeRemover remover)
{
    // EXT4_LINK_MAX: with dir_nlink a directory that would need more has a count of one from then on.
    private const int MaximumLinks = 65000;

    /// <summary>Finds something that has to be there.</summary>
    public PathPlace Existing(string path, bool followLast)
    {
        var place = walker.Walk(path, followLast);
        return place is { Inode: not 0 } found ? found
            : throw new ItemNotFoundException(ErrorIds.FileNotFound, volume.Store.Device.Name, path, "there is nothing at this path");
    }

    /// <summary>Finds a place whose directory has to be there.</summary>
    public PathPlace Place(string path, bool followLast)
    {
        var place = walker.Walk(path, followLast) ?? throw NoDirectory(path);
        if (place.Inode == 0)
        {
            CheckName(place, path);
        }
        return place;
    }

    private ItemNotFoundException NoDirectory(string path)
    {
        var link = walker.Walk(path, followLast: false) is { Inode: not 0 } place ? volume.ReadUsedInode(place.Inode) : null;
        return link is { IsLink: true }
            ? new(ErrorIds.DirectoryNotFound, volume.Store.Device.Name, path,
                $"it is a symbolic link to '{Printable.Of(content.ReadLink(link, PathWalker.MaximumTarget))}', whose directory does not exist",
                "Make that directory first, or remove the link")
            : new(ErrorIds.DirectoryNotFound, volume.Store.Device.Name, path, "there is no such directory", "Make the directory first");
    }

    /// <summary>Finds a place where nothing may be yet.</summary>
    public PathPlace NewPlace(string path)
    {
        var place = Place(path, followLast: false);
        return place.Inode == 0 ? place : throw new ItemExistsException(ErrorIds.FileExists, volume.Store.Device.Name, path,
            "there is something at this path already");
    }

    /// <summary>Refuses paths that end in no name of their own.</summary>
    public void CheckName(PathPlace place, string path)
    {
        if (place.Name.Length == 0 || place.Name == "..")
        {
            throw new InvalidInputException(ErrorIds.PathInvalid, volume.Store.Device.Name, path,
                "the path does not end in a name that can be changed");
        }
        if (FileNames.Encode(place.Name).Length > DirectoryEntry.MaximumName)
        {
            throw new InvalidInputException(ErrorIds.PathInvalid, volume.Store.Device.Name, path, "a name has at most 255 bytes");
        }
    }

    /// <summary>Gives an inode its first name.</summary>
    public void Link(PathPlace place, ExtInode inode, DateTime now)
    {
        var directory = volume.ReadUsedInode(place.Parent);
        entries.Insert(directory, FileNames.Encode(place.Name), inode.Number, KindOf(inode));
        Touch(directory, now);
        if (inode.IsDirectory)
        {
            ChangeLinks(directory, 1);
        }
        volume.WriteInode(directory);
    }

    /// <summary>Gives a file another name.</summary>
    public void AddLink(PathPlace place, ExtInode inode, string path, DateTime now)
    {
        if (inode.IsDirectory)
        {
            throw new InvalidInputException(ErrorIds.PathInvalid, volume.Store.Device.Name, path, "a directory has one name only",
                "Make a symbolic link");
        }
        if (inode.Links >= MaximumLinks)
        {
            throw new OperationFailedException(ErrorIds.FileNotLinked, volume.Store.Device.Name, path,
                "the file has as many names as it can have");
        }
        inode.Links++;
        inode.SetChanged(now);
        volume.WriteInode(inode);
        Link(place, inode, now);
    }

    /// <summary>Takes a name away, and with the last one the inode.</summary>
    public void Unlink(PathPlace place, ExtInode inode, DateTime now)
    {
        var directory = volume.ReadUsedInode(place.Parent);
        entries.Remove(directory, FileNames.Encode(place.Name));
        Touch(directory, now);
        if (inode.IsDirectory)
        {
            ChangeLinks(directory, -1);
        }
        volume.WriteInode(directory);
        remover.Release(inode, inode.IsDirectory ? inode.Links : 1, now);
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

    /// <summary>Refuses a directory that can have no more directories in it.</summary>
    public void RefuseFullParent(ExtInode parent, string path)
    {
        if (parent.Links >= MaximumLinks - 1 && (!volume.Superblock.Is(ReadOnlyFeatures.DirectoryLinks) || !parent.Has(InodeFlags.Indexed)))
        {
            throw new OperationFailedException(ErrorIds.DirectoryFull, volume.Store.Device.Name, path,
                "the directory above has as many directories as there can be");
        }
    }

    private void RefuseLoop(uint moved, uint target, string path)
    {
        var seen = new HashSet<uint>();
        for (var at = target; at != ExtInode.Root && seen.Add(at); at = directories.Find(volume.ReadUsedInode(at), ".."u8))
        {
            if (at == moved)
            {
                throw new InvalidInputException(ErrorIds.PathInvalid, volume.Store.Device.Name, path,
                    "a directory cannot be moved into itself");
            }
            if (seen.Count > ImageLimits.Levels)
            {
                throw ImageLimits.Exceeded(volume.Store.Device.Name, path, $"more than {ImageLimits.Levels} directories are above it");
            }
        }
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
                RefuseFullParent(volume.ReadUsedInode(to.Parent), newPath);
            }
        }
        inode.SetChanged(now);
        if (to.Inode != 0)
        {
            var replaced = Writable(to.Inode, newPath);
            if (replaced.IsDirectory != inode.IsDirectory || (replaced.IsDirectory && directories.List(replaced).Any()))
            {
                throw new ItemExistsException(ErrorIds.FileExists, volume.Store.Device.Name, newPath,
                    replaced.IsDirectory ? "there is a directory in the way" : "there is a file in the way");
            }
            volume.WriteInode(inode);
            var directory = volume.ReadUsedInode(to.Parent);
            entries.Replace(directory, FileNames.Encode(to.Name), inode.Number, KindOf(inode));
            Touch(directory, now);
            if (inode.IsDirectory)
            {
                ChangeLinks(directory, -1);
            }
            volume.WriteInode(directory);
            remover.Release(replaced, replaced.IsDirectory ? replaced.Links : 1, now);
        }
        else
        {
            volume.WriteInode(inode);
            var directory = volume.ReadUsedInode(to.Parent);
            entries.Insert(directory, FileNames.Encode(to.Name), inode.Number, KindOf(inode));
            Touch(directory, now);
            volume.WriteInode(directory);
        }
        if (inode.IsDirectory && from.Parent != to.Parent)
        {
            inode = volume.ReadUsedInode(from.Inode);
            entries.Replace(inode, ".."u8, to.Parent, EntryKind.Directory);
            volume.WriteInode(inode);
            var directory = volume.ReadUsedInode(to.Parent);
            ChangeLinks(directory, 1);
            volume.WriteInode(directory);
        }
    }

    /// <summary>The second half of a rename: the old name goes.</summary>
    public void RemoveName(PathPlace from, PathPlace to, DateTime now)
    {
        var directory = volume.ReadUsedInode(from.Parent);
        entries.Remove(directory, FileNames.Encode(from.Name));
        Touch(directory, now);
        if (from.Parent != to.Parent && volume.ReadUsedInode(from.Inode).IsDirectory)
        {
            ChangeLinks(directory, -1);
        }
        volume.WriteInode(directory);
    }

    /// <summary>Counts a second name of a file, or counts it off; directories have one name only.</summary>
    public void ChangeFileLinks(uint number, int by)
    {
        var inode = volume.ReadUsedInode(number);
        if (!inode.IsDirectory)
        {
            inode.Links = (ushort)(inode.Links + by);
            volume.WriteInode(inode);
        }
    }

    /// <summary>Reads an inode that may be changed.</summary>
    public ExtInode Writable(uint number, string path)
    {
        var inode = volume.ReadUsedInode(number);
        if (inode.Has(InodeFlags.Immutable | InodeFlags.AppendOnly))
        {
            throw new OperationFailedException(ErrorIds.FileImmutable, volume.Store.Device.Name, path,
                "it is marked as immutable or append-only", "chattr -i it in the guest first");
        }
        if (inode.Has(InodeFlags.Encrypted))
        {
            throw new UnsupportedFeatureException(volume.Store.Device.Name, path, "encrypt");
        }
        if (number < volume.Superblock.FirstInode && number != ExtInode.Root && !inode.IsDirectory)
        {
            throw new CorruptImageException(ErrorIds.CorruptImage, volume.Store.Device.Name,
                string.Create(CultureInfo.InvariantCulture, $"inode {number}"), "a directory names an inode of the file system's own");
        }
        return inode;
    }

    private static EntryKind KindOf(ExtInode inode) => inode.Type switch
    {
        InodeType.RegularFile => EntryKind.RegularFile,
        InodeType.Directory => EntryKind.Directory,
        InodeType.CharacterDevice => EntryKind.CharacterDevice,
        InodeType.BlockDevice => EntryKind.BlockDevice,
        InodeType.Pipe => EntryKind.Pipe,
        InodeType.Socket => EntryKind.Socket,
        InodeType.SymbolicLink => EntryKind.SymbolicLink,
        _ => EntryKind.Unknown,
    };
}
