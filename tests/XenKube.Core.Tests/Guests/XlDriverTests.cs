using System.Diagnostics;
using XenKube.Guests;
using XenKube.Tests.Support;

namespace XenKube.Tests.Guests;

[Trait("Kind", "Process")]
public class XlDriverTests
{
    private const string Config = "/storage/xen/guests/etcd/etcd-node-1.cfg";

    private static byte[] Recorded(string name) => File.ReadAllBytes(Project.Tests("fixtures", "xl", name));

    [Fact]
    public void List_joins_states_and_details()
    {
        using var xl = new StandInXl(("list -l", "list-long"), ("list", "list"));
        var domains = xl.Driver.List();
        Assert.Equal(["Domain-0", "etcd-node-1"], domains.Select(domain => domain.Name));
        var guest = domains[1];
        Assert.Equal((14, XenGuestState.Running, 1024, 1, 20.6), (guest.Id, guest.State, guest.Memory, guest.VCpu, guest.CpuTime.TotalSeconds));
        Assert.Equal(Guid.Parse("63542504-c7f9-44b4-83a0-05921147d8ff"), guest.Uuid);
        Assert.Equal("00:16:3e:4e:31:11", Assert.Single(guest.MacAddresses));
        Assert.Equal("/storage/xen/guests/etcd/etcd-node-1.img", Assert.Single(guest.WritableDisks));
        Assert.Empty(domains[0].Disks);
    }

    [Theory]
    [InlineData("list-paused", "etcd-node-1", XenGuestState.Paused)]
    [InlineData("list-crashed-preserved", "etcd-node-1", XenGuestState.Crashed)]
    [InlineData("list-name-null", "", XenGuestState.ShuttingDown)]
    [InlineData("list-numeric-name", "4711", XenGuestState.Paused)]
    public void List_reads_every_recorded_state(string recording, string name, XenGuestState state)
    {
        var domain = XlListParser.ParseTable(File.ReadAllText(Project.Tests("fixtures", "xl", $"{recording}.stdout"))).Single(domain => domain.Id != 0 && domain.Name == name);
        Assert.Equal(state, domain.State);
    }

    [Fact]
    public void List_reads_every_recording_of_a_list()
    {
        var count = 0;
        foreach (var file in Directory.GetFiles(Project.Tests("fixtures", "xl"), "list*.stdout"))
        {
            var text = File.ReadAllText(file);
            if (text.StartsWith('['))
            {
                Assert.Equal([0, 14], XlListParser.Parse("Name\nx 0 1 1 r----- 1\ny 14 1 1 r----- 1", text).Select(domain => domain.Id));
                count++;
            }
            else if (text.Length > 0 && !text.Contains("UUID", StringComparison.Ordinal))
            {
                Assert.NotEmpty(XlListParser.ParseTable(text));
                count++;
            }
        }
        Assert.True(count > 20);
    }

    [Theory]
    [InlineData("r-----", XenGuestState.Running)]
    [InlineData("------", XenGuestState.Running)]
    [InlineData("-b----", XenGuestState.Running)]
    [InlineData("--p---", XenGuestState.Paused)]
    [InlineData("---s--", XenGuestState.ShuttingDown)]
    [InlineData("--psr-", XenGuestState.Rebooting)]
    [InlineData("---sS-", XenGuestState.Rebooting)]
    [InlineData("---ss-", XenGuestState.Saved)]
    [InlineData("---sw-", XenGuestState.Crashed)]
    [InlineData("---sc-", XenGuestState.Crashed)]
    [InlineData("----c-", XenGuestState.Crashed)]
    [InlineData("--ps-d", XenGuestState.ShuttingDown)]
    public void State_column_is_read_by_its_places(string column, XenGuestState state) => Assert.Equal(state, XlListParser.State(column));

    [Fact]
    public void Info_gives_version_and_memory()
    {
        using var xl = new StandInXl(("info", "info-with-guest"));
        var info = xl.Driver.Info();
        Assert.Equal(("dom0", "4.17.7", 6143, 2), (info.Host, info.XenVersion, info.TotalMemory, info.CpuCount));
        Assert.InRange(info.FreeMemory, 1, 4032);
    }

    [Fact]
    public void Verbs_pass_their_arguments_as_a_list()
    {
        using var xl = new StandInXl(
            ($"create {Config}", "create"), ($"create -p {Config}", "create-paused"), ("shutdown etcd-node-1", "shutdown"), ("reboot etcd-node-1b", "reboot"),
            ("destroy etcd-node-1", "destroy-running"), ("pause etcd-node-1", "pause"), ("unpause etcd-node-1", "unpause"));
        xl.Driver.Create(Config);
        xl.Driver.Create(Config, paused: true);
        xl.Driver.Shutdown("etcd-node-1");
        xl.Driver.Reboot("etcd-node-1b");
        xl.Driver.Pause("etcd-node-1");
        xl.Driver.Unpause("etcd-node-1");
        xl.Driver.Destroy("etcd-node-1");
        Assert.Equal([["create", Config], ["create", "-p", Config], ["shutdown", "etcd-node-1"], ["reboot", "etcd-node-1b"], ["pause", "etcd-node-1"], ["unpause", "etcd-node-1"], ["destroy", "etcd-node-1"]], xl.Calls);
    }

    [Fact]
    public void Relative_path_that_looks_like_an_option_becomes_a_full_one()
    {
        using var xl = new StandInXl();
        Assert.Throws<OperationFailedException>(() => xl.Driver.Create("-p"));
        Assert.Throws<OperationFailedException>(() => xl.Driver.Create("a; touch $(id) 'b\" =c.cfg"));
        Assert.Equal([["create", Path.GetFullPath("-p")], ["create", Path.GetFullPath("a; touch $(id) 'b\" =c.cfg")]], xl.Calls);
    }

    [Theory]
    [InlineData("create-name-in-use", "GuestNameInUse", "already exists", "Stop that guest")]
    [InlineData("create-not-enough-memory", "NotEnoughMemory", "Out of memory", "free_memory")]
    [InlineData("create-bridge-missing", "BridgeMissing", "virbr9", "bridge=")]
    [InlineData("create-image-missing", "ImageNotFound", "/storage/xen/guests/etcd/no-image.img", "make node")]
    [InlineData("create-image-is-directory", "KernelNotFound", "bootloader.3.log", "check node")]
    [InlineData("create-pygrub-empty-image", "KernelNotFound", "Unable to find partition containing kernel", "menu.lst")]
    [InlineData("create-pygrub-no-menu", "KernelNotFound", "Unable to find partition containing kernel", "menu.lst")]
    [InlineData("create-pygrub-kernel-file-missing", "KernelNotFound", "Error opening /xen/pvboot-x86_64.elf in guest", "menu.lst")]
    [InlineData("create-bootloader-missing", "BootLoaderMissing", "cannot execute nogrub", "bootloader=")]
    [InlineData("create-bad-syntax", "GuestConfigInvalid", "bad-syntax.cfg:2", "Correct")]
    [InlineData("create-bad-list", "GuestConfigInvalid", "expecting ']'", "Correct")]
    [InlineData("create-bad-disk-format", "GuestConfigInvalid", "raww", "Correct")]
    [InlineData("create-no-name", "GuestConfigInvalid", "Domain name must be specified", "Correct")]
    [InlineData("create-no-bootloader", "GuestConfigInvalid", "Neither kernel nor bootloader", "Correct")]
    [InlineData("create-no-config", "GuestConfigNotFound", "not specified", "make guest")]
    [InlineData("create-config-missing", "GuestConfigNotFound", "none.cfg", "make guest")]
    [InlineData("create-not-root", "RootRequired", "Permission denied", "root")]
    [InlineData("create-no-xen", "XenMissing", "hypervisor", "xen-system-amd64")]
    [InlineData("../xl-4.20/create-not-enough-memory", "NotEnoughMemory", "Out of memory", "free_memory")]
    [InlineData("../xl-4.20/create-bridge-missing", "BridgeMissing", "virbr9", "bridge=")]
    [InlineData("../xl-4.20/create-image-missing", "ImageNotFound", "/storage/xen/guests/etcd/no-image.img", "make node")]
    [InlineData("../xl-4.20/create-image-is-directory", "KernelNotFound", "bootloader.2.log", "check node")]
    [InlineData("../xl-4.20/create-pygrub-empty-image", "KernelNotFound", "Unable to find partition containing kernel", "menu.lst")]
    [InlineData("../xl-4.20/create-pygrub-no-menu", "KernelNotFound", "Unable to find partition containing kernel", "menu.lst")]
    [InlineData("../xl-4.20/create-pygrub-kernel-file-missing", "KernelNotFound", "Error opening /xen/pvboot-x86_64.elf in guest", "menu.lst")]
    [InlineData("../xl-4.20/create-bootloader-missing", "BootLoaderMissing", "cannot execute nogrub", "bootloader=")]
    [InlineData("../xl-4.20/create-bad-syntax", "GuestConfigInvalid", "bad-syntax.cfg:2", "Correct")]
    [InlineData("../xl-4.20/create-bad-list", "GuestConfigInvalid", "expecting ']'", "Correct")]
    [InlineData("../xl-4.20/create-bad-disk-format", "GuestConfigInvalid", "raww", "Correct")]
    [InlineData("../xl-4.20/create-no-name", "GuestConfigInvalid", "Domain name must be specified", "Correct")]
    [InlineData("../xl-4.20/create-no-bootloader", "GuestConfigInvalid", "Neither kernel nor bootloader", "Correct")]
    [InlineData("../xl-4.20/create-no-config", "GuestConfigNotFound", "not specified", "make guest")]
    [InlineData("../xl-4.20/create-config-missing", "GuestConfigNotFound", "none.cfg", "make guest")]
    public void Failure_of_create_says_what_xl_said_and_what_to_do(string recording, string id, string said, string remedy)
    {
        using var xl = new StandInXl(($"create {Config}", recording));
        // The recordings of Xen 4.20 are in a folder beside those of 4.17.
        if (Project.Tests("fixtures", "xl", $"{recording}.bootloader.log") is var log && File.Exists(log))
        {
            var number = File.ReadAllText(Project.Tests("fixtures", "xl", $"{recording}.stderr")).Split("xen/bootloader.")[1].Split('.')[0];
            xl.Log($"bootloader.{number}.log", File.ReadAllBytes(log));
        }
        var error = Assert.ThrowsAny<XenKubeException>(() => xl.Driver.Create(Config));
        Assert.Equal(id, error.ErrorId);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, error.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.DoesNotContain('\u001b', error.Message);
        Assert.DoesNotContain("Non-existant", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_boot_loader_of_our_own_has_a_remedy_of_its_own()
    {
        var recorded = Project.Tests("fixtures", "xl", "create-bootloader-missing");
        using var xl = new StandInXl(($"create {Config}", "create-bootloader-missing"));
        var number = File.ReadAllText($"{recorded}.stderr").Split("xen/bootloader.")[1].Split('.')[0];
        xl.Log($"bootloader.{number}.log", System.Text.Encoding.UTF8.GetBytes(
            File.ReadAllText($"{recorded}.bootloader.log").Replace("nogrub", "/usr/lib/xenkube/xenkube-boot", StringComparison.Ordinal)));
        var error = Assert.ThrowsAny<XenKubeException>(() => xl.Driver.Create(Config));
        Assert.Equal("BootLoaderMissing", error.ErrorId);
        Assert.Contains("Install the package xenkube", error.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("list-no-xen", "XenMissing")]
    [InlineData("list-no-xen-direct", "XenMissing")]
    [InlineData("list-not-root", "RootRequired")]
    public void Failure_of_list_says_what_is_missing(string recording, string id)
    {
        using var xl = new StandInXl(("list -l", recording));
        Assert.Equal(id, Assert.Throws<OperationFailedException>(() => xl.Driver.List()).ErrorId);
    }

    [Theory]
    [InlineData("shutdown", "shutdown-unknown")]
    [InlineData("reboot", "reboot-unknown")]
    [InlineData("destroy", "destroy-unknown")]
    public void Unknown_guest_is_not_found(string verb, string recording)
    {
        using var standIn = new StandInXl(($"{verb} etcd-node-9", recording));
        var driver = StandInXl.Real is { } real ? new XlDriver(new XlOptions { Path = real }) : standIn.Driver;
        var error = Assert.Throws<ItemNotFoundException>(() =>
        {
            switch (verb)
            {
                case "shutdown":
                    driver.Shutdown("etcd-node-9");
                    break;
                case "reboot":
                    driver.Reboot("etcd-node-9");
                    break;
                default:
                    driver.Destroy("etcd-node-9");
                    break;
            }
        });
        Assert.Equal("GuestNotRunning", error.ErrorId);
    }

    [Fact]
    public void Real_dom0_answers_as_the_recordings_do()
    {
        Assert.SkipWhen(StandInXl.Real is null, "XENKUBE_TEST_XL does not name the xl of a real dom0");
        var driver = new XlDriver(new XlOptions { Path = StandInXl.Real! });
        Assert.Equal(0, driver.List()[0].Id);
        Assert.Matches(@"^4\.\d+", driver.Info().XenVersion);
        using var folder = new TemporaryDirectory();
        foreach (var (name, id) in new[] { ("bad-syntax", "GuestConfigInvalid"), ("bad-list", "GuestConfigInvalid"), ("no-name", "GuestConfigInvalid"), ("no-boot", "GuestConfigInvalid"), ("no-image", "ImageNotFound") })
        {
            var path = folder.Write($"{name}.cfg", Recorded($"{name}.cfg"));
            Assert.Equal(id, Assert.ThrowsAny<XenKubeException>(() => driver.Create(path)).ErrorId);
        }
        Assert.Equal("GuestConfigNotFound", Assert.ThrowsAny<XenKubeException>(() => driver.Create(folder["none.cfg"])).ErrorId);
    }

    [Fact]
    public void Guest_that_does_not_react_is_told_apart()
    {
        using var xl = new StandInXl(("shutdown etcd-node-1", "shutdown-crashed"));
        var error = Assert.Throws<OperationFailedException>(() => xl.Driver.Shutdown("etcd-node-1"));
        Assert.Equal("GuestNotResponding", error.ErrorId);
        Assert.Contains("force option", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Destroy_of_a_guest_that_goes_by_itself_is_no_failure()
    {
        using var xl = new StandInXl(("destroy etcd-node-1", "destroy-already-going"), ("list -l", "list-long-only-dom0"), ("list", "list-only-dom0"));
        xl.Driver.Destroy("etcd-node-1");
        Assert.Equal(3, xl.Calls.Count);
        using var stays = new StandInXl(("destroy etcd-node-1", "destroy-already-going"), ("list -l", "list-long"), ("list", "list"));
        Assert.Equal("XlFailed", Assert.Throws<OperationFailedException>(() => stays.Driver.Destroy("etcd-node-1")).ErrorId);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("4711")]
    [InlineData("Domain-0")]
    [InlineData("-f")]
    [InlineData("a b")]
    [InlineData("a\n")]
    public void Name_that_means_another_domain_never_reaches_xl(string name)
    {
        using var xl = new StandInXl();
        Assert.Equal("GuestNameInvalid", Assert.Throws<InvalidInputException>(() => xl.Driver.Destroy(name)).ErrorId);
        Assert.Throws<InvalidInputException>(() => xl.Driver.Shutdown(name));
        Assert.Throws<InvalidInputException>(() => xl.Driver.Console(name));
        Assert.Empty(xl.Calls);
    }

    [Fact]
    public void Xl_that_hangs_is_stopped()
    {
        using var xl = new StandInXl(("info", "hang"));
        var watch = Stopwatch.StartNew();
        var error = Assert.Throws<OperationFailedException>(() => new XlDriver(xl.Options with { Timeout = TimeSpan.FromSeconds(1) }).Info());
        Assert.Equal("ProgramTimeout", error.ErrorId);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60));
        using var cancel = new CancellationTokenSource(200);
        Assert.ThrowsAny<OperationCanceledException>(() => xl.Driver.Info(cancel.Token));
    }

    [Fact]
    public void Xl_that_leaves_a_daemon_behind_does_not_hold_us()
    {
        using var xl = new StandInXl(("info", "daemon"));
        var watch = Stopwatch.StartNew();
        Assert.Equal("", xl.Driver.Info().XenVersion);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(25));
    }

    [Fact]
    public void Xl_that_talks_nonsense_is_an_error()
    {
        using var xl = new StandInXl(("list -l", "garbage"), ("list", "garbage"));
        Assert.Equal("XlOutputUnreadable", Assert.Throws<OperationFailedException>(() => xl.Driver.List()).ErrorId);
        using var half = new StandInXl(("list -l", "half"), ("list", "list"));
        half.Answer("half", File.ReadAllText(Project.Tests("fixtures", "xl", "list-long.stdout"))[..700]);
        Assert.Equal("XlOutputUnreadable", Assert.Throws<OperationFailedException>(() => half.Driver.List()).ErrorId);
        using var deep = new StandInXl(("list -l", "deep"), ("list", "list"));
        deep.Answer("deep", new string('[', 100_000));
        Assert.Equal("XlOutputUnreadable", Assert.Throws<OperationFailedException>(() => deep.Driver.List()).ErrorId);
    }

    [Fact]
    public void Xl_that_is_not_installed_is_an_error()
    {
        var error = Assert.Throws<OperationFailedException>(() => new XlDriver(new XlOptions { Path = "/nonexistent/xl" }).List());
        Assert.Equal("XlMissing", error.ErrorId);
    }

    [Fact]
    public void Probe_names_the_domain_that_uses_an_image()
    {
        using var folder = new TemporaryDirectory();
        var image = folder.Write("node-1.img", "x");
        using var xl = new StandInXl(("list -l", "busy-l"), ("list", "busy"));
        xl.List("busy", (7, "etcd-node-1", "-b----", image, "00:16:3e:4e:31:11"));
        var probe = new XenImageUseProbe(xl.Driver);
        File.CreateSymbolicLink(folder["link.img"], image);
        Assert.Equal("the guest etcd-node-1 is running and has it as a disk", probe.FindUser(image)?.Description);
        Assert.Equal("the guest etcd-node-1 is running and has it as a disk", probe.FindUser(folder["link.img"])?.Description);
        Assert.Null(probe.FindUser(folder.Write("node-2.img", "x")));
        using var none = new StandInXl(("list -l", "list-no-xen"));
        Assert.Null(new XenImageUseProbe(none.Driver).FindUser(image));
    }

    public static TheoryData<string, string, string> Failures => new()
    {
        {
            "XlFailed", "spawn failed (rc=-3)",
            """
            Parsing config from n.cfg
            WARNING: ignoring "kernel" directive for HVM guest. Use "firmware_override" instead if you really want a non-default firmware
            libxl: error: libxl_dm.c:3131:device_model_spawn_outcome: Domain 4:domain 4 device model: spawn failed (rc=-3)
            libxl: error: libxl_create.c:1902:domcreate_devmodel_started: Domain 4:device model did not start: -3
            """
        },
        {
            "XlFailed", "domain creation fail: Invalid argument",
            """
            Failed to read config file: /etc/xen/xl.conf: No such file or directory
            n.cfg:3: warning: parameter `memory' is not a valid number
            libxl: warning: libxl_create.c:799:initiate_domain_create: XSM Disabled: init_seclabel not supported
            libxl: error: libxl_create.c:554:libxl__domain_make: domain creation fail: Invalid argument
            """
        },
        { "GuestConfigInvalid", "Invalid domain type HVM.", "Parsing config from n.cfg\nInvalid domain type HVM.\n" },
        {
            "GuestGone", "somebody has destroyed it",
            """
            libxl: error: libxl_linux.c:119:libxl__hotplug_nic: Domain 16:unable to read script from /local/domain/0/backend/vif/16/0: No such file or directory
            libxl: error: libxl_create.c:1921:domcreate_attach_devices: Domain 16:unable to add vif devices
            libxl: error: libxl_domain.c:1183:libxl__destroy_domid: Domain 16:Non-existant domain
            """
        },
        {
            "XlFailed", "script: /etc/xen/scripts/vif-custom failed",
            """
            libxl: error: libxl_device.c:1337:device_hotplug_child_death_cb: script: /etc/xen/scripts/vif-custom failed; error detected.
            libxl: error: libxl_create.c:1921:domcreate_attach_devices: Domain 16:unable to add vif devices
            """
        },
        {
            "XlFailed", "xenconsoled did not give the guest a console in time: libxl: error: libxl_create.c:1974:console_xswait_callback: domain 3 console tty: timed out",
            """
            libxl: error: libxl_create.c:1974:console_xswait_callback: domain 3 console tty: timed out
            libxl: error: libxl_domain.c:1183:libxl__destroy_domid: Domain 3:Non-existant domain
            """
        },
        {
            "XlFailed", "'/etc/xen/scripts/block add' did not end within libxl's time",
            """
            libxl: error: libxl_aoutils.c:539:async_exec_timeout: killing execution of /etc/xen/scripts/block add because of timeout
            libxl: error: libxl_create.c:1921:domcreate_attach_devices: Domain 16:unable to add disk devices
            """
        },
        { "XlFailed", "one thing / another thing", "one thing\nanother thing\nlibxl: error: x: Domain 1:Destruction of domain failed\n" },
        { "XlFailed", "systemctl start xen", "libxl: error: libxl.c:1: cannot connect to xenstore: Connection refused\n" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void Cause_of_a_failure_is_not_a_warning_and_the_rest_is_quoted(string id, string message, string said)
    {
        using var xl = new StandInXl(("create /n.cfg", "failed"));
        xl.Answer("failed", "", said, exit: 3);
        var error = Assert.IsAssignableFrom<XenKubeException>(Record.Exception(() => xl.Driver.Create("/n.cfg")));
        Assert.Equal(id, error.ErrorId);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("WARNING", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("warning:", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("make the configuration first", error.Message, StringComparison.OrdinalIgnoreCase);
    }
}
