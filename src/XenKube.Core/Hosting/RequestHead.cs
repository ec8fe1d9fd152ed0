using System.Text;

namespace XenKube.Hosting;

/// <summary>
/// The head of an HTTP/1 request, RFC 9112, as far as a server of files needs it. Everything doubtful in it is refused, so
/// that there is nothing to smuggle.
/// </summary>
internal sealed record RequestHead(string Method, string Target, bool IsHttp11)
{
    // All values of a name: joined when they are asked for, since a client may send thousands of lines of one name.
    private readonly Dictionary<string, List<string>> _fields = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The path that the target means (see <see cref="RequestPath"/>); null when none in it could name a file.</summary>
    public string? Path { get; private set; }

    public string? this[string name] => _fields.TryGetValue(name, out var values) ? values.Count == 1
        ? values[0] : string.Join(", ", values) : null;

    /// <summary>True when the connection may serve another request after this one.</summary>
    public bool KeepAlive => IsHttp11
        ? !HasToken("Connection", "close")
        : HasToken("Connection", "keep-alive");

    /// <summary>True when content follows the head, which no request for a file has.</summary>
    public bool HasContent => _fields.ContainsKey("Transfer-Encoding") || (this["Content-Length"] is { } length && length != "0");

    /// <summary>Reads a head; null when it is not one.</summary>
    public static RequestHead? Parse(ReadOnlySpan<byte> bytes)
    {
        if (HasControl(bytes))
        {
            return null;
        }
        var lines = Encoding.Latin1.GetString(bytes).Split('\n');
        if (lines[0].TrimEnd('\r').Split(' ') is not [var method, var target, var version] || version is not ("HTTP/1.1" or "HTTP/1.0")
            || !IsToken(method) || target.Length == 0)
        {
            return null;
        }
        var head = new RequestHead(method, target, version == "HTTP/1.1");
        foreach (var raw in lines.AsSpan(1))
        {
            var line = raw.TrimEnd('\r');
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (line.Length == 0)
            {
                continue;
            }
            if (colon < 1 || !IsToken(line[..colon]))
            {
                return null;
            }
            var (name, value) = (line[..colon], line[(colon + 1)..].Trim(' ', '\t'));
            if (head._fields.TryGetValue(name, out var before))
            {
                if (name.Equals("Host", StringComparison.OrdinalIgnoreCase)
                    || name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
                {
                    return null;
                }
                before.Add(value);
                continue;
            }
            head._fields[name] = [value];
        }
        if (head.IsHttp11 && head["Host"] is null)
        {
            return null;
        }
        head.Path = RequestPath.Of(target);
        return head;
    }

    private bool HasToken(string field, string token) =>
        this[field] is { } value && value.Split(',', StringSplitOptions.TrimEntries).Contains(token, StringComparer.OrdinalIgnoreCase);

    private static bool HasControl(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] is < 0x20 or 0x7f && bytes[i] is not ((byte)'\n' or (byte)'\t')
                && !(bytes[i] == '\r' && i + 1 < bytes.Length && bytes[i + 1] == '\n'))
            {
                return true;
            }
        }
        return false;
    }

    private static bool IsToken(string text) => text.Length > 0
        && text.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));
}
