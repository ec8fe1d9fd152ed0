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
}
