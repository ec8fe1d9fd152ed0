using XenKube.Tests.Support;

namespace XenKube.Tests.Guests;

/// <summary>New-XenGuest, Remove-XenGuest: what they write and remove.</summary>
public sealed class GuestConfigCmdletTests : IDisposable
{
    private const string Mac = "-MacAddress 00:16:3e:4e:31:11";

    private readonly CmdletSession _session = new();

    public GuestConfigCmdletTests()
    {
        _session.MakeCluster(hasDisks: false, "node-1", "node-2", "node-3");
        foreach (var file in Directory.GetFiles(_session["guests/etcd"], "*.cfg"))
        {
            File.Delete(file);
        }
        _session.GoTo("");
        CmdletSession.SetEnvironment("XENKUBE_XL", "/nowhere/xl");
    }

    private string Config => _session["guests/etcd/node-1.cfg"];

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Configuration_is_that_of_the_guide_to_the_byte()
    {
        Assert.Equal(["etcd/node-1"], _session.Run($"(New-XenGuest etcd node-1 {Mac}).Node").Lines());
        Assert.Equal(
            $"""
            bootloader = "pygrub"
            name = "etcd-node-1"
            memory = "1024"
            vcpus = 1
            vif = [ 'mac=00:16:3e:4e:31:11,model=rtl8139,bridge=virbr1' ]
            disk = [ '{_session["guests/etcd/node-1.img"]},raw,xvda' ]

            """,
            File.ReadAllText(Config));
    }

    [Theory]
    [InlineData("-Memory 3GB -VCpu 2", "memory = \"3072\"")]
    [InlineData("-Memory 512", "memory = \"512\"")]
    [InlineData("-Role Master", "memory = \"2048\"")]
    [InlineData("-Type HVM", "type = \"hvm\"")]
    [InlineData("-Type PVH -Kernel /boot/vmlinuz", "kernel = \"/boot/vmlinuz\"")]
    public void Configuration_has_the_line_that_was_asked_for(string arguments, string line)
    {
        _session.Run($"New-XenGuest etcd node-1 {Mac} {arguments}").ShouldSucceed();
        var lines = File.ReadAllLines(Config);
        Assert.Contains(line, lines);
        if (arguments.StartsWith("-Type", StringComparison.Ordinal))
        {
            Assert.DoesNotContain(lines, each => each.StartsWith("bootloader", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Boot_loader_is_named_by_its_word_and_changed_by_another()
    {
        _session.Run($"New-XenGuest etcd node-1 {Mac} -BootLoader xenkube -Type Pvh").ShouldSucceed();
        var lines = File.ReadAllLines(Config);
        Assert.All(
            ["type = \"pvh\"", "bootloader = \"/usr/lib/xenkube/xenkube-boot\"", "bootloader_args = [ '--guest-type=pvh' ]", "extra = \"ignition.config.url=http://192.168.100.1/etcd/node-1.json\""],
            line => Assert.Contains(line, lines));
        _session.Run("Set-XenGuest etcd node-1 -BootLoader Pygrub").ShouldSucceed();
        var config = File.ReadAllText(Config);
        Assert.Contains("bootloader = \"pygrub\"", config, StringComparison.Ordinal);
        Assert.All(["extra", "bootloader_args", "pvh"], text => Assert.DoesNotContain(text, config, StringComparison.Ordinal));
        _session.Run("Set-XenGuest etcd node-1 -BootLoader XenKube -Type PV").ShouldSucceed();
        Assert.Contains("bootloader_args = [ '--guest-type=pv' ]", File.ReadAllText(Config), StringComparison.Ordinal);
    }

    [Fact]
    public void Pvh_without_a_kernel_is_refused()
    {
        _session.Run($"New-XenGuest etcd node-1 {Mac} -Type PVH").Error("GuestConfigInvalid");
        Assert.False(File.Exists(Config));
    }

    [Fact]
    public void MAC_address_of_another_guest_is_refused_and_nothing_written()
    {
        _session.Run($"New-XenGuest etcd node-1 {Mac}").ShouldSucceed();
        Assert.NotEmpty(_session.Run($"New-XenGuest etcd node-2 {Mac}").Errors);
        Assert.False(File.Exists(_session["guests/etcd/node-2.cfg"]));
    }

    [Fact]
    public void Force_keeps_what_is_not_asked_for()
    {
        _session.Run($"New-XenGuest etcd node-1 {Mac} -VCpu 3").ShouldSucceed();
        _session.Run("New-XenGuest etcd node-1 -Memory 2GB").Error("GuestConfigExists");
        _session.Run("New-XenGuest etcd node-1 -Memory 2GB -Force").ShouldSucceed();
        var config = File.ReadAllText(Config);
        Assert.All(["memory = \"2048\"", "vcpus = 3", "mac=00:16:3e:4e:31:11,"], text => Assert.Contains(text, config, StringComparison.Ordinal));
    }

    [Fact]
    public void Existing_configuration_is_changed_and_a_missing_one_is_not_made()
    {
        _session.Run($"New-XenGuest etcd node-1 {Mac}").ShouldSucceed();
        File.AppendAllText(Config, "on_crash = \"preserve\" # mine\n");
        var before = File.ReadAllText(Config);
        _session.Run("Set-XenGuest etcd node-1 -Memory 2GB -WhatIf").ShouldSucceed();
        Assert.Equal(before, File.ReadAllText(Config));
        Assert.Equal(["2147483648"], _session.Run("(Set-XenGuest etcd node-1 -Memory 2GB -PassThru).Memory").Lines());
        Assert.Equal(before.Replace("\"1024\"", "\"2048\"", StringComparison.Ordinal), File.ReadAllText(Config));
        _session.Run("Get-Node etcd node-1 | Set-XenGuest -Bridge xenbr3 -VCpu 2").ShouldSucceed();
        Assert.Contains("bridge=xenbr3", File.ReadAllText(Config), StringComparison.Ordinal);
        Assert.Contains("vcpus = 2", File.ReadAllText(Config), StringComparison.Ordinal);
        _session.Run("Set-XenGuest etcd node-2 -Memory 2GB").Error("GuestConfigNotFound");
        Assert.False(File.Exists(_session["guests/etcd/node-2.cfg"]));
    }

    [Fact]
    public void Log_of_a_guest_that_was_never_started_is_an_error() =>
        _session.Run("Get-XenGuestLog etcd node-3").Error("ConsoleLogNotFound");

    [Fact]
    public void Nothing_is_written_with_WhatIf()
    {
        _session.Run($"New-XenGuest etcd node-1 {Mac} -WhatIf").ShouldSucceed();
        Assert.False(File.Exists(Config));
    }

    [Fact]
    public void Addresses_of_the_block_are_taken_in_order_without_those_that_are_taken()
    {
        _session.Write("xenkube.json", """{ "reservationsFile": "hostsfile" }""");
        _session.Run("New-DhcpReservation -Range 10..39").ShouldSucceed();
        Assert.Equal(
            ["192.168.100.20", "192.168.100.21"],
            _session.Run("New-XenGuest etcd node-1, node-2 -FirstAddress 192.168.100.20").ShouldSucceed().Output.Select(guest => $"{guest!.Properties["IPAddress"].Value}"));
        Assert.Equal(["00:16:3e:4e:31:22"], _session.Run("(New-XenGuest etcd node-3 -FirstAddress 192.168.100.20).MacAddress").Lines());
        File.Delete(_session["guests/etcd/node-3.cfg"]);
        Assert.Equal(["00:16:3e:4e:31:35"], _session.Run("(New-XenGuest etcd node-3 -IPAddress 192.168.100.35).MacAddress").Lines());
        _session.Run("New-XenGuest etcd node-3 -Force -IPAddress 192.168.100.99").Error("ReservationNotFound");
    }

    [Fact]
    public void Further_disk_is_attached_and_not_to_two_guests()
    {
        using (var disk = File.Create(_session["data.img"]))
        {
            disk.SetLength(1 << 20);
        }
        _session.Run($"New-XenGuest etcd node-1 {Mac} -AdditionalDisk data.img").ShouldSucceed();
        Assert.Contains($"'{_session["data.img"]},raw,xvdb'", File.ReadAllText(Config), StringComparison.Ordinal);
        _session.Run("New-XenGuest etcd node-2 -MacAddress 00:16:3e:4e:31:12 -AdditionalDisk data.img").Error("DiskInUse");
    }

    [Theory]
    [InlineData("virbr1' ]\nx = [ '")]
    [InlineData("a,script=/tmp/x")]
    [InlineData("-x")]
    [InlineData("../x")]
    public void Bridge_is_not_taken_for_anything_else(string name)
    {
        _session.Set("name", name);
        _session.Run($"New-XenGuest etcd node-1 {Mac} -Bridge $name").Error("InterfaceNameInvalid");
        Assert.False(File.Exists(Config));
    }

    [Fact]
    public void Configuration_is_removed_and_the_disk_left()
    {
        _session.Run($"New-XenGuest etcd node-1 {Mac}").ShouldSucceed();
        _session.Run("Remove-XenGuest etcd node-1 -WhatIf").ShouldSucceed();
        Assert.True(File.Exists(Config));
        _session.Run("Remove-XenGuest etcd node-1 -Confirm:$false").ShouldSucceed();
        Assert.False(File.Exists(Config));
        Assert.True(File.Exists(_session["guests/etcd/node-1.img"]));
    }
}
