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
