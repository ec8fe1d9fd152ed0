using XenKube.FileSystems.Ext.Mapping;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Directories;

/// <summary>Follows paths through directories and symbolic links.</summary>
internal sealed class PathWalker(ExtVolume volume, ExtDirectory directories, ExtContent content)
{
    private const int MaximumLinks = 40;
    /// <summary>A link whose target has this many bytes or more cannot be followed (PATH_MAX).</summary>
    public const int MaximumTarget = 4096;

    /// <summary>Refuses what is not an absolute path.</summary>
    /// <exception cref="InvalidInputException">It is not.</exception>
    public static void Check(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!path.StartsWith('/'))
        {
            throw new InvalidInputException(ErrorIds.PathInvalid, null, path, "a path inside a file system has to begin with '/'");
        }
    }

    /// <summary>Finds where a path leads.</summary>
    /// <param name="path">Absolute path.</param>
    /// <param name="followLast">True to follow a link in the last place.</param>
    /// <returns>The place, with inode 0 where only the last name is missing; null where a directory on the way is missing.</returns>
    public PathPlace? Walk(string path, bool followLast)
    {
        var names = new Stack<string>();
        Push(names, path, path);
        var directory = ExtInode.Root;
        var place = new PathPlace(ExtInode.Root, "", ExtInode.Root);
        var links = 0;
        while (names.TryPop(out var name))
        {
            var inode = volume.ReadUsedInode(directory);
            if (!inode.IsDirectory)
            {
                return null;
            }
            var bytes = FileNames.Encode(name);
            var found = bytes.Length > DirectoryEntry.MaximumName ? 0 : directories.Find(inode, bytes);
            place = new PathPlace(directory, name, found);
            if (found == 0)
            {
                return names.Count == 0 ? place : null;
            }
            var target = volume.ReadUsedInode(found);
            if (target.IsLink && (names.Count > 0 || followLast))
            {
                if (++links > MaximumLinks)
                {
                    throw new CorruptImageException(ErrorIds.LinkLoop, volume.Store.Device.Name, path, "the symbolic links on the way form a loop");
                }
                var text = content.ReadLink(target, MaximumTarget);
                if (text.StartsWith('/'))
                {
                    directory = ExtInode.Root;
                }
                place = new PathPlace(directory, "", directory);
                Push(names, text, path);
                continue;
            }
            directory = found;
        }
        return place;
    }

    private static void Push(Stack<string> names, string path, string whole)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
        {
            throw new InvalidInputException(ErrorIds.PathInvalid, null, whole, "a path cannot hold a zero byte");
        }
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = parts.Length - 1; i >= 0; i--)
        {
            if (parts[i] != ".")
            {
                names.Push(parts[i]);
            }
        }
    }
}
