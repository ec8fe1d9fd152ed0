using System.Text.Json;
using System.Text.RegularExpressions;
using XenKube.Clusters;
using XenKube.Disks;
using XenKube.Images.Signatures;
using XenKube.Tests.Booting;
using XenKube.Tests.Cli;
using XenKube.Tests.Support;
using LoopDevice = XenKube.Tests.Support.LoopDevice;

namespace XenKube.Tests.Clusters;

/// <summary>Disks that are made again, and ROOT of Flatcar that the next boot empties; each remedy that names them is followed.</summary>
[Trait("Kind", "Process")]
public sealed partial class NodeRecreationTests : IDisposable
{
    private const string FedoraRelease = "44.20261101.3.0", FlatcarRelease = "4593.2.5";

    private readonly TemporaryDirectory _folder = new();
    private readonly XenDirectory _directory;

    public NodeRecreationTests()
    {
        LayoutImage.NeedTools();
        Tool.Need("gpg", "gpgconf", "xz");
        foreach (var name in new[] { "guests/web", "images", "nginx/web", "keys" })
        {
            Directory.CreateDirectory(_folder[name]);
        }
        _folder.Write("xenkube.json", """{ "reservationsFile": "hostsfile" }""");
        _folder.Write("hostsfile", "00:16:3e:4e:31:11,192.168.100.11\n");
        _folder.Write("guests/web/node-1.ct", "passwd: {}\n");
        _directory = new XenDirectory(_folder.Path, onWait: null);
    }

    private Node Node => new NodeStore(_directory).Describe("web", "node-1");

    public void Dispose()
    {
        if (Directory.Exists(_folder["gpg"]))
        {
            Tool.Run("gpgconf", "--homedir", _folder["gpg"], "--kill", "all");
        }
        _folder.Dispose();
    }

    [Fact]
    public void Fedora_coreos_that_should_be_configured_again_is_made_again_as_the_check_says()
    {
        MakeNode("fedora-coreos", isSigned: true);
        var guest = File.ReadAllText(Node.GuestConfigPath);
        var length = new FileInfo(Node.DiskPath).Length;
        Boot("data of the guest");
        var remedy = Check("first-boot");
        Assert.Equal("Fail", remedy.Status);
        Assert.Contains("does not support", remedy.Remedy, StringComparison.Ordinal);

        var run = Type(remedy.Remedy);
        Assert.Contains($"fedora-coreos-{FedoraRelease}.raw.xz", run.Output, StringComparison.Ordinal);
        Assert.Equal("Pass", Check("first-boot").Status);
        Assert.Equal((FedoraRelease, length), (Node.Release, new FileInfo(Node.DiskPath).Length));
        Assert.Null(Read("boot", "/data"));
        Assert.Equal(guest, File.ReadAllText(Node.GuestConfigPath));
        Assert.Equal("192.168.100.11", Node.IPAddress);
        Assert.True(File.Exists(Node.IgnitionPath));
        Assert.Empty(Directory.GetFiles(_folder["guests/web"], ".*"));
    }

    [Fact]
    public void Second_run_of_ignition_on_fedora_coreos_is_told_of_with_the_remedy_and_the_first_is_not()
    {
        MakeNode("fedora-coreos", isSigned: true);
        new IgnitionResetter(_directory).Reset([Node], new IgnitionResetOptions());
        Assert.Empty(new IgnitionResetter(_directory).Reset([Node], new IgnitionResetOptions()).Single().Notes);
        Boot("data of the guest");
        var again = CommandLineRun.Of("node", "refresh", "web/node-1", "--xen-dir", _folder.Path).ShouldSucceed();
        Assert.Contains("does not support that Ignition runs a second time", again.Error, StringComparison.Ordinal);
        Assert.NotNull(Read("boot", "/data"));
        Type(again.Error);
        Assert.Null(Read("boot", "/data"));
        Assert.NotNull(Read("boot", "/ignition.firstboot"));
    }

    [Fact]
    public void Disk_stays_where_the_config_is_wrong_or_the_image_is_not_trusted_or_there_is_none()
    {
        MakeNode("fedora-coreos", isSigned: false);
        Boot("data of the guest");
        IgnitionResetOptions Recreating(string? image = null) => new() { Recreation = new NodeRecreation { Image = image } };
        string Refusal(IgnitionResetOptions options)
        {
            var error = Record.Exception(() => new IgnitionResetter(_directory).Reset([Node], options));
            Assert.NotNull(Read("boot", "/data"));
            return ((error as AggregateException)?.InnerException as XenKubeException ?? error as XenKubeException)!.ErrorId;
        }
        Assert.Equal("SignatureNotFound", Refusal(Recreating()));
        File.Delete(_folder[$"images/fedora-coreos-{FedoraRelease}.raw.xz"]);
        Assert.Equal("ImageNotFound", Refusal(Recreating()));
        Assert.Equal("ImageNotFound", Refusal(Recreating("9.9.9")));
        _folder.Write("guests/web/node-1.ct", "storage: [\n");
        Assert.NotEqual("ImageNotFound", Refusal(Recreating()));
    }

    [Fact]
    public void Block_device_is_made_again_in_its_place_and_one_with_another_user_is_kept()
    {
        MakeNode("fedora-coreos", isSigned: true);
        var length = new FileInfo(Node.DiskPath).Length;
        File.Move(Node.DiskPath, _folder["device"]);
        using var loop = LoopDevice.Need(_folder["device"]);
        File.CreateSymbolicLink(Node.DiskPath, loop.Path);
        Boot("data of the guest");
        Tool.Need("sh", "sleep");
        using (var holder = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("sh", ["-c", $"exec 3<>{loop.Path}; echo open; exec sleep 600"]) { RedirectStandardOutput = true })!)
        {
            try
            {
                Assert.Equal("open", holder.StandardOutput.ReadLine());
                Assert.Equal(1, CommandLineRun.Of("node", "refresh", "web/node-1", "--recreate", "--xen-dir", _folder.Path).ExitCode);
                Assert.NotNull(Read("boot", "/data"));
            }
            finally
            {
                holder.Kill();
                holder.WaitForExit();
            }
        }
        CommandLineRun.Of("node", "refresh", "web/node-1", "--recreate", "--xen-dir", _folder.Path).ShouldSucceed();
        Assert.Equal(loop.Path, new FileInfo(Node.DiskPath).LinkTarget);
        Assert.Null(Read("boot", "/data"));
        Assert.NotNull(Read("boot", "/ignition.firstboot"));
        Assert.Equal(length, new FileInfo(_folder["device"]).Length);
        Assert.Equal(FedoraRelease, Node.Release);
        // All of the device is the image or zeros, but for what the refresh wrote: nothing of the guest is left.
        Assert.DoesNotContain("data of the guest", System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(loop.Path)), StringComparison.Ordinal);
    }

    [Fact]
    public void New_node_has_the_backup_of_its_table_at_the_end_where_that_is_asked_for()
    {
        MakeNode("fedora-coreos", isSigned: true);
        foreach (var (name, options) in new[] { ("as-the-guide", Array.Empty<string>()), ("moved", ["--move-backup-table"]) })
        {
            CommandLineRun.Of(["node", "new", $"web/{name}", "--image", FedoraRelease, "--additional-space", "8MB", .. options, "--xen-dir", _folder.Path]).ShouldSucceed();
            Assert.Equal(options.Length > 0, Tool.Run("sgdisk", "-v", _folder[$"guests/web/{name}.img"]).All.Contains("No problems found", StringComparison.Ordinal));
        }
        // A device is longer than its image without any space that is asked for.
        using (var device = File.Create(_folder["device"]))
        {
            device.SetLength(new FileInfo(Node.DiskPath).Length + (5 << 20));
        }
        using var loop = LoopDevice.Need(_folder["device"]);
        CommandLineRun.Of("node", "new", "web/device", "--image", FedoraRelease, "--path", loop.Path, "--move-backup-table", "--xen-dir", _folder.Path).ShouldSucceed();
        Assert.Contains("No problems found", Tool.Run("sgdisk", "-v", loop.Path).All, StringComparison.Ordinal);
    }

    [Fact]
    public void Flatcar_is_told_what_to_keep_in_the_words_of_its_own_tool()
    {
        MakeNode("flatcar, ext4", isSigned: false);
        Boot("data of the guest");
        CommandLineRun.Of("node", "refresh", "web/node-1", "--clean", "--keep", "/etc/ssh/ssh_host_.*", "--keep", "/var/log/", "--xen-dir", _folder.Path).ShouldSucceed();
        // What flatcar-reset --keep-paths '/etc/ssh/ssh_host_.*' /var/log/ writes.
        Assert.Equal("(/etc/ssh/ssh_host_.*|/var/log/.*|/var/log|/flatcar-backup|/flatcar-backup/.*|/selective-os-reset)\n", Read("ROOT", "/selective-os-reset"));
        Assert.NotNull(Read("EFI-SYSTEM", "/flatcar/first_boot"));
        var steps = new IgnitionResetter(_directory).Reset([Node], new IgnitionResetOptions { Keep = [] }).Single();
        Assert.Equal("(/flatcar-backup|/flatcar-backup/.*|/selective-os-reset)\n", Read("ROOT", "/selective-os-reset"));
        Assert.Equal(["Publish", "Clean", "FirstBoot"], steps.Steps.Select(step => step.Step.Name));
    }

    [Fact]
    public void Expression_keeps_what_find_of_the_guest_s_initramfs_keeps()
    {
        Tool.Need("find");
        foreach (var path in new[] { "etc/ssh/ssh_host_rsa_key", "etc/ssh/sshd_config", "var/log/journal/a", "var/logs", "home/core/a b" })
        {
            _folder.Write($"tree/{path}", "x");
        }
        var tree = _folder["tree"];
        var expression = CleanStep.Expression([$"{tree}/etc/ssh/ssh_host_.*", $"{tree}/var/log"]);
        var kept = Tool.Run("find", tree, "-type", "f", "-regextype", "egrep", "-regex", expression).ShouldSucceed().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal([$"{tree}/etc/ssh/ssh_host_rsa_key", $"{tree}/var/log/journal/a"], kept.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("etc")]
    [InlineData("")]
    [InlineData("./x")]
    [InlineData("/a'b")]
    [InlineData("/a\nb")]
    public void Path_that_the_guest_would_misread_is_refused(string path) =>
        Assert.Equal("PathInvalid", Assert.Throws<InvalidInputException>(() => CleanStep.Expression([path])).ErrorId);

    [Theory]
    [InlineData("fedora-coreos")]
    [InlineData("flatcar, old")]
    public void Guest_that_cannot_empty_its_root_is_made_again_as_the_error_says(string image)
    {
        MakeNode(image, isSigned: true);
        Boot("data of the guest");
        var label = image == "fedora-coreos" ? "boot" : "EFI-SYSTEM";
        var failed = CommandLineRun.Of("node", "refresh", "web/node-1", "--clean", "--xen-dir", _folder.Path);
        Assert.Equal(1, failed.ExitCode);
        Assert.NotNull(Read(label, "/data"));
        Type(failed.Error);
        Assert.Null(Read(label, "/data"));
    }

    // The guest: Ignition ran, the stamp is gone, and there is data.
    private void Boot(string data)
    {
        using var disk = NodeDisk.OpenWrite(Node.DiskPath);
        var layout = GuestLayout.Detect(disk);
        using var boot = disk.OpenFileSystem(layout.FirstBootLabel);
        boot.Remove(layout.FirstBootPath);
        boot.WriteFile("/data", System.Text.Encoding.UTF8.GetBytes(data));
    }

    private string? Read(string label, string path)
    {
        using var disk = DiskImage.OpenRead(Node.DiskPath);
        using var files = disk.OpenFileSystem(label);
        if (files.Find(path) is null)
        {
            return null;
        }
        using var reader = new StreamReader(files.OpenRead(path));
        return reader.ReadToEnd();
    }

    private (string Status, string Remedy) Check(string name)
    {
        using var checks = JsonDocument.Parse(CommandLineRun.Of("node", "check", "web/node-1", "--json", "--xen-dir", _folder.Path).Output);
        var check = checks.RootElement.EnumerateArray().Single(item => item.GetProperty("name").GetString() == name);
        return (check.GetProperty("status").GetString()!, check.GetProperty("remedy").GetString()!);
    }

    private CommandLineRun Type(string text)
    {
        var command = Command().Match(text);
        Assert.True(command.Success, text);
        return CommandLineRun.Of([.. command.Value.Split(' ').Skip(1), "--xen-dir", _folder.Path]).ShouldSucceed();
    }

    private void MakeNode(string image, bool isSigned)
    {
        var kind = image.Split(',')[0];
        var release = kind == "fedora-coreos" ? FedoraRelease : image.EndsWith("old", StringComparison.Ordinal) ? "3510.2.0" : FlatcarRelease;
        if (image == "flatcar, ext4")
        {
            using var disk = LayoutImage.Flatcar(new Dictionary<string, byte[]> { ["flatcar/vmlinuz-a"] = [1], ["flatcar/first_boot"] = [] });
            File.Move(disk.Path, _folder["guests/web/node-1.img"]);
        }
        else
        {
            NodeImages.Make(kind, _folder, "guests/web/node-1.img", null, kind == "flatcar" ? [release] : []);
        }
        using (var disk = NodeDisk.OpenWrite(Node.DiskPath))
        {
            var layout = GuestLayout.Detect(disk);
            using var boot = disk.OpenFileSystem(layout.FirstBootLabel);
            boot.WriteFile(layout.FirstBootPath, []);
        }
        var packed = _folder[$"images/{kind}-{release}.{(kind == "flatcar" ? "bin.xz" : "raw.xz")}"];
        File.WriteAllBytes(packed, Tool.Run("xz", "-0", "-c", Node.DiskPath).ShouldSucceed().OutputBytes);
        // The disk of the node is larger than the image, as by additional space.
        using (var disk = File.OpenWrite(Node.DiskPath))
        {
            disk.SetLength(disk.Length + (64 << 20));
        }
        File.WriteAllText(Node.GuestConfigPath, $"""
            name = "web-node-1"
            type = "pvh"
            memory = "1024"
            bootloader = "/usr/lib/xenkube/xenkube-boot"
            bootloader_args = [ "--guest-type=pvh" ]
            extra = "ignition.config.url={Node.IgnitionUri}"
            vif = [ 'mac=00:16:3e:4e:31:11,bridge=virbr1' ]
            disk = [ '{Node.DiskPath},raw,xvda' ]

            """);
        if (isSigned)
        {
            Sign(packed);
        }
    }

    private void Sign(string path)
    {
        Directory.CreateDirectory(_folder["gpg"]);
        File.SetUnixFileMode(_folder["gpg"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string[] gpg = ["--homedir", _folder["gpg"], "--batch", "--quiet", "--passphrase", "", "--pinentry-mode", "loopback"];
        Tool.Run("gpg", [.. gpg, "--quick-generate-key", "Images <images@example.org>", "rsa2048", "sign", "never"]).ShouldSucceed();
        var key = _folder.Write("key.gpg", Tool.Run("gpg", [.. gpg, "--export"]).ShouldSucceed().OutputBytes);
        Tool.Run("gpg", [.. gpg, "--output", path + ".sig", "--detach-sign", path]).ShouldSucceed();
        new TrustStore(_folder["keys"]).Import(key);
    }

    [GeneratedRegex(@"xenkube( [\w./:-]+)+")]
    private static partial Regex Command();
}
