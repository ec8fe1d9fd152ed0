using System.Text;
using System.Text.Json;
using XenKube.Clusters;
using XenKube.Disks;
using XenKube.FileSystems.Fat;
using XenKube.Guests;
using XenKube.Tests.Booting;
using XenKube.Tests.Cli;
using XenKube.Tests.Support;

namespace XenKube.Tests.Clusters;

/// <summary>The ways by which a config comes to its guest, for each distribution: what is written, what the kernel is told, and what Ignition reads.</summary>
[Trait("Kind", "Process")]
public sealed class ConfigSourceTests : IDisposable
{
    private const string Secret = "$6$rounds=4096$abcdefgh$0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567";

    private readonly TemporaryDirectory _folder = new();
    private readonly XenDirectory _directory;

    public ConfigSourceTests()
    {
        LayoutImage.NeedTools();
        foreach (var name in new[] { "guests/web", "nginx/web" })
        {
            Directory.CreateDirectory(_folder[name]);
        }
        _folder.Write("xenkube.json", """{ "reservationsFile": "hostsfile" }""");
        _folder.Write("hostsfile", "00:16:3e:4e:31:11,192.168.100.11\n");
        WriteConfig("first");
        _directory = new XenDirectory(_folder.Path, onWait: null);
    }

    private Node Node => new NodeStore(_directory).Describe("web", "node-1");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("fedora-coreos", "Image")]
    [InlineData("fedora-coreos", "Disk")]
    [InlineData("fedora-coreos", "Http")]
    [InlineData("flatcar, ext4", "Image")]
    [InlineData("flatcar, ext4", "Disk")]
    [InlineData("flatcar, ext4", "Http")]
    [InlineData("flatcar", "Disk")]
    public void Guest_reads_the_config_that_was_written_last_and_nobody_else_can(string image, string source)
    {
        MakeNode(image);
        Refresh("--config-source", source.ToLowerInvariant());
        Assert.Equal(source, Node.ConfigSource.ToString());
        AssertGuestReads("first");
        WriteConfig("second");
        Refresh();
        AssertGuestReads("second");
        // A run with nothing to do changes nothing.
        Assert.All(new IgnitionResetter(_directory).Reset([Node], new IgnitionResetOptions()).Single().Steps, step => Assert.False(step.Changed, step.Message));
        if (source != "Http")
        {
            Assert.False(File.Exists(Node.IgnitionPath));
            Assert.Empty(Directory.GetFiles(_folder["nginx"], "*", SearchOption.AllDirectories));
            Assert.Equal("ConfigNotServed", Assert.Throws<InvalidInputException>(() => { var own = new NodeConfig(_directory, Node); own.Publish(own.Transpile()); }).ErrorId);
        }
        Assert.All(Check().Values, check => Assert.True(check.Status != CheckStatus.Fail, check.ToString()));
    }

    [Theory]
    [InlineData("fedora-coreos")]
    [InlineData("flatcar, ext4")]
    public void Source_can_be_changed_and_nothing_of_the_earlier_one_is_left(string image)
    {
        MakeNode(image);
        foreach (var source in new[] { "image", "disk", "http", "disk", "image", "http" })
        {
            Refresh("--config-source", source);
            AssertGuestReads("first");
            Assert.Equal(source == "http", File.Exists(Node.IgnitionPath));
            Assert.Equal(source == "disk", File.Exists(Node.ConfigDiskPath));
            Assert.Equal(source == "disk" ? 2 : 1, Guest.Disks.Count);
            Assert.Equal(source == "image", FileOnImage(image) is not null);
            Assert.All(Check().Values, check => Assert.True(check.Status != CheckStatus.Fail, check.ToString()));
        }
    }

    [Fact]
    public void Container_linux_reads_its_config_from_OEM_by_the_url_in_grub_cfg()
    {
        MakeNode("coreos");
        Refresh("--config-source", "image");
        Assert.Equal("coreos.config.url=oem:///config.ign", OemGrubConfig.Read(Node.DiskPath).LinuxAppend);
        Assert.Contains(Secret, FileOnImage("coreos"), StringComparison.Ordinal);
        Assert.False(File.Exists(Node.IgnitionPath));
        Assert.All(Check().Where(check => check.Key is "url" or "ignition").Select(check => check.Value), check => Assert.True(check.Status == CheckStatus.Pass, check.ToString()));
        Refresh("--config-source", "http");
        Assert.Equal($"coreos.config.url={Node.IgnitionUri}", OemGrubConfig.Read(Node.DiskPath).LinuxAppend);
        Assert.Null(FileOnImage("coreos"));
    }

    [Theory]
    [InlineData("coreos", "disk", "image")]
    [InlineData("fedora-coreos, old", "disk", "image")]
    [InlineData("flatcar", "image", "http")]
    public void Source_that_the_guest_cannot_use_is_refused_and_the_way_that_is_named_works(string image, string source, string other)
    {
        MakeNode(image);
        var failed = CommandLineRun.Of("node", "refresh", "web/node-1", "--config-source", source, "--xen-dir", _folder.Path);
        Assert.Equal(1, failed.ExitCode);
        Assert.Equal(ConfigSource.Http, Node.ConfigSource);
        Assert.Contains($"xenkube node refresh web/node-1 --config-source {other}", failed.Error, StringComparison.Ordinal);
        Refresh("--config-source", other);
        Assert.Equal(other, Node.ConfigSource.ToString().ToLowerInvariant());
    }

    [Fact]
    public void File_of_any_size_in_the_configs_place_is_not_read_and_is_replaced()
    {
        MakeNode("flatcar, ext4");
        Refresh("--config-source", "image");
        using (var disk = DiskImage.OpenWrite(Node.DiskPath))
        using (var oem = disk.OpenFileSystem("OEM"))
        {
            oem.WriteFile("/config.ign", new XenKube.Tests.FileSystems.SparseContent(3L << 30), new XenKube.FileSystems.FileAttributesChange(Mode: 0x180, UserId: 0, GroupId: 0));
        }
        // Nothing of that size can be read into memory: who tries, fails.
        Assert.Equal(CheckStatus.Fail, Check()["ignition"].Status);
        Refresh();
        AssertGuestReads("first");
    }

    [Fact]
    public void Check_follows_the_source_and_each_remedy_mends_what_it_is_for()
    {
        MakeNode("fedora-coreos");
        Refresh("--config-source", "disk");
        File.SetUnixFileMode(Node.ConfigDiskPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Mend("ignition", "--step", "publish");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Node.ConfigDiskPath));
        File.Delete(Node.ConfigDiskPath);
        Mend("ignition", "--step", "publish");
        File.WriteAllText(Node.GuestConfigPath, Guest.With("extra", XenConfigValue.OfText($"ignition.config.url={Node.IgnitionUri}")).ToString());
        Mend("url", "--step", "grub");
        WriteConfig("second");
        Assert.Equal(CheckStatus.Warn, Check()["ignition"].Status);
        Refresh();
        AssertGuestReads("second");
    }

    [Fact]
    public void New_guest_has_the_second_disk_at_once_and_loses_it_with_its_source()
    {
        MakeNode("fedora-coreos");
        File.Delete(Node.GuestConfigPath);
        _folder.Write("guests/web/cluster.json", """{ "configSource": "Disk" }""");
        CommandLineRun.Of("guest", "new", "web/node-1", "--xen-dir", _folder.Path).ShouldSucceed();
        AssertSecondDisk("xvdb");
        Assert.Contains("ignition.config.device=IGNCONFIG ignition.config.path=/config.ign", File.ReadAllText(Node.GuestConfigPath), StringComparison.Ordinal);
        // Until the first refresh there is nothing on it: a start says what is missing.
        var missing = Assert.IsType<ItemNotFoundException>(Assert.Single(GuestPreflight.CheckAll([Node.GuestConfigPath], GuestUses.WithoutXen(new XlDriver(), _folder["guests"]))).Value);
        Assert.Contains("web/node-1", missing.Remedy, StringComparison.Ordinal);
        Refresh();
        Assert.Empty(GuestPreflight.CheckAll([Node.GuestConfigPath], GuestUses.WithoutXen(new XlDriver(), _folder["guests"])));
        AssertGuestReads("first");
        // Again, and beside other disks: it stays, under the first name that is free.
        CommandLineRun.Of("guest", "new", "web/node-1", "--force", "--xen-dir", _folder.Path).ShouldSucceed();
        AssertSecondDisk("xvdb");
        _folder.Write("data.img", new byte[512]);
        CommandLineRun.Of("guest", "new", "web/node-1", "--force", "--disk", _folder["data.img"], "--xen-dir", _folder.Path).ShouldSucceed();
        AssertSecondDisk("xvdc");
        _folder.Write("guests/web/cluster.json", "{ }");
        CommandLineRun.Of("guest", "new", "web/node-1", "--force", "--xen-dir", _folder.Path).ShouldSucceed();
        Assert.Equal([Node.DiskPath, _folder["data.img"]], Guest.Disks.Select(disk => disk.Target));
    }

    [Fact]
    public void Guest_without_a_free_name_for_the_second_disk_is_an_error_that_says_so()
    {
        MakeNode("fedora-coreos");
        var others = Enumerable.Range('b', 25).Select(letter => XenDisk.CreateReadOnly(_folder["data.img"] + (char)letter, $"xvd{(char)letter}"));
        var full = Guest.With("disk", XenConfigValue.OfTexts([.. Guest.Disks.Concat(others).Select(disk => disk.ToString())]));
        Assert.Contains("xvdb to xvdz", Assert.Throws<InvalidInputException>(() => ConfigDisk.Attach(full, Node.ConfigDiskPath, isWanted: true)).Message, StringComparison.Ordinal);
        File.WriteAllText(Node.GuestConfigPath, full.ToString());
        var refused = CommandLineRun.Of("node", "refresh", "web/node-1", "--config-source", "disk", "--xen-dir", _folder.Path);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("xvdb to xvdz", refused.Error, StringComparison.Ordinal);
        var one = Guest.With("disk", XenConfigValue.OfTexts([.. Guest.Disks.Where(disk => disk.Device != "xvdq").Select(disk => disk.ToString())]));
        Assert.Equal("xvdq", ConfigDisk.Attach(one, Node.ConfigDiskPath, isWanted: true).Disks.Single(disk => disk.Target == Node.ConfigDiskPath).Device);
    }

    [Fact]
    public void Source_of_a_cluster_is_that_of_its_nodes_but_for_those_that_have_their_own()
    {
        MakeNode("fedora-coreos");
        _folder.Write("guests/web/cluster.json", """{ "configSource": "Disk", "nodes": { "node-2": { "configSource": "Http" } } }""");
        Assert.Equal([ConfigSource.Disk, ConfigSource.Http], new[] { "node-1", "node-2" }.Select(name => new NodeStore(_directory).Describe("web", name).ConfigSource));
        Refresh();
        AssertGuestReads("first");
        Refresh("--config-source", "image");
        using (var settings = JsonDocument.Parse(File.ReadAllText(_folder["guests/web/cluster.json"])))
        {
            Assert.Equal("Disk", settings.RootElement.GetProperty("configSource").GetString());
            Assert.Equal(2, settings.RootElement.GetProperty("nodes").EnumerateObject().Count());
        }
        Assert.Equal(ConfigSource.Image, Node.ConfigSource);
        new NodeStore(_directory).Remove(Node);
        Assert.Equal(ConfigSource.Disk, Node.ConfigSource);
        _folder.Write("guests/web/cluster.json", """{ "configSource": "Post" }""");
        Assert.Equal("SettingsInvalid", Assert.Throws<InvalidInputException>(() => Node).ErrorId);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(2_000_000)]
    [InlineData(2_200_001)]
    [InlineData(65_523 * 512)]
    public void Second_disk_is_a_sound_file_system_with_the_config_by_tools_that_are_not_ours(int length)
    {
        Tool.Need("fsck.fat", "mtype", "mlabel");
        var content = new byte[length];
        new Random(length).NextBytes(content);
        var path = _folder.Write("disk", FatFormatter.Format("IGNCONFIG", "CONFIG  IGN", content));
        Tool.Run("fsck.fat", "-n", path).ShouldSucceed();
        Assert.Equal(content, Tool.Run("mtype", "-i", path, "::config.ign").ShouldSucceed().OutputBytes);
        Assert.Contains("IGNCONFIG", Tool.Run("mlabel", "-s", "-i", path).ShouldSucceed().Output, StringComparison.Ordinal);
        File.Move(path, path + ".2");
        Assert.Equal(content, ConfigDisk.Read(path + ".2"));
    }

    private void AssertSecondDisk(string device) =>
        Assert.Equal((device, true), Guest.Disks.Where(disk => disk.Target == Node.ConfigDiskPath).Select(disk => (disk.Device, disk.IsReadOnly)).Single());

    private XenGuestConfig Guest => XenGuestConfig.Read(Node.GuestConfigPath);

    private void WriteConfig(string word) => _folder.Write("guests/web/node-1.ct", $"passwd:\n  users:\n    - name: {word}\n      password_hash: {Secret}\n");

    private void Refresh(params string[] words) =>
        CommandLineRun.Of(["node", "refresh", "web/node-1", .. words, "--xen-dir", _folder.Path]).ShouldSucceed();

    private void Mend(string name, params string[] words)
    {
        var check = Check()[name];
        Assert.True(check.Status == CheckStatus.Fail, check.ToString());
        Assert.Contains(words[^1], check.Remedy, StringComparison.Ordinal);
        Refresh(words);
        Assert.True(Check()[name].Status == CheckStatus.Pass, Check()[name].ToString());
    }

    private Dictionary<string, CheckResult> Check() =>
        new NodeCheck(_directory, new NodeCheckOptions { Signature = false }).Run(Node).ToDictionary(result => result.Name);

    // Ignition of the guest: first the kernel's command line, then what the initramfs copied to user.ign.
    private void AssertGuestReads(string word)
    {
        var plan = NodeBootPlan.Make(Node.DiskPath, Node);
        var arguments = plan.CommandLine.Split(' ');
        string? Told(string parameter) => arguments.LastOrDefault(argument => argument.StartsWith(parameter + "=", StringComparison.Ordinal))?[(parameter.Length + 1)..];
        var config = (Told("ignition.config.url"), Told("ignition.config.device")) switch
        {
            ("oem:///config.ign", _) => Private(Dump("OEM", "/config.ign")),
            ({ } url, _) when url == Node.IgnitionUri.AbsoluteUri => File.ReadAllText(Node.IgnitionPath),
            (null, "IGNCONFIG") => OnSecondDisk(Told("ignition.config.path")!),
            (null, null) => Private(Dump("boot", "/ignition/config.ign")),
            var other => throw new InvalidOperationException($"{other}"),
        };
        Assert.Contains($"\"{word}\"", config, StringComparison.Ordinal);
        Assert.Contains(Secret, config, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(Node.ConfigPath) & UnixFileMode.OtherRead);
    }

    private string OnSecondDisk(string path)
    {
        var disk = Guest.Disks[1];
        Assert.Equal((Node.ConfigDiskPath, true, "xvdb"), (disk.Target, disk.IsReadOnly, disk.Device));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(disk.Target));
        return Tool.Run("mtype", "-i", disk.Target, $"::{path}").ShouldSucceed().Output;
    }

    private static string Private((string Text, string Status) file)
    {
        Assert.Matches(@"Mode:\s+0600", file.Status);
        Assert.Matches(@"User:\s+0\s+Group:\s+0\s", file.Status);
        return file.Text;
    }

    // What debugfs says of a file on a partition.
    private (string Text, string Status) Dump(string label, string path)
    {
        var partition = _folder["partition"];
        using (var disk = DiskImage.OpenRead(Node.DiskPath))
        {
            var place = disk.Partitions.Find(label)!;
            var bytes = new byte[place.Size];
            disk.Device.Read(place.Start, bytes);
            File.WriteAllBytes(partition, bytes);
        }
        Tool.Run("e2fsck", "-fn", partition).ShouldSucceed();
        return (Tool.Run("debugfs", "-R", $"cat {path}", partition).ShouldSucceed().Output, Tool.Run("debugfs", "-R", $"stat {path}", partition).ShouldSucceed().Output);
    }

    private string? FileOnImage(string image)
    {
        var (label, path) = image.StartsWith("fedora", StringComparison.Ordinal) ? ("boot", "/ignition/config.ign") : ("OEM", "/config.ign");
        using var disk = DiskImage.OpenRead(Node.DiskPath);
        using var files = disk.OpenFileSystem(label);
        if (files.Find(path) is null)
        {
            return null;
        }
        using var reader = new StreamReader(files.OpenRead(path));
        return reader.ReadToEnd();
    }

    private void MakeNode(string image)
    {
        var kind = image.Split(',')[0];
        if (image == "flatcar, ext4")
        {
            var kernel = ForgedKernel.BzImage(Tool.Run("zstd", ["-q", "-c"], ForgedKernel.Elf(pvh: true)).ShouldSucceed().OutputBytes, 200_000);
            using var disk = LayoutImage.Flatcar(new Dictionary<string, byte[]> { ["flatcar/vmlinuz-a"] = kernel, ["flatcar/vmlinuz-b"] = kernel });
            File.Move(disk.Path, _folder["guests/web/node-1.img"]);
        }
        else
        {
            NodeImages.Make(kind, _folder, "guests/web/node-1.img", null, image.EndsWith("old", StringComparison.Ordinal) ? ["Fedora CoreOS 43.20260101.3.0 (ostree:0)"] : []);
        }
        var loader = kind == "coreos" ? "bootloader = \"pygrub\"\n" : "type = \"pvh\"\nbootloader = \"/usr/lib/xenkube/xenkube-boot\"\nbootloader_args = [ \"--guest-type=pvh\" ]\nextra = \"quiet\"\n";
        File.WriteAllText(Node.GuestConfigPath, $"name = \"web-node-1\"\nmemory = \"1024\"\n{loader}vif = [ 'mac=00:16:3e:4e:31:11,bridge=virbr1' ]\ndisk = [ '{Node.DiskPath},raw,xvda' ]\n");
    }
}
