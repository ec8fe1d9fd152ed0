using System.Text;
using XenKube.Files;
using XenKube.Hosting.Nginx;

namespace XenKube.Hosting;

/// <summary>nginx's access log as the same objects that the embedded server gives.</summary>
public static class NginxAccessLog
{
    /// <summary>Where Debian's nginx logs.</summary>
    public const string DefaultPath = "/var/log/nginx/access.log";

    private const int MaxRead = 16 * 1024 * 1024;
    private const int LongestLine = 16384;

    /// <summary>Reads a log's last 16 MiB, oldest first; lines of unknown formats are left out, and counted by ReadLog.</summary>
    /// <param name="path">The log.</param>
    /// <param name="since">Only what came after; null for all.</param>
    public static IReadOnlyList<IgnitionRequest> Read(string path = DefaultPath, DateTimeOffset? since = null) =>
        ReadLog(path, since).Requests;

    /// <summary>
    /// Reads a log's last 16 MiB in the format that nginx's configuration gives it, and says which lines could not be read.
    /// </summary>
    /// <param name="path">The log.</param>
    /// <param name="since">Only what came after; null for all.</param>
    /// <exception cref="ItemNotFoundException">There is no such log.</exception>
    public static NginxLogReading ReadLog(string path = DefaultPath, DateTimeOffset? since = null) =>
        ReadLog(path, since, HostTree.Own, NginxConfiguration.MainFile);

    /// <summary>The same for a configuration elsewhere.</summary>
    internal static NginxLogReading ReadLog(string path, DateTimeOffset? since, HostTree tree, string main)
    {
        var (formats, fault) = FormatsOf(path, NginxConfiguration.Read(tree, main));
        try
        {
            using var file = HostFile.Open(path);
            file.Seek(-Math.Min(file.Length, MaxRead), SeekOrigin.End);
            // The first line may be the end of one that began before.
            var isWhole = file.Position == 0;
            using var reader = new StreamReader(file, Encoding.Latin1);
            var requests = new List<IgnitionRequest>();
            var (number, unread, first) = (0, 0, 0);
            while (reader.ReadLine() is { } line)
            {
                number++;
                if (Parse(line, formats) is not { } request)
                {
                    var counts = line.Trim().Length > 0 && (isWhole || number > 1);
                    unread += counts ? 1 : 0;
                    first = counts && first == 0 ? number : first;
                }
                else if (!SiteProbe.IsProbe(request.Path) && (since is null || request.Time >= since))
                {
                    requests.Add(request);
                }
            }
            return new NginxLogReading(path, requests, unread, first, fault);
        }
        catch (Exception e) when (e.IsMissingFile())
        {
            throw new ItemNotFoundException(ErrorIds.FileNotFound, path, null, "there is no such log", "Name nginx' access log");
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.FileNotReadable, path, null, e.Message, "Run this as root or as a member of adm",
                e);
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
    public static IgnitionRequest? WaitForFetch(string cluster, string node, TimeSpan timeout, DateTimeOffset? since = null,
        string path = DefaultPath, CancellationToken cancellationToken = default)
    {
        var end = DateTimeOffset.UtcNow + timeout;
        var from = since is { } moment ? moment.AddTicks(-(moment.Ticks % TimeSpan.TicksPerSecond)) : (DateTimeOffset?)null;
        while (true)
        {
            if (File.Exists(path) && Read(path, from).FirstOrDefault(request =>
                request.IsFetch && request.Cluster == cluster && request.Node == node) is { } found)
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

    /// <summary>The formats that a log's lines may have, and what is wrong with the one that the configuration gives it.</summary>
    private static (IReadOnlyList<NginxLogFormat> Formats, string Fault) FormatsOf(string path, NginxConfiguration configuration)
    {
        var all = NginxLogFormat.Of(configuration);
        var named = configuration.Directives.Where(directive =>
            directive is { Name: "access_log", Words.Count: > 1 } && directive.Words[1] == path)
            .Select(directive => directive.Words.Count > 2 && !directive.Words[2].Contains('=', StringComparison.Ordinal)
                ? directive.Words[2] : NginxLogFormat.Combined.Name).Distinct().ToList();
        var fault = named.Select(name => all.TryGetValue(name, out var format) ? format.Lacks is { } lacks
            ? $"the format '{Printable.Of(name)}' of nginx's configuration lacks {lacks}" : null
            : $"nginx's configuration has no format '{Printable.Of(name)}'")
            .FirstOrDefault(text => text is not null) ?? "";
        // Lines of before the format was changed, and logs that the configuration does not name, may have any other.
        return ([.. named.Select(name => all.GetValueOrDefault(name)).OfType<NginxLogFormat>()
            .Concat([NginxLogFormat.Combined, NginxLogFormat.Main]).Concat(all.Values).Distinct()], fault);
    }

    internal static IgnitionRequest? Parse(string line) => Parse(line, [NginxLogFormat.Combined, NginxLogFormat.Main]);

    private static IgnitionRequest? Parse(string line, IReadOnlyList<NginxLogFormat> formats)
    {
        if (line.Length > LongestLine || formats.Select(format => format.Parse(line))
            .FirstOrDefault(read => read is not null) is not { } read)
        {
            return null;
        }
        // The log has the target as the client sent it; the file that nginx sent is that of the path that the target means.
        var path = RequestPath.Of(read.Target) ?? read.Target;
        return new IgnitionRequest(read.Time, read.Address, Printable.Of(read.Method), Printable.Of(path, 4096),
            read.Status, read.Bytes, TimeSpan.Zero, Printable.Of(read.UserAgent), true);
    }
}
