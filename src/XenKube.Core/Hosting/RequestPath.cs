using System.Text;

namespace XenKube.Hosting;

/// <summary>
/// The path that a request's target means, read as nginx 1.22 reads it (<c>ngx_http_parse_complex_uri</c> with its default
/// <c>merge_slashes on</c>), since a URL has to work with both servers: percent escapes are decoded once, repeated slashes are one,
/// <c>.</c> and <c>..</c> are resolved, after decoding. What leads out of the root has no path.
/// </summary>
internal static class RequestPath
{
    private const int MaxLength = 4096;

    /// <summary>The path, beginning with a slash; null for what cannot be a file's path.</summary>
    public static string? Of(string target)
    {
        if (target.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        {
            var slash = target.IndexOf('/', "http://".Length);
            target = slash < 0 ? "/" : target[slash..];
        }
        var query = target.AsSpan().IndexOfAny('?', '#');
        var path = query < 0 ? target : target[..query];
        return path.StartsWith('/') && path.Length <= MaxLength && Decode(path) is { } decoded ? Tidy(decoded) : null;
    }

    private static string? Decode(string path)
    {
        var bytes = new byte[path.Length];
        var count = 0;
        for (var i = 0; i < path.Length; i++)
        {
            var c = path[i];
            if (c == '%')
            {
                if (i + 2 >= path.Length || !char.IsAsciiHexDigit(path[i + 1]) || !char.IsAsciiHexDigit(path[i + 2]))
                {
                    return null;
                }
                c = (char)Convert.ToByte(path.Substring(i + 1, 2), 16);
                i += 2;
            }
            if (c is < ' ' or (char)0x7f or '\\')
            {
                return null;
            }
            bytes[count++] = (byte)c;
        }
        return Encoding.UTF8.GetString(bytes, 0, count);
    }

    private static string? Tidy(string path)
    {
        var names = path[1..].Split('/');
        var kept = new List<string>(names.Length);
        foreach (var name in names)
        {
            if (name == ".." && kept.Count == 0)
            {
                return null;
            }
            if (name == "..")
            {
                kept.RemoveAt(kept.Count - 1);
            }
            else if (name is not ("" or "."))
            {
                kept.Add(name);
            }
        }
        // A path that names a directory still does so: no file is found by a name and a slash.
        return names[^1] is "" or "." or ".." && kept.Count > 0 ? $"/{string.Join('/', kept)}/" : $"/{string.Join('/', kept)}";
    }
}
