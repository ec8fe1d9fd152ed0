using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json;

namespace XenKube.Etcd;

/// <summary>
/// An answer that comes in parts, each a line of JSON. The sender is a guest: the length of a line, the length of all of them and the time
/// that they take are limited.
/// </summary>
/// <param name="patience">How long the sender may be silent, and how much it may be late.</param>
internal sealed class JsonLines(TimeSpan patience)
{
    /// <summary>etcd sends parts of 32 KiB (server/etcdserver/api/v3rpc/maintenance.go, snapshotSendBufferSize).</summary>
    private const int LongestLine = 1 << 20;

    /// <summary>etcd recommends databases of 8 GiB at most (dev-guide/limit); base64 makes four bytes of three.</summary>
    private const long LargestAnswer = 16L << 30;

    /// <summary>The least bytes in a second, on average: a disk of a guest reads a thousand times as many.</summary>
    private const double LeastRate = 64 << 10;

    /// <summary>The longest line; tests have shorter ones.</summary>
    public int Line { get; init; } = LongestLine;

    /// <summary>The largest answer; tests have smaller ones.</summary>
    public long Answer { get; init; } = LargestAnswer;

    /// <summary>Reads all parts.</summary>
    /// <param name="content">The answer.</param>
    /// <param name="take">Takes a part; returns why it is not taken, or null.</param>
    /// <param name="limit">Ended when the sender is silent for too long.</param>
    /// <returns>Why the answer was not read to its end; null if it was.</returns>
    /// <exception cref="JsonException">A part is not JSON.</exception>
    /// <exception cref="OperationCanceledException">The sender is silent.</exception>
    public async Task<string?> ReadAsync(Stream content, Func<JsonElement, string?> take, CancellationTokenSource limit)
    {
        var pipe = PipeReader.Create(content, new StreamPipeReaderOptions(bufferSize: 1 << 16));
        var start = Stopwatch.GetTimestamp();
        for (var received = 0L; ;)
        {
            limit.CancelAfter(patience);
            var read = await pipe.ReadAsync(limit.Token).ConfigureAwait(false);
            var buffer = read.Buffer;
            while (buffer.PositionOf((byte)'\n') is { } end)
            {
                if (Take(buffer.Slice(0, end), take) is { } refused)
                {
                    return refused;
                }
                var next = buffer.GetPosition(1, end);
                received += buffer.Slice(0, next).Length;
                buffer = buffer.Slice(next);
            }
            if (read.IsCompleted)
            {
                return buffer.IsEmpty ? null : Take(buffer, take);
            }
            if (Fault(buffer.Length, received + buffer.Length, Stopwatch.GetElapsedTime(start)) is { } fault)
            {
                return fault;
            }
            pipe.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private string? Fault(long line, long received, TimeSpan elapsed) =>
        line > Line ? string.Create(CultureInfo.InvariantCulture, $"sends a part of more than {Line} bytes")
        : received > Answer ? string.Create(CultureInfo.InvariantCulture, $"sends more than {Answer} bytes")
        : elapsed - patience > TimeSpan.FromSeconds(received / LeastRate) ? "sends too slowly" : null;

    private static string? Take(ReadOnlySequence<byte> line, Func<JsonElement, string?> take)
    {
        using var document = JsonDocument.Parse(line);
        return take(document.RootElement);
    }
}
