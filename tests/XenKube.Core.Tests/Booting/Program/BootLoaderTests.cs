using System.Security.Cryptography;
using System.Text.Json.Nodes;
using XenKube.Disks;
using XenKube.Tests.Support;

namespace XenKube.Tests.Booting.Program;

/// <summary>The program as libxl sees it: a stand-in starts it as libxl does.</summary>
[Trait("Kind", "Process")]
public sealed class BootLoaderTests : IDisposable
{
    private const string HasTry = "0012000000000000";
    private const string WasSuccessful = "0101000000000000";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Update_is_booted_its_try_is_taken_and_the_next_boot_goes_back()
    {
        using var image = BootPlanTests.Flatcar(attributesA: WasSuccessful, attributesB: HasTry);
        var result = Boot(image, ["--guest-type=pvh"], ("cmdline", "ignition.config.url=http://192.168.100.1/node-1.json")).ShouldBoot();
        Assert.Equal(Hash(ForgedKernel.Elf()), result.KernelHash);
        Assert.Null(result.InitrdSize);
        Assert.Equal(
            $"mount.usr=/dev/mapper/usr verity.usr=PARTUUID={LayoutImage.UsrBId} rootflags=rw root=LABEL=ROOT console=hvc0 flatcar.first_boot=detected "
                + $"verity.usrhash={BootPlanTests.Hash} systemd.condition_first_boot=1 ignition.config.url=http://192.168.100.1/node-1.json",
            result.Arguments);
        Assert.Contains("USR-B boots Linux 6.12.102-test (zstd, EFI-SYSTEM:/flatcar/vmlinuz-b) as PVH", result.Log, StringComparison.Ordinal);
        Assert.Contains("Ignition will run", result.Log, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', result.Log);
        Assert.Contains("No problems found", Tool.Run("sgdisk", "-v", image.Path).Output, StringComparison.Ordinal);
        Assert.Equal("0002000000000000", AttributesOfB(image));
        Assert.Contains(LayoutImage.UsrAId, Boot(image, ["--guest-type=pvh"]).ShouldBoot().Arguments, StringComparison.Ordinal);
        Assert.Equal("0002000000000000", AttributesOfB(image));
    }

    [Fact]
    public void Fallback_takes_the_try_of_the_slot_that_it_passes_over()
    {
        using var image = BootPlanTests.Flatcar(attributesA: WasSuccessful, attributesB: HasTry, kernelB: false);
        var result = Boot(image).ShouldBoot();
        Assert.Contains(LayoutImage.UsrAId, result.Arguments, StringComparison.Ordinal);
        Assert.Contains("USR-B is passed over: there is no kernel /flatcar/vmlinuz-b", result.Log, StringComparison.Ordinal);
        Assert.Equal("0002000000000000", AttributesOfB(image));
    }

    [Fact]
    public void Arguments_of_the_configuration_choose_slot_count_and_platform()
    {
        using var image = BootPlanTests.Flatcar(attributesA: WasSuccessful, attributesB: HasTry);
        var result = Boot(image, ["--no-count", "--platform=metal", "--guest-type=pv"]).ShouldBoot();
        Assert.Contains(LayoutImage.UsrBId, result.Arguments, StringComparison.Ordinal);
        Assert.Contains("flatcar.oem.id=metal", result.Arguments, StringComparison.Ordinal);
        Assert.Equal(HasTry, AttributesOfB(image));
        Assert.Contains(LayoutImage.UsrAId, Boot(image, ["--slot=a"]).ShouldBoot().Arguments, StringComparison.Ordinal);
        Assert.Equal(HasTry, AttributesOfB(image));
    }

    [Fact]
    public void Kernel_and_initrd_of_the_configuration_are_taken_from_the_guests_disk()
    {
        using var image = BootPlanTests.Flatcar();
        var result = Boot(image, [], ("kernel", "/flatcar/vmlinuz-b"), ("ramdisk", "/flatcar/first_boot")).ShouldBoot();
        Assert.Contains("EFI-SYSTEM:/flatcar/vmlinuz-b", result.Log, StringComparison.Ordinal);
        Assert.Equal(1, result.InitrdSize);
        Boot(image, [], ("kernel", "/etc/shadow")).ShouldFail("there is no kernel /etc/shadow on EFI-SYSTEM");
    }

    [Fact]
    public void Fedora_coreos_boots_its_entry_with_its_initrd()
    {
        using var image = LayoutImage.FedoraCoreOS(BootPlanTests.Entries(("ostree-1", "one", "/ostree/fedora-coreos-abc/vmlinuz-6.16")), ("loader", "loader.1"));
        var result = Boot(image, ["--platform=qemu"]).ShouldBoot();
        Assert.Equal("mitigations=auto,nosmt ostree=/ostree/boot.1/fedora-coreos/abc/0 console=hvc0 ignition.platform.id=qemu", string.Join(' ', result.Arguments.Split(' ').OrderBy(word => word.StartsWith("ignition.platform", StringComparison.Ordinal))));
        Assert.Equal(3, result.InitrdSize);
        Assert.Contains("ostree-1 boots", result.Log, StringComparison.Ordinal);
        Assert.Contains("Ignition will not run", result.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--guest-type=pv", 1023)]
    [InlineData("--guest-type=pvh", 2047)]
    [InlineData("--no-count", 1023)]
    public void Command_line_has_the_guests_limit_and_is_never_cut(string type, int limit)
    {
        using var image = BootPlanTests.Flatcar();
        var room = limit - Boot(image, [type]).ShouldBoot().Arguments.Length - 1;
        Assert.Equal(limit, Boot(image, [type], ("cmdline", new string('x', room))).ShouldBoot().Arguments.Length);
        Boot(image, [type], ("cmdline", new string('x', room + 1))).ShouldFail($"has {limit + 1} characters, {limit} are the most");
        // Two bytes each, and one character.
        Boot(image, [type], ("cmdline", "x" + new string('ä', (room / 2) + 1))).ShouldFail($"{limit} are the most");
    }

    [Fact]
    public void Option_of_a_later_xen_is_named_in_the_log()
    {
        using var image = BootPlanTests.Flatcar();
        Assert.Contains("--colour=blue is not known here", Boot(image, ["--colour=blue"]).ShouldBoot().Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Disk_without_a_bootable_slot_has_a_reason_and_a_way_out()
    {
        using var image = BootPlanTests.Flatcar(attributesA: "0001000000000000");
        Boot(image).ShouldFail("no USR partition has tries left or was booted before. Both systems failed: pour the disk again, or choose a slot by its letter.");
        Boot(image, ["--slot=a"]).ShouldBoot();
    }

    [Fact]
    public void Kernel_that_cannot_run_as_the_guests_type_is_named()
    {
        using var image = BootPlanTests.Flatcar(elf: ForgedKernel.Elf(pvh: false));
        Boot(image, ["--guest-type=pvh"]).ShouldFail("this kernel cannot run as PVH: it has no PHYS32_ENTRY note (CONFIG_XEN_PVH). Make the guest PV");
        Boot(image, ["--guest-type=pv"]).ShouldBoot();
        Boot(image).ShouldBoot();
    }

    [Fact]
    public void Disk_that_is_not_one_is_a_sentence()
    {
        Boot(_directory["missing.img"]).ShouldFail("there is no such image");
        Boot(_directory.Path).ShouldFail("it is a directory");
        Boot(_directory.Write("empty.img", [])).ShouldFail("empty.img");
        Boot(_directory.Write("zeros.img", new byte[1 << 20])).ShouldFail("zeros.img");
        var random = new byte[1 << 20];
        new Random(1).NextBytes(random);
        Boot(_directory.Write("random.img", random)).ShouldFail("random.img");
    }

    [Fact]
    public void Damaged_kernel_is_a_sentence()
    {
        using var image = BootPlanTests.Flatcar(kernelB: false);
        var bytes = File.ReadAllBytes(image.Path);
        // The start of the zstd data in the one kernel file.
        var at = bytes.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD]);
        bytes.AsSpan(at + 200, 2000).Fill(0xA5);
        File.WriteAllBytes(image.Path, bytes);
        Boot(image).ShouldFail("/flatcar/vmlinuz-a: zstd");
    }

    [Fact]
    public void Disk_that_somebody_edits_is_not_booted_and_one_that_boots_is_not_edited()
    {
        using var image = BootPlanTests.Flatcar(attributesB: HasTry);
        using (DiskImage.OpenWrite(image.Path))
        {
            Boot(image).ShouldFail("holds its lock");
        }
        using (DiskImage.OpenRead(image.Path))
        {
            Boot(image).ShouldBoot();
        }
        Tool.Need("flock");
        var held = Tool.Run("flock", ["-x", image.Path, .. BootProgram.Command, "--output=/x", "--output-directory=/x", image.Path], null);
        Assert.Contains("holds its lock", held.Output, StringComparison.Ordinal);
        // Somebody who only looks is not in the way of a look, but of a change.
        using var shared = LookAt(image.Path);
        Boot(image, ["--slot=a"]).ShouldBoot();
    }

    [Fact]
    public void Answer_that_finds_no_room_is_taken_back()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root mounts a small file system");
        Tool.Need("unshare", "python3");
        using var image = BootPlanTests.Flatcar(attributesB: HasTry);
        var place = Directory.CreateDirectory(_directory["small"]).FullName;
        var job = new JsonObject
        {
            ["program"] = new JsonArray([.. BootProgram.Command.Select(word => (JsonNode)word)]),
            ["disk"] = image.Path,
            ["directory"] = place,
        };
        var said = Tool.Run("unshare", "-m", "sh", "-c", "mount -t tmpfs -o size=100k none \"$0\" && exec python3 \"$1\" \"$2\"", place, Project.Tests("boot", "libxl.py"), job.ToJsonString());
        new BootResult(JsonNode.Parse(said.ShouldSucceed().Output)!.AsObject()).ShouldFail("No space left on device");
        Assert.Equal(HasTry, AttributesOfB(image));
    }

    [Theory]
    [InlineData("reader", 9, "was ended by signal 9")]
    [InlineData("reader", 19, "was not read within 2 seconds")]
    [InlineData("loader", 15, "SIGTERM ended the boot loader")]
    [InlineData("loader", 1, "SIGHUP ended the boot loader")]
    [InlineData("loader", 2, "SIGINT ended the boot loader")]
    public void Process_that_is_killed_or_hangs_ends_in_a_sentence(string which, int signal, string sentence)
    {
        // A kernel that takes a while, so that the signal comes in time.
        using var image = BootPlanTests.Flatcar(elf: ForgedKernel.Elf(size: 60_000_000), format: "gzip", attributesB: HasTry);
        for (var attempt = 0; ; attempt++)
        {
            var result = Boot(image, ["--time-limit=2", "--slot=b"], ("signal", signal), ("signal_to", which));
            if (result.Exit != 0)
            {
                result.ShouldFail(sentence);
                break;
            }
            Assert.True(attempt < 20, "the signal never came in time");
        }
    }

    [Fact]
    public void Reader_ends_with_the_loader()
    {
        using var image = BootPlanTests.Flatcar(elf: ForgedKernel.Elf(size: 60_000_000), format: "gzip");
        var result = Boot(image, [], ("signal", 9), ("signal_to", "loader"));
        Assert.Equal(-9, result.Exit);
        Assert.Equal(0, (long)result.Json["answer"]!);
        // The stand-in, as libxl, removes the directory with what the loader had no time to remove.
        Assert.DoesNotContain(
            Directory.EnumerateDirectories("/proc").Select(process => Path.Combine(process, "cmdline")).Select(TryRead),
            text => text.Contains(image.Path, StringComparison.Ordinal) && text.Contains("--as-reader", StringComparison.Ordinal));
    }

    // The death of the loader is told to a reader that has asked for that; here it comes before.
    [Fact]
    public void Reader_whose_loader_ended_first_reads_nothing()
    {
        const string start = """
            import os, subprocess, sys
            disk, kernel, initrd, root = sys.argv[1:5]
            files = [os.open(disk, os.O_RDONLY), *[os.open(file, os.O_RDWR | os.O_CREAT) for file in (kernel, initrd)], os.open(root, os.O_RDONLY)]
            read, answer = os.pipe()
            if sys.argv[5] == "dead":
                os.close(read)
            def place():
                spare = [os.dup(file) for file in (*files, answer)]
                for number, file in enumerate(spare):
                    os.dup2(file, 20 + number)
                for number in range(len(spare)):
                    os.dup2(20 + number, 3 + number)
            print(subprocess.run(sys.argv[6:], preexec_fn=place, pass_fds=(3, 4, 5, 6, 7)).returncode)
            """;
        using var image = BootPlanTests.Flatcar();
        foreach (var (loader, code, hasKernel) in new[] { ("alive", 0, true), ("dead", 1, false) })
        {
            var (kernel, root) = (_directory[$"kernel-{loader}"], Directory.CreateDirectory(_directory[$"root-{loader}"]).FullName);
            string[] command = [.. BootProgram.Command, "--as-reader", $"--output={_directory["out"]}", "--output-format=simple0", $"--output-directory={root}", image.Path];
            var said = Tool.Run("python3", ["-c", start, image.Path, kernel, _directory[$"initrd-{loader}"], root, loader, .. command]).ShouldSucceed();
            Assert.Equal($"{code}", said.Output.Trim());
            Assert.Equal(hasKernel, new FileInfo(kernel).Length > 0);
        }
    }

    private static string TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static Devices.FileDevice LookAt(string path)
    {
        var device = Devices.FileDevice.Open(path, writable: false);
        Devices.ImageLock.TakeShared(device);
        return device;
    }

    private BootResult Boot(LayoutImage image, string[] arguments, params (string Name, JsonNode Value)[] more) => BootProgram.Boot(_directory, image.Path, arguments, more);

    private BootResult Boot(LayoutImage image) => Boot(image.Path);

    private BootResult Boot(string path) => BootProgram.Boot(_directory, path, [], []);

    private static string AttributesOfB(LayoutImage image) =>
        Tool.Run("sgdisk", "-i", "4", image.Path).ShouldSucceed().Output.Split('\n').Single(line => line.StartsWith("Attribute flags:", StringComparison.Ordinal)).Split(' ')[^1];

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
