using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using XenKube.Networks;
using XenKube.Posix;

namespace XenKube.Guests;

/// <summary>Whether a guest can be reached, asked without root and without ping.</summary>
internal static class GuestNetwork
{
    private const int SshPort = 22;

    /// <summary>
    /// True when the guest answers at the address: it makes or refuses a connection, or it has answered ARP or neighbour discovery since
    /// it was started. An entry that the kernel has of an earlier run is not an answer, and an answer of another host is not the guest's.
    /// </summary>
    /// <param name="address">The guest's address.</param>
    /// <param name="mac">The address of its card; null if that is not known.</param>
    /// <param name="start">When it was started, or first seen.</param>
    /// <param name="timeout">How long a connection may take.</param>
    /// <param name="other">The hardware address of another host that answers instead; null for none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static bool Answers(IPAddress address, MacAddress? mac, GuestStart start, TimeSpan timeout, out string? other,
        CancellationToken cancellationToken)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        // The attempt makes the kernel look for the neighbour, unless it believes that it knows the neighbour.
        var isAnswered = Connect(socket, address, SshPort, timeout, cancellationToken) is SocketError.Success
            or SocketError.ConnectionRefused or SocketError.ConnectionReset;
        if (isAnswered && IsGuest(address, mac, out other))
        {
            return true;
        }
        other = null;
        foreach (var neighbour in Neighbour.Find(address))
        {
            if (Is(neighbour, mac))
            {
                if (neighbour.IsReachable && neighbour.Confirmed < start.Elapsed)
                {
                    return true;
                }
                if (neighbour.IsKnown)
                {
                    neighbour.Ask();
                }
            }
            else if (neighbour.IsKnown)
            {
                other = Text(neighbour);
            }
        }
        return false;
    }

    /// <summary>True unless the kernel has just heard another host than the guest at an address.</summary>
    /// <param name="address">The address that has answered.</param>
    /// <param name="mac">The address of the guest's card; null if that is not known.</param>
    /// <param name="other">The hardware address of the other host.</param>
    public static bool IsGuest(IPAddress address, MacAddress? mac, out string? other)
    {
        // An address that is not on a link of this host has no neighbour; the host that answers there is not known.
        var neighbours = Neighbour.Find(address).Where(neighbour => neighbour.IsKnown).ToList();
        var isGuest = mac is null || neighbours.Count == 0 || neighbours.Exists(neighbour => Is(neighbour, mac));
        other = isGuest ? null : Text(neighbours[0]);
        return isGuest;
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

    private static bool Is(Neighbour neighbour, MacAddress? mac) => mac is { } wanted && Text(neighbour) == wanted.ToString();

    private static string Text(Neighbour neighbour) => string.Join(':',
        neighbour.Hardware.Select(part => part.ToString("x2", CultureInfo.InvariantCulture)));
}
