using XenKube.Files;
using XenKube.Posix;

namespace XenKube.Ignition.Templates;

/// <summary>The directories from which a template may include files, links included; none for no boundary.</summary>
/// <param name="Directories">The directories, absolute.</param>
public sealed record IncludeBoundary(IReadOnlyList<string> Directories)
{
    private const int MostLinks = 40;

    /// <summary>No boundary: a template that belongs to no cluster includes what its author names.</summary>
    public static IncludeBoundary None { get; } = new([]);

    /// <summary>Why a file must not be included; null if it may be.</summary>
    /// <param name="path">The file.</param>
    internal string? Refuse(string path)
    {
        if (Directories.Count == 0)
        {
            return null;
        }
        var full = Path.GetFullPath(path);
        if (!Directories.Any(directory => IsIn(full, Path.GetFullPath(directory))))
        {
            return $"{Printable.Name(full)} is outside {Where}";
        }
        var real = RealPath(full, out var link);
        return Directories.Any(directory => IsIn(real, RealPath(Path.GetFullPath(directory), out _)))
            ? null
            : $"the link {Printable.Name(link ?? full)} leads to {Printable.Name(real)}, which is outside {Where}";
    }

    private string Where => string.Join(" and ", Directories);

    private static bool IsIn(string path, string directory) =>
        path == directory || path.StartsWith(directory.EndsWith('/') ? directory : directory + "/", StringComparison.Ordinal);

    /// <summary>The path with every link on the way followed, and the last of the links.</summary>
    private static string RealPath(string path, out string? link)
    {
        link = null;
        var links = 0;
        var rest = new Stack<string>(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        var real = "/";
        while (rest.TryPop(out var part))
        {
            if (part is "." or "..")
            {
                real = part == "." ? real : Path.GetDirectoryName(real) ?? "/";
                continue;
            }
            var next = Path.Combine(real, part);
            if (links++ < MostLinks && TargetOf(next) is { } target)
            {
                link = next;
                real = target.StartsWith('/') ? "/" : real;
                foreach (var step in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
                {
                    rest.Push(step);
                }
                continue;
            }
            links--;
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
