using XenKube.Hosting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

public sealed class XenServiceCheckTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("# XENCONSOLED_ARGS=\"--log=guest\"\n", null, CheckStatus.Warn)]
    [InlineData("XENCONSOLED_ARGS=\"--log=guest\"\n", null, CheckStatus.Pass)]
    [InlineData("XENCONSOLED_ARGS=\"--log=guest\"\n", "--pid-file=/run/x", CheckStatus.Warn)]
    [InlineData("", "--log=all", CheckStatus.Pass)]
    public void Console_is_logged_if_the_daemon_logs_it(string settings, string? argument, CheckStatus status)
    {
        Assert.Null(XenServiceCheck.CheckConsole(_folder.Path));
        _folder.Write("etc/default/xen", settings);
        if (argument is not null)
        {
            _folder.Write("proc/77/cmdline", $"/usr/lib/xen-4.17/bin/xenconsoled\0{argument}\0");
        }
        Assert.Equal(status, XenServiceCheck.CheckConsole(_folder.Path)?.Status);
    }

    [Theory]
    [InlineData("# XENCONSOLED_ARGS=\"--log=guest\"\nA=1\n", "# XENCONSOLED_ARGS=\"--log=guest\"\nA=1\nXENCONSOLED_ARGS=\"--log=guest\"\n")]
    [InlineData("XENCONSOLED_ARGS=\nA=1", "XENCONSOLED_ARGS=\"--log=guest\"\nA=1")]
    [InlineData("XENCONSOLED_ARGS='--timestamp=all --log=none'\n", "XENCONSOLED_ARGS=\"--timestamp=all --log=guest\"\n")]
    [InlineData("XENCONSOLED_ARGS=--log=hv # x\n", "XENCONSOLED_ARGS=\"--log=all\"\n")]
    [InlineData("XENCONSOLED_ARGS=\"--log=all\"\n", "XENCONSOLED_ARGS=\"--log=all\"\n")]
    public void Remedy_for_a_console_that_is_not_logged_ends_the_finding(string before, string after)
    {
        _folder.Write("etc/default/xen", before);
        _folder.Write("etc/logrotate.d/nginx", "/var/log/nginx/*.log { daily }\n");
        var options = new HostOptions(_folder["xen"]) { SystemRoot = _folder.Path, BackupDirectory = _folder["backups"] };
        var plan = HostPlan.Create(options, ["console"]);
        Assert.Null(Assert.Single(plan.Apply()).Error);
        Assert.Equal(after, File.ReadAllText(_folder["etc/default/xen"]));
        Assert.Equal(CheckStatus.Pass, XenServiceCheck.CheckConsole(_folder.Path)?.Status);
        Assert.False(HostPlan.Create(options, ["console"]).IsNeeded);
        Assert.Contains("/var/log/xen/console/*.log {", File.ReadAllText(_folder["etc/logrotate.d/xenkube-console"]), StringComparison.Ordinal);
        // The daemon that was started before logs only once it is started again.
        _folder.Write("proc/77/cmdline", "/usr/lib/xen-4.17/bin/xenconsoled\0");
        Assert.Contains("Restart xenconsoled", XenServiceCheck.CheckConsole(_folder.Path)?.Remedy, StringComparison.Ordinal);
        HostPlan.Undo(options, "console");
        Assert.Equal(before, File.ReadAllText(_folder["etc/default/xen"]));
        Assert.False(File.Exists(_folder["etc/logrotate.d/xenkube-console"]));
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Rotation_is_what_logrotate_reads_and_the_log_is_rotated()
    {
        Tool.Need("logrotate");
        _folder.Write("etc/default/xen", "");
        _folder.Write("etc/logrotate.d/nginx", "");
        HostPlan.Create(new HostOptions(_folder["xen"]) { SystemRoot = _folder.Path, BackupDirectory = _folder["backups"] }, ["console"]).Apply();
        var log = _folder.Write("console/guest-etcd-node-1.log", "text\n");
        var config = File.ReadAllText(_folder["etc/logrotate.d/xenkube-console"]).Replace("/var/log/xen/console", _folder["console"], StringComparison.Ordinal)
            .Replace("/usr/bin/pkill", "/bin/true", StringComparison.Ordinal);
        var path = _folder.Write("rotation", config);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetUnixFileMode(_folder["console"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Tool.Run("logrotate", "--force", "--state", _folder["state"], path).ShouldSucceed();
        Assert.Equal("text\n", File.ReadAllText($"{log}.1"));
        Assert.False(File.Exists(log));
    }

    [Theory]
    [InlineData("XENDOMAINS_SAVE=/var/lib/xen/save\nX=1\n", "stop", "XENDOMAINS_SAVE=\"\"\nX=1\n", "shuts running guests down")]
    [InlineData("XENDOMAINS_SAVE=\"\"\n", "save", "XENDOMAINS_SAVE=\"/var/lib/xen/save\"\n", "saves running guests to /var/lib/xen/save")]
    [InlineData("X=1", "save", "X=1\nXENDOMAINS_SAVE=\"/var/lib/xen/save\"\n", "saves running guests")]
    [InlineData("XENDOMAINS_SAVE='/a b' # x\n", "save", "XENDOMAINS_SAVE='/a b' # x\n", "saves running guests to /a b")]
    [InlineData("XENDOMAINS_SAVE=/a\n", null, "XENDOMAINS_SAVE=/a\n", "saves running guests to /a")]
    public void Shutdown_is_set_by_the_plan_and_left_alone_without_the_setting(string before, string? wanted, string after, string message)
    {
        _folder.Write("etc/default/xendomains", before);
        var options = new HostOptions(_folder["xen"]) { SystemRoot = _folder.Path, BackupDirectory = _folder["backups"], Shutdown = wanted };
        Assert.Null(Assert.Single(HostPlan.Create(options, ["shutdown"]).Apply()).Error);
        Assert.Equal(after, File.ReadAllText(_folder["etc/default/xendomains"]));
        Assert.Contains(message, XenServiceCheck.CheckShutdown(_folder.Path)?.Message, StringComparison.Ordinal);
        Assert.False(HostPlan.Create(options, ["shutdown"]).IsNeeded);
    }

    [Theory]
    [InlineData("XENDOMAINS_SAVE=/var/lib/xen/save\n", "saves running guests to /var/lib/xen/save")]
    [InlineData("XENDOMAINS_SAVE=\"\"\n", "shuts running guests down")]
    [InlineData("XENDOMAINS_SAVE=/a\nXENDOMAINS_SAVE='/b c' # there\n", "saves running guests to /b c")]
    public void Shutdown_says_what_becomes_of_guests(string settings, string message)
    {
        Assert.Null(XenServiceCheck.CheckShutdown(_folder.Path));
        _folder.Write("etc/default/xendomains", settings);
        Assert.Contains(message, XenServiceCheck.CheckShutdown(_folder.Path)?.Message, StringComparison.Ordinal);
    }
}
