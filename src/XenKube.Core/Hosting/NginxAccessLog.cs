using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using XenKube.Files;

namespace XenKube.Hosting;

/// <summary>nginx's access log (its combined format) as the same objects that the embedded server gives.</summary>
public static partial class NginxAccessLog
{
    /// <summary>Where Debian's nginx logs.</summary>
    public const string DefaultPath = "/var/log/nginx/access.log";

    private const int MaxRead = 16 * 1024 * 1024;

    /// <summary>Reads the log's last 16 MiB, oldest first; lines of another form are left out.</summary>
    /// <param name="path">The log.</param>
    /// <param name="since">Only what came after; null for all.</param>
    public static IReadOnlyList<IgnitionRequest> Read(string path = DefaultPath, DateTimeOffset? since = null)
    {
        try
        {
            using var file = HostFile.Open(path);
            file.Seek(-Math.Min(file.Length, MaxRead), SeekOrigin.End);
            using var reader = new StreamReader(file, Encoding.Latin1);
            var requests = new List<IgnitionRequest>();
            while (reader.ReadLine() is { } line)
            {
                if (Parse(line) is { } request && !SiteProbe.IsProbe(request.Path) && (since is null || request.Time >= since))
                {
                    requests.Add(request);
                }
            }
            return requests;
        }
        catch (Exception e) when (e.IsMissingFile())
        {
            throw new ItemNotFoundException(ErrorIds.FileNotFound, path, null, "there is no such log", "Name nginx' access log");
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.FileNotReadable, path, null, e.Message, "Run this as root or as a member of adm", e);
        }
    }

    /// <summary>Waits until a node has fetched its config from nginx.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="node">The node.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="since">Only a fetch after this moment counts; nginx logs whole seconds.</param>
    /// <param name="path">The log.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The request, or null when the time was over.</returns>
    public static IgnitionRequest? WaitForFetch(string cluster, string node, TimeSpan timeout, DateTimeOffset? since = null, string path = DefaultPath, CancellationToken cancellationToken = default)
    {
        var end = DateTimeOffset.UtcNow + timeout;
        var from = since is { } moment ? moment.AddTicks(-(moment.Ticks % TimeSpan.TicksPerSecond)) : (DateTimeOffset?)null;
        while (true)
        {
            if (File.Exists(path) && Read(path, from).FirstOrDefault(request => request.IsFetch && request.Cluster == cluster && request.Node == node) is { } found)
            {
                return found;
            }
            if (DateTimeOffset.UtcNow >= end)
            {
                return null;
            }
            cancellationToken.WaitHandle.WaitOne(250);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    internal static IgnitionRequest? Parse(string line)
    {
        if (line.Length > 16384 || Combined().Match(line) is not { Success: true } match
            || !IPAddress.TryParse(match.Groups["address"].ValueSpan, out var address)
            || !DateTimeOffset.TryParseExact(match.Groups["time"].Value, "dd/MMM/yyyy:HH:mm:ss zzz", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            || !long.TryParse(match.Groups["bytes"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes))
        {
            return null;
        }
        var path = match.Groups["target"].Value.Split('?')[0];
        return new IgnitionRequest(time, address, match.Groups["method"].Value, Printable.Of(Uri.UnescapeDataString(path), 4096), int.Parse(match.Groups["status"].ValueSpan, CultureInfo.InvariantCulture), bytes, TimeSpan.Zero, Printable.Of(match.Groups["agent"].Value), true);
    }

    [GeneratedRegex("""^(?<address>[0-9a-fA-F.:]+) \S+ \S+ \[(?<time>[^\]]{10,40})\] "(?<method>[A-Z]+) (?<target>\S+) HTTP/[0-9.]+" (?<status>\d{3}) (?<bytes>\d+) "[^"]*" "(?<agent>[^"]*)"$""", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Combined();
}
