using System.IO.Enumeration;
using System.Text.RegularExpressions;
using XenKube.Files;

namespace XenKube.Hosting;

/// <summary>
/// Which files nginx reads: Debian's packages include <c>sites-enabled/*</c>, those of nginx.org <c>conf.d/*.conf</c> alone. A site in a
/// file that nothing includes is never served, and nginx says nothing about it.
/// </summary>
/// <param name="directory">nginx's directory.</param>
/// <param name="main">The main configuration; null for nginx.conf in that directory.</param>
internal sealed partial class NginxIncludes(string directory, string? main)
{
    private readonly string _main = main ?? Path.Combine(directory, "nginx.conf");

    /// <summary>The main configuration.</summary>
    public string MainFile => _main;

    /// <summary>True if nginx reads a file; also where the main configuration cannot be read, as nginx says then what is wrong.</summary>
    /// <param name="path">The file, which need not exist yet.</param>
    public bool Reads(string path) =>
        WholeFile.TryReadText(_main) is not { } text || text.Length == 0
        || Include().Matches(Comment().Replace(text, "")).Any(match => Fits(match.Groups["path"].Value.Trim('"', '\''), path));

    private bool Fits(string pattern, string path)
    {
        // A relative name is one in the directory of the main configuration (ngx_conf_full_name).
        var full = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(_main))!, pattern));
        return Path.GetDirectoryName(full) == Path.GetDirectoryName(Path.GetFullPath(path))
            && FileSystemName.MatchesSimpleExpression(Path.GetFileName(full), Path.GetFileName(path), ignoreCase: false);
    }

    [GeneratedRegex(@"(?:^|[;{}\s])include\s+(?<path>[^;{}]+?)\s*;", RegexOptions.CultureInvariant, PatternLimit.Milliseconds)]
    private static partial Regex Include();

    [GeneratedRegex(@"#[^\n]*", RegexOptions.CultureInvariant, PatternLimit.Milliseconds)]
    private static partial Regex Comment();
}
