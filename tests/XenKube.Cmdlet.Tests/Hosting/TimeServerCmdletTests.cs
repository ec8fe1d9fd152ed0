using System.Net;
using XenKube.Hosting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

/// <summary>Set-TimeServer.</summary>
public sealed class TimeServerCmdletTests : IDisposable
{
    private const string Before = "pool 0.debian.pool.ntp.org iburst\n#broadcast 192.168.123.255\n# end\n";

    private readonly CmdletSession _session = new();

    public TimeServerCmdletTests() => _session.Write("ntp.conf", Before);

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Edit_is_that_of_the_guide_and_made_once()
    {
        _session.Run("Set-TimeServer -Path ntp.conf").ShouldSucceed();
        Assert.Equal("pool 0.debian.pool.ntp.org iburst\nbroadcast 192.168.100.255\n# end\n", _session.Read("ntp.conf"));
        _session.Run("Set-TimeServer -Path ntp.conf").ShouldSucceed();
        Assert.Single(Directory.GetDirectories(_session["backups"]));
    }

    [Theory]
    [InlineData(TimeServerKind.NtpSec, "restrict 10.0.7.0 mask 255.255.255.0 kod limited nomodify noquery")]
    [InlineData(TimeServerKind.Chrony, "broadcast 30 10.0.7.255")]
    [InlineData(TimeServerKind.Ntp, "broadcast 10.0.7.255")]
    [InlineData(TimeServerKind.OpenNtpd, "listen on 10.0.7.1")]
    public void Each_kind_is_told_what_it_understands(TimeServerKind kind, string line)
    {
        _session.Set("kind", kind);
        // NTPsec answers everybody unless it is told not to.
        _session.Write("ntp.conf", kind == TimeServerKind.NtpSec ? $"restrict default ignore\n{Before}" : Before);
        var server = _session.Run("Set-TimeServer 10.0.7.255 -Path ntp.conf -Kind $kind -PassThru").One<TimeServer>();
        Assert.Contains(line, _session.Read("ntp.conf").Split('\n'));
        Assert.Equal(kind, server.Kind);
        Assert.True(server.Serves(IPAddress.Parse("10.0.7.255")));
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Chronyd_accepts_what_is_written()
    {
        Tool.Need("chronyd");
        _session.Write("chrony.conf", "pool 2.debian.pool.ntp.org iburst\n");
        _session.Run("Set-TimeServer -Path chrony.conf -Kind Chrony").ShouldSucceed();
        Assert.Contains(
            "allow 192.168.100.0/24",
            Tool.Run("chronyd", "-p", "-f", _session["chrony.conf"]).ShouldSucceed().Output.Split('\n'));
    }

    [Fact]
    public void Nothing_changes_with_WhatIf()
    {
        Assert.NotEmpty(_session.Run("Set-TimeServer -Path ntp.conf -WhatIf").ShouldSucceed().Said);
        Assert.Equal(Before, _session.Read("ntp.conf"));
        Assert.False(Directory.Exists(_session["backups"]));
    }

    [Fact]
    public void Missing_file_and_an_address_that_is_not_of_a_network_are_reported()
    {
        Assert.NotEmpty(_session.Run("Set-TimeServer -Path nope").Errors);
        _session.Run("Set-TimeServer ::1 -Path ntp.conf").Error("AddressInvalid");
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Apply_restarts_the_service_and_puts_the_file_back_when_that_fails()
    {
        var systemctl = new StandInSystemctl(_session);
        systemctl.ExitsWith(1);
        _session.Run("Set-TimeServer -Path ntp.conf -Apply").Error("ServiceNotReloaded");
        Assert.Equal(Before, _session.Read("ntp.conf"));
        systemctl.ExitsWith(0);
        _session.Run("Set-TimeServer -Path ntp.conf -Apply").ShouldSucceed();
        Assert.Equal("restart ntp.service", systemctl.Calls[^1]);
    }
}
