namespace XenKube.FileSystems.Fat;

/// <summary>Absolute paths in a file system without links: <c>.</c> and <c>..</c> can be resolved by their text.</summary>
internal static class FatPath
{
    public static IReadOnlyList<string> Split(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!path.StartsWith('/'))
        {
            throw FileSystemErrors.InvalidPath(path, "a path inside a file system has to begin with '/'");
        }
        var parts = new List<string>();
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                if (parts.Count > 0)
                {
                    parts.RemoveAt(parts.Count - 1);
                }
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }
        return parts;
    }

    public static string Join(IReadOnlyList<string> parts) => "/" + string.Join('/', parts);
}
