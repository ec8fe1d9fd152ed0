using System.Text;
using Part = XenKube.Ignition.Syntax.GoUrlEscaping.Part;

namespace XenKube.Ignition.Syntax;

/// <summary>
/// A URL as Go's net/url takes it apart and puts it together again. <see cref="Uri"/> normalises too much and refuses other
/// things, and the reference tools' output and messages show the difference.
/// </summary>
/// <remarks>Held against net/url of Go 1.19.</remarks>
internal sealed partial class GoUrl
{
    private byte[]? user;
    private byte[]? password;
    private byte[] host = [];
    private byte[] path = [];
    private byte[] rawPath = [];
    private byte[] query = [];
    private byte[] fragment = [];
    private byte[] rawFragment = [];
    private byte[] opaque = [];
    private bool endsInQuestionMark;
    private bool hasNoAuthority;

    private GoUrl()
    {
    }

    /// <summary>The scheme in lower case; empty if there is none.</summary>
    public string Scheme { get; private set; } = "";

    /// <summary>What follows a scheme without a slash, verbatim.</summary>
    public string Opaque => Encoding.UTF8.GetString(opaque);

    /// <summary>The query, verbatim, without its question mark.</summary>
    public string RawQuery => Encoding.UTF8.GetString(query);

    /// <summary>Parses a URL or a relative reference.</summary>
    /// <param name="text">The text.</param>
    /// <param name="error">Null, or the reference's message, <c>parse "URL": REASON</c>.</param>
    /// <returns>The URL, or null with an error.</returns>
    public static GoUrl? Parse(string text, out string? error)
    {
        ReadOnlySpan<byte> all = Encoding.UTF8.GetBytes(text);
        var hash = all.IndexOf((byte)'#');
        var main = hash < 0 ? all : all[..hash];
        var url = new GoUrl();
        var reason = url.ReadMain(main);
        if (reason is not null)
        {
            error = $"parse {GoQuote.Quote(main)}: {reason}";
            return null;
        }
        if (hash >= 0 && url.ReadFragment(all[(hash + 1)..]) is { } fault)
        {
            error = $"parse {GoQuote.Quote(all)}: {fault}";
            return null;
        }
        error = null;
        return url;
    }

    /// <summary>The values that the query gives a name, in order; parts of the query that are broken are passed over.</summary>
    public IReadOnlyList<string> QueryValues(string name)
    {
        var values = new List<string>();
        foreach (var item in RawQuery.Split('&'))
        {
            if (item.Length == 0 || item.Contains(';', StringComparison.Ordinal))
            {
                continue;
            }
            var equals = item.IndexOf('=', StringComparison.Ordinal);
            var key = Encoding.UTF8.GetBytes(equals < 0 ? item : item[..equals]);
            var value = Encoding.UTF8.GetBytes(equals < 0 ? "" : item[(equals + 1)..]);
            if (GoUrlEscaping.Unescape(key, Part.Query, out _) is { } plainKey
                && GoUrlEscaping.Unescape(value, Part.Query, out _) is { } plainValue
                && Encoding.UTF8.GetString(plainKey) == name)
            {
                values.Add(Encoding.UTF8.GetString(plainValue));
            }
        }
        return values;
    }

    private string? ReadMain(ReadOnlySpan<byte> text)
    {
        foreach (var value in text)
        {
            if (value is < 0x20 or 0x7f)
            {
                return "net/url: invalid control character in URL";
            }
        }
        if (text.SequenceEqual("*"u8))
        {
            path = "*"u8.ToArray();
            return null;
        }
        if (ReadScheme(ref text) is { } schemeFault)
        {
            return schemeFault;
        }
        var mark = text.IndexOf((byte)'?');
        if (mark >= 0)
        {
            endsInQuestionMark = mark == text.Length - 1;
            query = text[(mark + 1)..].ToArray();
            text = text[..mark];
        }
        if (!text.StartsWith("/"u8))
        {
            if (Scheme.Length > 0)
            {
                opaque = text.ToArray();
                return null;
            }
            var slash = text.IndexOf((byte)'/');
            if ((slash < 0 ? text : text[..slash]).Contains((byte)':'))
            {
                return "first path segment in URL cannot contain colon";
            }
        }
        if ((Scheme.Length > 0 || !text.StartsWith("///"u8)) && text.StartsWith("//"u8))
        {
            text = text[2..];
            var slash = text.IndexOf((byte)'/');
            var authority = slash < 0 ? text : text[..slash];
            text = slash < 0 ? [] : text[slash..];
            if (ReadAuthority(authority) is { } fault)
            {
                return fault;
            }
        }
        else
        {
            hasNoAuthority = Scheme.Length > 0 && text.StartsWith("/"u8);
        }
        if (GoUrlEscaping.Unescape(text, Part.Path, out var error) is not { } plain)
        {
            return error;
        }
        path = plain;
        rawPath = IsDefault(text, plain, Part.Path) ? [] : text.ToArray();
        return null;
    }

    private string? ReadScheme(ref ReadOnlySpan<byte> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var value = (char)text[i];
            if (char.IsAsciiLetter(value) || (i > 0 && (char.IsAsciiDigit(value) || value is '+' or '-' or '.')))
            {
                continue;
            }
            if (value == ':')
            {
                if (i == 0)
                {
                    return "missing protocol scheme";
                }
                Scheme = Encoding.ASCII.GetString(text[..i]).ToLowerInvariant();
                text = text[(i + 1)..];
            }
            return null;
        }
        return null;
    }

    private string? ReadAuthority(ReadOnlySpan<byte> authority)
    {
        var at = authority.LastIndexOf((byte)'@');
        if (ReadHost(authority[(at + 1)..]) is { } fault)
        {
            return fault;
        }
        if (at < 0)
        {
            return null;
        }
        var info = authority[..at];
        foreach (var value in info)
        {
            if (!char.IsAsciiLetterOrDigit((char)value) && !"-._:~!$&'()*+,;=%@"u8.Contains(value))
            {
                return "net/url: invalid userinfo";
            }
        }
        var colon = info.IndexOf((byte)':');
        user = GoUrlEscaping.Unescape(colon < 0 ? info : info[..colon], Part.User, out var error);
        if (user is not null && colon >= 0)
        {
            password = GoUrlEscaping.Unescape(info[(colon + 1)..], Part.User, out error);
        }
        return error;
    }

    private string? ReadHost(ReadOnlySpan<byte> text)
    {
        string? error;
        if (text.StartsWith("["u8))
        {
            var end = text.LastIndexOf((byte)']');
            if (end < 0)
            {
                return "missing ']' in host";
            }
            if (PortFault(text[(end + 1)..]) is { } portFault)
            {
                return portFault;
            }
            var zone = text[..end].IndexOf("%25"u8);
            if (zone >= 0)
            {
                if (GoUrlEscaping.Unescape(text[..zone], Part.Host, out error) is not { } address
                    || GoUrlEscaping.Unescape(text[zone..end], Part.Zone, out error) is not { } zoneName
                    || GoUrlEscaping.Unescape(text[end..], Part.Host, out error) is not { } rest)
                {
                    return error;
                }
                host = [.. address, .. zoneName, .. rest];
                return null;
            }
        }
        else if (text.LastIndexOf((byte)':') is >= 0 and var colon && PortFault(text[colon..]) is { } portFault)
        {
            return portFault;
        }
        if (GoUrlEscaping.Unescape(text, Part.Host, out error) is not { } plain)
        {
            return error;
        }
        host = plain;
        return null;
    }

    private static string? PortFault(ReadOnlySpan<byte> text)
    {
        var valid = text.IsEmpty || text[0] == ':';
        for (var i = 1; i < text.Length && valid; i++)
        {
            valid = char.IsAsciiDigit((char)text[i]);
        }
        return valid ? null : $"invalid port {GoQuote.Quote(text)} after host";
    }

    private string? ReadFragment(ReadOnlySpan<byte> text)
    {
        if (GoUrlEscaping.Unescape(text, Part.Fragment, out var error) is not { } plain)
        {
            return error;
        }
        fragment = plain;
        rawFragment = IsDefault(text, plain, Part.Fragment) ? [] : text.ToArray();
        return null;
    }

    private static bool IsDefault(ReadOnlySpan<byte> written, byte[] plain, Part part) =>
        Encoding.Latin1.GetString(written) == GoUrlEscaping.Escape(plain, part);
}
