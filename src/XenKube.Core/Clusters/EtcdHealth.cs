using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using XenKube.Files;

namespace XenKube.Clusters;

/// <summary>
/// Whether an etcd says that it is healthy, over HTTP as in the guide's cluster (GET /health on the clients' port). An etcd with TLS is
/// not asked: only who has a certificate of its cluster may.
/// </summary>
internal static class EtcdHealth
{
    /// <summary>The port for clients.</summary>
    public const int Port = 2379;

    private const int MaxAnswer = 64 * 1024;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>True if etcd answers at an address that it, and so its cluster, is healthy.</summary>
    public static bool IsHealthy(IPAddress address, CancellationToken cancellationToken, int port = Port)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = Timeout };
        using var client = new HttpClient(handler) { Timeout = Timeout, MaxResponseContentBufferSize = MaxAnswer };
        var host = address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get,
                new Uri(string.Create(CultureInfo.InvariantCulture, $"http://{host}:{port}/health")));
            using var response = client.Send(request, cancellationToken);
            using var content = new MemoryStream();
            response.Content.ReadAsStream(cancellationToken).CopyTo(content);
            using var document = JsonDocument.Parse(content.ToArray());
            // {"health": "true"}; etcd 3.4 and later may add a reason
            return response.StatusCode == HttpStatusCode.OK && LooseJson.Text(document.RootElement, "health") is { } health
                && health.Equals("true", StringComparison.OrdinalIgnoreCase);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException
            || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }
}
