using System.Diagnostics;
using System.Text.Json;
using XenKube.Tests.Support;

namespace XenKube.Tests.Cli;

/// <summary><c>xenkube host serve</c> in a process of its own.</summary>
[Trait("Kind", "Process")]
public sealed class HostServeTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public HostServeTests() => _folder.Write("nginx/etcd/node-1.json", """{"ignition":{"version":"2.1.0"}}""");

    public void Dispose() => _folder.Dispose();

    private List<string> Serve(Action<Uri, StreamReader> use, params string[] options)
    {
        var start = new ProcessStartInfo(Tool.Find("dotnet")!, [Path.Combine(AppContext.BaseDirectory, "xenkube.dll"), "host", "serve", "--address", "127.0.0.1", "--port", "0", "--xen-dir", _folder.Path, .. options]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        try
        {
            var error = process.StandardError.ReadToEndAsync();
            var first = process.StandardOutput.ReadLine();
            Assert.True(first is not null, error.IsCompleted ? error.Result : "it says nothing");
            var uri = first.StartsWith('{') ? JsonDocument.Parse(first).RootElement.GetProperty("uri").GetString()! : first[first.IndexOf("http://", StringComparison.Ordinal)..];
            use(new Uri(uri), process.StandardOutput);
            // As systemd ends a service.
            Tool.Run("kill", "-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)).ShouldSucceed();
            Assert.True(process.WaitForExit(TimeSpan.FromSeconds(30)), "it does not stop");
            return [first, .. process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    [Fact]
    public void Json_is_one_document_a_line()
    {
        Tool.Need("curl");
        var lines = Serve(
            (uri, output) =>
            {
                Tool.Run("curl", "-sf", "-A", "Ignition/0.17.2", $"{uri}etcd/node-1.json").ShouldSucceed();
                Tool.Run("curl", "-s", $"{uri}nothing%0a").ShouldSucceed();
            },
            "--json");
        Assert.Equal(3, lines.Count);
        var documents = lines.ConvertAll(line => JsonDocument.Parse(line).RootElement);
        Assert.Equal(_folder["nginx"], documents[0].GetProperty("serving").GetString());
        Assert.Equal(
            ("GET", "/etcd/node-1.json", "etcd", "node-1", 200, "Ignition/0.17.2", true, "127.0.0.1"),
            (documents[1].GetProperty("method").GetString(), documents[1].GetProperty("path").GetString(), documents[1].GetProperty("cluster").GetString(), documents[1].GetProperty("node").GetString(),
                documents[1].GetProperty("status").GetInt32(), documents[1].GetProperty("userAgent").GetString(), documents[1].GetProperty("isFetch").GetBoolean(), documents[1].GetProperty("address").GetString()));
        Assert.Equal((404, false), (documents[2].GetProperty("status").GetInt32(), documents[2].GetProperty("isFetch").GetBoolean()));
    }

    [Fact]
    public void Text_is_a_line_as_nginx_logs_it()
    {
        Tool.Need("curl");
        var lines = Serve((uri, _) => Tool.Run("curl", "-sf", $"{uri}etcd/node-1.json").ShouldSucceed());
        Assert.Equal(2, lines.Count);
        Assert.Matches("^127\\.0\\.0\\.1 - - \\[.*\\] \"GET /etcd/node-1\\.json\" 200 ", lines[1]);
    }
}
