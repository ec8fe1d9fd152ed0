using XenKube.Guests;
using XenKube.Networks;
using XenKube.Tests.Support;

namespace XenKube.Tests.Guests;

/// <summary>In use is known in every state that a guest can be in, as the real xl printed it.</summary>
[Trait("Kind", "Process")]
public sealed class GuestUsesTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly string _image;
    private readonly string _config;

    public GuestUsesTests()
    {
        _image = _folder.Write("xen/guests/etcd/node-1.img", "x");
        _config = _folder.Write("xen/guests/etcd/node-1.cfg", XenGuestConfig.Create("etcd-node-1", 1024, 1, XenVif.Create(MacAddress.Parse("00:16:3e:4e:31:11")), [XenDisk.Create(_image)]).ToString());
    }

    public void Dispose() => _folder.Dispose();

    private StandInXl Xl(string recording)
    {
        var xl = new StandInXl(("list -l", "now-l"), ("list", "now")) { SavedGuests = [_folder["elsewhere"]] };
        return xl.Recorded("now", recording, _image);
    }

    private (string? Description, string? Remedy, XenGuestState State) Ask(StandInXl xl)
    {
        var user = new XenImageUseProbe(xl.Driver).FindUser(_image);
        Assert.DoesNotContain("losetup", user?.Remedy.ToString() ?? "", StringComparison.Ordinal);
        return (user?.Description, user?.Remedy.ToString(), new XenGuests(xl.Driver, _folder["xen/guests"]).List().Single(guest => guest.Node == "etcd/node-1").State);
    }

    [Theory]
    [InlineData("list", XenGuestState.Running, "the guest etcd-node-1 is running and has it as a disk", "Stop the guest: stop guest etcd/node-1")]
    [InlineData("list-just-created", XenGuestState.Running, "the guest etcd-node-1 is running and has it as a disk", "Stop the guest: stop guest etcd/node-1")]
    [InlineData("list-paused", XenGuestState.Paused, "is paused", "Let it go on, then stop it: resume guest etcd/node-1, then stop guest etcd/node-1")]
    [InlineData("list-created-paused", XenGuestState.Paused, "is paused", "resume guest etcd/node-1")]
    [InlineData("list-shutdown-in-bootloader", XenGuestState.ShuttingDown, "is shutting down", "await guest end etcd/node-1")]
    [InlineData("list-crashed-preserved", XenGuestState.Crashed, "has crashed", "Remove the domain: destroy guest etcd/node-1")]
    [InlineData("list-crashing", XenGuestState.Crashed, "has crashed", "Remove the domain: destroy guest etcd/node-1")]
    public void Guest_with_a_domain_is_named_in_its_state(string recording, XenGuestState state, string description, string remedy)
    {
        using var xl = Xl(recording).Process(4711, ["xl", "create", _config]);
        var answer = Ask(xl);
        Assert.Equal(state, answer.State);
        Assert.Contains("the guest etcd-node-1", answer.Description, StringComparison.Ordinal);
        Assert.Contains(description, answer.Description, StringComparison.Ordinal);
        Assert.Contains(remedy, answer.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("---s--", XenGuestState.ShuttingDown, "Wait until it is gone")]
    [InlineData("--ps--", XenGuestState.ShuttingDown, "Wait until it is gone")]
    [InlineData("---sr-", XenGuestState.Rebooting, "Wait until it runs again")]
    public void Domain_that_has_ended_is_waited_for_only_while_an_xl_is_there_for_it(string letters, XenGuestState state, string awaited)
    {
        using var xl = new StandInXl(("list -l", "now-l"), ("list", "now"));
        xl.List("now", (5, "etcd-node-1", letters, _image, "00:16:3e:4e:31:11")).List("none").Process(4711, ["xl", "create", _config]);
        Assert.StartsWith(awaited, Ask(xl).Remedy, StringComparison.Ordinal);
        xl.End(4711);
        // An xl whose guest is not known may have this one.
        xl.Process(4712, ["xl", "create", _folder["xen/guests/etcd/none.cfg"]]);
        Assert.StartsWith(awaited, Ask(xl).Remedy, StringComparison.Ordinal);
        xl.End(4712);
        xl.Process(4713, ["xl", "create", _folder.Write("other.cfg", "name = \"other\"\n")]);
        Assert.Equal(("the guest etcd-node-1 has it as a disk; it has shut down, and its xl, which would remove its domain, is not there any more",
            "Remove the domain: destroy guest etcd/node-1", state), Ask(xl));
    }

    [Theory]
    [InlineData("---s-d")]
    [InlineData("-b----")]
    public void Domain_that_is_removed_or_runs_is_not_left_though_there_is_no_xl(string letters)
    {
        using var xl = new StandInXl(("list -l", "now-l"), ("list", "now"));
        xl.List("now", (5, "etcd-node-1", letters, _image, "00:16:3e:4e:31:11"));
        Assert.DoesNotContain("destroy", Ask(xl).Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Domain_whose_xl_removed_it_and_ended_meanwhile_is_not_left()
    {
        using var xl = new StandInXl(("list -l", "now-l"), ("list", "now"), ("list -l", "none-l"), ("list", "none"));
        xl.List("now", (5, "etcd-node-1", "---s--", _image, "00:16:3e:4e:31:11")).List("none");
        Assert.DoesNotContain("destroy", new XenImageUseProbe(xl.Driver).FindUser(_image)?.Remedy.ToString() ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void Domain_that_has_lost_its_name_still_holds_its_disk()
    {
        using var xl = Xl("list-name-null");
        Assert.Contains("a domain that is being removed", Ask(xl).Description, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("xl", true)]
    [InlineData("/usr/lib/xen-4.17/bin/xl", true)]
    [InlineData("xl", false)]
    public void Guest_between_two_domains_has_a_process_of_xl(string program, bool isBackground)
    {
        using var xl = Xl("list-only-dom0").Process(4711, [program, "-v", "create", "-p", _config], isBackground);
        var (description, remedy, state) = Ask(xl);
        Assert.Equal(isBackground ? XenGuestState.Rebooting : XenGuestState.Paused, state);
        Assert.Contains(isBackground ? "the guest etcd-node-1 has it as a disk and is rebooting" : "is being created by xl (process 4711)", description, StringComparison.Ordinal);
        Assert.EndsWith("stop it: stop guest etcd/node-1", remedy, StringComparison.Ordinal);
        xl.End(4711);
        Assert.Equal((null, null, XenGuestState.Halted), Ask(xl));
    }

    [Fact]
    public void Process_of_xl_tells_its_guest_by_whatever_it_was_given()
    {
        using var xl = Xl("list-only-dom0");
        void Is(XenGuestState state, string[] arguments, string? startedIn = null, string? log = null)
        {
            xl.Process(77, arguments, log: log, startedIn: startedIn);
            var answer = Ask(xl);
            Assert.Equal(state, answer.State);
            Assert.Equal(state == XenGuestState.Rebooting, answer.Description is not null);
            xl.End(77);
        }
        Is(XenGuestState.Rebooting, ["/bin/sh", "/usr/sbin/xl", "create", _config]);
        Is(XenGuestState.Rebooting, ["xl", "create", "node-1.cfg"], startedIn: _folder["xen/guests/etcd"]);
        Is(XenGuestState.Rebooting, ["xl", "cr", "-f", _config, "memory=512"]);
        var other = _folder.Write("other.cfg", "name = \"etcd-node-1\"\nbootloader = \"pygrub\"\n");
        Is(XenGuestState.Rebooting, ["xl", "create", other, $"disk=['{_image},raw,xvda']"]);
        Is(XenGuestState.Halted, ["xl", "list", _config]);
        Is(XenGuestState.Halted, ["vim", "create", _config]);
        Is(XenGuestState.Halted, ["xl", "create", _folder["xen/guests/etcd/none.cfg"]]);
        var saved = _folder.Write("a.save", SavedFile.Of(SavedFile.Config("etcd-node-1", _image)));
        Is(XenGuestState.Rebooting, ["xl", "restore", "-p", saved], log: "/var/log/xen/xl-etcd-node-1.log");
    }

    [Fact]
    public void Script_that_is_called_xl_has_guests_of_this_host_where_it_is_the_xl_of_this_host()
    {
        using var xl = Xl("list-only-dom0");
        using var other = Xl("list-only-dom0");
        var link = _folder["linked/xl"];
        Directory.CreateDirectory(_folder["linked"]);
        File.CreateSymbolicLink(link, xl.Program);
        XenGuestState StateBy(params string[] program)
        {
            xl.Process(4711, [.. program, "create", _config], isBackground: true, startedIn: Path.GetDirectoryName(xl.Program));
            var state = Ask(xl).State;
            xl.End(4711);
            return state;
        }
        Assert.Equal(XenGuestState.Rebooting, StateBy("/bin/bash", xl.Program));
        Assert.Equal(XenGuestState.Rebooting, StateBy("/bin/sh", "-e", xl.Program));
        Assert.Equal(XenGuestState.Rebooting, StateBy("bash", "xl"));
        Assert.Equal(XenGuestState.Rebooting, StateBy("/bin/bash", link));
        Assert.Equal(XenGuestState.Rebooting, StateBy("/bin/sh", "/usr/sbin/xl"));
        Assert.Equal(XenGuestState.Halted, StateBy("/bin/bash", other.Program));
        Assert.Equal(XenGuestState.Halted, StateBy("/bin/bash", "-e", other.Program));
        Assert.Equal(XenGuestState.Halted, StateBy("/bin/bash", "-e"));
    }

    [Fact]
    public void Running_script_of_another_xl_does_not_have_a_guest_of_the_same_name()
    {
        using var other = new StandInXl(($"create {_config}", "hang"));
        XenGuestState State(string program) =>
            new XenGuests(new XlDriver(new XlOptions { Path = program }), _folder["xen/guests"]).List().Single(guest => guest.Node == "etcd/node-1").State;
        var start = new System.Diagnostics.ProcessStartInfo(other.Program) { ArgumentList = { "create", _config } };
        using var process = System.Diagnostics.Process.Start(start)!;
        try
        {
            using var xl = Xl("list-only-dom0");
            Assert.Equal(XenGuestState.Halted, State(xl.Program));
            Assert.Equal(XenGuestState.Halted, State("/nowhere/xl"));
            Assert.Contains(XlProcess.All("/", other.Program), found => found.Id == process.Id && found.Name == "etcd-node-1");
            Assert.DoesNotContain(XlProcess.All("/", xl.Program), found => found.Id == process.Id);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    [Theory]
    [InlineData("xen/guests/etcd/node-1.save")]
    [InlineData("elsewhere/a")]
    [InlineData("system/var/lib/xen/save/etcd-node-1")]
    [InlineData("system/saved here/etcd-node-1")]
    public void Saved_guest_keeps_its_disk(string place)
    {
        using var xl = Xl("list-only-dom0");
        var file = place.StartsWith("system/", StringComparison.Ordinal) ? Path.Combine(xl.SystemRoot, place["system/".Length..]) : _folder[place];
        Directory.CreateDirectory(Path.Combine(xl.SystemRoot, "etc/default"));
        File.WriteAllText(Path.Combine(xl.SystemRoot, "etc/default/xendomains"), "# XENDOMAINS_SAVE=/x\nXENDOMAINS_SAVE=\"/saved here\"\n");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, SavedFile.Of(SavedFile.Config("etcd-node-1", _image)));
        File.SetLastWriteTimeUtc(_image, DateTime.UtcNow.AddHours(-1));
        var (description, remedy, state) = Ask(xl);
        Assert.Equal(XenGuestState.Saved, state);
        Assert.Equal($"the guest etcd-node-1 has it as a disk and is saved in {file}", description);
        Assert.Equal($"Restore it ('xl restore {file}'), stop it (stop guest etcd/node-1), and move {file} to another place", remedy);
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-2));
        Assert.Contains("the disk was changed after that", Ask(xl).Description, StringComparison.Ordinal);
        File.Move(file, _folder["away"]);
        Assert.Null(Ask(xl).Description);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(48)]
    [InlineData(60)]
    public void File_that_is_cut_short_is_not_a_saved_guest(int length)
    {
        var whole = SavedFile.Of(SavedFile.Config("etcd-node-1", _image));
        Assert.NotNull(SavedGuest.TryRead(_folder.Write("whole", whole)));
        Assert.Null(SavedGuest.TryRead(_folder.Write("cut", whole.AsSpan(0, length))));
    }

    [Fact]
    public void Saved_guest_of_an_old_xl_has_its_configuration_as_text()
    {
        var saved = SavedGuest.TryRead(_folder.Write("old", SavedFile.Of(File.ReadAllText(_config), flags: 0)));
        Assert.Equal(("etcd-node-1", _image), (saved?.Name, Assert.Single(saved!.Disks)));
        Assert.Null(SavedGuest.TryRead(_folder.Write("bad", SavedFile.Of("{ not json"))));
        Assert.Null(SavedGuest.TryRead("/dev/zero"));
    }

    [Fact]
    public void Guest_that_is_migrated_is_named_without_xls_suffix()
    {
        using var xl = new StandInXl(("list -l", "m-l"), ("list", "m"));
        xl.List("m", (5, "etcd-node-1--migratedaway", "---ss-", _image, "00:16:3e:4e:31:11"));
        Assert.Equal("the guest etcd-node-1 has it as a disk and is being migrated", new XenImageUseProbe(xl.Driver).FindUser(_image)?.Description);
    }

    [Fact]
    public void Guest_that_belongs_to_no_node_is_stopped_by_xl()
    {
        using var xl = new StandInXl(("list -l", "m-l"), ("list", "m"));
        xl.List("m", (5, "failsafe", "-b----", _image, "00:16:3e:4e:31:11"));
        Assert.Equal("Stop the guest: xl shutdown failsafe", new XenImageUseProbe(xl.Driver).FindUser(_image)?.Remedy.ToString());
    }

    [Fact]
    public void Disk_is_never_free_while_its_guest_reboots()
    {
        // The moments of a reboot, as recorded: the old domain ends, loses its name, is gone, and there is the next one. xl stays with it.
        string[] moments = ["list", "list-after-reboot-request", "list-name-null", "list-only-dom0", "list-only-dom0", "list-just-created", "list"];
        using var xl = Xl("list").Process(4711, ["xl", "create", _config]);
        var probe = new XenImageUseProbe(xl.Driver);
        for (var i = 0; i < 105; i++)
        {
            xl.Recorded("now", moments[i % moments.Length], _image);
            Assert.NotNull(probe.FindUser(_image));
        }
        xl.Recorded("now", "list-only-dom0", _image).End(4711);
        Assert.Null(probe.FindUser(_image));
    }
}
