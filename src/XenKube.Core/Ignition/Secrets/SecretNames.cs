using System.Text.RegularExpressions;

namespace XenKube.Ignition.Secrets;

/// <summary>Names whose values are secrets, wherever they are: keys of configs and environments, headers, files.</summary>
internal static class SecretNames
{
    /// <summary>The end of a name whose value is a secret, as a regular expression.</summary>
    public const string Pattern =
        "(?:pass(?:word|wd|phrase|wort|code)s?(?:[_-]?hash)?|[_-]pass|pwd|secrets?|tokens?|psk|credentials?|"
        + "(?:private|secret|api|access|shared|preshared|pre_shared|encryption|signing|account|storage|master|auth|admin|client|"
        + "hmac|join)[_-]?key(?:[_-]?data)?|connection[_-]?string|_auth)";

    /// <summary>Headers that say nothing about who asks: their values are shown.</summary>
    private static readonly HashSet<string> OpenHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Accept-Datetime", "Cache-Control", "Connection",
        "Content-Encoding", "Content-Language", "Content-Length", "Content-Type", "Date", "Expect", "From", "Host", "If-Match",
        "If-Modified-Since", "If-None-Match", "If-Range", "If-Unmodified-Since", "Metadata-Flavor", "Origin", "Pragma", "Range",
        "Referer", "TE", "Upgrade", "User-Agent", "Via", "X-Forwarded-For", "X-Requested-With",
    };

    // Linear in the length of the name, which anybody may have chosen.
    private static readonly Regex Named = new(
        $"{Pattern}$", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    /// <summary>Whether the value of a header is a secret: all are but those that are known to say nothing.</summary>
    public static bool IsSecretHeader(string name) => !OpenHeaders.Contains(name.Trim());

    /// <summary>
    /// Whether the content of a file is a secret by the file's path: a file called like a secret, or one in a directory of
    /// secrets. <c>/etc/passwd</c> has had no passwords in it for decades, but may have.
    /// </summary>
    public static bool IsSecretFile(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0)
        {
            return false;
        }
        var file = parts[^1];
        var stem = file.LastIndexOf('.') is var dot and > 0 ? file[..dot] : file;
        return parts[..^1].Any(part => part is "secrets" or "private")
            || file.EndsWith(".key", StringComparison.OrdinalIgnoreCase) || file.EndsWith(".keytab", StringComparison.OrdinalIgnoreCase)
            || file is "shadow" or "gshadow" or "shadow-" or ".netrc" or ".pgpass"
            || (file is not "passwd" && (Named.IsMatch(file) || Named.IsMatch(stem)))
            || (file.StartsWith("id_", StringComparison.Ordinal) && !file.EndsWith(".pub", StringComparison.Ordinal));
    }
}
