using XenKube.Files;

namespace XenKube.Ignition.Templates;

/// <summary>The directories from which a template may include files, links included; none for no boundary.</summary>
/// <param name="Directories">The directories, absolute.</param>
public sealed record IncludeBoundary(IReadOnlyList<string> Directories)
{
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
        if (!Directories.Any(directory => RealPath.IsWithin(full, Path.GetFullPath(directory))))
        {
            return $"{Printable.Name(full)} is outside {Where}";
        }
        var real = RealPath.Of(full, out var link);
        return Directories.Any(directory => RealPath.IsWithin(real, RealPath.Of(directory)))
            ? null
            : $"the link {Printable.Name(link ?? full)} leads to {Printable.Name(real)}, which is outside {Where}";
    }

    private string Where => string.Join(" and ", Directories);
}
