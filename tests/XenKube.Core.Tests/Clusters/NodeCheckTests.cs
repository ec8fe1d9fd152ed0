using System.Buffers.Binary;
using System.Text;
using XenKube.Booting.Kernels;
using XenKube.Clusters;
using XenKube.Guests;
using XenKube.Networks;
using XenKube.Tests.Guests;
using XenKube.Tests.Support;

namespace XenKube.Tests.Clusters;

[Trait("Kind", "Process")]
public sealed class NodeCheckTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly XenDirectory _directory;
    private readonly Node _node;

    public NodeCheckTests()
    {
        foreach (var name in new[] { "images", "guests/etcd", "nginx/etcd", "keys" })
        {
            Directory.CreateDirectory(_folder[name]);
        }
        _folder.Write("xenkube.json", """{ "reservationsFile": "hostsfile" }""");
        _folder.Write("hostsfile", "00:16:3e:4e:31:11,192.168.100.11\n");
        _directory = new XenDirectory(_folder.Path, onWait: null);
        var path = _folder["guests/etcd/node-1.img"];
        _folder.Write("guests/etcd/node-1.cfg", XenGuestConfig.Create("etcd-node-1", 1024, 1, XenVif.Create(MacAddress.Parse("00:16:3e:4e:31:11")), [XenDisk.Create(path)]).ToString());
        _folder.Write("nginx/etcd/node-1.json", """{"ignition":{"config":{},"timeouts":{},"version":"2.1.0"},"networkd":{},"passwd":{},"storage":{},"systemd":{}}""");
        SampleImage.Copy(SampleImage.Classic, _folder, "guests/etcd/node-1.img");
        _node = new NodeStore(_directory).Describe("etcd", "node-1");
    }

    public void Dispose() => _folder.Dispose();

    private Dictionary<string, CheckResult> Run() =>
        new NodeCheck(_directory).Run(_node).ToDictionary(result => result.Name);

    private void Edit(string label, Action<XenKube.FileSystems.IFileSystem> edit)
    {
        using var disk = XenKube.Disks.DiskImage.OpenWrite(_node.DiskPath);
        using var fileSystem = disk.OpenFileSystem(label);
        edit(fileSystem);
    }

    private void Fails(string name, CheckStatus status, string message)
    {
        var result = Run()[name];
        Assert.True(result.Status == status && result.Message.Contains(message, StringComparison.Ordinal) && result.Remedy.Length > 0, result.ToString());
        Assert.Equal("etcd/node-1", result.Target);
    }

    [Fact]
    public void Refreshed_node_passes_every_check()
    {
        File.Copy(SampleImage.ClassicArchive, _folder["images/coreos-1520.9.0.bin.bz2"]);
        File.Copy(SampleImage.ClassicArchive + ".sig", _folder["images/coreos-1520.9.0.bin.bz2.sig"]);
        new XenKube.Images.Signatures.TrustStore(_directory.KeysPath).Import(Project.Tests("assets", "Sample_Image_Signing_Key.asc"));
        OemGrubConfig.Write(_node.DiskPath, _node.IgnitionUri);
        Edit("ROOT", root => root.Remove("/etc/machine-id"));
        var results = Run();
        Assert.All(results.Values, result => Assert.True(result.Status == CheckStatus.Pass, result.ToString()));
        Assert.Equal(["partitions", "file-systems", "release", "boot", "kernel", "oem", "url", "first-boot", "machine-id", "signature", "ignition", "config", "address"], results.Keys);
    }

    private Dictionary<string, CheckResult> RunWith(StandInXl xl) =>
        new NodeCheck(_directory, new NodeCheckOptions { Signature = false }, xl.Driver).Run(_node).ToDictionary(result => result.Name);

    private StandInXl XlOf(string state)
    {
        var xl = new StandInXl(("list -l", "now-l"), ("list", "now"));
        return xl.List("now", (5, "etcd-node-1", state, _node.DiskPath, "00:16:3e:4e:31:11"));
    }

    [Fact]
    public void Healthy_running_guest_has_no_fault()
    {
        OemGrubConfig.Write(_node.DiskPath, _node.IgnitionUri);
        Edit("EFI-SYSTEM", boot => boot.Remove("/coreos/first_boot"));
        Tool.Run("losetup", "-f", "--show", _node.DiskPath);
        try
        {
            using var xl = XlOf("-b----");
            var results = RunWith(xl);
            Assert.All(results.Values, result => Assert.True(result.Status == CheckStatus.Pass, result.ToString()));
            Assert.Equal("etcd-node-1 is running, as domain 5", results["guest"].Message);
            Assert.Equal("Ignition ran: the guest has removed /coreos/first_boot", results["first-boot"].Message);
        }
        finally
        {
            foreach (var device in Tool.Run("losetup", "-j", _node.DiskPath).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                Tool.Run("losetup", "-d", device.Split(':')[0]);
            }
        }
    }

    [Theory]
    [InlineData("--p---", CheckStatus.Warn, "is paused", "resume guest etcd/node-1")]
    [InlineData("---sc-", CheckStatus.Fail, "has crashed", "destroy guest etcd/node-1")]
    [InlineData("---sr-", CheckStatus.Pass, "is rebooting", "", true)]
    [InlineData("---s--", CheckStatus.Pass, "is shutting down", "", true)]
    [InlineData("---sr-", CheckStatus.Warn, "has shut down, and its xl", "destroy guest etcd/node-1")]
    [InlineData("---s--", CheckStatus.Warn, "has shut down, and its xl", "destroy guest etcd/node-1")]
    public void Guest_is_told_in_its_state(string letters, CheckStatus status, string message, string remedy, bool hasXl = false)
    {
        using var xl = XlOf(letters);
        if (hasXl)
        {
            _folder.Write("guests/etcd/node-1.cfg", $"name = \"etcd-node-1\"\ndisk = ['{_node.DiskPath},raw,xvda']\n");
            xl.Process(4711, ["xl", "create", _node.GuestConfigPath]);
        }
        var result = RunWith(xl)["guest"];
        Assert.Equal(status, result.Status);
        Assert.Contains(message, result.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, result.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Disk_that_a_running_guest_is_writing_is_not_checked_and_not_blamed()
    {
        using (var disk = new FileStream(_node.DiskPath, FileMode.Open, FileAccess.Write))
        {
            // The superblock of ROOT.
            disk.Position = 2487222272 + 1024;
            disk.Write(new byte[1024]);
        }
        using (var xl = XlOf("-b----"))
        {
            Assert.All(RunWith(xl).Values, result => Assert.DoesNotContain("remake", result.Remedy, StringComparison.Ordinal));
        }
        using var none = new StandInXl(("list -l", "list-no-xen"));
        Assert.Contains(RunWith(none).Values, result => result.Status != CheckStatus.Pass && result.Name is "file-systems" or "machine-id");
    }

    [Fact]
    public void Check_that_may_not_be_made_blames_nothing()
    {
        Tool.Need("setpriv");
        Assert.SkipWhen(Environment.UserName != "root", "only root can become another user");
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(_node.DiskPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var run = Tool.Run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", $"HOME={_folder.Path}", "DOTNET_EnableDiagnostics=0", Tool.Find("dotnet")!, Path.Combine(AppContext.BaseDirectory, "xenkube.dll"), "node", "check", "etcd/node-1", "--xen-dir", _folder.Path);
        Assert.SkipWhen(run.All.Contains("Access to the path", StringComparison.Ordinal) || run.All.Length == 0, "another user may not run the tests' program");
        Assert.Contains("not checked: ", run.Output, StringComparison.Ordinal);
        Assert.Contains("Permission denied", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("--replace", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("does not name its release", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Faults_on_the_disk_are_found()
    {
        Fails("url", CheckStatus.Fail, "names no config");
        Fails("machine-id", CheckStatus.Warn, "/etc/machine-id");
        Fails("signature", CheckStatus.Warn, "1520.9.0");
        OemGrubConfig.Write(_node.DiskPath, new Uri("http://192.168.100.1/etcd/other.json"));
        Fails("url", CheckStatus.Fail, "other.json");
        Edit("EFI-SYSTEM", boot => boot.Remove("/coreos/first_boot"));
        Fails("first-boot", CheckStatus.Fail, "will not run");
        Edit("EFI-SYSTEM", boot => boot.WriteFile("/boot/grub/menu.lst", "title x\nroot (hd0,0)\nkernel /xen/none.elf\n"u8));
        Fails("boot", CheckStatus.Fail, "/xen/none.elf");
        Edit("EFI-SYSTEM", boot => boot.WriteFile("/boot/grub/menu.lst", "title x\n"u8));
        Fails("boot", CheckStatus.Fail, "names no kernel");
        Edit("EFI-SYSTEM", boot => boot.Remove("/boot/grub/menu.lst"));
        Fails("boot", CheckStatus.Fail, "menu.lst");
        Edit("EFI-SYSTEM", boot => boot.WriteFile("/coreos/vmlinuz-a", Kernel([0x28, 0xb5, 0x2f, 0xfd])));
        Fails("kernel", CheckStatus.Fail, "zstd");
        Edit("EFI-SYSTEM", boot => boot.WriteFile("/coreos/vmlinuz-a", "nothing"u8));
        Fails("kernel", CheckStatus.Fail, "the guest cannot start this kernel: the file is too short");
        Edit("EFI-SYSTEM", boot => boot.Remove("/coreos/vmlinuz-a"));
        Fails("kernel", CheckStatus.Fail, "no kernel");
    }

    private static byte[] Kernel(byte[] payload)
    {
        var kernel = new byte[4096];
        kernel[0x1f1] = 1;
        kernel[0x1fe] = 0x55;
        kernel[0x1ff] = 0xaa;
        "HdrS"u8.CopyTo(kernel.AsSpan(0x202));
        kernel[0x206] = 0x0f;
        kernel[0x207] = 0x02;
        kernel[0x248] = 0x40;
        BinaryPrimitives.WriteInt32LittleEndian(kernel.AsSpan(0x24c), kernel.Length - 1024 - 0x40);
        payload.CopyTo(kernel, 1024 + 0x40);
        return kernel;
    }

    [Theory]
    [InlineData(new byte[] { 0x1f, 0x8b }, "gzip")]
    [InlineData(new byte[] { 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00 }, "xz")]
    [InlineData(new byte[] { 0x28, 0xb5, 0x2f, 0xfd }, "zstd")]
    [InlineData(new byte[] { 1, 2, 3 }, null)]
    public void Packing_of_a_kernel_is_told(byte[] payload, string? name)
    {
        using var stream = new MemoryStream(Kernel(payload));
        Assert.Equal(name, KernelCompression.Detect(stream, stream.Length));
    }

    public static TheoryData<string, byte[]> Broken => new()
    {
        { "too short", [] },
        { "too short", "nothing"u8.ToArray() },
        { "neither a bzImage nor an ELF file", new byte[4000] },
        { "neither a bzImage nor an ELF file", Encoding.ASCII.GetBytes(new string('x', 1 << 16)) },
        { "beyond the end of the file", Kernel([0x1f, 0x8b])[..2048] },
        { "beyond the end of the file", Kernel([0x1f, 0x8b])[..4095] },
        { "older than 2.08", Old() },
    };

    private static byte[] Old()
    {
        var kernel = Kernel([0x1f, 0x8b]);
        kernel[0x206] = 7;
        return kernel;
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public void Kernel_that_cannot_start_is_a_fault_of_a_disk_that_nobody_changes(string reason, byte[] content)
    {
        Edit("EFI-SYSTEM", boot => boot.WriteFile("/coreos/vmlinuz-a", content));
        Fails("kernel", CheckStatus.Fail, reason);
        Fails("kernel", CheckStatus.Fail, "/coreos/vmlinuz-a: the guest cannot start this kernel");
    }

    [Fact]
    public void Kernel_of_a_kind_that_is_not_known_is_not_called_broken()
    {
        Edit("EFI-SYSTEM", boot => boot.WriteFile("/coreos/vmlinuz-a", Kernel([1, 2, 3])));
        Fails("kernel", CheckStatus.Warn, "not a kind of Linux kernel");
    }

    [Theory]
    [InlineData(new byte[] { 0x7f, 0x45, 0x4c, 0x46 }, "gzip")]
    [InlineData(new byte[] { 1, 2, 3, 4 }, null)]
    public void Elf_kernel_that_is_packed_as_a_whole_is_a_kernel(byte[] head, string? name)
    {
        var content = new byte[1 << 16];
        Random.Shared.NextBytes(content);
        head.CopyTo(content, 0);
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionMode.Compress, leaveOpen: true))
        {
            gzip.Write(content);
        }
        packed.Position = 0;
        Assert.Equal(name, KernelCompression.Detect(packed, packed.Length));
    }

    [Fact]
    public void Faults_of_file_systems_are_found()
    {
        Tool.Need("debugfs", "e2label", "mke2fs");
        Overwrite(2285895680, image => Tool.Run("debugfs", "-w", "-R", "feature needs_recovery", image).ShouldSucceed());
        Fails("file-systems", CheckStatus.Warn, "OEM was not unmounted cleanly");
        Fails("oem", CheckStatus.Warn, "journal");
        Overwrite(2285895680, image =>
        {
            Tool.Run("debugfs", "-w", "-R", "feature -needs_recovery", image).ShouldSucceed();
            Tool.Run("e2label", image, "DATA").ShouldSucceed();
        });
        Fails("oem", CheckStatus.Warn, "DATA");
        Overwrite(2285895680, image => Tool.Run("mke2fs", "-q", "-F", "-t", "ext4", "-L", "OEM", "-O", "inline_data", image).ShouldSucceed());
        Fails("oem", CheckStatus.Fail, "inline_data");
        Overwrite(2285895680, image =>
        {
            using var file = File.OpenWrite(image);
            file.Position = 0x10040;
            file.Write("_BHRfS_M"u8);
            file.Position = 1024;
            file.Write(new byte[1024]);
        });
        Fails("oem", CheckStatus.Fail, "btrfs");
        Overwrite(2285895680, image => Tool.Run("mke2fs", "-q", "-F", "-t", "ext4", "-L", "OEM", image).ShouldSucceed());
        using (var disk = new FileStream(_node.DiskPath, FileMode.Open, FileAccess.Write))
        {
            // s_state of ROOT: errors detected
            disk.Position = 2487222272 + 1024 + 0x3a;
            disk.WriteByte(2);
        }
        Fails("file-systems", CheckStatus.Fail, "ROOT is marked as faulty");
    }

    /// <summary>Takes a partition's file system out, lets a real tool change it, and puts it back.</summary>
    private void Overwrite(long start, Action<string> change)
    {
        var part = SampleImage.Extract(_node.DiskPath, start, 134217728, _folder["part"]);
        change(part);
        Tool.Run("dd", $"if={part}", $"of={_node.DiskPath}", "bs=1M", "conv=notrunc,sparse", $"seek={start}", "oflag=seek_bytes", "status=none").ShouldSucceed();
        using var disk = new FileStream(_node.DiskPath, FileMode.Open, FileAccess.Write);
        using var source = File.OpenRead(part);
        // dd leaves out zeros, so the first blocks, where the superblock and its neighbours are, are written whole.
        var head = new byte[1 << 20];
        source.ReadExactly(head);
        disk.Position = start;
        disk.Write(head);
        File.Delete(part);
    }

    [Fact]
    public void Missing_partition_is_named_and_ends_the_look_at_the_disk()
    {
        Tool.Need("sgdisk");
        Tool.Run("sgdisk", "-c", "6:MEO", "-c", "9:TOOR", _node.DiskPath).ShouldSucceed();
        Fails("partitions", CheckStatus.Fail, "no partition OEM, ROOT");
        Assert.DoesNotContain("url", Run().Keys);
    }

    [Fact]
    public void Release_that_the_disk_does_not_name_is_found()
    {
        Edit("USR-A", usr => usr.WriteFile("/lib/os-release", "NAME=x\n"u8));
        Fails("release", CheckStatus.Warn, "names a release");
        Fails("signature", CheckStatus.Warn, "does not name its release");
        Edit("USR-A", usr => usr.Remove("/lib/os-release"));
        Fails("release", CheckStatus.Warn, "no lib/os-release");
    }

    [Fact]
    public void Fat_that_was_not_unmounted_is_found()
    {
        using (var disk = new FileStream(_node.DiskPath, FileMode.Open, FileAccess.ReadWrite))
        {
            // BS_Reserved1 of FAT16: Linux sets its lowest bit while the volume is mounted.
            disk.Position = 2097152 + 0x25;
            disk.WriteByte(1);
        }
        Fails("file-systems", CheckStatus.Warn, "EFI-SYSTEM was not unmounted cleanly");
    }

    [Fact]
    public void Image_that_is_not_as_it_was_signed_is_found()
    {
        var bytes = File.ReadAllBytes(SampleImage.ClassicArchive);
        bytes[1000] ^= 1;
        File.WriteAllBytes(_folder["images/coreos-1520.9.0.bin.bz2"], bytes);
        Fails("signature", CheckStatus.Fail, "no signature");
        File.Copy(SampleImage.ClassicArchive + ".sig", _folder["images/coreos-1520.9.0.bin.bz2.sig"]);
        Fails("signature", CheckStatus.Fail, "UnknownKey");
        new XenKube.Images.Signatures.TrustStore(_directory.KeysPath).Import(Project.Tests("assets", "Sample_Image_Signing_Key.asc"));
        Fails("signature", CheckStatus.Fail, "Bad");
    }

    [Fact]
    public void Config_that_is_old_or_not_served_as_it_is_is_found()
    {
        File.SetLastWriteTimeUtc(_folder.Write("guests/etcd/node-1.ct", "passwd: {users: [{name: core}]}"), DateTime.UtcNow.AddMinutes(1));
        Fails("ignition", CheckStatus.Warn, "newer than what is published");
        File.SetLastWriteTimeUtc(_node.ConfigPath, DateTime.UtcNow.AddHours(-1));
        Fails("ignition", CheckStatus.Warn, "is not what");
        File.WriteAllText(_node.ConfigPath, "");
        File.SetLastWriteTimeUtc(_node.ConfigPath, DateTime.UtcNow.AddHours(-1));
        Assert.Equal(CheckStatus.Pass, Run()["ignition"].Status);
        _folder.Write("guests/etcd/node-1.ct.tmpl", "# ${Node.Nope}\n");
        File.SetLastWriteTimeUtc(_node.TemplatePath, DateTime.UtcNow.AddHours(1));
        Fails("ignition", CheckStatus.Warn, "template cannot be expanded");
        File.WriteAllText(_node.TemplatePath, "# ${Node.Name}\n");
        File.SetLastWriteTimeUtc(_node.TemplatePath, DateTime.UtcNow.AddHours(1));
        Fails("ignition", CheckStatus.Warn, "older than its template");
        File.Delete(_node.TemplatePath);
        File.Delete(_node.IgnitionPath);
        Directory.CreateDirectory(_node.IgnitionPath);
        Fails("ignition", CheckStatus.Fail, "is a directory");
    }

    [Fact]
    public void Endpoint_is_asked_for_what_is_published()
    {
        using var server = XenKube.Hosting.IgnitionServer.Start(_folder["nginx"], System.Net.IPAddress.Loopback);
        _folder.Write("xenkube.json", $$"""{ "reservationsFile": "hostsfile", "address": "127.0.0.1", "port": {{server.EndPoint.Port}} }""");
        var directory = new XenDirectory(_folder.Path, onWait: null);
        var node = new NodeStore(directory).Describe("etcd", "node-1");
        CheckResult Endpoint() => new NodeCheck(directory, new NodeCheckOptions { Endpoint = true, Signature = false }).Run(node).Single(result => result.Name == "endpoint");
        Assert.Equal(CheckStatus.Pass, Endpoint().Status);
        server.Stop();
        var result = Endpoint();
        Assert.True(result.Status == CheckStatus.Fail && result.Message.Contains("nobody listens", StringComparison.Ordinal) && result.Remedy.Length > 0, result.ToString());
        File.Delete(node.IgnitionPath);
        Assert.Equal(CheckStatus.Fail, Endpoint().Status);
    }

    [Fact]
    public void Faults_of_the_partition_table_are_found()
    {
        using (var disk = new FileStream(_node.DiskPath, FileMode.Open, FileAccess.ReadWrite))
        {
            disk.Position = 512;
            disk.Write(new byte[512]);
        }
        Fails("partitions", CheckStatus.Warn, "backup");
        File.WriteAllBytes(_node.DiskPath, new byte[1 << 20]);
        Fails("disk", CheckStatus.Fail, "");
        File.Delete(_node.DiskPath);
        Fails("disk", CheckStatus.Fail, "");
    }

    [Fact]
    public void Faults_of_configs_and_addresses_are_found()
    {
        _folder.Write("nginx/etcd/node-1.json", """{"ignition":{"version":"3.3.0"}}""");
        Fails("ignition", CheckStatus.Fail, "generation 2 only");
        _folder.Write("nginx/etcd/node-1.json", """{"ignition":{"version":"2.3.0"}}""");
        Fails("ignition", CheckStatus.Fail, "older");
        _folder.Write("nginx/etcd/node-1.json", "{");
        Fails("ignition", CheckStatus.Fail, "not valid");
        File.Delete(_node.IgnitionPath);
        Fails("ignition", CheckStatus.Fail, "not published");
        _folder.Write("hostsfile", "");
        Fails("address", CheckStatus.Warn, "no reservation");
        _folder.Write("hostsfile", "00:16:3e:4e:31:11,192.168.100.11\n00:16:3e:4e:31:11,192.168.100.12\n");
        Fails("address", CheckStatus.Fail, "2 times");
        var config = XenGuestConfig.Read(_node.GuestConfigPath);
        _folder.Write("guests/kube/a.cfg", config.With("name", XenConfigValue.OfText("a")).With("disk", XenConfigValue.OfTexts("/a.img,raw,xvda")).ToString());
        Fails("address", CheckStatus.Fail, "kube/a");
        _folder.Write("guests/kube/a.cfg", config.ToString());
        Fails("config", CheckStatus.Fail, "same name");
        _folder.Write("guests/kube/a.cfg", config.With("name", XenConfigValue.OfText("a")).ToString());
        Fails("config", CheckStatus.Fail, "same disk");
        File.Delete(_folder["guests/kube/a.cfg"]);
        config.With("memory", XenConfigValue.OfText("lots")).Save();
        Fails("config", CheckStatus.Fail, "memory");
        config.With("disk", XenConfigValue.OfTexts("/other.img,raw,xvda")).Save();
        Fails("config", CheckStatus.Fail, "/other.img");
        config.Without("vif").Save();
        Fails("address", CheckStatus.Fail, "no MAC address");
        File.WriteAllText(_node.GuestConfigPath, "name = \n");
        Assert.Equal(CheckStatus.Fail, Run()["config"].Status);
        File.Delete(_node.GuestConfigPath);
        Fails("config", CheckStatus.Fail, "does not exist");
    }

    [Fact]
    public void Secrets_that_other_users_can_read_are_named_and_the_remedy_closes_the_files()
    {
        Assert.DoesNotContain("secrets", Run().Keys);
        _folder.Write("guests/etcd/node-1.ct", "passwd: {users: [{name: core, password_hash: $6$salt$hiddenhidden}]}\n");
        _folder.Write("nginx/etcd/node-1.json", """{"ignition":{"version":"2.1.0"},"passwd":{"users":[{"name":"core","passwordHash":"$6$salt$hiddenhidden"}]}}""");
        foreach (var path in new[] { _node.ConfigPath, _node.IgnitionPath })
        {
            File.SetUnixFileMode(path, (UnixFileMode)0x1A4);
        }
        Fails("secrets", CheckStatus.Warn, $"every user of this host can read the secrets in {_node.ConfigPath}, {_node.IgnitionPath}: user core (password hash)");
        Assert.DoesNotContain("hidden", string.Join('\n', Run().Values), StringComparison.Ordinal);
        Tool.Run("sh", "-c", Run()["secrets"].Remedy).ShouldSucceed();
        Assert.Equal(CheckStatus.Pass, Run()["secrets"].Status);
    }
}
