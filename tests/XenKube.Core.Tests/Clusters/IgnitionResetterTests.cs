using XenKube.Clusters;
using XenKube.Disks;
using XenKube.Files;
using XenKube.FileSystems;
using XenKube.Hosting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Clusters;

[Trait("Kind", "Process")]
public sealed class IgnitionResetterTests : IDisposable
{
    private readonly TemporaryDirectory _xenDir = new();

    public void Dispose() => _xenDir.Dispose();

    private XenDirectory Directory => new(_xenDir.Path, onWait: null);

    private Node MakeNode(string name, string config = "passwd: {}\n")
    {
        System.IO.Directory.CreateDirectory(_xenDir["guests/etcd"]);
        SampleImage.Copy(SampleImage.Classic, _xenDir, $"guests/etcd/{name}.img");
        _xenDir.Write($"guests/etcd/{name}.ct", config);
        return new NodeStore(Directory).Describe("etcd", name);
    }

    [Fact]
    public void Reset_prints_the_guides_lines_and_the_second_time_changes_nothing()
    {
        var node = MakeNode("node-1");
        using (var disk = NodeDisk.OpenWrite(node.DiskPath))
        using (var boot = disk.OpenFileSystem("EFI-SYSTEM"))
        {
            boot.Remove("/coreos/first_boot");
        }
        var first = new IgnitionResetter(Directory).Reset([node], new IgnitionResetOptions()).Single();
        Assert.Equal(
            [
                "grub.cfg set to:set linux_append=\"coreos.config.url=http://192.168.100.1/etcd/node-1.json\"",
                "Removed /etc/machine-id for systemd units refresh",
                "Transpiling node-1.ct and adding it to nginx",
                "Creating coreos/first_boot",
            ],
            first.Steps.Select(step => step.Message));
        Assert.All(first.Steps, step => Assert.True(step.Changed));
        Assert.All(new IgnitionResetter(Directory).Reset([node], new IgnitionResetOptions()).Single().Steps, step => Assert.False(step.Changed));
    }

    [Fact]
    public void Directory_with_the_name_of_first_boot_is_not_the_mark_and_is_kept()
    {
        var node = MakeNode("node-1");
        using (var disk = NodeDisk.OpenWrite(node.DiskPath))
        using (var boot = disk.OpenFileSystem("EFI-SYSTEM"))
        {
            boot.Remove("/coreos/first_boot");
            boot.CreateDirectory("/coreos/first_boot");
            boot.WriteFile("/coreos/first_boot/kept", "x"u8);
        }
        var errors = Assert.Throws<AggregateException>(() => new IgnitionResetter(Directory).Reset([node], new IgnitionResetOptions()));
        var error = Assert.IsType<ItemExistsException>(errors.InnerExceptions.Single());
        Assert.Equal((node.DiskPath, "EFI-SYSTEM:/coreos/first_boot"), (error.File, error.Place));
        Assert.Equal("", OemGrubConfig.Read(node.DiskPath).Text);
        Assert.Equal(CheckStatus.Fail, new NodeCheck(Directory).Run(node).Single(result => result.Name == "first-boot").Status);
        // The remedy: rename it.
        using (var disk = NodeDisk.OpenWrite(node.DiskPath))
        using (var boot = disk.OpenFileSystem("EFI-SYSTEM"))
        {
            boot.Rename("/coreos/first_boot", "/coreos/other");
        }
        Assert.True(new IgnitionResetter(Directory).Reset([node], new IgnitionResetOptions()).Single().FirstBoot);
        using var after = DiskImage.OpenRead(node.DiskPath);
        using var files = after.OpenFileSystem("EFI-SYSTEM");
        Assert.NotNull(files.Find("/coreos/other/kept"));
    }

    [Fact]
    public void Reset_of_some_steps_takes_no_others()
    {
        var node = MakeNode("node-1");
        var reset = new IgnitionResetter(Directory).Reset([node], new IgnitionResetOptions { Steps = [new MachineIdStep()] }).Single();
        Assert.Equal([new MachineIdStep()], reset.Steps.Select(step => step.Step));
        Assert.False(File.Exists(node.IgnitionPath));
        Assert.Equal("", OemGrubConfig.Read(node.DiskPath).Text);
    }

    [Fact]
    public void Reset_expands_the_template_for_each_node()
    {
        var node = MakeNode("node-1");
        File.Delete(node.ConfigPath);
        _xenDir.Write("guests/etcd/node-1.ct.tmpl", "storage:\n  files:\n    - path: /etc/hostname\n      filesystem: root\n      mode: 0644\n      contents:\n        inline: ${Cluster.Name}-${Node.Name}\n");
        var reset = new IgnitionResetter(Directory).Reset([node], new IgnitionResetOptions()).Single();
        Assert.Contains("Creating the transpile file from the template node-1.ct.tmpl", reset.Steps.Select(step => step.Message));
        Assert.Contains("data:,etcd-node-1", File.ReadAllText(node.IgnitionPath), StringComparison.Ordinal);
    }

    [Fact]
    public void A_disk_that_is_in_use_leaves_every_node_untouched()
    {
        var first = MakeNode("node-1");
        var second = MakeNode("node-2");
        using (NodeDisk.OpenWrite(second.DiskPath))
        {
            var errors = Assert.Throws<AggregateException>(() => new IgnitionResetter(Directory).Reset([first, second], new IgnitionResetOptions()));
            Assert.Equal(second.DiskPath, Assert.IsType<ItemInUseException>(errors.InnerExceptions.Single()).File);
        }
        Assert.Equal("", OemGrubConfig.Read(first.DiskPath).Text);
        Assert.False(File.Exists(first.IgnitionPath));
    }

    /// <summary>The images that a foreign program finds locked.</summary>
    private static string[] Locked(params Node[] nodes) =>
        [.. nodes.Where(node => Tool.Run("flock", "-n", node.DiskPath, "true").ExitCode != 0).Select(node => node.Name)];

    private sealed class AtOnce(Action<OperationProgress> action) : IProgress<OperationProgress>
    {
        public void Report(OperationProgress value) => action(value);
    }

    [Fact]
    public void All_disks_are_open_once_and_locked_from_the_check_to_the_end()
    {
        Tool.Need("flock");
        Node[] nodes = [MakeNode("node-1"), MakeNode("node-2"), MakeNode("node-3")];
        var seen = new List<string>();
        new IgnitionResetter(Directory).Reset(nodes, new IgnitionResetOptions { ThrottleLimit = 1 }, new AtOnce(progress =>
        {
            var open = new DirectoryInfo("/proc/self/fd").GetFileSystemInfos().Count(file => file.LinkTarget?.StartsWith(_xenDir["guests/etcd"], StringComparison.Ordinal) ?? false);
            seen.Add($"{progress.Activity} {progress.Done}: {string.Join(' ', Locked(nodes))}, {open} open");
        }));
        Assert.Equal(
            [
                "Checking inputs 1: node-1, 1 open",
                "Checking inputs 2: node-1 node-2, 2 open",
                "Checking inputs 3: node-1 node-2 node-3, 3 open",
                "Resetting Ignition 1: node-1 node-2 node-3, 3 open",
                "Resetting Ignition 2: node-1 node-2 node-3, 3 open",
                "Resetting Ignition 3: node-1 node-2 node-3, 3 open",
            ],
            seen);
        Assert.Empty(Locked(nodes));
    }

    [Fact]
    public void Refusal_of_one_node_lets_all_disks_go()
    {
        Tool.Need("flock");
        Node[] nodes = [MakeNode("node-1"), MakeNode("node-2", "passwd: [")];
        Assert.Throws<AggregateException>(() => new IgnitionResetter(Directory).Reset(nodes, new IgnitionResetOptions()));
        Assert.Empty(Locked(nodes));
        Assert.Equal("", OemGrubConfig.Read(nodes[0].DiskPath).Text);
    }

    [Fact]
    public void Disk_that_a_foreign_program_attaches_after_the_check_is_left_as_it_was()
    {
        Tool.Need("losetup");
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/dev/loop-control"), "loop devices need root");
        Node[] nodes = [MakeNode("node-1"), MakeNode("node-2")];
        var loop = "";
        try
        {
            var errors = Assert.Throws<AggregateException>(() => new IgnitionResetter(Directory).Reset(nodes, new IgnitionResetOptions { ThrottleLimit = 1 }, new AtOnce(progress =>
            {
                if (progress is { Activity: "Checking inputs", Done: 2 })
                {
                    var attached = Tool.Run("losetup", "--show", "-f", nodes[1].DiskPath);
                    loop = attached.ExitCode == 0 ? attached.Output.Trim() : "";
                }
            })));
            Assert.Equal(nodes[1].DiskPath, Assert.IsType<ItemInUseException>(errors.InnerExceptions.Single()).File);
        }
        catch (Xunit.Sdk.ThrowsException) when (loop.Length == 0)
        {
            Assert.Skip("no loop device could be attached");
        }
        finally
        {
            if (loop.Length > 0)
            {
                Tool.Run("losetup", "-d", loop);
            }
        }
        Assert.NotEqual("", OemGrubConfig.Read(nodes[0].DiskPath).Text);
        Assert.Equal("", OemGrubConfig.Read(nodes[1].DiskPath).Text);
    }

    [Fact]
    public void Node_that_is_named_twice_is_reset_once()
    {
        var node = MakeNode("node-1");
        Assert.Single(new IgnitionResetter(Directory).Reset([node, node], new IgnitionResetOptions()));
    }

    [Fact]
    public void Steps_are_found_by_each_of_their_names_and_no_two_share_one()
    {
        // A step that is forgotten in the list would be one that nobody ever takes.
        Assert.Equal(typeof(IgnitionResetStep).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(IgnitionResetStep)) && type != typeof(CleanStep)).Select(type => type.Name).Order(),
            IgnitionResetStep.All.Select(step => step.GetType().Name).Order());
        Assert.Equal(["Grub", "MachineId", "Template", "Publish", "FirstBoot"], IgnitionResetStep.All.Select(step => step.Name));
        var names = IgnitionResetStep.All.SelectMany(step => new[] { step.Name, step.HyphenatedName, step.GuideWord }.Select(name => (name.ToUpperInvariant(), step))).Distinct().ToList();
        Assert.Equal(names.Count, names.Select(name => name.Item1).Distinct().Count());
        Assert.All(names, name => Assert.Equal(name.step, IgnitionResetStep.Parse(name.Item1)));
        Assert.All(IgnitionResetStep.All, step => Assert.Equal($"\"{step.Name}\"", System.Text.Json.JsonSerializer.Serialize(step)));
        Assert.Equal("StepUnknown", Assert.Throws<InvalidInputException>(() => IgnitionResetStep.Parse("none")).ErrorId);
    }

    [Fact]
    public async Task A_second_process_at_work_is_waited_for()
    {
        var node = MakeNode("node-1");
        var held = DirectoryLock.Take(_xenDir.Path, "a test", TimeSpan.Zero);
        var reset = Task.Run(() => new IgnitionResetter(Directory).Reset([node], new IgnitionResetOptions()));
        Assert.NotSame(reset, await Task.WhenAny(reset, Task.Delay(300)));
        Assert.Equal("", OemGrubConfig.Read(node.DiskPath).Text);
        held.Dispose();
        Assert.Single(await reset);
    }
}
