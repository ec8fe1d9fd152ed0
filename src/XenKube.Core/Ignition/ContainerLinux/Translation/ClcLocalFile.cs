using XenKube.Ignition.Rules;

namespace XenKube.Ignition.ContainerLinux.Translation;

/// <summary>
/// Reads local files. A path that leaves the files directory, be it through a symbolic link, is refused: a config is often
/// somebody else's, and its result is served without a password. The reference tool only cleans the path's text.
/// </summary>
internal static class ClcLocalFile
{
    /// <summary>The bytes of a file, or null with the problem in the system's words.</summary>
    public static byte[]? Read(string directory, string name, out string? problem)
    {
        if (directory.Length == 0)
        {
            problem = "local files require setting the --files-dir flag to the directory that contains the file";
            return null;
        }
        var path = GoPath.Join(directory, name);
        try
        {
            if (System.IO.Directory.Exists(path))
            {
                problem = $"read {path}: is a directory";
                return null;
            }
            var home = Resolve(Path.GetFullPath(directory));
            var inner = Path.GetFullPath(path);
            if (!IsBelow(inner, Path.GetFullPath(directory)) || File.Exists(inner) && !IsBelow(Resolve(inner), home))
            {
                problem = $"open {path}: the path leaves the files directory {directory}";
                return null;
            }
            problem = null;
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            problem = $"open {path}: {SystemError.Describe(e, path)}";
            return null;
        }
    }

    private static bool IsBelow(string path, string directory) =>
        path.StartsWith(directory.EndsWith('/') ? directory : directory + "/", StringComparison.Ordinal);

    /// <summary>The path with all symbolic links followed, those of its folders included.</summary>
    private static string Resolve(string path)
    {
        var links = 0;
        for (var depth = 1; depth <= path.Split('/').Length - 1;)
        {
            var parts = path.Split('/');
            var head = string.Join('/', parts[..(depth + 1)]);
            var target = head.Length == 0 ? null : new FileInfo(head).LinkTarget;
            if (target is null)
            {
                depth++;
                continue;
            }
            if (++links > 40)
            {
                throw new IOException("too many levels of symbolic links");
            }
            path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(head) ?? "/", target, string.Join('/', parts[(depth + 1)..])));
            depth = 1;
        }
        return path;
    }
}
