using XenKube.Posix;

namespace XenKube.Devices;

/// <summary>Paths of block devices.</summary>
public static class DevicePath
{
    private const int MostLinks = 40;

    /// <summary>
    /// The name of a block device in /dev that a path leads to, such as <c>/dev/vg/node-1</c> for the link that a node's disk is. The
    /// names in /dev are links themselves, to names such as <c>/dev/dm-3</c> that are others after the next boot: they are kept.
    /// </summary>
    /// <param name="path">The path.</param>
    /// <returns>Null where the path leads to anything but a block device.</returns>
    public static string? Of(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (FileStatus.TryRead(path) is not { IsBlockDevice: true })
        {
            return null;
        }
        var current = Path.GetFullPath(path);
        for (var links = 0; links < MostLinks && !current.StartsWith("/dev/", StringComparison.Ordinal); links++)
        {
            if (LinkTarget(current) is not { } target)
            {
                break;
            }
            current = Path.GetFullPath(target, Path.GetDirectoryName(current)!);
        }
        return current;
    }

    private static string? LinkTarget(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            return null;
        }
    }
}
