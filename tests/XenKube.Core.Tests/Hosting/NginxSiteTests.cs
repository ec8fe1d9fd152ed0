using System.Net;
using System.Net.Sockets;
using XenKube.Hosting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

/// <summary>A real nginx with a configuration of its own, on loopback.</summary>
[Trait("Kind", "Process")]
public sealed class NginxSiteTests : IDisposable
{
    private const string Config = """{"ignition":{"version":"2.1.0"}}""";
    private readonly TemporaryDirectory _folder = new();
    private bool _started;

    public NginxSiteTests()
    {
        _folder.Write("xen/nginx/etcd/node-1.json", Config);
        _folder.Write("nginx/nginx.conf", $$"""
            user root;
            worker_processes 1;
            pid {{_folder["nginx/nginx.pid"]}};
            error_log {{_folder["nginx/error.log"]}};
            events { worker_connections 64; }
            http {
              access_log {{_folder["nginx/access.log"]}} combined;
              types { application/json json; }
              include {{_folder["nginx/sites-enabled"]}}/*;
            }
            """);
        Directory.CreateDirectory(_folder["nginx/sites-enabled"]);
    }

    public void Dispose()
    {
        if (_started)
        {
            Tool.Run("nginx", "-c", _folder["nginx/nginx.conf"], "-s", "stop");
            for (var i = 0; i < 50 && File.Exists(_folder["nginx/nginx.pid"]); i++)
            {
                Thread.Sleep(50);
            }
        }
        _folder.Dispose();
    }

    private NginxSite Site => new() { Root = _folder["xen/nginx"], Address = IPAddress.Loopback, Port = FreePort.Next(), ConfigDirectory = _folder["nginx"], MainConfiguration = _folder["nginx/nginx.conf"] };

    private BackupStore Backups => new(_folder["backups"]);

    private void StartNginx()
    {
        Tool.Need("nginx");
        Tool.Run("nginx", "-c", _folder["nginx/nginx.conf"]).ShouldSucceed();
        _started = true;
        for (var i = 0; i < 100 && !File.Exists(_folder["nginx/nginx.pid"]); i++)
        {
            Thread.Sleep(50);
        }
    }

    [Fact]
    public void Text_is_the_guides_site_byte_for_byte()
    {
        const string guide = "server {\n\tlisten 192.168.100.1:80 default_server;\n\troot /storage/xen/nginx/;\n\tindex index.html index.htm index.nginx-debian.html;\n\tserver_name _;\n\tlocation / {\n\t\ttry_files $uri $uri/ =404;\n\t}\n}\n";
        Assert.Equal(guide, new NginxSite { Root = "/storage/xen/nginx" }.Text);
    }

    [Fact]
    public void Installed_site_serves_and_installing_again_changes_nothing()
    {
        StartNginx();
        var site = Site;
        Assert.NotNull(site.ToChange().Apply(Backups));
        var uri = new Uri($"http://127.0.0.1:{site.Port}/etcd/node-1.json");
        var result = Fetch(uri, _folder["xen/nginx/etcd/node-1.json"]);
        Assert.True(result.IsOk, result.Problem);
        Assert.Equal(Config.Length, result.Length);
        Assert.Equal(_folder["nginx/sites-available/xen"], File.ResolveLinkTarget(_folder["nginx/sites-enabled/xen"], false)!.FullName);
        Assert.False(site.ToChange().IsNeeded);
        var fetch = NginxAccessLog.WaitForFetch("etcd", "node-1", TimeSpan.FromSeconds(10), path: _folder["nginx/access.log"])!;
        Assert.Equal(("etcd", "node-1", "127.0.0.1", "XenKube"), (fetch.Cluster, fetch.Node, fetch.Address.ToString(), fetch.UserAgent));
        Assert.Null(NginxAccessLog.WaitForFetch("etcd", "node-2", TimeSpan.Zero, path: _folder["nginx/access.log"]));
    }

    private static IgnitionEndpointResult Fetch(Uri uri, string published)
    {
        // A reload is asked for, not waited for: the new workers take a moment.
        IgnitionEndpointResult result;
        var tries = 0;
        while (!(result = IgnitionEndpoint.Test(uri, published, TimeSpan.FromSeconds(5))).IsOk && tries++ < 50)
        {
            Thread.Sleep(100);
        }
        return result;
    }

    [Fact]
    public void Check_right_after_a_reload_does_not_take_the_old_workers_for_the_site()
    {
        // An old worker that is busy with a slow client stays, and a listening socket that the site before shares goes on
        // being answered by it until the new ones are there: what a check in that moment saw once was a 404.
        StartNginx();
        var port = FreePort.Next();
        _folder.Write("html/index.html", "another site");
        _folder.Write("nginx/sites-enabled/other", $"server {{ listen 127.0.0.1:{port} default_server; root {_folder["html"]}; }}\n");
        Tool.Run("nginx", "-c", _folder["nginx/nginx.conf"], "-s", "reload").ShouldSucceed();
        var options = new HostOptions(_folder["xen"]) { Address = IPAddress.Loopback, Port = port, SystemRoot = _folder["root"], Xl = new XenKube.Guests.XlOptions { Path = _folder["noxl"] } };
        CheckResult Check(TimeSpan patience) => new HostCheck(options with { ServingPatience = patience }).Run().Single(result => result.Name == "serving");
        Assert.Equal(CheckStatus.Fail, Check(TimeSpan.FromSeconds(1)).Status);
        File.Delete(_folder["nginx/sites-enabled/other"]);
        var site = Site with { Port = port };
        foreach (var i in Enumerable.Range(0, 3))
        {
            // Nothing of the site's own waiting: the files are written and nginx is told, as a person does it by hand.
            var change = site.ToChange();
            var backup = new SystemChange("site", [.. change.Files]).Apply(Backups)!;
            Tool.Run("nginx", "-c", _folder["nginx/nginx.conf"], "-s", "reload").ShouldSucceed();
            var check = Check(TimeSpan.FromSeconds(20));
            Assert.True(check.Status == CheckStatus.Pass, check.ToString());
            BackupStore.Restore(backup);
            _folder.Write("nginx/sites-enabled/other", $"server {{ listen 127.0.0.1:{port} default_server; root {_folder["html"]}; }}\n");
            Tool.Run("nginx", "-c", _folder["nginx/nginx.conf"], "-s", "reload").ShouldSucceed();
            File.Delete(_folder["nginx/sites-enabled/other"]);
        }
    }

    [Fact]
    public void Site_answers_as_soon_as_it_is_installed()
    {
        StartNginx();
        var site = Site;
        foreach (var i in Enumerable.Range(0, 5))
        {
            var backup = site.ToChange().Apply(Backups)!;
            // One try, at once: the apply has waited for the new workers.
            var result = IgnitionEndpoint.Test(new Uri($"http://127.0.0.1:{site.Port}/etcd/node-1.json"), _folder["xen/nginx/etcd/node-1.json"], TimeSpan.FromSeconds(5));
            Assert.True(result.IsOk, result.Problem);
            BackupStore.Restore(backup);
            site.ToChange().ActivateOnly(default);
        }
    }

    [Fact]
    public void Site_on_one_address_replaces_one_on_all_and_comes_back()
    {
        // Debian's own site listens on all addresses; a reload cannot open one of them beside it.
        var port = FreePort.Next();
        _folder.Write("html/index.html", "Debian's own");
        _folder.Write("nginx/sites-enabled/default", $"server {{ listen {port} default_server; root {_folder["html"]}; }}\n");
        StartNginx();
        var site = Site with { Port = port, RemoveDefault = true };
        var change = site.ToChange();
        Assert.NotNull(change.Apply(Backups));
        var result = IgnitionEndpoint.Test(new Uri($"http://127.0.0.1:{port}/etcd/node-1.json"), _folder["xen/nginx/etcd/node-1.json"], TimeSpan.FromSeconds(5));
        Assert.True(result.IsOk, result.Problem);
        Assert.Equal(["etcd"], Directory.EnumerateFileSystemEntries(_folder["xen/nginx"]).Select(Path.GetFileName));

        BackupStore.Restore(Backups.Latest("site")!);
        change.ActivateOnly(default);
        Assert.Equal("Debian's own".Length, IgnitionEndpoint.Test(new Uri($"http://127.0.0.1:{port}/"), null, TimeSpan.FromSeconds(5)).Length);
    }

    [Fact]
    public void Site_that_nginx_refuses_is_taken_back()
    {
        StartNginx();
        var old = _folder.Write("nginx/sites-available/xen", "# the site of before\n");
        File.SetUnixFileMode(old, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        // Two default servers for one address: each is right by itself.
        var port = FreePort.Next();
        _folder.Write("nginx/sites-enabled/default", $"server {{ listen 127.0.0.1:{port} default_server; }}\n");
        var site = Site with { Port = port };
        var error = Assert.Throws<OperationFailedException>(() => site.ToChange().Apply(Backups));
        Assert.Equal("NginxTestFailed", error.ErrorId);
        Assert.Contains("duplicate default server", error.Message, StringComparison.Ordinal);
        Assert.Equal("# the site of before\n", File.ReadAllText(old));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(old));
        Assert.False(File.Exists(_folder["nginx/sites-enabled/xen"]));
        Assert.Empty(Backups.List());
        // With -RemoveDefault it works, and undoing it brings the default back.
        Assert.NotNull((site with { RemoveDefault = true }).ToChange().Apply(Backups));
        Assert.False(File.Exists(_folder["nginx/sites-enabled/default"]));
        BackupStore.Restore(Backups.Latest("site")!);
        Assert.True(File.Exists(_folder["nginx/sites-enabled/default"]));
        Assert.False(File.Exists(_folder["nginx/sites-enabled/xen"]));
        Assert.Equal("# the site of before\n", File.ReadAllText(old));
    }

    [Fact]
    public void Nginx_that_is_broken_already_is_left_alone()
    {
        Tool.Need("nginx");
        _folder.Write("nginx/sites-enabled/broken", "nonsense;\n");
        Assert.Equal("NginxBroken", Assert.Throws<OperationFailedException>(() => Site.ToChange().Apply(Backups)).ErrorId);
        Assert.False(Directory.Exists(_folder["nginx/sites-available"]));
    }

    [Fact]
    public void Reload_that_fails_takes_the_site_back()
    {
        Tool.Need("nginx");
        // Nothing runs that could reload.
        Assert.Equal("ServiceNotReloaded", Assert.Throws<OperationFailedException>(() => Site.ToChange().Apply(Backups)).ErrorId);
        Assert.False(File.Exists(_folder["nginx/sites-available/xen"]));
        Assert.False(File.Exists(_folder["nginx/sites-enabled/xen"]));
    }

    [Theory]
    [InlineData("/a$b")]
    [InlineData("/a\"b")]
    [InlineData("/a\nb")]
    public void Root_that_nginx_would_read_otherwise_is_refused(string root) =>
        Assert.Equal("NameInvalid", Assert.Throws<InvalidInputException>(() => (Site with { Root = root }).Text).ErrorId);

    [Theory]
    [InlineData("../x")]
    [InlineData("-x")]
    [InlineData(".x")]
    [InlineData("")]
    public void Name_that_is_a_path_is_refused(string name) => Assert.Throws<InvalidInputException>(() => (Site with { Name = name }).ToChange());

    [Fact]
    public void Missing_nginx_is_named() =>
        Assert.Equal("NginxMissing", Assert.Throws<ItemNotFoundException>(() => (Site with { ConfigDirectory = "/nonexistent" }).ToChange()).ErrorId);

    [Fact]
    public void Foreign_lines_of_a_log_are_left_out()
    {
        var log = _folder.Write("log", "nonsense\n\u0000\u00ff\n127.0.0.1 - - [22/Nov/2026:16:00:00 +0000] \"GET /etcd/node-1.json?x HTTP/1.1\" 200 12 \"-\" \"Ignition/0.17.2\"\n127.0.0.1 - - [22/Nov/2026:16:00:00 +0000] \"\\x16\\x03\" 400 0 \"-\" \"-\"\n");
        // A client that spoke TLS to the port is in the log too; it asked for no node's config.
        var requests = NginxAccessLog.Read(log);
        Assert.Equal([("node-1", 200, true), ("", 400, false)], requests.Select(request => (request.Node, request.Status, request.IsFetch)));
        Assert.Empty(NginxAccessLog.Read(log, DateTimeOffset.Parse("2026-11-22T16:00:01Z", System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void Held_config_is_sent_to_its_own_address_and_the_host_alone()
    {
        StartNginx();
        _folder.Write("xen/nginx/etcd/shared.json", Config);
        var site = Site with { Held = [("/etcd/node-1.json", IPAddress.Parse("127.0.0.11"))] };
        Assert.NotNull(site.ToChange().Apply(Backups));
        foreach (var (address, path, status) in new[]
        {
            ("127.0.0.11", "/etcd/node-1.json", "200"),
            ("127.0.0.1", "/etcd/node-1.json", "200"),
            ("127.0.0.12", "/etcd/node-1.json", "404"),
            ("127.0.0.12", "//etcd/./%6eode-1.json", "404"),
            ("127.0.0.12", "/etcd/shared.json", "200"),
        })
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 10_000 };
            socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
            socket.Connect(IPAddress.Loopback, site.Port);
            using var stream = new NetworkStream(socket);
            stream.Write(System.Text.Encoding.ASCII.GetBytes($"GET {path} HTTP/1.0\r\n\r\n"));
            Assert.Equal((address, path, status), (address, path, new StreamReader(stream).ReadToEnd().Split(' ')[1]));
        }
        Assert.Contains("404", File.ReadAllText(_folder["nginx/access.log"]), StringComparison.Ordinal);
    }
}
