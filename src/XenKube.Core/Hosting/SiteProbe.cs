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

    /// <summary>
    /// nginx starts its new workers, waits 100 ms (ngx_reconfigure) and only then asks the old ones to accept no more, so that both take
    /// connections from the same socket for a while. Answers in a row over three times that long are from new workers alone.
    /// </summary>
    private const int SettledAnswers = 4;

    /// <summary>
    /// The most answers after the time is over: where two servers take turns on a port, neither the good answers nor the bad ones come in
    /// a row.
    /// </summary>
    private const int MostLateAnswers = 4 * SettledAnswers;

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
        CancellationToken cancellationToken) => Wait(root, address, port, limit, timeout, answers: 1, cancellationToken);

    /// <summary>
    /// Asks until the site alone answers, or the time is over: after a reload one good answer does not mean that the next one is not from
    /// an old worker.
    /// </summary>
    public static IgnitionEndpointResult WaitUntilSettled(string root, IPAddress address, int port, TimeSpan limit, TimeSpan timeout,
        CancellationToken cancellationToken) => Wait(root, address, port, limit, timeout, SettledAnswers, cancellationToken);

    private static IgnitionEndpointResult Wait(string root, IPAddress address, int port, TimeSpan limit, TimeSpan timeout, int answers,
        CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var (good, bad, late) = (0, 0, 0);
        while (true)
        {
            var result = Test(root, address, port, timeout, cancellationToken);
            (good, bad) = result.IsOk ? (good + 1, 0) : (0, bad + 1);
            late += watch.Elapsed >= limit ? 1 : 0;
            // On a busy machine the time may be over at the first answer of an old worker: it takes as many bad ones as good ones.
            if (good == answers || (late > 0 && bad >= answers) || (late >= MostLateAnswers && bad > 0))
            {
                return result;
            }
            cancellationToken.WaitHandle.WaitOne(Pause);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
