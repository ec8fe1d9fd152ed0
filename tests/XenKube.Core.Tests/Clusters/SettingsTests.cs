using System.Net;
using XenKube.Clusters;
using XenKube.Hosting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Clusters;

/// <summary>What xenkube.json may say, and how it is told that it may not.</summary>
public sealed class SettingsTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    private XenDirectory With(string json)
    {
        _folder.Write("xenkube.json", json);
        return new XenDirectory(_folder.Path, onWait: null);
    }

    private InvalidInputException Refused(string json) => Assert.Throws<InvalidInputException>(() => HostSettings.Read(With(json)));

    [Theory]
    [InlineData("dnsmasqunit", "dnsmasqUnit")]
    [InlineData("dnsmasqUnti", "dnsmasqUnit")]
    [InlineData("adress", "address")]
    [InlineData("prot", "port")]
    [InlineData("firewalFile", "firewallFile")]
    [InlineData("nginxDir", "nginxDirectory")]
    [InlineData("VCPUs", "vCpus")]
    public void Unknown_setting_is_named_with_the_nearest_one(string name, string near)
    {
        var error = Refused($"{{ // by hand\n \"{name}\": 1, }}");
        Assert.Contains($"there is no setting '{name}'", error.Message, StringComparison.Ordinal);
        Assert.StartsWith($"Perhaps '{near}' is meant; the settings are address, bridge, ", error.Remedy, StringComparison.Ordinal);
        // The remedy: with that name, whatever its value, nothing is unknown any more.
        Assert.DoesNotContain("there is no setting", Assert.ThrowsAny<Exception>(() => { HostSettings.Read(With($"{{ \"{near}\": [] }}")); }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Name_that_is_like_none_gets_the_list()
    {
        var error = Refused("""{ "somethingElseAltogether": 1 }""");
        Assert.StartsWith("The settings are address, ", error.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain(".NET", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "port": "80" }""", "the value of 'port' is not a whole number")]
    [InlineData("""{ "port": 1.5 }""", "the value of 'port' is not a whole number")]
    [InlineData("""{ "strict": "yes" }""", "the value of 'strict' is neither true nor false")]
    [InlineData("""{ "bridge": 7 }""", "the value of 'bridge' is not a text in quotes")]
    [InlineData("""[]""", "not an object in braces")]
    [InlineData("""{ "port": }""", "it is not JSON")]
    [InlineData("""{ "network": "192.168.7.0/24" }""", "is not a network with the address 192.168.100.1 in it")]
    [InlineData("""{ "network": "192.168.100.0" }""", "is not a network")]
    [InlineData("""{ "reservations": "99-10" }""", "is not a range")]
    [InlineData("""{ "reservations": "10" }""", "is not a range")]
    [InlineData("""{ "firewallFile": "" }""", "it is empty")]
    public void Value_that_cannot_be_used_is_said_in_plain_words(string json, string message)
    {
        var error = Refused(json);
        Assert.Equal("SettingsInvalid", error.ErrorId);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_of_the_host_is_used()
    {
        var options = HostSettings.Read(With("""
            { "address": "10.1.2.1", "port": 8080, "bridge": "br7", "network": "10.1.0.0/16", "reservations": "20-29", "reservationsFile": "hosts",
              "dnsmasqUnit": "dnsmasq.service", "firewallFile": "/etc/rules", "nginxDirectory": "/opt/nginx", "macPrefix": "52:54:00:00:00" }
            """));
        Assert.Equal((IPAddress.Parse("10.1.2.1"), 8080, "br7", 16, 20, 29), (options.Address, options.Port, options.Bridge, options.PrefixLength, options.FirstReservation, options.LastReservation));
        Assert.Equal((_folder["hosts"], "dnsmasq.service", "/etc/rules", "/opt/nginx", "52:54:00:00:00"), (options.ReservationsFile, options.DnsmasqUnit, options.FirewallFile, options.NginxDirectory, options.MacPrefix));
        Assert.Equal("10.1.0.0/16", options.Guests.ToString());
        Assert.Equal(IPAddress.Parse("10.1.2.20"), options.Guests.Guests[0].Address);
    }

    [Fact]
    public void Settings_of_a_command_come_before_those_of_the_file()
    {
        var directory = With("""{ "port": 8080, "bridge": "br7" }""");
        var options = HostSettings.Read(directory, settings => settings with { Port = 81, Network = "192.168.100.0/25" });
        Assert.Equal((81, "br7", 25), (options.Port, options.Bridge, options.PrefixLength));
        Assert.Throws<InvalidInputException>(() => HostSettings.Read(directory, settings => settings with { Port = 0 }));
    }

    [Fact]
    public void Rules_of_IPv6_are_those_of_a_network_of_IPv6() =>
        Assert.True(HostSettings.Read(With("""{ "address": "fd00::1" }""")).FirewallFile is "/etc/iptables/rules.v6" or FirewallRules.NftablesPath);
}
