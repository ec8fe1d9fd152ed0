using System.Diagnostics;
using System.Net;
using XenKube.Files;

namespace XenKube.Hosting;

/// <summary>
/// Whether a directory is what a web server serves. A file is put into it for the moment and has to come back over HTTP: only
/// that proves that it is this directory, and not another site of the same server.
/// </summary>
internal static class SiteProbe
{
    private const string Prefix = "xenkube-check-";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>True for a request of a probe, which no guest makes; logs are shown without them.</summary>
    /// <param name="path">The path of the request.</param>
    public static bool IsProbe(string path) => path.StartsWith($"/{Prefix}", StringComparison.Ordinal);

    /// <summary>Asks once.</summary>
    public static IgnitionEndpointResult Test(string root, IPAddress address, int port, TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        var name = $"{Prefix}{Path.GetRandomFileName()}.txt";
        var path = Path.Combine(root, name);
        try
        {
            AtomicFile.Write(path, "xenkube"u8);
            var host = address.Equals(IPAddress.Any) ? IPAddress.Loopback : address.Equals(IPAddress.IPv6Any)
                ? IPAddress.IPv6Loopback : address;
            return IgnitionEndpoint.Test(new UriBuilder(Uri.UriSchemeHttp, host.ToString(), port, name).Uri, path, timeout,
                cancellationToken);
        }
        finally
        {
            try
            {
                HostFile.Remove(path);
            }
            catch (Exception e) when (e.IsFileTrouble())
            {
                // It was not written either.
            }
        }
    }

    /// <summary>
    /// Asks until it is served, or the time is over: a server that was told to reload answers by its old configuration until its
    /// new workers are there.
    /// </summary>
    public static IgnitionEndpointResult Wait(string root, IPAddress address, int port, TimeSpan limit, TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var result = Test(root, address, port, timeout, cancellationToken);
            if (result.IsOk || watch.Elapsed >= limit)
            {
                return result;
            }
            cancellationToken.WaitHandle.WaitOne(Pause);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
