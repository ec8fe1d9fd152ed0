using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using XenKube.Hosting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

/// <summary>Clients that try to keep the embedded server from others.</summary>
public sealed class ServerLoadTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void End_of_a_head_is_found_wherever_the_pieces_break()
    {
        var random = new Random(11);
        for (var i = 0; i < 2000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => "\r\na:"[random.Next(4)]));
            var bytes = Encoding.ASCII.GetBytes(text);
            var (crlf, lf) = (text.IndexOf("\r\n\r\n", StringComparison.Ordinal), text.IndexOf("\n\n", StringComparison.Ordinal));
            var expected = (crlf, lf) switch { (< 0, < 0) => -1, (< 0, _) => lf + 2, (_, < 0) => crlf + 4, _ => Math.Min(crlf + 4, lf + 2) };
            Assert.Equal(expected, ServerConnection.FindEnd(bytes, 0));
            var found = -1;
            for (var filled = 0; filled < bytes.Length && found < 0;)
            {
                var count = Math.Min(random.Next(1, 5), bytes.Length - filled);
                found = ServerConnection.FindEnd(bytes.AsSpan(0, filled + count), Math.Max(0, filled - 3));
                filled += count;
            }
            Assert.Equal(expected, found);
        }
    }

    [Fact]
    public void Values_of_one_name_are_joined_once()
    {
        var head = RequestHead.Parse(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: x\r\nConnection: a\r\nConnection: close\r\n" + string.Concat(Enumerable.Repeat("X:y\r\n", 3000)) + "\r\n"))!;
        Assert.False(head.KeepAlive);
        Assert.Equal(3000, head["x"]!.Split(", ").Length);
        Assert.Null(RequestHead.Parse("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"u8));
    }

    [Theory]
    [InlineData("Max cpu time              unlimited            unlimited            seconds   \nMax open files            256                  4096                 files     \n", 100, 62)]
    [InlineData("Max open files            1024                 4096                 files     \n", 24, 484)]
    [InlineData("Max open files            20                   20                   files     \n", 100, 4)]
    [InlineData("Max open files            unlimited            unlimited            files     \n", 100, (int.MaxValue - 132) / 2)]
    [InlineData("", 100, (int.MaxValue - 132) / 2)]
    public void Connections_fit_into_the_limit_of_open_files(string limits, int open, int expected) => Assert.Equal(expected, DescriptorLimit.Connections(limits, open));

    [Fact]
    [Trait("Kind", "Process")]
    public void Server_with_few_descriptors_sheds_silent_clients_and_serves_the_others()
    {
        Tool.Need("bash", "curl");
        var port = FreePort.Next();
        _folder.Write("nginx/c/n.json", "{\"ignition\":{}}");
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["XENDIR"] = _folder.Path } };
        foreach (var word in new[] { "-c", "ulimit -n 256; exec dotnet \"$@\"", "-", Path.Combine(AppContext.BaseDirectory, "xenkube.dll"), "host", "serve", "--address", "127.0.0.1", "--port", $"{port}", "--any-client" })
        {
            start.ArgumentList.Add(word);
        }
        using var server = Process.Start(start)!;
        _ = server.StandardOutput.ReadToEndAsync();
        _ = server.StandardError.ReadToEndAsync();
        var silent = new List<Socket>();
        try
        {
            ToolResult Get() => Tool.Run("curl", "-s", "-f", "--retry", "60", "--retry-all-errors", "--retry-delay", "0", "--retry-max-time", "60", "--max-time", "20", $"http://127.0.0.1:{port}/c/n.json");
            Assert.Contains("ignition", Get().ShouldSucceed().Output, StringComparison.Ordinal);
            for (var i = 0; i < 600; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                silent.Add(socket);
                socket.Connect(IPAddress.Loopback, port);
            }
            Assert.Contains("ignition", Get().ShouldSucceed().Output, StringComparison.Ordinal);
            Assert.False(server.HasExited, "the server ended");
        }
        finally
        {
            silent.ForEach(socket => socket.Dispose());
            server.Kill();
            server.WaitForExit(10_000);
        }
    }
}
