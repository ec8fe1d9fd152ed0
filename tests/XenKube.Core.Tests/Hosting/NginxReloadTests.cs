using System.Net;
using System.Net.Sockets;
using System.Text;
using XenKube.Hosting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

/// <summary>
/// A reload of nginx by a stand-in that answers as nginx does in that moment: some connections by the new workers, some by the old ones,
/// which do not know the site.
/// </summary>
[Trait("Kind", "Process")]
public sealed class NginxReloadTests : IDisposable
{
    private const int EveryAnswer = -1, EverySecondAnswer = -2;

    private readonly TemporaryDirectory _folder = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<bool> _answers = [];
    private Func<int, bool> _isOldWorker = _ => false;

    public NginxReloadTests()
    {
        foreach (var name in new[] { "systemctl", "nginx" })
        {
            Script.Write(_folder[$"bin/{name}"], $"#!/bin/sh\necho \"{name} $*\" >> '{_folder["calls"]}'\n");
        }
        _folder.Write("nginx/nginx.conf", $"http {{ include {_folder["nginx/sites-enabled"]}/*; }}\n");
        Directory.CreateDirectory(_folder["xen/nginx"]);
        _listener.Start();
        _ = ServeAsync();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _folder.Dispose();
    }

    private NginxSite Site => new()
    {
        Root = _folder["xen/nginx"],
        Address = IPAddress.Loopback,
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
        ConfigDirectory = _folder["nginx"],
        Programs = new HostPrograms { Folder = _folder["bin"] },
    };

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                using var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.ASCII);
                var path = (await reader.ReadLineAsync())!.Split(' ')[1];
                while (await reader.ReadLineAsync() is { Length: > 0 })
                {
                }
                var isOld = _isOldWorker(_answers.Count);
                _answers.Add(!isOld);
                var body = isOld ? "not this site" : await File.ReadAllTextAsync(_folder[$"xen/nginx{path}"]);
                var status = isOld ? "404 Not Found" : "200 OK";
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The test is over.
        }
    }

    private string[] Calls => File.ReadAllLines(_folder["calls"]);

    private BackupStore Backups => new(_folder["backups"]);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Answer_of_an_old_worker_is_not_taken_for_another_site(int at)
    {
        _isOldWorker = number => number == at;
        Site.ToChange().Apply(Backups);
        Assert.Contains(false, _answers);
        // A restart would break off the transfers of the host's other sites.
        Assert.DoesNotContain(Calls, call => call.Contains("systemctl restart", StringComparison.Ordinal));
    }

    // A busy machine: the time is over before the first answer is there. The number of answers decides, and not their time.
    [Theory]
    [InlineData(0, true)]
    [InlineData(3, true)]
    [InlineData(EveryAnswer, false)]
    [InlineData(EverySecondAnswer, false)]
    public void Time_that_is_over_does_not_make_a_failure_of_one_answer(int at, bool isServed)
    {
        _isOldWorker = number => at switch { EveryAnswer => true, EverySecondAnswer => number % 2 == 1, _ => number == at };
        var result = SiteProbe.WaitUntilSettled(Site.Root, IPAddress.Loopback, Site.Port, TimeSpan.Zero, TimeSpan.FromMinutes(1), CancellationToken.None);
        Assert.Equal(isServed, result.IsOk);
        Assert.True(_answers.Count < 40, $"{_answers.Count} answers");
    }

    [Fact]
    public void Site_is_installed_only_when_it_alone_answers()
    {
        // As with nginx: both for a while, then the new workers alone.
        _isOldWorker = number => number < 9 && number % 2 == 1;
        Site.ToChange().Apply(Backups);
        Assert.True(_answers.Count > 9, $"{_answers.Count} answers");
        Assert.True(_answers[^1]);
    }

    [Fact]
    public void Another_site_that_goes_on_answering_is_an_error_and_what_was_there_comes_back()
    {
        _isOldWorker = _ => true;
        var e = Assert.Throws<OperationFailedException>(() => Site.ToChange().Apply(Backups));
        Assert.Equal(ErrorIds.SiteNotServed, e.Id);
        Assert.False(File.Exists(Site.EnabledPath));
        Assert.Contains(Calls, call => call.Contains("systemctl restart", StringComparison.Ordinal));
    }
}
