namespace XenKube.Ignition.Syntax;

/// <summary>Slash-separated paths, simplified by their text alone as Go's <c>path</c> package does; no file system is asked.</summary>
/// <remarks>Held against path/filepath of Go 1.19.</remarks>
internal static class GoPath
{
    /// <summary>
    /// The shortest path of the same meaning: no doubled or final slash, no <c>.</c>, no <c>..</c> that has a folder in front.
    /// The empty path becomes <c>.</c>.
    /// </summary>
    public static string Clean(string path)
    {
        var rooted = path.StartsWith('/');
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part is "" or ".")
            {
                continue;
            }
            if (part != "..")
            {
                parts.Add(part);
            }
            else if (parts.Count > 0 && parts[^1] != "..")
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (!rooted)
            {
                parts.Add(part);
            }
        }
        var joined = string.Join('/', parts);
        return rooted ? "/" + joined : joined.Length == 0 ? "." : joined;
    }

    /// <summary>The non-empty elements with slashes between them, simplified; nothing at all for no elements.</summary>
    public static string Join(params ReadOnlySpan<string> elements)
    {
        var joined = "";
        foreach (var element in elements)
        {
            if (element.Length > 0)
            {
                joined = joined.Length == 0 ? element : joined + "/" + element;
            }
        }
        return joined.Length == 0 ? "" : Clean(joined);
    }

    /// <summary>The extension from the last dot of the last element on, with the dot; empty without one.</summary>
    public static string Extension(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        var dot = name.LastIndexOf('.');
        return dot < 0 ? "" : name[dot..];
    }
}
