using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace XenKube.Hosting;

/// <summary>
/// The embedded HTTP server for hosts without nginx: GET and HEAD of the files under one directory, nothing else. It keeps an
/// access log, so that one can tell which node fetched its config and when.
/// </summary>
/// <remarks>
/// A listener of its own over a socket, and neither HttpListener nor Kestrel: docs/serving.md has the measurements.
/// </remarks>
public sealed class IgnitionServer : IDisposable
{
    private readonly Socket _listener;
    private readonly ServedDirectory _directory;
    private readonly HashSet<ServerConnection> _connections = [];
    private readonly LinkedList<IgnitionRequest> _log = [];
    private readonly Timer _sweeper;
    private readonly Task _accepting;
    private readonly int _mostConnections = DescriptorLimit.Connections();
    private bool _stopping;

    private IgnitionServer(IgnitionServerOptions options, ServedDirectory directory, Socket listener)
    {
        Options = options;
        _directory = directory;
        _listener = listener;
        EndPoint = (IPEndPoint)listener.LocalEndPoint!;
        var host = EndPoint.Address.Equals(IPAddress.Any) ? "127.0.0.1"
            : EndPoint.Address.Equals(IPAddress.IPv6Any) ? "[::1]"
            : EndPoint.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{EndPoint.Address}]"
            : EndPoint.Address.ToString();
        Uri = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://{host}:{EndPoint.Port}/"));
        _sweeper = new Timer(_ => Sweep(), null, 250, 250);
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>What it was started with.</summary>
    public IgnitionServerOptions Options { get; }

    /// <summary>The address and port it listens on.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Where it answers, with a final slash.</summary>
    public Uri Uri { get; }

    /// <summary>True until it is stopped.</summary>
    public bool IsRunning => !Volatile.Read(ref _stopping);

    /// <summary>Starts a server on a directory.</summary>
    /// <param name="root">The directory that is served.</param>
    /// <param name="address">The address to listen on.</param>
    /// <param name="port">The port; 0 takes a free one.</param>
    public static IgnitionServer Start(string root, IPAddress address, int port = 0) =>
        Start(new IgnitionServerOptions(root, address, port));

    /// <summary>Starts a server.</summary>
    /// <param name="options">Directory, address, port and limits.</param>
    /// <exception cref="ItemNotFoundException">There is no such directory.</exception>
    /// <exception cref="OperationFailedException">The address is in use or not one of this machine.</exception>
    public static IgnitionServer Start(IgnitionServerOptions options)
    {
        var directory = ServedDirectory.Open(options.Root);
        if (options.Port is < 0 or > IPEndPoint.MaxPort)
        {
            throw new InvalidInputException(ErrorIds.PortInvalid, null, null,
                string.Create(CultureInfo.InvariantCulture, $"{options.Port} is not a port"),
                "Give one from 1 to 65535, or 0 for a free one");
        }
        var endPoint = new IPEndPoint(options.Address, options.Port);
        var listener = new Socket(options.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(endPoint);
            listener.Listen(512);
        }
        catch (SocketException e)
        {
            listener.Dispose();
            throw new OperationFailedException(ErrorIds.ServerNotStarted, endPoint.ToString(), null, e.Message, e.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => "Another server, perhaps nginx, listens there: stop it or give another port",
                SocketError.AddressNotAvailable => "No interface of this machine has that address: bring the bridge up first",
                SocketError.AccessDenied => "Ports below 1024 are root's: run this as root or give a higher port",
                _ => null,
            }, e);
        }
        return new IgnitionServer(options, directory, listener);
    }

    /// <summary>The access log so far, oldest first.</summary>
    public IReadOnlyList<IgnitionRequest> Requests
    {
        get
        {
            lock (_log)
            {
                return [.. _log.Where(request => !SiteProbe.IsProbe(request.Path))];
            }
        }
    }

    /// <summary>Waits until a node has fetched its config.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="node">The node.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="since">Only a fetch after this moment counts; null for any in the log.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The request, or null when the time was over or the server was stopped.</returns>
    public IgnitionRequest? WaitForFetch(string cluster, string node, TimeSpan timeout, DateTimeOffset? since = null,
        CancellationToken cancellationToken = default)
    {
        var deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        using var registration = cancellationToken.Register(WakeWaiters);
        lock (_log)
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var found = _log.FirstOrDefault(request => request.IsFetch && request.Cluster == cluster && request.Node == node
                    && (since is null || request.Time >= since));
                var left = deadline - Environment.TickCount64;
                if (found is not null || left <= 0 || !IsRunning)
                {
                    return found;
                }
                Monitor.Wait(_log, (int)Math.Min(left, int.MaxValue));
            }
        }
    }

    /// <summary>Stops listening, lets answers under way end for up to two seconds, and closes every connection.</summary>
    public void Stop()
    {
        lock (_connections)
        {
            if (_stopping)
            {
                return;
            }
            Volatile.Write(ref _stopping, true);
        }
        _listener.Dispose();
        _accepting.Wait(TimeSpan.FromSeconds(2));
        var end = Environment.TickCount64 + 2000;
        while (true)
        {
            ServerConnection[] left;
            lock (_connections)
            {
                left = [.. _connections];
            }
            var patience = Environment.TickCount64 < end;
            foreach (var connection in left.Where(connection => !patience || !connection.IsAnswering))
            {
                connection.Abort();
            }
            if (left.Length == 0 || Environment.TickCount64 > end + 1000)
            {
                break;
            }
            Thread.Sleep(5);
        }
        _sweeper.Dispose();
        WakeWaiters();
    }

    /// <summary>Stops the server.</summary>
    public void Dispose() => Stop();

    internal ServedDirectory Directory => _directory;

    internal void Record(IgnitionRequest request)
    {
        lock (_log)
        {
            _log.AddLast(request);
            if (_log.Count > Options.LogCapacity)
            {
                _log.RemoveFirst();
            }
            Monitor.PulseAll(_log);
        }
        Options.OnRequest?.Invoke(request);
    }

    internal void Remove(ServerConnection connection)
    {
        lock (_connections)
        {
            _connections.Remove(connection);
        }
    }

    private async Task AcceptAsync()
    {
        while (IsRunning)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                if (!IsRunning)
                {
                    return;
                }
                // Out of descriptors or a client that left already: neither is a reason to end. The client that waits longest gives way.
                if (e is SocketException { SocketErrorCode: SocketError.TooManyOpenSockets })
                {
                    Shed();
                }
                await Task.Delay(10).ConfigureAwait(false);
                continue;
            }
            socket.NoDelay = true;
            var connection = new ServerConnection(this, socket);
            lock (_connections)
            {
                if (_connections.Count >= Math.Min(Options.MaxConnections, _mostConnections))
                {
                    Shed();
                }
                _connections.Add(connection);
            }
            _ = Task.Run(connection.RunAsync);
        }
    }

    /// <summary>Drops the connection that has waited longest, one without an answer under way before others.</summary>
    private void Shed()
    {
        lock (_connections)
        {
            if ((_connections.Where(other => !other.IsAnswering).MinBy(other => other.WaitingSince)
                ?? _connections.MinBy(other => other.WaitingSince)) is { } victim)
            {
                victim.Abort();
                _connections.Remove(victim);
            }
        }
    }

    private void Sweep()
    {
        var now = Environment.TickCount64;
        lock (_connections)
        {
            foreach (var connection in _connections)
            {
                if (now > connection.Deadline)
                {
                    connection.Abort();
                }
            }
        }
    }

    private void WakeWaiters()
    {
        lock (_log)
        {
            Monitor.PulseAll(_log);
        }
    }
}
