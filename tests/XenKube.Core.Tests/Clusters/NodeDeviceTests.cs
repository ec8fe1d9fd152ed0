using XenKube.Clusters;
using XenKube.Guests;
using XenKube.Images;
using XenKube.Tests.Cli;
using XenKube.Tests.Support;
using LoopDevice = XenKube.Tests.Support.LoopDevice;

namespace XenKube.Tests.Clusters;

/// <summary>Block devices as disks of nodes: poured, edited, given to guests, and kept when the node goes.</summary>
[Trait("Kind", "Process")]
public sealed class NodeDeviceTests : IDisposable
{
    private const int DiskSize = 24 << 20;

    private readonly TemporaryDirectory _xenDir = new();

    public void Dispose() => _xenDir.Dispose();

    [Theory]
    [InlineData(512)]
    [InlineData(4096)]
    public void Device_becomes_the_image_with_zeros_where_the_image_has_them_and_is_a_node_from_then_on(int sectorSize)
    {
        var image = MakeImage();
        using var loop = Filled(32 << 20, sectorSize);
        New(loop.Path, image, "--force").ShouldSucceed();

        Assert.Equal(loop.Path, new FileInfo(_xenDir["guests/etcd/node-1.img"]).LinkTarget);
        Shell($"cmp --bytes {DiskSize} {loop.Path} disk").ShouldSucceed();
        // The old end of the device might be taken for a backup GPT.
        Shell($"tail -c 1M {loop.Path} | cmp - /dev/zero 2>&1 | grep -q 'EOF on -'").ShouldSucceed();

        CommandLineRun.WithInput("hello"u8.ToArray(), "disk", "put", _xenDir["guests/etcd/node-1.img"], "ROOT", "/new").ShouldSucceed();
        Assert.Equal("hello", CommandLineRun.Of("disk", "cat", loop.Path, "ROOT", "/new").ShouldSucceed().Output);
        Shell($"dd if={loop.Path} of=part bs=1M skip=1 count=20 status=none; e2fsck -fn part").ShouldSucceed();

        Assert.Contains("node-1", CommandLineRun.Of("node", "list", "etcd", "--xen-dir", _xenDir.Path).ShouldSucceed().Output, StringComparison.Ordinal);
        CommandLineRun.Of("guest", "new", "etcd/node-1", "--mac", "00:16:3e:00:00:11", "--xen-dir", _xenDir.Path).ShouldSucceed();
        var config = XenGuestConfig.Read(_xenDir["guests/etcd/node-1.cfg"]);
        Assert.Contains($"'phy:{loop.Path},xvda,w'", File.ReadAllText(_xenDir["guests/etcd/node-1.cfg"]).Replace('"', '\''), StringComparison.Ordinal);
        Assert.Equal((loop.Path, "raw", "xvda", false), (config.Disks[0].Target, config.Disks[0].Format, config.Disks[0].Device, config.Disks[0].IsReadOnly));

        CommandLineRun.Of("node", "remove", "etcd/node-1", "--xen-dir", _xenDir.Path).ShouldSucceed();
        Assert.False(Path.Exists(_xenDir["guests/etcd/node-1.img"]));
        Assert.Equal("hello", CommandLineRun.Of("disk", "cat", loop.Path, "ROOT", "/new").ShouldSucceed().Output);
    }

    [Fact]
    public void Device_that_holds_something_is_kept_until_force_is_given()
    {
        var image = MakeImage();
        Shell("truncate -s 32M device; mke2fs -q -F device").ShouldSucceed();
        using var loop = LoopDevice.Need(_xenDir["device"]);
        var before = Sum(loop);
        New(loop.Path, image).ShouldFailWith(loop.Path, "the device is not empty: ext2 without a partition table");
        Assert.Equal(before, Sum(loop));
        New(loop.Path, image, "--force").ShouldSucceed();
        Shell($"cmp --bytes {DiskSize} {loop.Path} disk").ShouldSucceed();
        // A second node on the device of the first is refused whatever is given.
        Node("node-2", loop.Path, image, "--force").ShouldFailWith(loop.Path, "it is the disk of the node etcd/node-1");
    }

    [Fact]
    public void Node_on_a_device_is_renamed_and_its_copy_is_refused_with_the_way_to_another_node()
    {
        var image = MakeImage();
        Shell("truncate -s 24M device").ShouldSucceed();
        using var loop = LoopDevice.Need(_xenDir["device"]);
        New(loop.Path, image).ShouldSucceed();
        var before = Sum(loop);
        CommandLineRun.Of("node", "copy", "etcd/node-1", "node-2", "--xen-dir", _xenDir.Path).ShouldFailWith(_xenDir["guests/etcd/node-1.img"],
            $"the disk is the block device {loop.Path}, and only a disk in a file is copied. "
            + "Make the node from the image, which can be on a device: xenkube node new etcd/node-2");
        Assert.False(Path.Exists(_xenDir["guests/etcd/node-2.img"]));
        CommandLineRun.Of("node", "rename", "etcd/node-1", "node-9", "--xen-dir", _xenDir.Path).ShouldSucceed();
        Assert.Equal(loop.Path, new FileInfo(_xenDir["guests/etcd/node-9.img"]).LinkTarget);
        Assert.False(Path.Exists(_xenDir["guests/etcd/node-1.img"]));
        Assert.Equal(before, Sum(loop));
    }

    [Fact]
    public void Empty_device_needs_no_force()
    {
        var image = MakeImage();
        Shell("truncate -s 24M device").ShouldSucceed();
        using var loop = LoopDevice.Need(_xenDir["device"]);
        New(loop.Path, image, "--cache").ShouldSucceed();
        Shell($"cmp {loop.Path} disk").ShouldSucceed();
        // The same from the cache.
        CommandLineRun.Of("node", "remove", "etcd/node-1", "--xen-dir", _xenDir.Path).ShouldSucceed();
        Shell($"head -c 24M /dev/urandom > {loop.Path}").ShouldSucceed();
        New(loop.Path, image, "--force", "--cache").ShouldSucceed();
        Shell($"cmp {loop.Path} disk").ShouldSucceed();
    }

    [Fact]
    public void Device_that_is_too_small_is_left_as_it_was()
    {
        var image = MakeImage();
        using var loop = Filled(20 << 20);
        var before = Sum(loop);
        New(loop.Path, image, "--force").ShouldFailWith(loop.Path, "the device has 20971520 bytes and the disk needs 25165824, 4194304 more");
        Assert.Equal(before, Sum(loop));
        Assert.False(Path.Exists(_xenDir["guests/etcd/node-1.img"]));
    }

    [Fact]
    public void Device_that_was_left_half_way_has_no_table_and_is_no_node()
    {
        var image = MakeImage();
        using var loop = Filled(32 << 20);
        using var cancellation = new CancellationTokenSource();
        var options = new NodeDiskOptions { ExpectedSha512 = new string('0', 128) };
        Assert.Throws<CorruptImageException>(() => NodeDiskWriter.Write(image, [loop.Path], options with { Force = true }, null, cancellation.Token));
        var run = CommandLineRun.Of("disk", "partitions", loop.Path);
        run.ShouldFailWith(loop.Path, "it is empty");
    }

    [Fact]
    public void Device_in_use_is_refused_and_left_as_it_was()
    {
        var image = MakeImage();
        Shell("truncate -s 32M device; mke2fs -q -F device; mkdir mnt").ShouldSucceed();
        using var loop = LoopDevice.Need(_xenDir["device"]);
        Tool.Run("mount", "-o", "ro", loop.Path, _xenDir["mnt"]).ShouldSucceed();
        var before = Sum(loop);
        try
        {
            New(loop.Path, image, "--force").ShouldFailWith(loop.Path, $"it is mounted on {_xenDir["mnt"]}");
            Assert.Equal(before, Sum(loop));
        }
        finally
        {
            KernelMount.End(_xenDir["mnt"]);
        }
        New(loop.Path, image, "--force").ShouldSucceed();
    }

    [Theory]
    [InlineData("a file")]
    [InlineData("nothing")]
    [InlineData("/dev/null")]
    public void Path_that_is_not_a_block_device_is_refused(string kind)
    {
        var image = MakeImage();
        var path = kind == "a file" ? _xenDir.Write("file", "precious") : kind == "nothing" ? _xenDir["nothing"] : kind;
        New(path, image, "--force").ShouldFailWith(path, "it is not a block device");
        Assert.True(kind != "a file" || File.ReadAllText(path) == "precious");
        Assert.False(Path.Exists(_xenDir["guests/etcd/node-1.img"]));
    }

    [Fact]
    public void Node_whose_device_is_gone_can_be_removed_and_a_device_node_of_its_own_is_never_removed()
    {
        MakeImage();
        File.CreateSymbolicLink(_xenDir["guests/etcd/node-1.img"], "/dev/mapper/gone");
        CommandLineRun.Of("node", "remove", "etcd/node-1", "--xen-dir", _xenDir.Path).ShouldSucceed();
        Assert.False(new FileInfo(_xenDir["guests/etcd/node-1.img"]).LinkTarget is not null);
        using var loop = Filled(2 << 20);
        var number = File.ReadAllText($"/sys/block/{Path.GetFileName(loop.Path)}/dev").Trim().Split(':');
        Tool.Run("mknod", _xenDir["guests/etcd/node-2.img"], "b", number[0], number[1]).ShouldSucceed();
        CommandLineRun.Of("node", "remove", "etcd/node-2", "--xen-dir", _xenDir.Path).ShouldFailWith(_xenDir["guests/etcd/node-2.img"], "never removes");
        Assert.True(File.Exists(_xenDir["guests/etcd/node-2.img"]));
    }

    [Fact]
    public void Volume_of_lvm_is_a_node_by_the_name_that_lasts()
    {
        Tool.Need("lvcreate", "vgcreate", "dmsetup");
        Assert.SkipWhen(!File.Exists("/dev/mapper/control") || Tool.Run("dmsetup", "version").ExitCode != 0, "this kernel has no device mapper");
        var image = MakeImage();
        Shell("truncate -s 80M device").ShouldSucceed();
        using var loop = LoopDevice.Need(_xenDir["device"]);
        var group = $"xenkube{Environment.ProcessId}";
        Shell($"vgcreate --yes {group} {loop.Path} && lvcreate --yes --zero y --name node-1 --size 32M {group}").ShouldSucceed();
        try
        {
            New($"/dev/{group}/node-1", image).ShouldSucceed();
            Assert.Equal("original", CommandLineRun.Of("disk", "cat", _xenDir["guests/etcd/node-1.img"], "ROOT", "/file").ShouldSucceed().Output);
            CommandLineRun.Of("guest", "new", "etcd/node-1", "--mac", "00:16:3e:00:00:11", "--xen-dir", _xenDir.Path).ShouldSucceed();
            Assert.Equal($"/dev/{group}/node-1", XenGuestConfig.Read(_xenDir["guests/etcd/node-1.cfg"]).Disks[0].Target);
            CommandLineRun.WithInput([], "disk", "put", loop.Path, "1", "/file").ShouldFailWith(loop.Path, "is made of it");
        }
        finally
        {
            Shell($"vgchange --activate n {group}; vgremove --force {group}");
        }
    }

    private CommandLineRun New(string device, string image, params string[] options) => Node("node-1", device, image, options);

    private CommandLineRun Node(string name, string device, string image, params string[] options) =>
        CommandLineRun.Of(["node", "new", $"etcd/{name}", "--path", device, "--image", image, "--skip-verification", "--xen-dir", _xenDir.Path, .. options]) is var run && run.Error.StartsWith("warning: ", StringComparison.Ordinal)
            ? run with { Error = string.Join('\n', run.Error.Split('\n').Where(line => !line.StartsWith("warning: ", StringComparison.Ordinal))) }
            : run;

    private LoopDevice Filled(int size, int sectorSize = 512)
    {
        var bytes = new byte[size];
        bytes.AsSpan().Fill(0xE5);
        _xenDir.Write("device", bytes);
        return LoopDevice.Need(_xenDir["device"], sectorSize);
    }

    private string Sum(LoopDevice loop) => Shell($"sha256sum {loop.Path}").ShouldSucceed().Output;

    // Data at both ends, runs of zeros of many lengths between, and none of a whole block of the file system at the end.
    private string MakeImage()
    {
        Tool.Need("sgdisk", "mke2fs", "bzip2", "truncate", "cmp");
        new ClusterStore(new XenDirectory(_xenDir.Path, onWait: null)).Create("etcd");
        Shell($"truncate -s {DiskSize} disk; sgdisk -n 1:2048:+20M -c 1:ROOT disk; mke2fs -q -F -t ext4 -E offset=1048576,nodiscard disk 20480k").ShouldSucceed();
        var random = new Random(7);
        using (var disk = XenKube.Disks.DiskImage.OpenWrite(_xenDir["disk"]))
        {
            using var files = disk.OpenFileSystem("ROOT");
            files.WriteFile("/file", "original"u8);
            for (var i = 0; i < 20; i++)
            {
                var content = new byte[random.Next(1, 300_000)];
                random.NextBytes(content.AsSpan(0, random.Next(content.Length)));
                files.WriteFile($"/data-{i}", content);
            }
        }
        Shell("bzip2 -c disk > image.bz2").ShouldSucceed();
        return _xenDir["image.bz2"];
    }

    private ToolResult Shell(string command) => Tool.Run("sh", ["-c", command], null, _xenDir.Path);
}
