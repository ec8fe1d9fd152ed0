using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace XenKube.Hosting;

/// <summary>
/// One client of the embedded server. It owns its socket; a deadline, watched by the server, ends whatever a client drags out.
/// </summary>
internal sealed class ServerConnection
{
    private const int MaxHead = 16 * 1024;
    private const int ChunkSize = 64 * 1024;
    private readonly IgnitionServer _server;
    private readonly Socket _socket;
    private readonly IPAddress _address;
    private readonly IPAddress _host;
    private long _deadline;
    private long _waitingSince = Environment.TickCount64;
    private bool _isAnswering;

    public ServerConnection(IgnitionServer server, Socket socket)
    {
        _server = server;
        _socket = socket;
        _address = socket.RemoteEndPoint is IPEndPoint remote ? remote.Address : IPAddress.None;
        _host = socket.LocalEndPoint is IPEndPoint local ? local.Address : server.EndPoint.Address;
        Extend(server.Options.HeadTimeout);
    }

    public long Deadline => Volatile.Read(ref _deadline);

    public long WaitingSince => Volatile.Read(ref _waitingSince);

    public bool IsAnswering => Volatile.Read(ref _isAnswering);

    public void Abort() => _socket.Dispose();

    public async Task RunAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(MaxHead);
        try
        {
            var filled = 0;
            while (_server.IsRunning)
            {
                filled = SkipEmptyLines(buffer, filled);
                var hasBegun = filled > 0;
                var end = FindEnd(buffer.AsSpan(0, filled), 0);
                while (end < 0)
                {
                    if (filled >= MaxHead)
                    {
                        await RefuseAsync(431, "").ConfigureAwait(false);
                        await LingerAsync(buffer).ConfigureAwait(false);
                        return;
                    }
                    var count = await _socket.ReceiveAsync(buffer.AsMemory(filled, MaxHead - filled), SocketFlags.None)
                        .ConfigureAwait(false);
                    if (count == 0)
                    {
                        return;
                    }
                    if (!hasBegun)
                    {
                        // From the first byte on the whole head has to come in time, however slowly it trickles.
                        Extend(_server.Options.HeadTimeout);
                        hasBegun = true;
                    }
                    // Only what is new can end the head, with up to three bytes of before: a head that comes byte by byte is read once.
                    var start = Math.Max(0, filled - 3);
                    filled += count;
                    if (start == 0)
                    {
                        filled = SkipEmptyLines(buffer, filled);
                    }
                    end = FindEnd(buffer.AsSpan(0, filled), start);
                }
                Volatile.Write(ref _isAnswering, true);
                var keepAlive = await AnswerAsync(RequestHead.Parse(buffer.AsSpan(0, end))).ConfigureAwait(false);
                if (!keepAlive)
                {
                    await LingerAsync(buffer).ConfigureAwait(false);
                    return;
                }
                buffer.AsSpan(end, filled - end).CopyTo(buffer);
                filled -= end;
                Extend(_server.Options.IdleTimeout);
                Volatile.Write(ref _waitingSince, Environment.TickCount64);
                Volatile.Write(ref _isAnswering, false);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
        {
            // The client left, or was disconnected because it was slow.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            _socket.Dispose();
            _server.Remove(this);
        }
    }

    /// <summary>
    /// Drops the empty lines before a request, which some clients send after the content of the one before: a server should ignore them
    /// (RFC 9112, 2.2). They get no time of their own: the head's time begins with the first byte, empty line or not.
    /// </summary>
    /// <returns>How many bytes are left in the buffer.</returns>
    private static int SkipEmptyLines(byte[] buffer, int filled)
    {
        var start = buffer.AsSpan(0, filled).IndexOfAnyExcept((byte)'\r', (byte)'\n') is >= 0 and var first ? first : filled;
        buffer.AsSpan(start, filled - start).CopyTo(buffer);
        return filled - start;
    }

    /// <summary>The length of a complete head, with the empty line that ends it; -1 when more is needed.</summary>
    /// <param name="bytes">What has come.</param>
    /// <param name="start">Where to look from.</param>
    internal static int FindEnd(ReadOnlySpan<byte> bytes, int start)
    {
        for (var i = start; bytes[i..].IndexOf((byte)'\n') is >= 0 and var next; i += next + 1)
        {
            var rest = bytes[(i + next + 1)..];
            var line = rest.StartsWith("\r\n"u8) && i + next > 0 && bytes[i + next - 1] == '\r' ? 2 : rest.StartsWith("\n"u8) ? 1 : 0;
            if (line > 0)
            {
                return i + next + 1 + line;
            }
        }
        return -1;
    }

    private async Task<bool> AnswerAsync(RequestHead? head)
    {
        if (head is null)
        {
            return await RefuseAsync(400, "").ConfigureAwait(false);
        }
        if (head.Method is not ("GET" or "HEAD"))
        {
            return await RefuseAsync(405, head.Method, head).ConfigureAwait(false);
        }
        if (head.HasContent || (head.Path is null && !head.Target.StartsWith('/')))
        {
            return await RefuseAsync(400, head.Method, head).ConfigureAwait(false);
        }
        using var file = head.Path is null ? null : _server.Directory.Find(head.Path);
        if (file is not null && Refuse(head.Path!) is { } refusal)
        {
            return await SendAsync(head, 404, null, default, "Not found.\n"u8.ToArray(), refusal: refusal).ConfigureAwait(false);
        }
        if (file is null)
        {
            return await SendAsync(head, 404, null, default, "Not found.\n"u8.ToArray()).ConfigureAwait(false);
        }
        if (IsUnchanged(head, file))
        {
            return await SendAsync(head, 304, file, default, null).ConfigureAwait(false);
        }
        var range = head["If-Range"] is { } condition && condition != file.ETag ? null : head["Range"];
        var part = ByteRange.Parse(head.Method == "GET" ? range : null, file.Length, out var isUnsatisfiable);
        if (isUnsatisfiable)
        {
            return await SendAsync(head, 416, file, default, []).ConfigureAwait(false);
        }
        return await SendAsync(head, part is null ? 200 : 206, file, part ?? new ByteRange(0, file.Length), null).ConfigureAwait(false);
    }

    private string? Refuse(string path) =>
        _server.Options.Access is { } access && IgnitionRequest.NodeOf(path) is var (cluster, node)
            ? access.Refuse(_address, _host, cluster, node) : null;

    private static bool IsUnchanged(RequestHead head, ServedFile file)
    {
        if (head["If-None-Match"] is { } tags)
        {
            return tags.Split(',', StringSplitOptions.TrimEntries).Any(tag => tag == "*" || tag == file.ETag || tag == "W/" + file.ETag);
        }
        return DateTime.TryParseExact(head["If-Modified-Since"], "R", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var since) && file.Modified <= since;
    }

    private Task<bool> RefuseAsync(int status, string method, RequestHead? head = null) =>
        SendAsync(head ?? new RequestHead(method, "", false), status, null, default,
            Encoding.ASCII.GetBytes($"{HttpReasons.Of(status)}.\n"), close: true);

    private async Task<bool> SendAsync(RequestHead head, int status, ServedFile? file, ByteRange part, byte[]? content, bool close = false,
        string refusal = "")
    {
        var started = Environment.TickCount64;
        var keepAlive = !close && head.KeepAlive && _server.IsRunning;
        var length = content?.Length ?? part.Length;
        var text = new StringBuilder(256)
            .Append(CultureInfo.InvariantCulture,
                $"HTTP/1.1 {status} {HttpReasons.Of(status)}\r\nServer: xenkube\r\nDate: {DateTime.UtcNow:R}\r\n");
        if (file is not null && status != 416)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"ETag: {file.ETag}\r\nLast-Modified: {file.Modified:R}\r\nAccept-Ranges: bytes\r\nCache-Control: no-cache\r\n");
        }
        if (file is not null && status is 200 or 206)
        {
            text.Append(CultureInfo.InvariantCulture, $"Content-Type: {file!.ContentType}\r\nX-Content-Type-Options: nosniff\r\n");
        }
        else if (content is { Length: > 0 })
        {
            text.Append("Content-Type: text/plain\r\n");
        }
        _ = status switch
        {
            206 => text.Append(CultureInfo.InvariantCulture,
                $"Content-Range: bytes {part.Start}-{part.Start + part.Length - 1}/{file!.Length}\r\n"),
            405 => text.Append("Allow: GET, HEAD\r\n"),
            416 => text.Append(CultureInfo.InvariantCulture, $"Content-Range: bytes */{file!.Length}\r\n"),
            _ => text,
        };
        if (status != 304)
        {
            text.Append(CultureInfo.InvariantCulture, $"Content-Length: {length}\r\n");
        }
        text.Append(keepAlive ? (head.IsHttp11 ? "\r\n" : "Connection: keep-alive\r\n\r\n") : "Connection: close\r\n\r\n");

        var hasBody = head.Method != "HEAD" && status != 304;
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkSize);
        long sent = 0;
        var complete = false;
        try
        {
            var filled = Encoding.ASCII.GetBytes(text.ToString(), chunk);
            if (hasBody && content is not null)
            {
                content.CopyTo(chunk.AsSpan(filled));
                filled += content.Length;
                sent = content.Length;
            }
            else if (hasBody)
            {
                // A config goes out together with its head, in one packet where it fits.
                var count = Fill(file!, part, 0, chunk.AsSpan(filled, Math.Min(chunk.Length, ChunkSize) - filled));
                filled += count;
                sent = count;
            }
            await SendAllAsync(chunk.AsMemory(0, filled)).ConfigureAwait(false);
            while (hasBody && sent < length)
            {
                var count = Fill(file!, part, sent, chunk.AsSpan(0, ChunkSize));
                await SendAllAsync(chunk.AsMemory(0, count)).ConfigureAwait(false);
                sent += count;
            }
            complete = true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
            _server.Record(new IgnitionRequest(DateTimeOffset.UtcNow, _address, head.Method, head.Path
                ?? Printable.Of(head.Target), status, sent,
                TimeSpan.FromMilliseconds(Environment.TickCount64 - started), Printable.Of(head["User-Agent"]),
                complete) { Refusal = refusal });
        }
        return keepAlive;
    }

    private static int Fill(ServedFile file, ByteRange part, long done, Span<byte> room)
    {
        room = room[..(int)Math.Min(room.Length, part.Length - done)];
        var count = room.Length == 0 ? 0 : RandomAccess.Read(file.Handle, room, part.Start + done);
        return count == 0 && room.Length > 0 ? throw new IOException("the file became shorter while it was sent") : count;
    }

    private async Task SendAllAsync(ReadOnlyMemory<byte> bytes)
    {
        Extend(_server.Options.SendTimeout);
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None).ConfigureAwait(false)..];
        }
    }

    /// <summary>
    /// Ends the connection so that the client gets the answer: closing a socket with unread bytes in it would reset it, and
    /// the answer could be lost on the way.
    /// </summary>
    private async Task LingerAsync(byte[] buffer)
    {
        _socket.Shutdown(SocketShutdown.Send);
        Extend(TimeSpan.FromSeconds(1));
        Volatile.Write(ref _isAnswering, false);
        for (var i = 0; i < 16 && await _socket.ReceiveAsync(buffer, SocketFlags.None).ConfigureAwait(false) > 0; i++)
        {
            // Thrown away.
        }
    }

    private void Extend(TimeSpan time) => Volatile.Write(ref _deadline, Environment.TickCount64 + (long)time.TotalMilliseconds);
}
