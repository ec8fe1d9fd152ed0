using System.Net;
using XenKube.Guests;
using XenKube.Networks;
using XenKube.Tests.Support;

namespace XenKube.Tests.Guests;

public sealed class GuestPlanTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    private static readonly GuestAddress[] Reservations =
        [new(MacAddress.Parse("00:16:3e:ee:ee:01"), IPAddress.Parse("192.168.100.254")), .. Enumerable.Range(10, 90).Select(n => new GuestAddress(MacAddress.ForNumber("00:16:3e:4e:31", n), IPAddress.Parse($"192.168.100.{n}")))];

    public void Dispose() => _folder.Dispose();

    private GuestRequest Request(string node, string cluster = "etcd") =>
        new($"{cluster}-{node}", _folder.Write($"guests/{cluster}/{node}.img", "x"), _folder[$"guests/{cluster}/{node}.cfg"]);

    private GuestPlanOptions Options => new()
    {
        Reservations = Reservations,
        ConfigFiles = Directory.Exists(_folder["guests"]) ? Directory.GetFiles(_folder["guests"], "*.cfg", SearchOption.AllDirectories) : [],
    };

    [Fact]
    public void Block_gives_its_addresses_in_order_and_roles_give_sizes()
    {
        var plan = GuestPlan.Create(
            [Request("node-1") with { Role = GuestRole.Master }, Request("node-2") with { Role = GuestRole.Worker }, Request("node-3")],
            Options with { FirstAddress = IPAddress.Parse("192.168.100.20") });
        Assert.Equal(["192.168.100.20", "192.168.100.21", "192.168.100.22"], plan.Guests.Select(guest => guest.IPAddress!.ToString()));
        Assert.Equal(["00:16:3e:4e:31:20", "00:16:3e:4e:31:21", "00:16:3e:4e:31:22"], plan.Guests.Select(guest => guest.MacAddress.ToString()));
        Assert.Equal([(2048, 2), (1536, 1), (1024, 1)], plan.Guests.Select(guest => (guest.Config.Memory!.Value, guest.Config.VCpus!.Value)));
        plan.Write();
        Assert.Equal(plan.Guests[0].Config.ToString(), File.ReadAllText(_folder["guests/etcd/node-1.cfg"]));
    }

    [Fact]
    public void Next_plan_takes_the_next_free_addresses()
    {
        GuestPlan.Create([Request("node-1"), Request("node-2") with { IPAddress = IPAddress.Parse("192.168.100.11") }], Options).Write();
        var plan = GuestPlan.Create([Request("a", "kube"), Request("b", "kube") with { IPAddress = IPAddress.Parse("192.168.100.12") }], Options);
        Assert.Equal(["192.168.100.13", "192.168.100.12"], plan.Guests.Select(guest => guest.IPAddress!.ToString()));
    }

    [Fact]
    public void Full_block_is_an_error()
    {
        var error = Assert.Throws<ItemNotFoundException>(() => GuestPlan.Create([.. Enumerable.Range(1, 11).Select(n => Request($"node-{n}"))], Options with { FirstAddress = IPAddress.Parse("192.168.100.30") }));
        Assert.Equal("ReservationNotFound", error.ErrorId);
        Assert.Contains("192.168.100.30", error.Message, StringComparison.Ordinal);
        Assert.Empty(Options.ConfigFiles);
    }

    [Fact]
    public void Name_mac_disk_and_file_are_never_used_twice_over_all_clusters()
    {
        GuestPlan.Create([Request("node-1")], Options).Write();
        var other = Request("node-1", "kube");
        Assert.Equal("GuestNameInUse", Assert.Throws<ItemInUseException>(() => GuestPlan.Create([other with { Name = "etcd-node-1" }], Options)).ErrorId);
        Assert.Equal("MacAddressInUse", Assert.Throws<ItemInUseException>(() => GuestPlan.Create([other with { MacAddress = MacAddress.Parse("00:16:3e:4e:31:10") }], Options)).ErrorId);
        File.CreateSymbolicLink(_folder["link.img"], _folder["guests/etcd/node-1.img"]);
        var disk = Assert.Throws<ItemInUseException>(() => GuestPlan.Create([other with { DiskPath = _folder["link.img"] }], Options));
        Assert.Equal("DiskInUse", disk.ErrorId);
        Assert.Contains("etcd/node-1.cfg", disk.Message, StringComparison.Ordinal);
        Assert.Equal("GuestConfigExists", Assert.Throws<ItemExistsException>(() => GuestPlan.Create([Request("node-1")], Options)).ErrorId);
        Assert.Single(GuestPlan.Create([Request("node-1")], Options with { Force = true }).Guests);
        Assert.Equal("DiskInUse", Assert.Throws<ItemInUseException>(() => GuestPlan.Create([other, Request("node-2") with { DiskPath = other.DiskPath }], Options)).ErrorId);
    }

    [Fact]
    public void Unreadable_configuration_of_another_guest_is_a_warning()
    {
        _folder.Write("guests/kube/broken.cfg", "name = \"x\n");
        var plan = GuestPlan.Create([Request("node-1")], Options);
        Assert.Contains("broken.cfg: line 1, column 8", Assert.Single(plan.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("4711")]
    [InlineData("Domain-0")]
    [InlineData("-x")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("ä")]
    public void Name_that_means_something_else_is_refused(string name)
    {
        var error = Assert.Throws<InvalidInputException>(() => GuestPlan.Create([Request("n") with { Name = name }], Options));
        Assert.Equal("GuestNameInvalid", error.ErrorId);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Types_other_than_pv_are_written_and_read_back()
    {
        var plan = GuestPlan.Create([Request("a") with { Type = GuestType.HVM }, Request("b") with { Type = GuestType.PVH, Kernel = "/boot/vmlinuz" }], Options);
        Assert.Equal([GuestType.HVM, GuestType.PVH], plan.Guests.Select(guest => guest.Config.Type));
        Assert.Equal([null, null], plan.Guests.Select(guest => guest.Config.BootLoader));
        Assert.Throws<InvalidInputException>(() => GuestPlan.Create([Request("c") with { Type = GuestType.PVH }], Options));
    }

    [Fact]
    public void Reservation_that_contradicts_the_request_is_refused()
    {
        var request = Request("a") with { IPAddress = IPAddress.Parse("192.168.100.11"), MacAddress = MacAddress.Parse("00:16:3e:4e:31:12") };
        Assert.Equal("ReservationMismatch", Assert.Throws<InvalidInputException>(() => GuestPlan.Create([request], Options)).ErrorId);
        Assert.Equal("ReservationNotFound", Assert.Throws<ItemNotFoundException>(() => GuestPlan.Create([request with { IPAddress = IPAddress.Parse("10.0.0.1"), MacAddress = null }], Options)).ErrorId);
    }

    [Theory]
    [InlineData("00:16:3e:4e:31:11", true)]
    [InlineData("00-16-3E-4E-31-11", true)]
    [InlineData("00:16:3e:zz:31:11", false)]
    [InlineData("00:16:3e:4e:31", false)]
    [InlineData("01:16:3e:4e:31:11", false)]
    [InlineData("00:00:00:00:00:00", false)]
    [InlineData("00:16-3e:4e:31:11", false)]
    [InlineData("", false)]
    public void MacAddress_takes_what_a_card_may_have(string text, bool valid) => Assert.Equal(valid, MacAddress.TryParse(text, out _));

    [Fact]
    public void Force_keeps_the_address_and_all_that_is_not_asked_for()
    {
        GuestPlan.Create([Request("node-1"), Request("node-2")], Options).Write();
        var path = _folder["guests/etcd/node-2.cfg"];
        var text = File.ReadAllText(path).Replace("vcpus = 1", "vcpus = 3 # odd\non_crash = \"preserve\"", StringComparison.Ordinal).Replace(",bridge=virbr1'", ",bridge=xenbr9,rate=1MB/s', 'mac=00:16:3e:00:00:01,bridge=b2'", StringComparison.Ordinal).Replace(",raw,xvda'", ",raw,xvda', '/dev/vg/data,raw,xvdb'", StringComparison.Ordinal);
        File.WriteAllText(path, text);
        GuestPlan Again(Func<GuestRequest, GuestRequest> change) => GuestPlan.Create([change(Request("node-2"))], Options with { Force = true });
        var plan = Again(request => request with { Memory = 2048 });
        Assert.Equal("192.168.100.11", Assert.Single(plan.Guests).IPAddress!.ToString());
        Assert.Equal(text.Replace("memory = \"1024\"", "memory = \"2048\"", StringComparison.Ordinal), plan.Guests[0].Config.ToString());
        Assert.Equal(text, Again(request => request).Guests[0].Config.ToString());
        var moved = Again(request => request with { Bridge = "virbr7", VCpus = 2 }).Guests[0].Config;
        Assert.Equal("mac=00:16:3e:4e:31:11,model=rtl8139,bridge=virbr7,rate=1MB/s", moved.Vifs[0].ToString());
        Assert.Equal((2, 2), (moved.Vifs.Count, moved.Disks.Count));
        // Another block is another address; an address in the block stays.
        Assert.Equal("192.168.100.50", GuestPlan.Create([Request("node-2")], Options with { Force = true, FirstAddress = IPAddress.Parse("192.168.100.50") }).Guests[0].IPAddress!.ToString());
        Assert.Equal("192.168.100.11", GuestPlan.Create([Request("node-2")], Options with { Force = true, FirstAddress = IPAddress.Parse("192.168.100.10") }).Guests[0].IPAddress!.ToString());
        // A configuration that xl could not read is replaced.
        File.WriteAllText(path, "memory = \n");
        Assert.Equal("etcd-node-2", Again(request => request).Guests[0].Config.Name);
    }

    [Fact]
    public void Limits_go_up_with_what_is_asked_for()
    {
        GuestPlan.Create([Request("node-1")], Options).Write();
        File.AppendAllText(_folder["guests/etcd/node-1.cfg"], "maxmem = 1024\nmaxvcpus = 1\n");
        var config = GuestPlan.Create([Request("node-1") with { Memory = 4096, VCpus = 4 }], Options with { Force = true }).Guests[0].Config;
        Assert.Equal(("4096", "4"), (config.GetText("maxmem"), config.GetText("maxvcpus")));
    }

    [Fact]
    public void Configurations_of_the_host_outside_of_xendir_are_compared()
    {
        var own = _folder.Write("guests/etcd/node-1.cfg", "name = \"etcd-node-1\"\n");
        _folder.Write("system/etc/xen/db.cfg", "name = \"web-node-1\"\nvif = [ 'mac=0:16:3e:4e:31:10,bridge=x' ]\n");
        _folder.Write("system/etc/xen/xl.conf", "autoballoon=0\n");
        _folder.Write("system/etc/xen/xlexample.hvm", "name = \"example.hvm\"\n");
        _folder.Write("system/etc/xen/auto/own", "name = \"alone\"\n");
        File.CreateSymbolicLink(_folder["system/etc/xen/auto/linked"], own);
        var found = HostGuestConfigs.Find(_folder["system"], [own]);
        Assert.Equal(["db.cfg", "own"], found.Select(Path.GetFileName));
        var plan = GuestPlan.Create([Request("node-2")], Options with { ConfigFiles = found });
        Assert.Equal("192.168.100.11", plan.Guests[0].IPAddress!.ToString());
        Assert.Equal("GuestNameInUse", Assert.Throws<ItemInUseException>(() => GuestPlan.Create([Request("node-1", "web")], Options with { ConfigFiles = found })).ErrorId);
    }

    [Fact]
    public void Cards_have_vlans_scripts_and_addresses_that_stay()
    {
        GuestPlan Plan(params string[] cards) => GuestPlan.Create([Request("node-1") with { Bridge = "ovsbr0", Vlan = 42, VifScript = "vif-openvswitch", AdditionalCards = [.. cards.Select(GuestCard.Parse)] }], Options);
        var config = Plan("xenbr1", "bridge=ovsbr0:10:20,script=vif-openvswitch,model=e1000").Guests[0].Config;
        Assert.Equal("mac=00:16:3e:4e:31:10,model=rtl8139,bridge=ovsbr0.42,script=vif-openvswitch", config.Vifs[0].ToString());
        Assert.Equal(("xenbr1", "ovsbr0:10:20", "e1000"), (config.Vifs[1].Bridge, config.Vifs[2].Bridge, config.Vifs[2].Model));
        Assert.Equal(3, config.Vifs.Select(vif => vif.MacAddress).Distinct().Count());
        Assert.Equal(config.ToString(), Plan("xenbr1", "bridge=ovsbr0:10:20,script=vif-openvswitch,model=e1000").Guests[0].Config.ToString());
        Assert.Equal("xenbr0,vlan=7", string.Join(',', XenVif.Create(MacAddress.Parse("00:16:3e:4e:31:11"), "xenbr0", null, null, 7).ToString().Split(',')[1..]).Replace("bridge=", "", StringComparison.Ordinal));
        Assert.ThrowsAny<InvalidInputException>(() => Plan("xenbr1:7"));
        Assert.ThrowsAny<InvalidInputException>(() => Plan("speed=1"));
    }

    [Fact]
    public void Reservations_of_ipv6_are_given_in_their_order()
    {
        GuestAddress[] reservations = [.. new[] { ("00:16:3e:4e:31:12", "fd00::a"), ("00:16:3e:4e:31:11", "fd00::9"), ("00:16:3e:4e:31:13", "192.168.100.13") }.Select(pair => new GuestAddress(MacAddress.Parse(pair.Item1), IPAddress.Parse(pair.Item2)))];
        Assert.Equal(["fd00::9", "fd00::a"], GuestPlan.Create([Request("node-1"), Request("node-2")], Options with { Reservations = reservations, FirstAddress = IPAddress.Parse("fd00::9") }).Guests.Select(guest => guest.IPAddress!.ToString()));
        Assert.Equal("fd00::a", GuestPlan.Create([Request("node-1") with { IPAddress = IPAddress.Parse("fd00::a") }], Options with { Reservations = reservations }).Guests[0].IPAddress!.ToString());
    }

    [Theory]
    [InlineData("qcow2", "data.img,qcow2,xvdb")]
    [InlineData("vpc", "data.img,vhd,xvdb")]
    [InlineData("raw", "data.img,raw,xvdb")]
    [InlineData("vmdk", null)]
    [InlineData("vdi", null)]
    [InlineData("vhdx", null)]
    [Trait("Kind", "Process")]
    public void Container_is_attached_by_its_own_format(string format, string? expected)
    {
        Tool.Need("qemu-img");
        var data = _folder["data.img"];
        Tool.Run("qemu-img", "create", "-q", "-f", format, data, "16M").ShouldSucceed();
        GuestPlan Plan() => GuestPlan.Create([Request("node-1") with { AdditionalDisks = [data] }], Options);
        if (expected is null)
        {
            Assert.Contains("qemu-img convert", Assert.Throws<InvalidInputException>(Plan).Message, StringComparison.Ordinal);
            return;
        }
        Assert.EndsWith(expected, Plan().Guests[0].Config.Disks[1].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Container_that_names_another_file_is_refused()
    {
        Tool.Need("qemu-img");
        Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", "/etc/passwd", _folder["data.img"]).ShouldSucceed();
        var error = Assert.Throws<InvalidInputException>(() => GuestPlan.Create([Request("node-1") with { AdditionalDisks = [_folder["data.img"]] }], Options));
        Assert.Contains("names another file", error.Message, StringComparison.Ordinal);
    }
}
