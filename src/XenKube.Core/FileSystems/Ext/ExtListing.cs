using System.Globalization;
using XenKube.FileSystems.Ext.Directories;
using XenKube.FileSystems.Ext.Mapping;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext;

/// <summary>
/// Lists a directory. What is damaged hides no other entry. Each directory is listed as a directory in one place only, so that a walk
/// through the
/// listings comes to an end: not where it was given a second name, and not where its own <c>..</c>
/// leads elsewhere.
/// </summary>
internal sealed class ExtListing(ExtVolume volume, ExtDirectory directories, ExtContent content)
{
    /// <summary>Describes all entries of a directory, in the order of their names.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="path">Its path.</param>
    public FileSystemEntry[] Read(ExtInode directory, string path)
    {
        var prefix = path.TrimEnd('/') + "/";
        var budget = new ListingBudget(volume.Store.Device.Name, path);
        var names = new List<(string Path, uint Inode)>();
        foreach (var (name, inode) in directories.List(directory))
        {
            budget.AddEntry(prefix.Length + name.Length);
            names.Add((prefix + name, inode));
        }
        // Inodes in their order: each block of a table is read once, and the names of one inode come together.
        names.Sort((a, b) => a.Inode.CompareTo(b.Inode));
        var entries = new FileSystemEntry[names.Count];
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = i > 0 && names[i].Inode == names[i - 1].Inode
                ? Again(names[i].Path, entries[i - 1])
                : DescribeOrDamaged(names[i].Path, names[i].Inode, directory, budget);
        }
        Array.Sort(entries, (a, b) => string.CompareOrdinal(a.Path, b.Path));
        return entries;
    }

    /// <summary>Describes one inode.</summary>
    public FileSystemEntry Describe(string path, ExtInode inode) => new(
        path,
        inode.IsDirectory ? FileSystemEntryKind.Directory : inode.IsLink ? FileSystemEntryKind.SymbolicLink
            : inode.IsFile ? FileSystemEntryKind.File : FileSystemEntryKind.Special,
        inode.Size,
        inode.Mode & FileModes.All,
        inode.UserId,
        inode.GroupId,
        inode.ModifiedUtc,
        inode.IsLink && !inode.Has(InodeFlags.Encrypted) ? content.ReadLink(inode,
            Math.Max(PathWalker.MaximumTarget, volume.BlockSize)) : null)
    { Id = inode.Number, Links = inode.Links };

    // A second name of a file is a hard link. A directory has one name.
    private static FileSystemEntry Again(string path, FileSystemEntry entry) => entry.Kind == FileSystemEntryKind.Directory
        ? Damaged(path, (uint)entry.Id, "it is a directory that has another name in the same directory")
        : entry with { Path = path };

    private FileSystemEntry DescribeOrDamaged(string path, uint number, ExtInode directory, ListingBudget budget)
    {
        try
        {
            var inode = volume.ReadUsedInode(number);
            var entry = Describe(path, inode);
            budget.AddText(entry.LinkTarget?.Length ?? 0);
            return inode.IsDirectory && Misplaced(inode, directory) is { } damage ? Damaged(path, number, damage) : entry;
        }
        catch (CorruptImageException e)
        {
            return Damaged(path, number, $"{e.Place}: {e.Reason}");
        }
    }

    private string? Misplaced(ExtInode inode, ExtInode directory)
    {
        if (inode.Number == directory.Number)
        {
            return "it is the directory that it is in";
        }
        return !inode.Has(InodeFlags.Encrypted) && directories.Find(inode, ".."u8) is var parent && parent != directory.Number
            ? string.Create(CultureInfo.InvariantCulture,
                $"it is a directory whose '..' leads to inode {parent}, not to the directory that it is in") : null;
    }

    private static FileSystemEntry Damaged(string path, uint inode, string damage) =>
        new(path, FileSystemEntryKind.Special, 0, 0, 0, 0, DateTime.UnixEpoch, null) { Id = inode, Damage = damage };
}
