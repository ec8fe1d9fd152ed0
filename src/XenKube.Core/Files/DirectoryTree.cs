using System.Globalization;
using System.Text;

namespace XenKube.Files;

/// <summary>Whole trees in a directory of the host.</summary>
internal static class DirectoryTree
{
    /// <summary>
    /// Removes a file, a link, or a directory with all that it holds. Directories in it are emptied one after the other, each moved up
    /// first, so that neither their depth nor their number takes memory or descriptors.
    /// </summary>
    public static bool RemoveTree(this DirectoryHandle directory, byte[] name)
    {
        if (directory.Find(name) is not { } found)
        {
            return false;
        }
        if (!found.IsDirectory)
        {
            return directory.Remove(name);
        }
        using (var top = directory.Enter(name))
        {
            for (var names = top.Names(); names.Count > 0; names = top.Names())
            {
                foreach (var entry in names)
                {
                    RemoveShallow(top, entry);
                }
            }
        }
        return directory.RemoveEmpty(name);
    }

    private static void RemoveShallow(DirectoryHandle parent, byte[] name)
    {
        if (parent.Find(name) is not { IsDirectory: true })
        {
            parent.Remove(name);
            return;
        }
        using (var directory = parent.Enter(name))
        {
            foreach (var entry in directory.Names())
            {
                if (directory.Find(entry) is { IsDirectory: true })
                {
                    directory.MoveTo(entry, parent, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
                        $".xenkube~{Guid.NewGuid():N}~\0")));
                }
                else
                {
                    directory.Remove(entry);
                }
            }
        }
        parent.RemoveEmpty(name);
    }
}
