using XenKube.Clusters;
using XenKube.Disks;
using XenKube.Guests;
using XenKube.Tests.Booting;
using XenKube.Tests.Guests;
using XenKube.Tests.Support;

namespace XenKube.Tests.Clusters;

/// <summary>Starts with a copy of the kernel on the disk, on a host that has no boot loader for it.</summary>
[Trait("Kind", "Process")]
public sealed class KernelCopyTests : IDisposable
{
    private const string HasTry = "0012000000000000";
    private const string Used = "0002000000000000";
    private static readonly GuestActionOptions WithCopy = new() { ExtractKernel = true };

    private readonly TemporaryDirectory _folder = new();
    private readonly XenDirectory _directory;

    public KernelCopyTests()
    {
        LayoutImage.NeedTools();
        Directory.CreateDirectory(_folder["guests/web"]);
        _folder.Write("guests/web/node-1.ct", "passwd: {}\n");
        _directory = new XenDirectory(_folder.Path, onWait: null);
    }

    private Node Node => new NodeStore(_directory).Describe("web", "node-1");

    private string Place => KernelCopy.DirectoryOf(Node.GuestConfigPath);

    private XenGuestConfig Made => XenGuestConfig.Read(Path.Combine(Place, "node-1.cfg"));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("pvh")]
    [InlineData("pv")]
    public void Guest_is_started_with_the_kernel_and_the_command_line_that_its_disk_boots(string type)
    {
        var elf = ForgedKernel.Elf(size: 300_000);
        MakeNode(BootPlanTests.Flatcar(elf: elf, firstBoot: false, attributesB: HasTry), $"type = \"{type}\"\n");
        var before = File.ReadAllBytes(Node.GuestConfigPath);
        var planned = NodeBootPlan.Make(Node.DiskPath, Node);
        var result = Start();
        Assert.Null(result.Error);
        Assert.Equal((null, null, null), (Made.BootLoader, Made.Get("bootloader_args"), Made.Get("extra")));
        Assert.Equal((planned.CommandLine, type, null), (Made.GetText("cmdline"), Made.GetText("type"), Made.Get("on_reboot")));
        Assert.Contains(" mine=1", planned.CommandLine, StringComparison.Ordinal);
        Assert.Equal(elf, File.ReadAllBytes(Made.Kernel!));
        Assert.Null(Made.Get("ramdisk"));
        Assert.Equal(("USR-B", Used), (planned.Slot, AttributesOfB()));
        Assert.Contains("an update inside the guest is not followed", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(Node.GuestConfigPath));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Place));
    }

    [Fact]
    public void Guest_that_runs_ignition_ends_at_its_first_reboot()
    {
        MakeNode(BootPlanTests.Flatcar(), "type = \"pvh\"\n");
        Assert.Contains("have Ignition run again", Assert.Single(Start().Warnings), StringComparison.Ordinal);
        Assert.Equal("destroy", Made.GetText("on_reboot"));
    }

    [Fact]
    public void Initrd_is_copied_as_well_and_old_copies_go()
    {
        var entries = BootPlanTests.Entries(("ostree-1", "one", "/ostree/fedora-coreos-abc/vmlinuz-6.16"));
        MakeNode(LayoutImage.FedoraCoreOS(entries, ("loader", "loader.1")), "type = \"pvh\"\n");
        Directory.CreateDirectory(Place);
        File.WriteAllText(Path.Combine(Place, "old"), "");
        Assert.Null(Start().Error);
        var expected = entries.Single(file => file.Key.Contains("initramfs", StringComparison.Ordinal)).Value;
        Assert.Equal(expected, File.ReadAllBytes(Made.GetText("ramdisk")!));
        Assert.Equal(["initrd", "kernel", "node-1.cfg"], Directory.GetFiles(Place).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Disk_that_would_not_boot_starts_nothing_and_keeps_its_try()
    {
        MakeNode(BootPlanTests.Flatcar(elf: ForgedKernel.Elf(pvh: false), attributesB: HasTry), "type = \"pvh\"\n");
        var error = Start(calls: 0).Error!;
        Assert.Equal("BootFailed", error.ErrorId);
        Assert.Contains("PHYS32_ENTRY", error.Message, StringComparison.Ordinal);
        Assert.Equal(HasTry, AttributesOfB());
        Assert.False(Directory.Exists(Place));
    }

    [Fact]
    public void Guest_that_has_no_kernel_on_its_disk_is_told_so()
    {
        MakeNode(BootPlanTests.Flatcar(), "type = \"hvm\"\n");
        Assert.Contains("no kernel can be copied", Start(calls: 0).Error!.Message, StringComparison.Ordinal);
        File.WriteAllText(Node.GuestConfigPath, File.ReadAllText(Node.GuestConfigPath).Replace(",raw,xvda'", ",raw,xvda,ro'", StringComparison.Ordinal)
            .Replace("hvm", "pvh", StringComparison.Ordinal));
        Assert.Contains("the first disk is none", Start(calls: 0).Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Guest_with_a_kernel_on_dom0_is_started_as_it_is()
    {
        MakeNode(BootPlanTests.Flatcar(), "");
        File.WriteAllText(Node.GuestConfigPath, Config("kernel = \"/boot/vmlinuz\"\n"));
        var result = Start(Node.GuestConfigPath);
        Assert.Null(result.Error);
        Assert.Empty(result.Warnings);
        Assert.False(Directory.Exists(Place));
    }

    [Fact]
    public void Copies_are_not_made_of_a_disk_that_somebody_edits()
    {
        MakeNode(BootPlanTests.Flatcar(attributesB: HasTry), "type = \"pvh\"\n");
        using (DiskImage.OpenWrite(Node.DiskPath))
        {
            Assert.IsType<ItemInUseException>(Start(calls: 0).Error);
        }
        Assert.Equal(HasTry, AttributesOfB());
    }

    [Fact]
    public void Copies_are_removed_with_the_node()
    {
        MakeNode(BootPlanTests.Flatcar(), "type = \"pvh\"\n");
        Assert.Null(Start().Error);
        Assert.True(Directory.Exists(Place));
        Assert.Equal(["node-1"], new NodeStore(_directory).List(NodeName.Parse("web")).Select(node => node.Name));
        new NodeStore(_directory).Remove(Node);
        Assert.Empty(Directory.GetFileSystemEntries(_folder["guests/web"]));
    }

    private void MakeNode(LayoutImage image, string more)
    {
        using (image)
        {
            File.Move(image.Path, Node.DiskPath);
        }
        File.WriteAllText(Node.GuestConfigPath,
            Config($"bootloader = \"{BootLoaders.XenKube}\"\nbootloader_args = [ \"--guest-type=pvh\" ]\nextra = \"mine=1\"\n{more}"));
    }

    private string Config(string more) => $"name = \"web-node-1\"\nmemory = 512\ndisk = [ '{Node.DiskPath},raw,xvda' ]\n{more}";

    private GuestResult Start(string? config = null, int calls = 1)
    {
        using var xl = new StandInXl(
            ("list -l", "list-long-only-dom0"), ("list", "list-only-dom0"), ($"create {config ?? Path.Combine(Place, "node-1.cfg")}", "create"));
        var result = new NodeGuests(_directory).Open(xl.Driver).Start([Node.GuestConfigPath], WithCopy).Single();
        Assert.Equal(calls, xl.Calls.Count(call => call[0] == "create"));
        return result;
    }

    private string AttributesOfB() =>
        Tool.Run("sgdisk", "-i", "4", Node.DiskPath).ShouldSucceed().Output.Split('\n')
            .Single(line => line.StartsWith("Attribute flags:", StringComparison.Ordinal)).Split(' ')[^1];
}
