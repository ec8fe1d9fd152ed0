using XenKube.Devices;
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

    // A walk through a tree asks for one name after the other in the same few directories.
    private const int MostRemembered = 64;

    private readonly Dictionary<string, uint> _directories = new(StringComparer.Ordinal);
    private long _version = -1;

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
        var parent = ParentOf(path);
        var known = Remembered(parent);
        if (known != 0)
        {
            names.Push(path.TrimEnd('/')[(parent!.Length + 1)..]);
        }
        else
        {
            Push(names, path, path);
            RefuseDepth(names.Count, path);
        }
        var directory = known != 0 ? known : ExtInode.Root;
        var place = new PathPlace(ExtInode.Root, "", ExtInode.Root);
        var links = 0;
        var scanned = directories.BlocksScanned;
        while (names.TryPop(out var name))
        {
            var inode = volume.ReadUsedInode(directory);
            if (!inode.IsDirectory)
            {
                return null;
            }
            if (names.Count == 0 && parent is not null)
            {
                Remember(parent, directory);
                parent = null;
            }
            var bytes = FileNames.Encode(name);
            var found = bytes.Length > DirectoryEntry.MaximumName ? 0 : directories.Find(inode, bytes);
            RefuseScan(directories.BlocksScanned - scanned, path);
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
                    throw new CorruptImageException(ErrorIds.LinkLoop, volume.Store.Device.Name, path,
                        "the symbolic links on the way form a loop");
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

    // The part of a path before its last name; null where the last part is not a name to be looked up there.
    private static string? ParentOf(string path)
    {
        path = path.TrimEnd('/');
        var at = path.LastIndexOf('/');
        return at < 0 || path[(at + 1)..] is "." || path.Contains('\0', StringComparison.Ordinal) ? null : path[..at];
    }

    private uint Remembered(string? path)
    {
        if (_version != volume.Store.Version || volume.Store.HasChanges)
        {
            _directories.Clear();
            _version = volume.Store.Version;
        }
        return path is null ? 0 : _directories.GetValueOrDefault(path);
    }

    private void Remember(string path, uint directory)
    {
        if (volume.Store.HasChanges)
        {
            return;
        }
        if (_directories.Count >= MostRemembered)
        {
            _directories.Clear();
        }
        _directories[path] = directory;
    }

    private void RefuseDepth(int names, string path)
    {
        if (names > ImageLimits.Levels)
        {
            throw ImageLimits.Exceeded(volume.Store.Device.Name, path, $"the path has more than {ImageLimits.Levels} names");
        }
    }

    // The links on a way may lead through the same large directory a thousand times.
    private void RefuseScan(long blocks, string path)
    {
        if (blocks > 2L * ImageLimits.DirectoryBytes / volume.BlockSize)
        {
            throw ImageLimits.Exceeded(volume.Store.Device.Name, path,
                $"on the way are directories of more than {2 * (ImageLimits.DirectoryBytes >> 20)} MiB together");
        }
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
