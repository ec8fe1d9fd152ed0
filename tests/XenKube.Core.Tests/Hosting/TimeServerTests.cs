using System.Net;
using XenKube.Hosting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

public class TimeServerTests
{
    private static readonly IPAddress Broadcast = IPAddress.Parse("192.168.100.255");

    // The end of Debian's ntp.conf, as the guide shows it before and after.
    private const string Stock = "pool 0.debian.pool.ntp.org iburst\n\n# If you want to provide time to your local subnet, change the next line.\n# (Again, the address is an example only.)\n#broadcast 192.168.123.255\n\n# If you want to listen to time broadcasts on your local subnet, de-comment the\n# next lines.  Please do this only if you trust everybody on the network!\n#disable auth\n#broadcastclient\n";

    [Fact]
    public void Ntp_gets_the_guides_line_and_nothing_else_changes()
    {
        var server = TimeServer.Parse(Stock, TimeServerKind.Ntp).WithBroadcast(Broadcast);
        Assert.Equal(Stock.Replace("#broadcast 192.168.123.255", "broadcast 192.168.100.255", StringComparison.Ordinal), server.ToString());
        Assert.Equal(server.ToString(), server.WithBroadcast(Broadcast).ToString());
        Assert.True(server.Serves(Broadcast));
    }

    [Theory]
    [InlineData("server a", "server a\nbroadcast 192.168.100.255\n")]
    [InlineData("broadcast 10.0.0.255\n", "broadcast 10.0.0.255\nbroadcast 192.168.100.255\n")]
    [InlineData("", "broadcast 192.168.100.255\n")]
    [InlineData("  broadcast   192.168.100.255 key 1\n", "  broadcast   192.168.100.255 key 1\n")]
    public void Ntp_without_the_example_gets_a_line(string before, string after) =>
        Assert.Equal(after, TimeServer.Parse(before, TimeServerKind.NtpSec).WithBroadcast(Broadcast).ToString());

    [Fact]
    public void Chrony_is_told_to_broadcast_and_to_answer()
    {
        var server = TimeServer.Parse("pool 2.debian.pool.ntp.org iburst\nmakestep 1 3\n", TimeServerKind.Chrony).WithBroadcast(Broadcast);
        Assert.Equal("pool 2.debian.pool.ntp.org iburst\nmakestep 1 3\nbroadcast 30 192.168.100.255\nallow 192.168.100.0/24\n", server.ToString());
        Assert.Equal(server.ToString(), server.WithBroadcast(Broadcast).ToString());
    }

    [SkippableFact]
    public void Chronyd_accepts_the_configuration()
    {
        Tool.Need("chronyd");
        using var folder = new TemporaryDirectory();
        var path = folder.Write("chrony.conf", TimeServer.Parse("pool 2.debian.pool.ntp.org iburst\n", TimeServerKind.Chrony).WithBroadcast(Broadcast).ToString());
        Assert.Contains("broadcast 30 192.168.100.255", Tool.Run("chronyd", "-p", "-f", path).ShouldSucceed().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_takes_what_the_host_has()
    {
        using var folder = new TemporaryDirectory();
        Assert.Null(TimeServer.Find(folder.Path));
        folder.Write("etc/chrony/chrony.conf", "");
        Assert.Equal(TimeServerKind.Chrony, TimeServer.Find(folder.Path)!.Kind);
        folder.Write("etc/ntpsec/ntp.conf", "");
        Assert.Equal(TimeServerKind.NtpSec, TimeServer.Find(folder.Path)!.Kind);
    }
}
