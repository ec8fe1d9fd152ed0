using System.Diagnostics;
using XenKube.Files;
using XenKube.Hosting;
using XenKube.Hosting.Nginx;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

/// <summary>Access logs that a real nginx writes, in the formats of its configuration.</summary>
public sealed class NginxLogFormatTests : IDisposable
{
    private const string Agent = "Ignition/2.14.0 \"quoted\" \\ $end [x]";

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", "", true)]
    [InlineData("log_format main '$remote_addr - $remote_user [$time_local] \"$request\" '\n    '$status $body_bytes_sent \"$http_referer\" '\n    '\"$http_user_agent\" \"$http_x_forwarded_for\"';", "main", true)]
    [InlineData("log_format own \"$time_iso8601|$status|${remote_addr}|$request_method|$request_uri|$bytes_sent|\\\"$http_user_agent\\\"\";", "own", true)]
    [InlineData("log_format j escape=json '{\"t\":\"$msec\",\"a\":\"$remote_addr\",\"r\":\"$request\",\"s\":\"$status\",\"b\":$body_bytes_sent,\"u\":\"$http_user_agent\"}'; # json", "j", true)]
    [InlineData("log_format timed '$host:$server_port $remote_addr $request_time [$time_local] \"$request\" $status $body_bytes_sent \"$http_user_agent\" rt=$request_length';", "timed buffer=4k flush=1s", true)]
    [InlineData("log_format agentless '$remote_addr [$time_local] \"$request\" $status';", "agentless", false)]
    [Trait("Kind", "Process")]
    public void Log_of_a_real_nginx_is_read_by_the_format_of_its_configuration(string format, string use, bool hasAgent)
    {
        Tool.Need("nginx", "curl");
        var port = FreePort.Next();
        var log = _folder["own.log"];
        _folder.Write("www/c/n.json", "{}");
        _folder.Write("conf.d/site.conf", $"access_log {log} {use};\nserver {{ listen 127.0.0.1:{port}; root {_folder["www"]}; }}\n");
        var main = _folder.Write("nginx.conf", $"daemon off; {(Environment.UserName == "root" ? "user root;" : "")} pid {_folder["pid"]}; error_log {_folder["error.log"]};\nevents {{}}\nhttp {{\n{format}\ninclude conf.d/*.conf;\n}}\n");
        Tool.Run("nginx", "-t", "-c", main).ShouldSucceed();
        using var nginx = Process.Start(Tool.Find("nginx")!, ["-c", main]);
        try
        {
            Tool.Run("curl", "-s", "--retry", "40", "--retry-connrefused", "--retry-delay", "0", "--retry-max-time", "20", "-f", "-A", Agent, $"http://127.0.0.1:{port}/c/n.json?x=1").ShouldSucceed();
            Tool.Run("curl", "-s", "-A", "second", $"http://127.0.0.1:{port}/c/missing.json").ShouldSucceed();
        }
        finally
        {
            // It writes what is buffered before it ends.
            Tool.Run("kill", "-QUIT", $"{nginx.Id}");
            nginx.WaitForExit(20_000);
        }
        File.AppendAllText(log, "not a line of the format\n");

        var reading = NginxAccessLog.ReadLog(log, null, HostTree.Own, main);
        Assert.Equal(["/c/n.json", "/c/missing.json"], reading.Requests.Select(request => request.Path));
        var fetch = reading.Requests[0];
        Assert.Equal(("GET", 200, "c", "n", true, "127.0.0.1"), (fetch.Method, fetch.Status, fetch.Cluster, fetch.Node, fetch.IsFetch, fetch.Address.ToString()));
        Assert.InRange(fetch.Time, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));
        Assert.Equal(hasAgent ? Agent : "", fetch.UserAgent);
        Assert.Equal((1, 3), (reading.UnreadLines, reading.FirstUnread));
        Assert.Contains("line 3", reading.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Format_that_lacks_what_is_needed_is_named()
    {
        var log = _folder.Write("log", "127.0.0.1 200\n127.0.0.1 404\n");
        var main = _folder.Write("nginx.conf", $"http {{ log_format short '$remote_addr $status'; access_log {log} short; }}");
        var reading = NginxAccessLog.ReadLog(log, null, HostTree.Own, main);
        Assert.Equal((2, 1, 0), (reading.UnreadLines, reading.FirstUnread, reading.Requests.Count));
        Assert.Contains("the format 'short' of nginx's configuration lacks $time_local", reading.Problem, StringComparison.Ordinal);
        _folder.Write("nginx.conf", $"http {{ access_log {log} nosuch; }}");
        Assert.Contains("has no format 'nosuch'", NginxAccessLog.ReadLog(log, null, HostTree.Own, main).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Log_that_no_configuration_names_is_read_in_the_usual_formats()
    {
        var log = _folder.Write("log", "192.168.100.11 - - [28/Nov/2026:02:00:00 +0000] \"GET /c/n.json HTTP/1.1\" 200 312 \"-\" \"Ignition/0.17.2\" \"-\"\n\n192.168.100.11 - - [28/Nov/2026:02:00:01 +0000] \"GET /c/m.json HTTP/1.1\" 200 312 \"-\" \"Ignition/0.17.2\"\n");
        var reading = NginxAccessLog.ReadLog(log, null, HostTree.Own, _folder["none"]);
        Assert.Equal((2, 0, ""), (reading.Requests.Count, reading.UnreadLines, reading.Problem));
    }

    [Fact]
    public void Directives_are_read_through_quotes_comments_blocks_and_includes()
    {
        _folder.Write("conf.d/b.conf", "two b;");
        _folder.Write("conf.d/a.conf", "one a;");
        _folder.Write("conf.d/a.txt", "no;");
        var main = _folder.Write("nginx.conf", "a 'x;y' \"{}\" ; # c;\nhttp { include conf.d/*.conf;\n server{three \"q\\\"q\" ${host}x;}} include missing.conf; include nginx.conf;");
        var directives = NginxConfiguration.Read(HostTree.Own, main).Directives;
        Assert.Equal(["a|x;y|{}", "http", "include|conf.d/*.conf", "one|a", "two|b", "server", "three|q\"q|${host}x", "include|missing.conf"], directives.Take(8).Select(directive => string.Join('|', directive.Words)));
    }
}
