using System.Text;

namespace XenKube.Files;

/// <summary>The files of the host's programs: those below <c>/</c>, or a copy of the tree in tests.</summary>
/// <param name="Root">Where the tree begins.</param>
internal sealed record HostTree(string Root)
{
    /// <summary>No configuration of a service is larger.</summary>
    private const int LargestConfiguration = 16 << 20;

    /// <summary>The host's own files.</summary>
    public static HostTree Own { get; } = new("/");

    /// <summary>True for the host's own files, false for a copy of the tree.</summary>
    public bool IsOwn => Root == "/";

    /// <summary>Where a file of the host is.</summary>
    /// <param name="path">Its absolute path on the host; one in the tree already stays as it is.</param>
    public string At(string path) => IsOwn || path.StartsWith(Root, StringComparison.Ordinal)
        ? path : Path.Combine(Root, path.TrimStart('/'));

    /// <summary>The text of a service's configuration, a character for each byte; null for a file that is missing.</summary>
    /// <param name="path">Its path on the host.</param>
    /// <exception cref="XenKubeException">The file cannot be read, is not a regular file, or is too large.</exception>
    public string? TryReadConfiguration(string path) =>
        WholeFile.TryRead(At(path), LargestConfiguration, regularOnly: true) is { } bytes ? Encoding.Latin1.GetString(bytes) : null;

    /// <summary>
    /// The names in a directory, in the order of their bytes; empty where there is none, or none that this user may list.
    /// </summary>
    /// <param name="path">The directory's path on the host.</param>
    public IReadOnlyList<string> Names(string path)
    {
        try
        {
            return Directory.Exists(At(path)) ? [.. Directory.EnumerateFileSystemEntries(At(path)).Select(entry => Path.GetFileName(entry)!)
                .Order(StringComparer.Ordinal)] : [];
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            return [];
        }
    }
}
