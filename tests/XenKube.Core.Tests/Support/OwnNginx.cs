using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using XenKube.Hosting;

namespace XenKube.Tests.Support;

/// <summary>A real nginx with a configuration of its own, which serves one site on loopback.</summary>
internal sealed class OwnNginx : IDisposable
{
    private readonly Process _process;

    private OwnNginx(Process process, IPEndPoint endPoint, string log) => (_process, EndPoint, Log) = (process, endPoint, log);

    public IPEndPoint EndPoint { get; }

    /// <summary>The access log, in nginx's format "combined".</summary>
    public string Log { get; }

    /// <summary>Starts nginx and waits until it takes connections.</summary>
    public static OwnNginx Start(TemporaryDirectory folder, NginxSite site)
    {
        var log = folder["own-nginx/access.log"];
        folder.Write("own-nginx/site.conf", site.Text);
        var main = folder.Write("own-nginx/nginx.conf", $"""
            daemon off; {(Environment.IsPrivilegedProcess ? "user root;" : "")} pid {folder["own-nginx/pid"]}; error_log {folder["own-nginx/error.log"]};
            events {"{}"}
            http {"{"} access_log {log}; include site.conf; {"}"}
            """);
        var nginx = new OwnNginx(Process.Start(Tool.Find("nginx")!, ["-e", folder["own-nginx/error.log"], "-c", main]), new IPEndPoint(site.Address, site.Port), log);
        Assert.True(SpinWait.SpinUntil(nginx.TakesConnections, TimeSpan.FromSeconds(60)), "nginx did not start");
        return nginx;
    }

    public void Dispose()
    {
        Tool.Run("kill", "-QUIT", $"{_process.Id}");
        _process.WaitForExit(20_000);
        _process.Dispose();
    }

    private bool TakesConnections()
    {
        using var client = new TcpClient();
        try
        {
            client.Connect(EndPoint);
            return true;
        }
        catch (SocketException)
        {
            Thread.Sleep(20);
            return false;
        }
    }
}
