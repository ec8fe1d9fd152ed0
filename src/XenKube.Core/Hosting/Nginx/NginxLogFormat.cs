using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace XenKube.Hosting.Nginx;

/// <summary>A format of nginx's access log, ngx_http_log_module: lines of it are read back into the variables that made them.</summary>
internal sealed partial class NginxLogFormat
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(PatternLimit.Milliseconds);

    // What is read; the other variables are passed over.
    private static readonly HashSet<string> Known =
        ["remote_addr", "realip_remote_addr", "time_local", "time_iso8601", "msec", "request", "request_method", "request_uri", "uri",
            "document_uri", "status", "body_bytes_sent", "bytes_sent", "http_user_agent"];

    private readonly Regex _line;
    private readonly bool _isJson;

    private NginxLogFormat(string name, string text, string escape)
    {
        (Name, _isJson) = (name, escape == "json");
        var pattern = new StringBuilder("^");
        var seen = new HashSet<string>();
        var end = 0;
        foreach (Match variable in Variable().Matches(text))
        {
            pattern.Append(Regex.Escape(text[end..variable.Index]));
            end = variable.Index + variable.Length;
            var inside = variable.Groups[1].Success ? variable.Groups[1].Value : variable.Groups[2].Value;
            var value = PatternOf(inside, end < text.Length ? text[end] : null);
            // The first of several of one name is enough.
            pattern.Append(Known.Contains(inside) && seen.Add(inside) ? $"(?<{inside}>{value})" : $"(?:{value})");
        }
        pattern.Append(Regex.Escape(text[end..])).Append('$');
        _line = new Regex(pattern.ToString(), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, Limit);
        bool Has(params string[] names) => names.Any(seen.Contains);
        Lacks = !Has("time_local", "time_iso8601", "msec") ? "$time_local"
            : !Has("request") && !(Has("request_method") && Has("request_uri", "uri", "document_uri")) ? "$request"
            : !Has("status") ? "$status"
            : null;
    }

    /// <summary>nginx's own format, which needs no directive.</summary>
    public static NginxLogFormat Combined { get; } = new("combined", CombinedText, "default");

    /// <summary>The format of nginx.org's packages.</summary>
    public static NginxLogFormat Main { get; } = new("main", $"{CombinedText} \"$http_x_forwarded_for\"", "default");

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The variable without which a request cannot be read from its lines; null where all are there.</summary>
    public string? Lacks { get; }

    private const string CombinedText =
        "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \"$http_referer\" \"$http_user_agent\"";

    /// <summary>Reads the formats of a configuration, by their names.</summary>
    /// <param name="configuration">The configuration.</param>
    public static IReadOnlyDictionary<string, NginxLogFormat> Of(NginxConfiguration configuration)
    {
        var formats = new Dictionary<string, NginxLogFormat>(StringComparer.Ordinal) { [Combined.Name] = Combined };
        foreach (var words in configuration.Directives.Where(directive => directive is { Name: "log_format", Words.Count: > 2 })
            .Select(directive => directive.Words))
        {
            var escape = words[2].StartsWith("escape=", StringComparison.Ordinal) ? words[2]["escape=".Length..] : null;
            formats[words[1]] = new(words[1], string.Concat(words.Skip(escape is null ? 2 : 3)), escape ?? "default");
        }
        return formats;
    }

    /// <summary>Reads a line.</summary>
    /// <param name="line">The line.</param>
    /// <returns>The request; null for a line of another format.</returns>
    public IgnitionLogLine? Parse(string line)
    {
        if (Lacks is not null || _line.Match(line) is not { Success: true } match)
        {
            return null;
        }
        string? Value(params string[] names) => names.Select(name => match.Groups[name]).FirstOrDefault(group => group.Success)?.Value;
        if (TimeOf(match) is not { } time || !int.TryParse(Value("status"), NumberStyles.None, CultureInfo.InvariantCulture,
            out var status))
        {
            return null;
        }
        var (method, target) = (Value("request_method"), Value("request_uri", "uri", "document_uri"));
        if (Value("request") is { } request)
        {
            // Of a client that sent no request, or something else, nginx logs what came.
            var parts = request.Split(' ');
            (method, target) = parts.Length >= 2 ? (parts[0], parts[1]) : ("", request);
        }
        _ = long.TryParse(Value("body_bytes_sent", "bytes_sent"), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes);
        var address = IPAddress.TryParse(Value("remote_addr", "realip_remote_addr"), out var parsed) ? parsed : IPAddress.None;
        return new(time, address, method ?? "", Decoded(target ?? ""), status, bytes, Decoded(Value("http_user_agent") ?? ""));
    }

    private static DateTimeOffset? TimeOf(Match match)
    {
        DateTimeOffset time;
        if (match.Groups["time_local"] is { Success: true } local)
        {
            return DateTimeOffset.TryParseExact(local.Value, "dd/MMM/yyyy:HH:mm:ss zzz", CultureInfo.InvariantCulture, DateTimeStyles.None,
                out time) ? time : null;
        }
        if (match.Groups["time_iso8601"] is { Success: true } iso)
        {
            return DateTimeOffset.TryParseExact(iso.Value, "yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture, DateTimeStyles.None,
                out time) ? time : null;
        }
        return decimal.TryParse(match.Groups["msec"].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && seconds < 253402300799
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000)) : null;
    }

    /// <summary>
    /// A value in quotes has none within: nginx writes them as \x22, in JSON as \". Others end where the next text begins.
    /// </summary>
    private static string PatternOf(string name, char? next) => name switch
    {
        "remote_addr" or "realip_remote_addr" => "[0-9a-fA-F.:]+|unix:",
        "status" => "[0-9]{3}",
        "body_bytes_sent" or "bytes_sent" => "[0-9]+",
        "msec" => @"[0-9]+\.[0-9]{3}",
        "time_local" => @"[0-9]{2}/[A-Za-z]{3}/[0-9]{4}:[0-9:]{8} [+-][0-9]{4}",
        "time_iso8601" => "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[+-][0-9]{2}:[0-9]{2}",
        _ when next == '"' => @"(?:[^""\\]|\\.)*",
        _ when next is null => ".*",
        "request_method" or "request_uri" or "uri" or "document_uri" => @"\S*",
        _ => ".*?",
    };

    /// <summary>Takes the escapes of nginx back: \xHH, and in JSON \uHHHH and the letters.</summary>
    private string Decoded(string value)
    {
        if (!value.Contains('\\', StringComparison.Ordinal))
        {
            return value;
        }
        return _isJson
            ? JsonEscape().Replace(value, match => match.Groups[1].Success ? ((char)Convert.ToUInt16(match.Groups[1].Value, 16)).ToString()
                : match.Value[1] switch { 'n' => "\n", 't' => "\t", 'r' => "\r", 'b' => "\b", 'f' => "\f", var c => c.ToString() })
            : ByteEscape().Replace(value, match => ((char)Convert.ToByte(match.Groups[1].Value, 16)).ToString());
    }

    [GeneratedRegex(@"\$(?:\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))", RegexOptions.CultureInvariant, PatternLimit.Milliseconds)]
    private static partial Regex Variable();

    [GeneratedRegex(@"\\x([0-9A-Fa-f]{2})", RegexOptions.CultureInvariant, PatternLimit.Milliseconds)]
    private static partial Regex ByteEscape();

    [GeneratedRegex(@"\\(?:u([0-9A-Fa-f]{4})|.)", RegexOptions.CultureInvariant, PatternLimit.Milliseconds)]
    private static partial Regex JsonEscape();
}
