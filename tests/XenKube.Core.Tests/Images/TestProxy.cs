using System.Net;
using System.Net.Sockets;
using System.Text;

namespace XenKube.Tests.Images;

/// <summary>A proxy on loopback that leads wherever it is asked to by CONNECT, and leads every name to this machine.</summary>
internal sealed class TestProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _heads = [];

    public TestProxy()
    {
        _listener.Start();
        _ = Task.Run(AcceptAsync);
    }

    /// <summary>Who may use it, as <c>user:password</c>; null for everybody.</summary>
    public string? User { get; init; }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What it was asked, the heads of the requests.</summary>
    public IReadOnlyList<string> Heads
    {
        get
        {
            lock (_heads)
            {
                return [.. _heads];
            }
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            _ = Task.Run(() => LeadAsync(client));
        }
    }

    private async Task LeadAsync(TcpClient client)
    {
        using (client)
        {
            var stream = client.GetStream();
            while (await ReadHeadAsync(stream) is { Length: > 0 } head)
            {
                lock (_heads)
                {
                    _heads.Add(head);
                }
                var words = head.Split(' ');
                var refusal = words[0] != "CONNECT" ? "405 Only CONNECT"
                    : User is not null && !head.Contains("Proxy-Authorization: Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes(User)), StringComparison.OrdinalIgnoreCase)
                        ? "407 Who are you\r\nProxy-Authenticate: Basic realm=\"test\""
                        : null;
                if (refusal is not null)
                {
                    await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {refusal}\r\nContent-Length: 0\r\n\r\n"), _stop.Token);
                    continue;
                }
                using var server = new TcpClient();
                await server.ConnectAsync(IPAddress.Loopback, int.Parse(words[1].Split(':')[1], null), _stop.Token);
                await stream.WriteAsync("HTTP/1.1 200 Led\r\n\r\n"u8.ToArray(), _stop.Token);
                await Task.WhenAny(stream.CopyToAsync(server.GetStream(), _stop.Token), server.GetStream().CopyToAsync(stream, _stop.Token));
                return;
            }
        }
    }

    private async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var octet = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(octet, _stop.Token) == 0)
            {
                return "";
            }
            head.Append((char)octet[0]);
        }
        return head.ToString();
    }
}
