using XenKube.Posix;

namespace XenKube.Files;

/// <summary>Where a path really leads, and whether that is in a directory: the boundary of files that a text of a user names.</summary>
internal static class RealPath
{
    // The kernel follows as many (path_resolution(7)); after them it refuses to open the path.
    private const int MostLinks = 40;

    /// <summary>Whether a path is a directory or in it, by the texts alone.</summary>
    /// <param name="path">An absolute path without <c>.</c> and <c>..</c>.</param>
    /// <param name="directory">The directory, in the same form.</param>
    public static bool IsWithin(string path, string directory) =>
        path == directory || path.StartsWith(directory.EndsWith('/') ? directory : directory + "/", StringComparison.Ordinal);

    /// <summary>The path with every symbolic link on the way followed; parts that do not exist stay as they are.</summary>
    /// <param name="path">The path; a relative one begins at the current directory.</param>
    public static string Of(string path) => Of(path, out _);

    /// <summary>The same, and the last of the links.</summary>
    /// <inheritdoc cref="Of(string)"/>
    /// <param name="path">The path; a relative one begins at the current directory.</param>
    /// <param name="link">The last link that was followed; null where there is none.</param>
    public static string Of(string path, out string? link)
    {
        link = null;
        var links = 0;
        var rest = new Stack<string>(Path.GetFullPath(path).Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        var real = "/";
        while (rest.TryPop(out var part))
        {
            if (part is "." or "..")
            {
                real = part == "." ? real : Path.GetDirectoryName(real) ?? "/";
                continue;
            }
            var next = Path.Combine(real, part);
            if (links < MostLinks && TargetOf(next) is { } target)
            {
                links++;
                link = next;
                real = target.StartsWith('/') ? "/" : real;
                foreach (var step in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
                {
                    rest.Push(step);
                }
                continue;
            }
            real = next;
        }
        return real;
    }

    private static string? TargetOf(string path)
    {
        try
        {
            return FileStatus.Read(path, follow: false) is { IsSymbolicLink: true } ? new FileInfo(path).LinkTarget : null;
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            return null;
        }
    }
}
