using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace XenKube.Tests.Images;

/// <summary>
/// A web server on loopback that misbehaves as told: it closes connections in the middle, changes its files, ignores
/// ranges, falls silent. HTTP/1.1, one request a connection.
/// </summary>
internal sealed class TestServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<TestRequest> _requests = [];
    private readonly X509Certificate2? _certificate;

    /// <summary>Starts it.</summary>
    /// <param name="certificate">What it shows of itself, for https.</param>
    public TestServer(X509Certificate2? certificate = null)
    {
        _certificate = certificate;
        _listener.Start();
        _ = Task.Run(AcceptAsync);
    }

    public Dictionary<string, TestFile> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>Asked before the files; null leaves it to them.</summary>
    public Func<TestRequest, TestResponse?>? Handler { get; set; }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Uri => _certificate is null ? $"http://127.0.0.1:{Port}" : $"https://localhost:{Port}";

    public IReadOnlyList<TestRequest> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
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
            _ = Task.Run(() => ServeAsync(client));
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            Stream stream = client.GetStream();
            if (_certificate is not null)
            {
                var secure = new SslStream(stream);
                try
                {
                    await secure.AuthenticateAsServerAsync(_certificate);
                }
                catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
                {
                    return; // the client does not trust it
                }
                stream = secure;
            }
            var head = new StringBuilder();
            var octet = new byte[1];
            while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                if (await stream.ReadAsync(octet) == 0)
                {
                    return;
                }
                head.Append((char)octet[0]);
            }
            var lines = head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
            var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
            var request = new TestRequest(lines[0].Split(' ')[1], headers);
            lock (_requests)
            {
                _requests.Add(request);
            }
            var response = Handler?.Invoke(request) ?? (Files.TryGetValue(request.Path, out var file) ? file.Answer(request) : new TestResponse(404, []));
            await response.WriteAsync(client, stream, _stop.Token);
        }
    }
}

internal sealed record TestRequest(string Path, IReadOnlyDictionary<string, string> Headers)
{
    public string? Range => Headers.GetValueOrDefault("Range");

    public long RangeStart => Range is null ? 0 : long.Parse(Range["bytes=".Length..].TrimEnd('-'), null);
}

internal sealed record TestResponse(int Status, byte[] Body)
{
    public Dictionary<string, string> Headers { get; init; } = [];

    /// <summary>Bytes of the body after which the connection is reset.</summary>
    public int? BreakAfter { get; init; }

    /// <summary>Bytes of the body after which nothing more comes.</summary>
    public int? SilentAfter { get; init; }

    /// <summary>Bytes of the body that come at once, with 50 ms between; null for all of them.</summary>
    public int? BytesAtOnce { get; init; }

    public bool IsChunked { get; init; }

    public bool HasLength { get; init; } = true;

    public async Task WriteAsync(TcpClient client, Stream stream, CancellationToken stop)
    {
        var head = new StringBuilder($"HTTP/1.1 {Status} Because\r\nConnection: close\r\n");
        foreach (var (name, value) in Headers)
        {
            head.Append($"{name}: {value}\r\n");
        }
        head.Append(IsChunked ? "Transfer-Encoding: chunked\r\n" : HasLength ? $"Content-Length: {Body.Length}\r\n" : "").Append("\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.ToString()), stop);
        var count = Math.Min(BreakAfter ?? SilentAfter ?? Body.Length, Body.Length);
        if (IsChunked)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"{count:x}\r\n"), stop);
        }
        for (var sent = 0; BytesAtOnce is { } piece && sent < count; sent += piece)
        {
            await stream.WriteAsync(Body.AsMemory(sent, Math.Min(piece, count - sent)), stop);
            await stream.FlushAsync(stop);
            await Task.Delay(50, stop);
        }
        await stream.WriteAsync(BytesAtOnce is null ? Body.AsMemory(0, count) : ReadOnlyMemory<byte>.Empty, stop);
        if (IsChunked && BreakAfter is null)
        {
            await stream.WriteAsync("\r\n0\r\n\r\n"u8.ToArray(), stop);
        }
        if (BreakAfter is not null)
        {
            await stream.FlushAsync(stop);
            await Task.Delay(20, stop);
            client.Client.LingerState = new LingerOption(true, 0);
            client.Client.Close();
        }
        else if (SilentAfter is not null)
        {
            await Task.Delay(Timeout.Infinite, stop);
        }
    }
}

/// <summary>A file of the server, with what a real server says of it.</summary>
internal sealed class TestFile(byte[] content)
{
    public byte[] Content { get; set; } = content;

    public string? ETag { get; set; } = "\"one\"";

    public string? LastModified { get; set; } = "Thu, 30 Nov 2017 11:44:57 GMT";

    public bool IgnoresRanges { get; set; }

    /// <summary>True for a server that sends the whole file wherever If-Range is asked for.</summary>
    public bool IgnoresIfRange { get; set; }

    /// <summary>Each answer ends after so many bytes, as long as there are any.</summary>
    public Queue<int> Breaks { get; } = new();

    public TestResponse Answer(TestRequest request)
    {
        var isSame = !request.Headers.TryGetValue("If-Range", out var mark) || mark == ETag || mark == LastModified;
        isSame &= !IgnoresIfRange || !request.Headers.ContainsKey("If-Range");
        var start = request.Range is not null && isSame && !IgnoresRanges ? request.RangeStart : 0;
        var headers = new Dictionary<string, string>();
        if (ETag is not null)
        {
            headers["ETag"] = ETag;
        }
        if (LastModified is not null)
        {
            headers["Last-Modified"] = LastModified;
        }
        if (start > 0 && start >= Content.Length)
        {
            headers["Content-Range"] = $"bytes */{Content.Length}";
            return new TestResponse(416, []) { Headers = headers };
        }
        if (start > 0)
        {
            headers["Content-Range"] = $"bytes {start}-{Content.Length - 1}/{Content.Length}";
        }
        return new TestResponse(start > 0 ? 206 : 200, Content[(int)start..]) { Headers = headers, BreakAfter = Breaks.TryDequeue(out var bytes) ? bytes : null };
    }
}
