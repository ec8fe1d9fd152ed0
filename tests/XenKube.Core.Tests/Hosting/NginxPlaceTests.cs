using System.Net;
using XenKube.Hosting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

/// <summary>A site is put where nginx reads it, and nginx starts before its address is there.</summary>
public sealed class NginxPlaceTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    private NginxSite Site(string includes)
    {
        _folder.Write("nginx/nginx.conf", $"events {{ }}\n# include {_folder["nginx"]}/sites-enabled/*;\nhttp {{ {includes} }}\n");
        return new NginxSite { Root = _folder["xen/nginx"], ConfigDirectory = _folder["nginx"], MainConfiguration = _folder["nginx/nginx.conf"] };
    }

    [Theory]
    [InlineData("include DIR/conf.d/*.conf; include DIR/sites-enabled/*;", "sites-available/xen", "sites-enabled/xen")]
    [InlineData("include sites-enabled/*;", "sites-available/xen", "sites-enabled/xen")]
    [InlineData("include DIR/sites-enabled/xe*;", "sites-available/xen", "sites-enabled/xen")]
    [InlineData("include \"DIR/sites-enabled/*\";", "sites-available/xen", "sites-enabled/xen")]
    [InlineData("include DIR/conf.d/*.conf;", "conf.d/xen.conf", "conf.d/xen.conf")]
    [InlineData("include conf.d/*.conf;", "conf.d/xen.conf", "conf.d/xen.conf")]
    [InlineData("include DIR/sites-enabled/*.conf; include DIR/conf.d/*.conf;", "conf.d/xen.conf", "conf.d/xen.conf")]
    public void Site_is_put_where_nginx_reads_it(string includes, string available, string enabled)
    {
        var site = Site(includes.Replace("DIR", _folder["nginx"], StringComparison.Ordinal));
        Assert.Equal((_folder[$"nginx/{available}"], _folder[$"nginx/{enabled}"]), (site.AvailablePath, site.EnabledPath));
        Assert.Contains(site.EnabledPath, site.ToChange().Files.Select(file => file.Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("include /etc/nginx/mime.types;")]
    [InlineData("include DIR/vhosts/*;")]
    public void Nginx_that_reads_neither_directory_is_refused_with_the_line_to_add(string includes)
    {
        var site = Site(includes.Replace("DIR", _folder["nginx"], StringComparison.Ordinal));
        var error = Assert.Throws<OperationFailedException>(site.ToChange);
        Assert.Equal(("SiteNotIncluded", _folder["nginx/nginx.conf"]), (error.ErrorId, error.File));
        // The remedy, followed.
        Assert.NotEmpty(Site($"include {_folder["nginx"]}/sites-enabled/*;").ToChange().Files);
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Nginx_starts_before_its_address_is_there()
    {
        Tool.Need("nginx");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root may have a network namespace");
        using var space = NetworkNamespace.Create();
        _folder.Write("nginx.conf", $"user root;\npid {_folder["pid"]};\nerror_log {_folder["error.log"]};\nevents {{ }}\nhttp {{ access_log off; server {{ listen 192.168.100.1:80; }} }}\n");
        Assert.Contains("Cannot assign requested address", space.Run("nginx", "-t", "-c", _folder["nginx.conf"]).All, StringComparison.Ordinal);

        var bind = new NonLocalBind(_folder["root"], IPAddress.Parse("192.168.100.1"));
        var change = new SystemChange("site", bind.ToChanges());
        change.Apply(new BackupStore(_folder["backups"]), activate: false);
        // What systemd-sysctl does at boot.
        var setting = File.ReadLines(bind.Path).Single(line => !line.StartsWith('#')).Split('=', StringSplitOptions.TrimEntries);
        space.Run("sh", "-c", $"echo {setting[1]} > /proc/sys/{setting[0].Replace('.', '/')}").ShouldSucceed();
        space.Run("nginx", "-t", "-c", _folder["nginx.conf"]).ShouldSucceed();
        Assert.DoesNotContain(bind.ToChanges(), file => file.IsNeeded);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("::1")]
    public void Address_that_is_always_there_needs_nothing(string address) => Assert.Empty(new NonLocalBind(_folder["root"], IPAddress.Parse(address)).ToChanges());

    [Theory]
    [InlineData("net.ipv4.ip_nonlocal_bind=1\n", true)]
    [InlineData("net/ipv4/ip_nonlocal_bind = 1\n", true)]
    [InlineData("#net.ipv4.ip_nonlocal_bind=1\n", false)]
    [InlineData("net.ipv4.ip_nonlocal_bind=0\n", false)]
    [InlineData("net.ipv6.ip_nonlocal_bind=1\n", false)]
    public void Host_that_sets_it_already_is_left_alone(string text, bool isSet)
    {
        _folder.Write("root/etc/sysctl.d/10-mine.conf", text);
        Assert.Equal(isSet, !new NonLocalBind(_folder["root"], IPAddress.Parse("192.168.100.1")).ToChanges().Any());
    }
}
