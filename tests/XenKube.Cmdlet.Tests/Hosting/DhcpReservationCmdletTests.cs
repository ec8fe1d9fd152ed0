using XenKube.Guests;
using XenKube.Hosting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Hosting;

/// <summary>New-DhcpReservation, Get-DhcpReservation, Remove-DhcpReservation.</summary>
public sealed class DhcpReservationCmdletTests : IDisposable
{
    private const string Before = "# by hand\n00:16:3e:ee:ee:01,192.168.100.254\nid:01:02,ignore\n";

    private readonly CmdletSession _session = new();

    public DhcpReservationCmdletTests()
    {
        _session.Write("xenkube.json", """{ "reservationsFile": "hostsfile" }""");
        _session.Write("hostsfile", Before);
    }

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Range_is_khostsfile_and_keeps_what_was_there_to_the_byte()
    {
        Assert.Equal(90, _session.Run("New-DhcpReservation -Range 10..99").All<DhcpReservation>().Count);
        var text = _session.Read("hostsfile");
        Assert.StartsWith(Before + "00:16:3e:4e:31:10,192.168.100.10\n", text, StringComparison.Ordinal);
        Assert.EndsWith("\n00:16:3e:4e:31:99,192.168.100.99\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Second_time_changes_nothing_and_makes_no_backup()
    {
        _session.Run("New-DhcpReservation -Range 10..12").ShouldSucceed();
        var text = _session.Read("hostsfile");
        Assert.Equal(3, _session.Run("New-DhcpReservation -Range 10..12").All<DhcpReservation>().Count);
        Assert.Equal(text, _session.Read("hostsfile"));
        Assert.Single(Directory.GetDirectories(_session["backups"]));
    }

    [Theory]
    [InlineData("52:54:00:00:00:01 192.168.100.254", "ReservationExists")]
    [InlineData("00:16:3e:ee:ee:01 192.168.100.9", "ReservationExists")]
    [InlineData("-Range '20..10'", "NumberOutOfRange")]
    [InlineData("-Range '10; rm -rf /'", "NumberOutOfRange")]
    [InlineData("'00:16:3e' 192.168.100.9", "MacAddressInvalid")]
    [InlineData("52:54:00:00:00:01 192.168.100.9 -HostName \"a`nb\"", "HostNameInvalid")]
    [InlineData("52:54:00:00:00:01 192.168.100.9 -HostName '-x'", "HostNameInvalid")]
    public void Reservation_that_is_taken_or_invalid_is_refused_and_nothing_written(string arguments, string id)
    {
        _session.Run($"New-DhcpReservation {arguments}").Error(id);
        Assert.Equal(Before, _session.Read("hostsfile"));
    }

    [Fact]
    public void Range_with_an_address_of_somebody_else_is_reserved_but_for_that_address()
    {
        File.AppendAllText(_session["hostsfile"], "printer,192.168.100.12 # by hand\n");
        var result = _session.Run("New-DhcpReservation -Range 10..14");
        result.Error("ReservationExists");
        Assert.Equal(["192.168.100.10", "192.168.100.11", "192.168.100.13", "192.168.100.14"], result.Output.Select(item => ((DhcpReservation)item!.BaseObject).IPAddress.ToString()));
        Assert.DoesNotContain("00:16:3e:4e:31:12", _session.Read("hostsfile"), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_written_with_WhatIf()
    {
        _session.Run("New-DhcpReservation -Range 10..99 -WhatIf").ShouldSucceed();
        Assert.Equal(Before, _session.Read("hostsfile"));
        Assert.False(Directory.Exists(_session["backups"]));
    }

    [Theory]
    [InlineData("", 11)]
    [InlineData("192.168.100.11", 1)]
    [InlineData("00:16:3E:4E:31:11", 1)]
    [InlineData("*.1[2-4]", 3)]
    [InlineData("10.*", 0)]
    public void Reservations_are_found_by_address_and_pattern(string address, int count)
    {
        _session.Run("New-DhcpReservation -Range 10..19").ShouldSucceed();
        Assert.Equal(count, _session.Run($"Get-DhcpReservation {address}").All<DhcpReservation>().Count);
    }

    [Fact]
    public void Literal_address_that_is_not_there_is_reported()
    {
        _session.Run("Get-DhcpReservation 10.9.9.9").Error("ReservationNotFound");
        _session.Run("Remove-DhcpReservation 10.9.9.9 -Confirm:$false").Error("ReservationNotFound");
    }

    [Fact]
    public void Another_file_is_taken()
    {
        _session.Write("other", "52:54:00:00:00:01,10.0.0.1,a\n");
        Assert.Equal("a", _session.Run("Get-DhcpReservation -Path other").One<DhcpReservation>().HostName);
    }

    [Fact]
    public void New_guest_takes_a_reservation()
    {
        _session.Run("New-DhcpReservation -Range 17; New-Cluster etcd").ShouldSucceed();
        _session.Write("guests/etcd/node-1.ct", "");
        var guest = _session.Run("New-XenGuest etcd node-1 -Reservation (Get-DhcpReservation 192.168.100.17)").ShouldSucceed().Output.Single()!;
        Assert.Equal("00:16:3e:4e:31:17", $"{guest.Properties["MacAddress"].Value}");
    }

    [Fact]
    public void Nothing_is_removed_with_WhatIf()
    {
        _session.Run("Remove-DhcpReservation 192.168.100.254 -WhatIf").ShouldSucceed();
        Assert.Equal(Before, _session.Read("hostsfile"));
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Apply_tells_dnsmasq_and_puts_the_file_back_when_that_fails()
    {
        var systemctl = new StandInSystemctl(_session);
        systemctl.ExitsWith(5);
        _session.Run("New-DhcpReservation -Range 10..12 -Apply").Error("ServiceNotReloaded");
        Assert.Equal(Before, _session.Read("hostsfile"));
        systemctl.ExitsWith(0);
        File.Delete(_session["calls"]);
        Assert.Equal(3, _session.Run("New-DhcpReservation -Range 10..12 -Apply").All<DhcpReservation>().Count);
        Assert.Equal(["kill --signal=HUP --kill-who=main dnsmasq@virbr1.service"], systemctl.Calls);
        _session.Run("New-DhcpReservation -Range 13 -Restart -Unit dnsmasq.service").ShouldSucceed();
        Assert.Equal("restart dnsmasq.service", systemctl.Calls[^1]);
    }
}
