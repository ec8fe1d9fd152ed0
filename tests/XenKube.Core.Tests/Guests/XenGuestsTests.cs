using System.Net;
using System.Net.Sockets;
using XenKube.Guests;
using XenKube.Networks;
using XenKube.Tests.Support;

namespace XenKube.Tests.Guests;

[Trait("Kind", "Process")]
public sealed class XenGuestsTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Node(int number, string cluster = "etcd", Func<XenGuestConfig, XenGuestConfig>? change = null)
    {
        var disk = _folder.Write($"guests/{cluster}/node-{number}.img", "x");
        var config = XenGuestConfig.Create($"{cluster}-node-{number}", 1024, 1, XenVif.Create(MacAddress.ForNumber("00:16:3e:4e:31", 10 + number)), [XenDisk.Create(disk)]);
        return _folder.Write($"guests/{cluster}/node-{number}.cfg", (change is null ? config : change(config)).ToString());
    }

    private (int, string, string, string, string) Domain(int id, int number, string state = "-b----", string cluster = "etcd") =>
        (id, $"{cluster}-node-{number}", state, _folder[$"guests/{cluster}/node-{number}.img"], $"00:16:3e:4e:31:{10 + number}");

    private XenGuests Guests(StandInXl xl, string address = "127.0.0.1") =>
        new(xl.Driver, _folder["guests"], [new GuestAddress(MacAddress.Parse("00:16:3e:4e:31:11"), IPAddress.Parse(address))]);

    [Fact]
    public void List_is_the_union_of_configurations_and_domains()
    {
        Node(1);
        Node(2);
        _folder.Write("guests/etcd/broken.cfg", "name = \n");
        using var xl = new StandInXl(("list -l", "now-l"), ("list", "now"));
        xl.List("now", Domain(5, 1), (9, "failsafe", "--p---", "/dev/vg/failsafe", "00:16:3e:ee:ee:01"));
        var warnings = new List<string>();
        var guests = Guests(xl).List(warnings.Add);
        Assert.Equal([("etcd-node-1", 5, XenGuestState.Running, "etcd/node-1"), ("etcd-node-2", (int?)null, XenGuestState.Halted, "etcd/node-2"), ("failsafe", 9, XenGuestState.Paused, null)], guests.Select(guest => (guest.Name, guest.Id, guest.State, guest.Node)));
        Assert.Equal(("127.0.0.1", "00:16:3e:4e:31:11", 1024L << 20), (guests[0].IPAddress!.ToString(), guests[0].MacAddress, guests[0].Memory));
        Assert.Contains("broken.cfg: line 1", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void List_without_xen_shows_configurations_and_warns()
    {
        Node(1);
        using var xl = new StandInXl(("list -l", "list-no-xen"));
        var warnings = new List<string>();
        Assert.Equal(XenGuestState.Halted, Assert.Single(Guests(xl).List(warnings.Add)).State);
        Assert.Contains("does not run on Xen", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Start_makes_domains_in_parallel_and_reports_each()
    {
        string[] paths = [Node(1), Node(2), Node(3)];
        using var xl = new StandInXl([("list -l", "now-l"), ("list", "now"), .. paths.Select((path, i) => ($"create {path}", i == 1 ? "create-not-enough-memory" : $"made-{i}"))]);
        xl.List("now").List("one", Domain(5, 1)).List("both", Domain(5, 1), Domain(6, 3)).List("other", Domain(6, 3));
        // Whichever comes second makes both run.
        xl.Answer("made-0", "").Answer("made-2", "");
        xl.Then("made-0", "one", "now", unless: ("node-3", "both")).Then("made-2", "other", "now", unless: ("node-1", "both"));
        var reported = new List<string>();
        var results = Guests(xl).Start(paths, new GuestActionOptions { Wait = GuestCondition.Running, OnResult = result => reported.Add(result.Name) });
        Assert.Equal([null, "NotEnoughMemory", null], results.Select(result => result.Error?.ErrorId));
        Assert.Equal([5, null, 6], results.Select(result => result.Guest?.Id));
        Assert.Equal(3, reported.Count);
    }

    [Theory]
    [InlineData("bad mac", "MacAddressInvalid")]
    [InlineData("bad memory", "GuestConfigInvalid")]
    [InlineData("numeric name", "GuestNameInvalid")]
    [InlineData("no name", "GuestConfigInvalid")]
    [InlineData("no bootloader", "GuestConfigInvalid")]
    [InlineData("no image", "ImageNotFound")]
    [InlineData("directory", "GuestConfigInvalid")]
    [InlineData("disk twice", "DiskInUse")]
    [InlineData("syntax", "GuestConfigInvalid")]
    public void Start_refuses_what_xl_would_swallow(string fault, string id)
    {
        var path = Node(1, change: config => fault switch
        {
            "bad mac" => config.WithItem("vif", 0, XenConfigValue.OfText("mac=00:16:3e:zz:31:11,bridge=virbr1")),
            "bad memory" => config.With("memory", XenConfigValue.OfText("lots")),
            "numeric name" => config.With("name", XenConfigValue.OfText("4711")),
            "no name" => config.Without("name"),
            "no bootloader" => config.Without("bootloader"),
            "no image" => config.With("disk", XenConfigValue.OfTexts("/nonexistent.img,raw,xvda")),
            "directory" => config.With("disk", XenConfigValue.OfTexts("/tmp,raw,xvda")),
            "disk twice" => config.With("disk", XenConfigValue.OfTexts(config.Disks[0].ToString(), $"{config.Disks[0].Target},raw,xvdb")),
            _ => config,
        });
        if (fault == "syntax")
        {
            File.AppendAllText(path, "memory = \n");
        }
        using var xl = new StandInXl(("list -l", "list-long-only-dom0"), ("list", "list-only-dom0"));
        Assert.Equal(id, Assert.Single(Guests(xl).Start([path])).Error?.ErrorId);
        Assert.DoesNotContain(xl.Calls, call => call[0] == "create");
    }

    [Theory]
    [InlineData("drbd:vm7-root,xvda,w")]
    [InlineData("vdev=xvda, script=block-iscsi, target=iqn=iqn.2024-01.example:store0,portal=10.0.0.9:3260")]
    [InlineData("format=raw, vdev=xvda, access=rw, backendtype=qdisk, target=rbd:pool0/vm7:conf=/etc/ceph/ceph.conf")]
    [InlineData("format=raw, vdev=xvda, access=rw, backend=storage0, target=/dev/vg_of_storage0/vm7")]
    [InlineData("nbd:10.0.0.9:10809,xvda,w")]
    public void Start_takes_disks_that_are_not_of_this_host(string disk)
    {
        var path = Node(1, change: config => config.With("disk", XenConfigValue.OfTexts(disk)));
        using var xl = new StandInXl(("list -l", "list-long-only-dom0"), ("list", "list-only-dom0"), ($"create {path}", "create"));
        Assert.Null(Guests(xl).Start([path])[0].Error);
        Assert.Contains(xl.Calls, call => call[0] == "create");
    }

    [Theory]
    [InlineData("phy:/dev/nothing/there,xvda,w")]
    [InlineData("phy:nothing/there,xvda,w")]
    [InlineData("tap:tapdisk:aio:/nothing/there.img,xvda,w")]
    [InlineData("backend=0,vdev=xvda,target=/nothing/there.img")]
    public void Start_refuses_a_disk_of_this_host_that_is_not_there(string disk)
    {
        var path = Node(1, change: config => config.With("disk", XenConfigValue.OfTexts(disk)));
        using var xl = new StandInXl(("list -l", "list-long-only-dom0"), ("list", "list-only-dom0"));
        Assert.Equal("ImageNotFound", Guests(xl).Start([path])[0].Error?.ErrorId);
    }

    [Theory]
    [InlineData("mac=0:16:3e:1:2:3,bridge=xenbr0", null)]
    [InlineData("mac=00-16-3e-01-02-03,bridge=xenbr0", null)]
    [InlineData("mac=00:16:3e:01:02,bridge=xenbr0", "MacAddressInvalid")]
    [InlineData("mac=00:16:3e:01:02:100,bridge=xenbr0", "MacAddressInvalid")]
    [InlineData("mac = 00:16:3e:4e:31:11, bridge = virbr1", "GuestConfigInvalid")]
    [InlineData("mac=00:16:3e:4e:31:11,bridge =virbr1", "GuestConfigInvalid")]
    public void Card_is_read_as_xl_reads_it(string vif, string? id)
    {
        var path = Node(1, change: config => config.With("vif", XenConfigValue.OfTexts(vif)));
        using var xl = new StandInXl(("list -l", "list-long-only-dom0"), ("list", "list-only-dom0"), ($"create {path}", "create"));
        var result = Guests(xl).Start([path])[0];
        Assert.Equal(id, result.Error?.ErrorId);
        Assert.Equal(id is null, xl.Calls.Any(call => call[0] == "create"));
        Assert.Equal(vif.StartsWith("mac =", StringComparison.Ordinal), Guests(xl).List()[0].MacAddress is null && id != "MacAddressInvalid");
    }

    [Fact]
    public void Start_refuses_a_container_that_is_attached_raw()
    {
        Tool.Need("qemu-img");
        var path = Node(1);
        Tool.Run("qemu-img", "create", "-q", "-f", "qcow2", _folder["guests/etcd/node-1.img"], "16M").ShouldSucceed();
        using var xl = new StandInXl(("list -l", "list-long-only-dom0"), ("list", "list-only-dom0"), ($"create {path}", "create"));
        var error = Guests(xl).Start([path])[0].Error!;
        Assert.Contains("is a qcow2 file and is attached as raw", error.Message, StringComparison.Ordinal);
        File.WriteAllText(path, File.ReadAllText(path).Replace(",raw,", ",qcow2,", StringComparison.Ordinal));
        Assert.Null(Guests(xl).Start([path])[0].Error);
    }

    [Fact]
    public void Start_looks_once_more_when_it_holds_the_disk()
    {
        // Between the check of all guests and the start of this one, another session has started a guest of another name on its disk.
        var path = Node(1);
        using var xl = new StandInXl(("list -l", "free-l"), ("list", "free"), ("list -l", "busy-l"), ("list", "busy"), ($"create {path}", "create"));
        xl.List("free").List("busy", Domain(5, 1) with { Item2 = "other", Item5 = "00:16:3e:00:00:01" });
        Assert.Equal("DiskInUse", Guests(xl).Start([path])[0].Error?.ErrorId);
        Assert.DoesNotContain(xl.Calls, call => call[0] == "create");
    }

    [Fact]
    public void Start_of_a_saved_guest_is_refused_and_says_how_to_restore_it()
    {
        var path = Node(1);
        var saved = _folder.Write("guests/etcd/node-1.save", SavedFile.Of(SavedFile.Config("etcd-node-1", _folder["guests/etcd/node-1.img"])));
        using var xl = new StandInXl(("list -l", "list-long-only-dom0"), ("list", "list-only-dom0"), ($"create {path}", "create"));
        Assert.Contains($"xl restore {saved}", Guests(xl).Start([path])[0].Error!.Message, StringComparison.Ordinal);
        File.Delete(saved);
        Assert.Null(Guests(xl).Start([path])[0].Error);
    }

    [Theory]
    [InlineData("--p---", "is paused")]
    [InlineData("---sc-", "has crashed")]
    public void Stop_of_a_guest_that_cannot_react_says_so_at_once(string letters, string message)
    {
        var path = Node(1);
        using var xl = new StandInXl(("list -l", "up-l"), ("list", "up"), ("destroy etcd-node-1", "gone"));
        xl.List("up", Domain(5, 1, letters)).List("none").Answer("gone", "").Then("gone", "none", "up");
        var error = Guests(xl).Stop([path])[0].Error!;
        Assert.Equal("GuestNotResponding", error.ErrorId);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal("GuestNotResponding", (Guests(xl).Restart([path])[0].Error!).ErrorId);
        Assert.DoesNotContain(xl.Calls, call => call[0] is "shutdown" or "reboot");
        // The remedy that is named for both.
        Assert.Equal(XenGuestState.Halted, Guests(xl).Stop([path], new GuestActionOptions { Force = true })[0].Guest!.State);
    }

    [Theory]
    [InlineData("---s--", null)]
    [InlineData("---sr-", null)]
    [InlineData("---s--", "on_poweroff")]
    [InlineData("---sr-", "on_reboot")]
    public void Stop_of_a_guest_that_has_ended_removes_its_domain_when_no_xl_is_there_for_that(string letters, string? kept)
    {
        var path = Node(1, change: config => kept is null ? config : config.With(kept, XenConfigValue.OfText("preserve")));
        using var xl = new StandInXl(("list -l", "up-l"), ("list", "up"), ("destroy etcd-node-1", "gone"));
        xl.List("up", Domain(5, 1, letters)).List("none").Answer("gone", "").Then("gone", "none", "up");
        Assert.Equal("GuestNotResponding", Guests(xl).Restart([path])[0].Error!.ErrorId);
        var stopped = Guests(xl).Stop([path], new GuestActionOptions { Wait = GuestCondition.Gone })[0];
        Assert.Equal(kept is null ? null : "GuestNotResponding", stopped.Error?.ErrorId);
        // A domain that is to be kept is removed by the remedy of the refusal.
        var removed = kept is null ? stopped : Guests(xl).Stop([path], new GuestActionOptions { Force = true })[0];
        Assert.Equal(XenGuestState.Halted, removed.Guest!.State);
        Assert.Equal(["destroy"], xl.Calls.Select(call => call[0]).Where(verb => verb != "list"));
    }

    [Fact]
    public void Stop_waits_for_the_end_and_removes_the_domain_itself_when_the_guest_has_no_xl()
    {
        var path = Node(1);
        using var xl = new StandInXl(("list -l", "up-l"), ("list", "up"), ("shutdown etcd-node-1", "asked"), ("destroy etcd-node-1", "gone"));
        xl.List("up", Domain(5, 1)).List("ended", Domain(5, 1, "---s--")).List("none");
        xl.Answer("asked", "").Then("asked", "ended", "up").Answer("gone", "").Then("gone", "none", "up");
        Assert.Equal(XenGuestState.Halted, Guests(xl).Stop([path], new GuestActionOptions { Wait = GuestCondition.Gone })[0].Guest!.State);
        Assert.Equal(["shutdown", "destroy"], xl.Calls.Select(call => call[0]).Where(verb => verb != "list"));
    }

    [Theory]
    [InlineData("---s--", GuestCondition.Gone)]
    [InlineData("---sr-", GuestCondition.Gone)]
    [InlineData("---sr-", GuestCondition.Running)]
    [InlineData("---sr-", GuestCondition.Address)]
    public void Wait_for_a_domain_that_has_ended_ends_when_no_xl_is_there_to_remove_it(string letters, GuestCondition condition)
    {
        var path = Node(1);
        using var xl = new StandInXl(("list -l", "up-l"), ("list", "up"), ("uptime etcd-node-1", "uptime-one"));
        xl.List("up", Domain(5, 1, letters));
        string Fault(TimeSpan limit) => Guests(xl).Wait([path], condition, new GuestActionOptions { Timeout = limit })[0].Error!.ErrorId;
        Assert.Equal("GuestNotResponding", Fault(TimeSpan.FromHours(1)));
        xl.Process(4711, ["xl", "create", path]);
        Assert.NotEqual("GuestNotResponding", Fault(TimeSpan.FromMilliseconds(10)));
    }

    [Fact]
    public void Stop_of_a_rebooting_guest_waits_for_its_next_domain()
    {
        var path = Node(1);
        using var xl = new StandInXl(
            ("list -l", "none-l"), ("list", "none"), ("list -l", "none-l"), ("list", "none"), ("list -l", "up-l"), ("list", "up"), ("list -l", "none-l"), ("list", "none"),
            ("shutdown etcd-node-1", "shutdown-unknown"), ("shutdown etcd-node-1", "shutdown"));
        xl.List("none").List("up", Domain(6, 1)).Process(4711, ["xl", "create", path]);
        var result = Guests(xl).Stop([path])[0];
        Assert.Null(result.Error);
        Assert.Empty(result.Warnings);
        Assert.Equal(2, xl.Calls.Count(call => call[0] == "shutdown"));
    }

    [Fact]
    public void Start_refuses_a_second_guest_on_one_image()
    {
        var first = Node(1);
        var second = Node(2, change: config => config.With("disk", XenConfigValue.OfTexts($"{_folder["guests/etcd/node-1.img"]},raw,xvda")));
        using var xl = new StandInXl(("list -l", "busy-l"), ("list", "busy"));
        xl.List("busy", Domain(5, 1));
        var error = Assert.Single(Guests(xl).Start([second])).Error!;
        Assert.Equal("DiskInUse", error.ErrorId);
        Assert.Contains("etcd-node-1", error.Message, StringComparison.Ordinal);
        // Both at once: the first wins.
        using var fresh = new StandInXl(("list -l", "list-long-only-dom0"), ("list", "list-only-dom0"), ($"create {first}", "create"));
        Assert.Equal([null, "DiskInUse"], Guests(fresh).Start([first, second]).Select(result => result.Error?.ErrorId));
    }

    [Fact]
    public void Start_refuses_a_running_name_and_a_mac_in_use()
    {
        using var xl = new StandInXl(("list -l", "busy-l"), ("list", "busy"));
        xl.List("busy", Domain(5, 1) with { Item4 = "/other.img" });
        Assert.Equal("GuestNameInUse", Guests(xl).Start([Node(1)])[0].Error?.ErrorId);
        Assert.Equal("MacAddressInUse", Guests(xl).Start([Node(1, "kube")])[0].Error?.ErrorId);
    }

    [Fact]
    public void Start_refuses_an_image_on_a_loop_device()
    {
        Tool.Need("losetup");
        var path = Node(1);
        File.WriteAllBytes(_folder["guests/etcd/node-1.img"], new byte[1 << 20]);
        var attached = Tool.Run("losetup", "-f", "--show", _folder["guests/etcd/node-1.img"]);
        Assert.SkipWhen(attached.ExitCode != 0, $"this machine gives no loop device: {attached.Error.Trim()}");
        try
        {
            using var xl = new StandInXl(("list -l", "list-long-only-dom0"), ("list", "list-only-dom0"));
            var error = Guests(xl).Start([path])[0].Error!;
            Assert.Equal("DiskInUse", error.ErrorId);
            Assert.Contains(attached.Output.Trim(), error.Message, StringComparison.Ordinal);
        }
        finally
        {
            Tool.Run("losetup", "-d", attached.Output.Trim());
        }
    }

    [Fact]
    public void Start_refuses_an_image_that_is_being_edited()
    {
        var path = Node(1);
        using var xl = new StandInXl(("list -l", "list-long-only-dom0"), ("list", "list-only-dom0"), ($"create {path}", "create"));
        using (var editor = XenKube.Devices.FileDevice.Open(_folder["guests/etcd/node-1.img"], writable: true))
        using (XenKube.Devices.ImageLock.Take(editor))
        {
            Assert.IsType<ItemInUseException>(Guests(xl).Start([path])[0].Error);
            Assert.DoesNotContain(xl.Calls, call => call[0] == "create");
        }
        Assert.Null(Guests(xl).Start([path])[0].Error);
    }

    [Fact]
    public void Stop_asks_and_force_destroys()
    {
        var path = Node(1);
        using var xl = new StandInXl(("shutdown etcd-node-1", "shutdown"), ("destroy etcd-node-1", "destroy-running"), ("list -l", "up-l"), ("list", "up"), ("list -l", "up-l"), ("list", "up"), ("list -l", "down-l"), ("list", "down"));
        xl.List("up", Domain(5, 1, "---s-d")).List("down");
        Assert.Equal(XenGuestState.Halted, Guests(xl).Stop([path], new GuestActionOptions { Wait = GuestCondition.Gone })[0].Guest!.State);
        Assert.Equal(XenGuestState.Halted, Guests(xl).Stop([path], new GuestActionOptions { Force = true })[0].Guest!.State);
        Assert.Equal(["shutdown", "destroy"], xl.Calls.Select(call => call[0]).Where(verb => verb != "list"));
    }

    [Theory]
    [InlineData(false, "shutdown etcd-node-1", "shutdown-unknown")]
    [InlineData(true, "destroy etcd-node-1", "destroy-unknown")]
    public void Stop_of_a_guest_that_does_not_run_has_nothing_to_do(bool force, string command, string recording)
    {
        var path = Node(1);
        using var xl = new StandInXl((command, recording), ("list -l", "list-long-only-dom0"), ("list", "list-only-dom0"));
        var result = Guests(xl).Stop([path], new GuestActionOptions { Force = force })[0];
        Assert.Null(result.Error);
        Assert.Equal(XenGuestState.Halted, result.Guest!.State);
        Assert.Equal("etcd-node-1 is not running", Assert.Single(result.Warnings));
    }

    [Fact]
    public void Restart_waits_for_the_new_domain()
    {
        var path = Node(1);
        using var xl = new StandInXl(("reboot etcd-node-1", "reboot"), ("list -l", "old-l"), ("list", "old"), ("list -l", "old-l"), ("list", "old"), ("list -l", "none-l"), ("list", "none"), ("list -l", "new-l"), ("list", "new"));
        xl.List("old", Domain(5, 1)).List("none").List("new", Domain(6, 1));
        Assert.Equal(6, Guests(xl).Restart([path], new GuestActionOptions { Wait = GuestCondition.Running })[0].Guest!.Id);
    }

    [Fact]
    public void Remove_refuses_a_running_guest_without_force()
    {
        var path = Node(1);
        using var xl = new StandInXl(("list -l", "up-l"), ("list", "up"), ("list -l", "up-l"), ("list", "up"), ("list -l", "down-l"), ("list", "down"), ("destroy etcd-node-1", "destroy-running"));
        xl.List("up", Domain(5, 1)).List("down");
        Assert.Equal("GuestRunning", Guests(xl).Remove([path])[0].Error?.ErrorId);
        Assert.True(File.Exists(path));
        Assert.Null(Guests(xl).Remove([path], new GuestActionOptions { Force = true })[0].Error);
        Assert.False(File.Exists(path));
        Assert.True(File.Exists(_folder["guests/etcd/node-1.img"]));
    }

    [Fact]
    public void Suspend_and_resume_pause_and_unpause()
    {
        var path = Node(1);
        using var xl = new StandInXl(("pause etcd-node-1", "pause"), ("unpause etcd-node-1", "unpause"), ("list -l", "p-l"), ("list", "p"), ("list -l", "r-l"), ("list", "r"));
        xl.List("p", Domain(5, 1, "--p---")).List("r", Domain(5, 1, "r-----"));
        Assert.Equal(XenGuestState.Paused, Guests(xl).Suspend([path])[0].Guest!.State);
        Assert.Equal(XenGuestState.Running, Guests(xl).Resume([path])[0].Guest!.State);
    }

    [Fact]
    public void Wait_gives_up_after_its_time_and_names_a_crash()
    {
        var path = Node(1);
        using var xl = new StandInXl(("list -l", "s-l"), ("list", "s"));
        xl.List("s", Domain(5, 1, "--p---"));
        Assert.Equal("WaitTimeout", Guests(xl).Wait([path], GuestCondition.Running, new GuestActionOptions { Timeout = TimeSpan.FromMilliseconds(300) })[0].Error?.ErrorId);
        using var crashed = new StandInXl(("list -l", "c-l"), ("list", "c"));
        crashed.List("c", Domain(5, 1, "---sc-"));
        Assert.Equal("GuestCrashed", Guests(crashed).Wait([path], GuestCondition.Ssh)[0].Error?.ErrorId);
        using var cancel = new CancellationTokenSource(300);
        Assert.ThrowsAny<OperationCanceledException>(() => Guests(xl).Wait([path], GuestCondition.Running, cancellationToken: cancel.Token));
    }

    [Fact]
    public void Wait_for_the_address_takes_any_answer()
    {
        var path = Node(1);
        using var xl = new StandInXl(("list -l", "up-l"), ("list", "up"));
        xl.List("up", Domain(5, 1));
        // Loopback refuses or accepts port 22: either is an answer. To the broadcast address no connection is ever made.
        Assert.Null(Guests(xl).Wait([path], GuestCondition.Address)[0].Error);
        Assert.Equal("WaitTimeout", Guests(xl, "255.255.255.255").Wait([path], GuestCondition.Address, new GuestActionOptions { Timeout = TimeSpan.FromMilliseconds(100) })[0].Error?.ErrorId);
        Assert.Equal("ReservationNotFound", new XenGuests(xl.Driver, _folder["guests"]).Wait([path], GuestCondition.Ssh)[0].Error?.ErrorId);
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_7.5\r\n", "SSH-2.0-OpenSSH_7.5")]
    [InlineData("220 smtp.example.org\r\n", null)]
    [InlineData("", null)]
    public async Task Ssh_is_recognised_by_its_greeting(string greeting, string? banner)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync();
            await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(greeting));
        });
        Assert.Equal(banner, GuestNetwork.SshBanner(IPAddress.Loopback, TimeSpan.FromSeconds(5), default, ((IPEndPoint)listener.LocalEndpoint).Port));
        await serving;
    }
}
