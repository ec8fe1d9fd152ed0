using System.Formats.Tar;
using System.Text;
using XenKube.Booting;
using XenKube.Tests.Compression;
using XenKube.Tests.Support;

namespace XenKube.Tests.Booting;

/// <summary>What images of each layout boot, against command lines that were written down from the distributions' scripts.</summary>
[Trait("Kind", "Process")]
public class BootPlanTests
{
    internal const string Hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private const string Script = """
        set default="flatcar"
        set linux_console=""
        set first_boot=""
        search --no-floppy --set oem --part-label OEM --hint hd0,gpt6
        if [ -n "$oem" -a "$secure_boot" = "0" ]; then
            source "($oem)/grub.cfg"
        fi
        search --no-floppy --set randomize_disk_guid --disk-uuid 00000000-0000-0000-0000-000000000001
        if [ -f "($root)/flatcar/first_boot" ]; then
            set first_boot="flatcar.first_boot=detected"
        fi
        if [ -z "$linux_console" ]; then
            if [ "$grub_platform" = xen ]; then
                set linux_console="console=hvc0"
            fi
        fi
        menuentry "Flatcar default" --id=flatcar --unrestricted {
            gptprio.next -d usr_device -u usr_uuid
            if [ "$usr_uuid" = "7130c94a-213a-4e5a-8e26-6cce9662f132" ]; then
                set kernel="/flatcar/vmlinuz-a"
            else
                set kernel="/flatcar/vmlinuz-b"
            fi
            linux $kernel mount.usr=/dev/mapper/usr verity.usr=PARTUUID=$usr_uuid rootflags=rw root=LABEL=ROOT $linux_console $first_boot $linux_append
        }
        """;

    [Fact]
    public void Fresh_flatcar_boots_its_first_slot_and_runs_ignition()
    {
        using var image = Flatcar(oem: "set linux_append=\"flatcar.autologin\"\n");
        var plan = BootPlan.Make(image.Path, new BootPlanOptions { Arguments = ["ignition.config.url=http://192.168.100.1/node-1.json"], ReadNotes = true });
        Assert.Null(plan.Problem);
        Assert.Equal((BootRules.Slots, "USR-A", "flatcar", "EFI-SYSTEM", "/flatcar/vmlinuz-a"), (plan.Rules, plan.Slot, plan.Entry, plan.KernelPartition, plan.KernelPath));
        Assert.Equal(("6.12.102-test", "zstd", true, true), (plan.KernelVersion, plan.Compression, plan.WillIgnite, plan.CanRun));
        Assert.Equal((0, 0), (plan.Tries, plan.TriesAfter));
        Assert.Equal(
            $"mount.usr=/dev/mapper/usr verity.usr=PARTUUID={LayoutImage.UsrAId} rootflags=rw root=LABEL=ROOT console=hvc0 flatcar.first_boot=detected "
                + $"flatcar.autologin verity.usrhash={Hash} systemd.condition_first_boot=1 ignition.config.url=http://192.168.100.1/node-1.json",
            plan.CommandLine);
        Assert.Equal("OEM:/grub.cfg, line 1", plan.Arguments.Single(argument => argument.Text == "flatcar.autologin").Origin);
        Assert.Equal("EFI-SYSTEM:/flatcar/grub/grub.cfg.tar, line 10", plan.Arguments.Single(argument => argument.Text.StartsWith("flatcar.first_boot", StringComparison.Ordinal)).Origin);
    }

    [Fact]
    public void Plan_changes_nothing_on_the_disk()
    {
        using var image = Flatcar(attributesA: "0101000000000000", attributesB: "0012000000000000");
        var before = System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(image.Path));
        Assert.Equal(("USR-B", 1, 0), (BootPlan.Make(image.Path).Slot!, BootPlan.Make(image.Path).Tries!.Value, BootPlan.Make(image.Path).TriesAfter!.Value));
        Assert.Equal(before, System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(image.Path)));
    }

    [Fact]
    public void Update_is_booted_while_it_has_a_try_and_the_old_system_afterwards()
    {
        using (var updated = Flatcar(attributesA: "0101000000000000", attributesB: "0012000000000000"))
        {
            var plan = BootPlan.Make(updated.Path);
            Assert.Equal(("USR-B", "/flatcar/vmlinuz-b"), (plan.Slot, plan.KernelPath));
        }
        using var failed = Flatcar(attributesA: "0101000000000000", attributesB: "0002000000000000");
        Assert.Equal("USR-A", BootPlan.Make(failed.Path).Slot);
        Assert.Equal("USR-B", BootPlan.Make(failed.Path, new BootPlanOptions { Slot = "b" }).Slot);
    }

    [Fact]
    public void Slot_whose_kernel_is_gone_is_passed_over_and_the_plan_says_so()
    {
        using var image = Flatcar(attributesA: "0101000000000000", attributesB: "0012000000000000", kernelB: false);
        var plan = BootPlan.Make(image.Path);
        Assert.Equal("USR-A", plan.Slot);
        Assert.True(plan.IsBootable);
        Assert.Contains(plan.Warnings, warning => warning.Contains("USR-B is passed over", StringComparison.Ordinal));
    }

    [Fact]
    public void Disk_whose_slots_all_failed_has_a_reason()
    {
        using var image = Flatcar(attributesA: "0001000000000000");
        var plan = BootPlan.Make(image.Path);
        Assert.False(plan.IsBootable);
        Assert.Equal("no USR partition has tries left or was booted before", plan.Problem);
        Assert.NotEmpty(plan.Advice);
    }

    /// <summary>GRUB's test -f wants a file: a guest can make a directory of that name, which makes no first boot.</summary>
    [Fact]
    public void Directory_in_the_place_of_first_boot_is_no_mark_of_a_first_boot()
    {
        using var image = Flatcar(firstBoot: false);
        using (var disk = XenKube.Disks.DiskImage.OpenWrite(image.Path))
        {
            using var files = disk.OpenFileSystem("EFI-SYSTEM");
            files.CreateDirectory("/flatcar/first_boot");
        }
        var plan = BootPlan.Make(image.Path);
        Assert.Null(plan.Problem);
        Assert.False(plan.WillIgnite);
        Assert.DoesNotContain("first_boot", plan.CommandLine, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_header_of_the_scripts_archive_is_a_plan_or_a_problem()
    {
        using var image = Flatcar();
        using var disk = File.Open(image.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var bytes = new byte[disk.Length];
        disk.ReadExactly(bytes);
        const int headerSize = 512, magicAt = 257;
        byte[] values = [0x80, 0xFF, (byte)'9'];
        var header = bytes.AsSpan().IndexOf("ustar"u8) - magicAt;
        var problems = 0;
        for (var at = 0; at < headerSize; at++)
        {
            // The fields with numbers get each value, names one of them, not at each byte.
            var isNumber = at is (>= 100 and < 157) or (>= 329 and < 345);
            if (!isNumber && at % LongRun.Count(8, 1) != 0)
            {
                continue;
            }
            foreach (var value in isNumber ? values : [values[at % values.Length]])
            {
                Write(header + at, value);
                problems += BootPlan.Make(image.Path).IsBootable ? 0 : 1;
            }
            Write(header + at, bytes[header + at]);
        }
        Assert.InRange(problems, 1, 3 * headerSize);

        void Write(int place, byte value)
        {
            disk.Position = place;
            disk.WriteByte(value);
            disk.Flush();
        }
    }

    [Fact]
    public void Configured_node_does_not_run_ignition()
    {
        using var image = Flatcar(firstBoot: false);
        var plan = BootPlan.Make(image.Path);
        Assert.False(plan.WillIgnite);
        Assert.DoesNotContain("first_boot", plan.CommandLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("xz")]
    [InlineData("lzma")]
    [InlineData("zstd")]
    [InlineData("lz4")]
    [InlineData("bzip2")]
    [InlineData("none")]
    public void Kernel_is_unpacked_from_each_format(string format)
    {
        using var image = Flatcar(format: format);
        var plan = BootPlan.Make(image.Path, new BootPlanOptions { ReadNotes = true });
        Assert.Null(plan.Problem);
        Assert.Equal((format, true), (plan.Compression, plan.CanRun));
    }

    [Theory]
    [InlineData(BootGuestType.Pv, true, false, true)]
    [InlineData(BootGuestType.Pvh, true, false, false)]
    [InlineData(BootGuestType.Pv, false, true, false)]
    [InlineData(BootGuestType.Pvh, false, true, true)]
    public void Kernel_without_the_note_of_the_guests_type_is_named(BootGuestType type, bool pv, bool pvh, bool canRun)
    {
        foreach (var inSection in (bool[])[false, true])
        {
            using var image = Flatcar(elf: ForgedKernel.Elf(pv, pvh, inSection));
            var plan = BootPlan.Make(image.Path, new BootPlanOptions { GuestType = type, ReadNotes = true });
            Assert.Equal(canRun, plan.CanRun);
            Assert.Equal(canRun, plan.IsBootable);
            Assert.True(canRun || plan.Problem!.Contains(type == BootGuestType.Pv ? "CONFIG_XEN_PV" : "PHYS32_ENTRY", StringComparison.Ordinal), plan.Problem);
        }
    }

    [Fact]
    public void Command_line_that_does_not_fit_is_refused_and_never_cut()
    {
        using var image = Flatcar();
        var length = BootPlan.Make(image.Path).CommandLine.Length;
        BootPlan Plan(BootGuestType type, int total) => BootPlan.Make(image.Path, new BootPlanOptions { GuestType = type, Arguments = [new string('x', total - length - 1)] });
        Assert.Null(Plan(BootGuestType.Pv, 1023).Problem);
        Assert.Contains("1024 characters, 1023 are the most", Plan(BootGuestType.Pv, 1024).Problem, StringComparison.Ordinal);
        Assert.Null(Plan(BootGuestType.Pvh, 2047).Problem);
        Assert.Contains("2048 characters, 2047 are the most", Plan(BootGuestType.Pvh, 2048).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_command_of_the_script_is_named_with_its_line()
    {
        using var image = Flatcar(script: "set a=1\nchainloader +1\n");
        var plan = BootPlan.Make(image.Path);
        Assert.Contains("grub.cfg.tar, line 2", plan.Problem, StringComparison.Ordinal);
        Assert.Contains("chainloader", plan.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Image_without_a_script_boots_by_the_built_in_one()
    {
        using var image = Flatcar(script: "");
        var plan = BootPlan.Make(image.Path);
        Assert.Null(plan.Problem);
        Assert.Equal("USR-A", plan.Slot);
        Assert.Contains("console=hvc0 flatcar.first_boot=detected flatcar.randomize_disk_guid=00000000-0000-0000-0000-000000000001", plan.CommandLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "ignition.firstboot rd.neednet=1 mitigations=auto,nosmt ostree=/ostree/boot.1/fedora-coreos/abc/0 ignition.platform.id=metal console=hvc0")]
    [InlineData(false, "mitigations=auto,nosmt ostree=/ostree/boot.1/fedora-coreos/abc/0 ignition.platform.id=metal console=hvc0")]
    public void Fedora_coreos_boots_its_newest_entry(bool isFirst, string expected)
    {
        var files = Entries(("ostree-1", "older", "/ostree/fedora-coreos-old/vmlinuz"), ("ostree-2", "newer", "/ostree/fedora-coreos-abc/vmlinuz-6.16"), ("ostree-10+3", "newest", "/ostree/fedora-coreos-abc/vmlinuz-6.16"));
        if (isFirst)
        {
            files["ignition.firstboot"] = Encoding.UTF8.GetBytes("set ignition_network_kcmdline='rd.neednet=1'\n");
        }
        using var image = LayoutImage.FedoraCoreOS(files, ("loader", "loader.1"));
        var plan = BootPlan.Make(image.Path, new BootPlanOptions { ReadNotes = true });
        Assert.Null(plan.Problem);
        Assert.Equal((BootRules.Entries, null, "ostree-10", "boot", "/ostree/fedora-coreos-abc/vmlinuz-6.16"), (plan.Rules, plan.Slot, plan.Entry, plan.KernelPartition, plan.KernelPath));
        Assert.Equal(["/ostree/fedora-coreos-abc/initramfs.img"], plan.InitrdPaths);
        Assert.Equal((isFirst, expected, 3, 2), (plan.WillIgnite, plan.CommandLine, plan.Tries, plan.TriesAfter));
        Assert.Equal("ostree-2", BootPlan.Make(image.Path, new BootPlanOptions { Entry = "1" }).Entry);
        Assert.Contains("gone", BootPlan.Make(image.Path, new BootPlanOptions { Entry = "gone" }).Problem, StringComparison.Ordinal);
        Assert.Contains("vmlinuz", BootPlan.Make(image.Path, new BootPlanOptions { Entry = "ostree-1" }).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Disk_of_neither_kind_is_left_to_pygrub()
    {
        using var image = LayoutImage.FedoraCoreOS(new() { ["other"] = [1] });
        var plan = BootPlan.Make(image.Path);
        Assert.Equal(BootRules.Unknown, plan.Rules);
        Assert.Contains("pygrub", plan.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_kernels_are_problems_and_never_exceptions()
    {
        var elf = ForgedKernel.Elf(size: 20_000);
        var good = ForgedKernel.BzImage(Pack("xz", elf), elf.Length);
        var random = new Random(3);
        using var image = Flatcar();
        for (var round = 0; round < 400; round++)
        {
            var damaged = good.ToArray();
            for (var i = 0; i < 4; i++)
            {
                damaged[random.Next(2) == 0 ? random.Next(0x1E0, 0x260) : random.Next(damaged.Length)] = (byte)random.Next(256);
            }
            try
            {
                var kernel = XenKube.Booting.Kernels.LinuxKernel.Read(damaged);
                _ = kernel.VerityHash;
                var unpacked = new MemoryStream();
                kernel.Unpack(unpacked);
                XenKube.Booting.Kernels.XenNotes.Read(unpacked);
            }
            catch (XenKubeException)
            {
            }
        }
        Assert.Throws<CorruptImageException>(() => XenKube.Booting.Kernels.LinuxKernel.Read(good[..100]));
    }

    private static byte[] Pack(string format, byte[] content) => format switch
    {
        "gzip" => Tool.Run("gzip", ["-c"], content).ShouldSucceed().OutputBytes,
        "bzip2" => Tool.Run("bzip2", ["-c"], content).ShouldSucceed().OutputBytes,
        "none" => content,
        "xz" => Decompression.Compress("xz", content, "--check=crc32", "--x86", "--lzma2=dict=1MiB"),
        _ => Decompression.Compress(format, content),
    };

    private static byte[] Kernel(string format, byte[] elf, string? hash = Hash)
    {
        Tool.Need(format == "none" ? "gzip" : Decompression.ProgramOf(format));
        return ForgedKernel.BzImage(Pack(format, elf), format is "gzip" or "none" ? null : elf.Length, hash: hash);
    }

    internal static LayoutImage Flatcar(
        string script = Script,
        string format = "zstd",
        byte[]? elf = null,
        bool firstBoot = true,
        bool kernelB = true,
        string? oem = null,
        string attributesA = "0101000000000000",
        string attributesB = "0000000000000000")
    {
        LayoutImage.NeedTools();
        var kernel = Kernel(format, elf ?? ForgedKernel.Elf());
        var files = new Dictionary<string, byte[]> { ["flatcar/vmlinuz-a"] = kernel };
        if (kernelB)
        {
            files["flatcar/vmlinuz-b"] = kernel;
        }
        if (firstBoot)
        {
            files["flatcar/first_boot"] = [1];
        }
        if (script.Length > 0)
        {
            files["flatcar/grub/grub.cfg.tar"] = Tar(script);
        }
        return LayoutImage.Flatcar(files, oem, attributesA, attributesB);
    }

    private static byte[] Tar(string script)
    {
        var bytes = new MemoryStream();
        using (var writer = new TarWriter(bytes, TarEntryFormat.Ustar, leaveOpen: true))
        {
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "grub.cfg") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(script)) });
        }
        return bytes.ToArray();
    }

    internal static Dictionary<string, byte[]> Entries(params (string Name, string Title, string Kernel)[] entries)
    {
        LayoutImage.NeedTools();
        var files = new Dictionary<string, byte[]>
        {
            ["ostree/fedora-coreos-abc/vmlinuz-6.16"] = Kernel("zstd", ForgedKernel.Elf(), hash: null),
            ["ostree/fedora-coreos-abc/initramfs.img"] = [1, 2, 3],
        };
        foreach (var (name, title, kernel) in entries)
        {
            files[$"loader.1/entries/{name}.conf"] = Encoding.UTF8.GetBytes($"""
                title {title}
                version 1
                options $ignition_firstboot mitigations=auto,nosmt ostree=/ostree/boot.1/fedora-coreos/abc/0 ignition.platform.id=metal
                linux {kernel}
                initrd /ostree/fedora-coreos-abc/initramfs.img

                """);
        }
        return files;
    }
}
