using XenKube.Clusters;
using XenKube.Files;
using XenKube.Hosting;
using XenKube.Tests.Support;

namespace XenKube.Tests.Clusters;

[Trait("Kind", "Process")]
public sealed class IgnitionResetterTests : IDisposable
{
    private readonly TemporaryDirectory _xenDir = new();

    public void Dispose() => _xenDir.Dispose();

    private XenDirectory Directory => new(_xenDir.Path);

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
    public void Reset_of_some_steps_takes_no_others()
    {
        var node = MakeNode("node-1");
        var reset = new IgnitionResetter(Directory).Reset([node], new IgnitionResetOptions { Steps = [IgnitionResetStep.MachineId] }).Single();
        Assert.Equal([IgnitionResetStep.MachineId], reset.Steps.Select(step => step.Step));
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
