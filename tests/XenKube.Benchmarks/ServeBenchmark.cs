using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using XenKube.Hosting;

namespace XenKube.Benchmarks;

/// <summary>
/// The embedded server under load: <c>serve [SECONDS] [CONNECTIONS]</c>. Server and clients share one processor when run by
/// <c>taskset -c 0</c>, so the figure is what a single core gives with the clients' own work taken off it; a hundred silent and
/// half-sent connections are open all the while.
/// </summary>
internal static class ServeBenchmark
{
    private const int Goal = 2000;
    private static readonly byte[] Request = Encoding.ASCII.GetBytes("GET /etcd/node-1.json HTTP/1.1\r\nHost: 192.168.100.1\r\nUser-Agent: Ignition/0.17.2\r\n\r\n");

    public static int Run(string[] arguments)
    {
        var seconds = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 5;
        var connections = arguments.Length > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 8;
        var directory = Directory.CreateTempSubdirectory("xenkube-serve-");
        var silent = new List<Socket>();
        try
        {
            Directory.CreateDirectory(Path.Combine(directory.FullName, "etcd"));
            File.WriteAllText(Path.Combine(directory.FullName, "etcd", "node-1.json"), $$"""{"ignition":{"version":"2.1.0"},"x":"{{new string('x', 260)}}"}""");
            using var server = IgnitionServer.Start(directory.FullName, IPAddress.Loopback);
            for (var i = 0; i < 100; i++)
            {
                var socket = Connect(server.EndPoint);
                socket.Send(i % 2 == 0 ? [] : Request.AsSpan(0, 20));
                silent.Add(socket);
            }
            Load(server.EndPoint, connections, TimeSpan.FromSeconds(1));
            var cpu = Process.GetCurrentProcess().TotalProcessorTime;
            var watch = Stopwatch.StartNew();
            var answers = Load(server.EndPoint, connections, TimeSpan.FromSeconds(seconds));
            var elapsed = watch.Elapsed.TotalSeconds;
            var used = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds;
            var rate = answers / used;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{answers} answers in {elapsed:0.0} s over {connections} connections, beside 100 that say nothing"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{answers / elapsed:0} a second; {rate:0} for each second of processor time, the clients' own included (goal: {Goal})"));
            return rate >= Goal ? 0 : 1;
        }
        finally
        {
            silent.ForEach(socket => socket.Dispose());
            directory.Delete(recursive: true);
        }
    }

    private static long Load(IPEndPoint server, int connections, TimeSpan time)
    {
        var end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var counts = new long[connections];
        var threads = Enumerable.Range(0, connections).Select(i => new Thread(() => counts[i] = Fetch(server, end))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return counts.Sum();
    }

    private static long Fetch(IPEndPoint server, long end)
    {
        using var socket = Connect(server);
        var buffer = new byte[4096];
        long count = 0;
        while (Stopwatch.GetTimestamp() < end)
        {
            socket.Send(Request);
            // The whole answer comes in one packet; that it is the config is looked at, too.
            var length = socket.Receive(buffer);
            if (!buffer.AsSpan(0, length).StartsWith("HTTP/1.1 200 OK"u8) || buffer[length - 1] != '}')
            {
                throw new InvalidOperationException("no config was answered");
            }
            count++;
        }
        return count;
    }

    private static Socket Connect(IPEndPoint server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(server);
        return socket;
    }
}
