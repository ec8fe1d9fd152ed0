using System.Net;
using System.Net.Sockets;

namespace XenKube.Tests.Support;

/// <summary>
/// Ports of 127.0.0.1 for programs that need a given port. They are not among those that the system gives to programs that ask for
/// any (net.ipv4.ip_local_port_range, above 32767), so that no other test gets one by chance before it is used.
/// </summary>
internal static class FreePort
{
    /// <summary>A port that nobody listens on.</summary>
    public static int Next()
    {
        while (true)
        {
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(10000, 32768));
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException)
            {
                // Somebody has that one.
            }
        }
    }
}
