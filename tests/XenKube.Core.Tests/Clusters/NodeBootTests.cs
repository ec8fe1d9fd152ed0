using System.Security.Cryptography;
using System.Text;
using XenKube.Booting;
using XenKube.Clusters;
using XenKube.Disks;
using XenKube.Guests;
using XenKube.Tests.Booting;
using XenKube.Tests.Compression;
using XenKube.Tests.Guests;
using XenKube.Tests.Support;

namespace XenKube.Tests.Clusters;

/// <summary>Nodes of today's images, which XenKube's boot loader starts: their guest configurations, refresh, check and boot plan.</summary>
[Trait("Kind", "Process")]
public sealed class NodeBootTests : IDisposable
{
    private const string Uri = "http://192.168.100.1/web/node-1.json";

    private readonly TemporaryDirectory _folder = new();
    private readonly XenDirectory _directory;

    public NodeBootTests()
    {
        LayoutImage.NeedTools();
        Directory.CreateDirectory(_folder["guests/web"]);
        _folder.Write("xenkube.json", """{ "reservationsFile": "hostsfile" }""");
        _folder.Write("hostsfile", "00:16:3e:4e:31:11,192.168.100.11\n00:16:3e:4e:31:12,192.168.100.12\n");
        _folder.Write("guests/web/node-1.ct", "passwd: {}\n");
        _directory = new XenDirectory(_folder.Path, onWait: null);
    }

    private Node Node => new NodeStore(_directory).Describe("web", "node-1");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("flatcar", "info", "pvh", "ignition.config.url")]
    [InlineData("flatcar", "no-hvm", null, "ignition.config.url")]
    [InlineData("flatcar, pv only", "info", null, "ignition.config.url")]
    [InlineData("fedora-coreos", "info", "pvh", "ignition.config.url")]
    public void Guest_of_todays_images_is_started_by_the_own_loader(string image, string host, string? type, string parameter)
    {
        MakeDisk(image);
        var config = Plan(host, request => request);
        Assert.Equal(BootLoaders.XenKube, config.BootLoader);
        Assert.Equal(type, config.GetText("type"));
        Assert.Equal([$"--guest-type={type ?? "pv"}"], config.Get("bootloader_args")!.Items.Select(item => item.Text));
        Assert.Equal($"{parameter}={Uri}", config.GetText("extra"));
        Assert.Null(config.Get("bootloader_restrict"));
    }

    [Theory]
    [InlineData("info", null)]
    [InlineData("xen-4.18", "xenkube-boot")]
    public void Guest_of_a_coreos_xen_image_keeps_pygrub_without_rights_where_xl_knows_them(string host, string? user)
    {
        MakeDisk("coreos");
        var config = Plan(host, request => request, hasUser: true);
        Assert.Equal(("pygrub", GuestType.PV, null), (config.BootLoader, config.Type, config.GetText("extra")));
        Assert.Equal((user is null ? null : 1L, user), (config.GetNumber("bootloader_restrict"), config.GetText("bootloader_user")));
        Assert.Null(Plan(host, request => request, hasUser: false).Get("bootloader_user"));
    }

    [Fact]
    public void Boot_loader_and_type_are_changed_together_with_what_goes_with_them()
    {
        MakeDisk("flatcar");
        Write(Plan("info", request => request with { BootLoader = "pygrub" }));
        Assert.Equal(("pygrub", GuestType.PV), (Config.BootLoader, Config.Type));
        File.AppendAllText(Node.GuestConfigPath, "extra = \"quiet\" # mine\n");

        Write(Plan("info", request => request with { BootLoader = "xenkube", Type = GuestType.PVH }, change: true));
        Assert.Equal((BootLoaders.XenKube, GuestType.PVH, $"quiet ignition.config.url={Uri}"), (Config.BootLoader, Config.Type, Config.GetText("extra")));
        Assert.Contains("# mine", Config.ToString(), StringComparison.Ordinal);
        Assert.Equal("--guest-type=pvh", Config.Get("bootloader_args")!.Items.Single().Text);

        Write(Config.With("bootloader_args", XenConfigValue.OfTexts("--guest-type=pvh", "--slot=a")));
        Write(Plan("info", request => request with { Type = GuestType.PV }, change: true));
        Assert.Equal((BootLoaders.XenKube, GuestType.PV), (Config.BootLoader, Config.Type));
        Assert.Equal(["--guest-type=pv", "--slot=a"], Config.Get("bootloader_args")!.Items.Select(item => item.Text));

        Write(Plan("info", request => request with { Type = GuestType.PVH }, change: true));
        Write(Plan("info", request => request with { BootLoader = "Pygrub" }, change: true));
        Assert.Equal(("pygrub", GuestType.PV, "quiet"), (Config.BootLoader, Config.Type, Config.GetText("extra")));
        Assert.Equal(["--slot=a"], Config.Get("bootloader_args")!.Items.Select(item => item.Text));
        Write(Plan("info", request => request with { Memory = 3000 }, change: true));
        Assert.Equal(("pygrub", 3000L), (Config.BootLoader, Config.Memory));
    }

    [Theory]
    [InlineData("flatcar", "EFI-SYSTEM", "/flatcar/first_boot")]
    [InlineData("fedora-coreos", "boot", "/ignition.firstboot")]
    public void Refresh_writes_only_the_stamp_and_publishes(string image, string label, string stamp)
    {
        MakeDisk(image);
        Write(Plan("info", request => request));
        var before = Hashes();
        var reset = new IgnitionResetter(_directory).Reset([Node], new IgnitionResetOptions()).Single();
        Assert.Equal(["Publish", "FirstBoot"], reset.Steps.Select(step => step.Step.Name));
        Assert.All(reset.Steps, step => Assert.True(step.Changed));
        Assert.True(File.Exists(Node.IgnitionPath));
        using (var disk = DiskImage.OpenRead(Node.DiskPath))
        using (var files = disk.OpenFileSystem(label))
        {
            Assert.NotNull(files.Find(stamp));
        }
        Assert.Equal([label], Hashes().Where(hash => before[hash.Key] != hash.Value).Select(hash => hash.Key));
        Assert.True(NodeBootPlan.Make(Node.DiskPath, Node).WillIgnite);
        Assert.All(new IgnitionResetter(_directory).Reset([Node], new IgnitionResetOptions()).Single().Steps, step => Assert.False(step.Changed));
    }

    [Fact]
    public void Refresh_of_a_node_without_a_guest_configuration_goes_by_its_disk()
    {
        MakeDisk("flatcar");
        var reset = new IgnitionResetter(_directory).Reset([Node], new IgnitionResetOptions()).Single();
        Assert.Equal(["Publish", "FirstBoot"], reset.Steps.Select(step => step.Step.Name));
    }

    [Fact]
    public void Refresh_points_the_guest_at_a_config_that_has_moved()
    {
        MakeDisk("flatcar");
        Write(Plan("info", request => request));
        _folder.Write("xenkube.json", """{ "reservationsFile": "hostsfile", "port": 8080 }""");
        var moved = new XenDirectory(_folder.Path, onWait: null);
        var node = new NodeStore(moved).Describe("web", "node-1");
        Assert.Equal(CheckStatus.Fail, Check(moved, node)["url"].Status);
        var steps = new IgnitionResetter(moved).Reset([node], new IgnitionResetOptions { LinuxAppend = ["quiet"] }).Single().Steps;
        Assert.Equal(["Grub", "Publish", "FirstBoot"], steps.Select(step => step.Step.Name));
        Assert.Equal("ignition.config.url=http://192.168.100.1:8080/web/node-1.json quiet", Config.GetText("extra"));
        Assert.Equal(CheckStatus.Pass, Check(moved, node)["url"].Status);
        Assert.EndsWith("node-1.json quiet", NodeBootPlan.Make(node.DiskPath, node).CommandLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("flatcar")]
    [InlineData("fedora-coreos")]
    public void Check_of_a_refreshed_node_finds_no_fault_and_none_of_what_is_not_needed(string image)
    {
        MakeDisk(image);
        Write(Plan("info", request => request));
        new IgnitionResetter(_directory).Reset([Node], new IgnitionResetOptions());
        var results = Check(_directory, Node);
        Assert.DoesNotContain(results.Values, result => result.Status == CheckStatus.Fail);
        Assert.DoesNotContain("oem", results.Keys);
        Assert.DoesNotContain("machine-id", results.Keys);
        Assert.Equal((CheckStatus.Pass, CheckStatus.Pass), (results["kernel"].Status, results["first-boot"].Status));
        Assert.Equal(CheckStatus.Pass, results["boot"].Status);
        Assert.Contains("xenkube-boot boots", results["boot"].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_names_a_kernel_that_cannot_run_as_the_guests_type_and_a_missing_stamp()
    {
        MakeDisk("flatcar, pv only");
        Write(Plan("info", request => request with { Type = GuestType.PVH }));
        var results = Check(_directory, Node);
        Assert.Contains("PHYS32_ENTRY", results["boot"].Message, StringComparison.Ordinal);
        Assert.Equal((CheckStatus.Fail, CheckStatus.Fail), (results["boot"].Status, results["first-boot"].Status));
        Write(Plan("info", request => request with { Type = GuestType.PV }, change: true));
        Assert.Equal(CheckStatus.Pass, Check(_directory, Node)["boot"].Status);
    }

    [Fact]
    public void Check_of_a_flatcar_disk_that_pygrub_starts_says_how_to_have_the_own_loader()
    {
        MakeDisk("flatcar");
        Write(Plan("info", request => request with { BootLoader = "pygrub" }));
        Assert.Contains("set boot loader web/node-1 XenKube", Check(_directory, Node)["boot"].Remedy, StringComparison.Ordinal);
        Write(Plan("info", request => request with { BootLoader = "XenKube" }, change: true));
        Assert.Equal(CheckStatus.Pass, Check(_directory, Node)["boot"].Status);
    }

    [Fact]
    public void Boot_plan_has_the_arguments_of_a_grub_cfg_on_btrfs_and_an_edit_of_it_is_refused_with_what_to_do()
    {
        MakeDisk("flatcar", new() { ["grub.cfg"] = "set linux_append=\"from.oem=1\"\n"u8.ToArray() });
        var plan = NodeBootPlan.Make(Node.DiskPath, Node);
        Assert.Empty(plan.Warnings);
        Assert.Contains(" from.oem=1", plan.CommandLine, StringComparison.Ordinal);
        Assert.Equal("OEM:/grub.cfg, line 1", plan.Arguments.Single(argument => argument.Text == "from.oem=1").Origin);
        Assert.Equal("from.oem=1", OemGrubConfig.Read(Node.DiskPath).LinuxAppend);
        var before = Hashes();
        var error = Assert.Throws<UnsupportedFeatureException>(() => OemGrubConfig.Write(Node.DiskPath, Node.IgnitionUri));
        Assert.Equal("btrfs", error.Feature);
        Write(Plan("info", request => request with { BootLoader = "pygrub" }));
        Assert.Throws<AggregateException>(() => new IgnitionResetter(_directory).Reset([Node], new IgnitionResetOptions()));
        Assert.Contains("set boot loader web/node-1 XenKube", Check(_directory, Node)["oem"].Remedy, StringComparison.Ordinal);
        Assert.Equal(before, Hashes());
        Write(Plan("info", request => request with { BootLoader = "XenKube" }, change: true));
        new IgnitionResetter(_directory).Reset([Node], new IgnitionResetOptions());
        Assert.DoesNotContain(Check(_directory, Node).Values, result => result.Status == CheckStatus.Fail);
    }

    [Fact]
    public void Boot_plan_of_a_node_has_what_its_guest_configuration_says()
    {
        MakeDisk("flatcar");
        Write(Plan("no-hvm", request => request));
        Write(Config.With("bootloader_args", XenConfigValue.OfTexts("--guest-type=pv", "--slot=b")).With("extra", XenConfigValue.OfText($"a=1 ignition.config.url={Uri}")));
        var plan = NodeBootPlan.Make(Node.DiskPath, Node);
        Assert.Equal("USR-B", plan.Slot);
        Assert.EndsWith($" a=1 ignition.config.url={Uri}", plan.CommandLine, StringComparison.Ordinal);
        Assert.Equal("USR-A", NodeBootPlan.Make(Node.DiskPath, Node, new NodeBootPlanOptions { Slot = "a" }).Slot);
        Assert.DoesNotContain("a=1", NodeBootPlan.Make(Node.DiskPath, null).CommandLine, StringComparison.Ordinal);
        Write(Config.With("bootloader_args", XenConfigValue.OfText("--guest-type=pv --slot=b --platform=lab")).With("kernel", XenConfigValue.OfText("flatcar/none")));
        plan = NodeBootPlan.Make(Node.DiskPath, Node);
        Assert.Equal(("USR-B", "there is no kernel /flatcar/none on EFI-SYSTEM"), (plan.Slot, plan.Problem));
        Write(Config.Without("kernel"));
        Assert.Contains(" flatcar.oem.id=lab", NodeBootPlan.Make(Node.DiskPath, Node).CommandLine, StringComparison.Ordinal);
        Write(Config.With("extra", XenConfigValue.OfText(new string('x', 1000))));
        Assert.Contains("1023", NodeBootPlan.Make(Node.DiskPath, Node).Problem, StringComparison.Ordinal);
        Assert.True(NodeBootPlan.Make(Node.DiskPath, Node, new NodeBootPlanOptions { GuestType = BootGuestType.Pvh }).IsBootable);
    }

    private XenGuestConfig Config => XenGuestConfig.Read(Node.GuestConfigPath);

    private void Write(XenGuestConfig config) => config.Save(Node.GuestConfigPath);

    private static Dictionary<string, CheckResult> Check(XenDirectory directory, Node node) =>
        new NodeCheck(directory, new NodeCheckOptions { Signature = false }).Run(node).ToDictionary(result => result.Name);

    private XenGuestConfig Plan(string host, Func<GuestRequest, GuestRequest> customize, bool change = false, bool hasUser = false)
    {
        using var xl = new StandInXl(("info", host));
        xl.Answer("no-hvm", "xen_version            : 4.17.7\nxen_caps               : xen-3.0-x86_64\nvirt_caps              : pv\n");
        xl.Answer("xen-4.18", "xen_version            : 4.20.4\nxen_caps               : xen-3.0-x86_64 hvm-3.0-x86_64\nvirt_caps              : pv hvm\n");
        if (hasUser)
        {
            Directory.CreateDirectory(Path.Combine(xl.SystemRoot, "etc"));
            File.WriteAllText(Path.Combine(xl.SystemRoot, "etc/passwd"), "root:x:0:0::/root:/bin/sh\nxenkube-boot:x:990:991::/nonexistent:/usr/sbin/nologin\n");
        }
        var guests = new NodeGuests(_directory) { Xl = xl.Driver };
        return (change ? guests.PlanChange([Node], (_, request) => customize(request)) : guests.Plan([Node], (_, request) => customize(request), force: false)).Guests.Single().Config;
    }

    private void MakeDisk(string image, Dictionary<string, byte[]>? oem = null) => NodeImages.Make(image, _folder, "guests/web/node-1.img", oem);

    private Dictionary<string, string> Hashes()
    {
        using var disk = DiskImage.OpenRead(Node.DiskPath);
        return disk.Partitions.Partitions.ToDictionary(partition => partition.Label, partition =>
        {
            var bytes = new byte[partition.Size];
            disk.Device.Read(partition.Start, bytes);
            return Convert.ToHexString(SHA256.HashData(bytes));
        });
    }
}
