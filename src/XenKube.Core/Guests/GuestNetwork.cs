using System.Net;
using System.Net.Sockets;
using System.Text;
using XenKube.Files;

namespace XenKube.Guests;

/// <summary>Whether a guest can be reached, asked without root and without ping.</summary>
internal static class GuestNetwork
{
    private const int SshPort = 22;

    /// <summary>True when something answers at the address: a connection made or refused, or the guest's own answer to ARP.</summary>
    public static bool Answers(IPAddress address, string? mac, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        return Connect(socket, address, SshPort, timeout, cancellationToken) is SocketError.Success or SocketError.ConnectionRefused or SocketError.ConnectionReset || HasArpEntry(address, mac);
    }

    /// <summary>The greeting of the ssh server at the address; null when there is none.</summary>
    public static string? SshBanner(IPAddress address, TimeSpan timeout, CancellationToken cancellationToken, int port = SshPort)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (Connect(socket, address, port, timeout, cancellationToken) != SocketError.Success)
        {
            return null;
        }
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        var buffer = new byte[255];
        var filled = 0;
        try
        {
            while (filled < buffer.Length && !buffer.AsSpan(0, filled).Contains((byte)'\n'))
            {
                var count = socket.ReceiveAsync(buffer.AsMemory(filled), SocketFlags.None, limit.Token).AsTask().GetAwaiter().GetResult();
                if (count == 0)
                {
                    break;
                }
                filled += count;
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
        var text = Encoding.ASCII.GetString(buffer, 0, filled);
        return text.StartsWith("SSH-", StringComparison.Ordinal) ? Printable.Of(text.Split('\n')[0].TrimEnd('\r')) : null;
    }

    private static SocketError Connect(Socket socket, IPAddress address, int port, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            socket.ConnectAsync(new IPEndPoint(address, port), limit.Token).AsTask().GetAwaiter().GetResult();
            return SocketError.Success;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return SocketError.TimedOut;
        }
    }

    /// <summary>A guest whose firewall drops everything still answers ARP, which the attempt to connect has just asked for.</summary>
    private static bool HasArpEntry(IPAddress address, string? mac)
    {
        // IP address, hardware type, flags (0x2: complete), hardware address, mask, device: proc(5)
        return mac is not null && (WholeFile.TryReadText("/proc/net/arp") ?? "").Split('\n').Skip(1).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Any(entry => entry.Length >= 4 && entry[0] == address.ToString() && entry[2] == "0x2" && entry[3].Equals(mac, StringComparison.OrdinalIgnoreCase));
    }
}
