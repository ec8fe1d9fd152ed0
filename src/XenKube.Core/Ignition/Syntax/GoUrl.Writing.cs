using System.Text;
using Part = XenKube.Ignition.Syntax.GoUrlEscaping.Part;

namespace XenKube.Ignition.Syntax;

/// <summary>How a URL is written.</summary>
/// <remarks>Held against net/url of Go 1.19.</remarks>
internal sealed partial class GoUrl
{
    /// <summary>The URL written back, normalised: scheme in lower case, escapes where they are needed.</summary>
    public override string ToString()
    {
        var url = new StringBuilder();
        if (Scheme.Length > 0)
        {
            url.Append(Scheme).Append(':');
        }
        if (opaque.Length > 0)
        {
            url.Append(Opaque);
        }
        else
        {
            AppendHierarchy(url);
        }
        if (endsInQuestionMark || query.Length > 0)
        {
            url.Append('?').Append(RawQuery);
        }
        if (fragment.Length > 0)
        {
            url.Append('#');
            AppendEscaped(url, fragment, rawFragment, Part.Fragment);
        }
        return url.ToString();
    }

    private void AppendHierarchy(StringBuilder url)
    {
        if ((Scheme.Length > 0 || host.Length > 0 || user is not null) && !(hasNoAuthority && host.Length == 0 && user is null))
        {
            if (host.Length > 0 || path.Length > 0 || user is not null)
            {
                url.Append("//");
            }
            if (user is not null)
            {
                GoUrlEscaping.Append(url, user, Part.User);
                if (password is not null)
                {
                    url.Append(':');
                    GoUrlEscaping.Append(url, password, Part.User);
                }
                url.Append('@');
            }
            GoUrlEscaping.Append(url, host, Part.Host);
        }
        var start = new StringBuilder();
        AppendEscaped(start, path, rawPath, Part.Path);
        var written = start.ToString();
        if (written.Length > 0 && written[0] != '/' && host.Length > 0)
        {
            url.Append('/');
        }
        // RFC 3986 section 4.2: a first segment with a colon would be read as a scheme.
        if (url.Length == 0 && written.Split('/')[0].Contains(':', StringComparison.Ordinal))
        {
            url.Append("./");
        }
        url.Append(written);
    }

    private static void AppendEscaped(StringBuilder url, byte[] plain, byte[] raw, Part part)
    {
        if (raw.Length > 0 && IsValidAsWritten(raw, part))
        {
            url.Append(Encoding.ASCII.GetString(raw));
        }
        else if (part == Part.Path && plain.AsSpan().SequenceEqual("*"u8))
        {
            url.Append('*');
        }
        else
        {
            GoUrlEscaping.Append(url, plain, part);
        }
    }

    private static bool IsValidAsWritten(ReadOnlySpan<byte> raw, Part part)
    {
        foreach (var value in raw)
        {
            if (!"!$&'()*+,;=:@[]%"u8.Contains(value) && GoUrlEscaping.MustEscape(value, part))
            {
                return false;
            }
        }
        return true;
    }
}
