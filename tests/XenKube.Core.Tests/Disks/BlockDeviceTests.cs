using System.Diagnostics;
using System.Globalization;
using XenKube.Devices;
using XenKube.Disks;
using XenKube.Tests.Support;

namespace XenKube.Tests.Disks;

/// <summary>A block device as a guest's disk: read and edited as an image file is, and refused while anything else has it.</summary>
[Trait("Kind", "Process")]
public sealed class BlockDeviceTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(512)]
    [InlineData(4096)]
    public void Device_has_the_length_and_the_sectors_that_blockdev_prints(int sectorSize)
    {
        Tool.Need("blockdev", "truncate");
        Tool.Run("truncate", "-s", "12M", _folder["disk"]).ShouldSucceed();
        using var loop = LoopDevice.Need(_folder["disk"], sectorSize);
        using var device = FileDevice.Open(loop.Path, writable: false);
        Assert.Equal(Tool.Run("blockdev", "--getsize64", "--getss", loop.Path).ShouldSucceed().Output, $"{Text(device.Length)}\n{Text(device.SectorSize)}\n");
        Assert.True(device.IsBlockDevice);
    }

    [Theory]
    [InlineData(512)]
    [InlineData(4096)]
    public void Edit_of_a_device_is_what_debugfs_reads_and_e2fsck_finds_nothing(int sectorSize)
    {
        using var loop = Partitioned(sectorSize);
        byte[] content = [.. Enumerable.Range(0, 100_000).Select(i => (byte)(i * 7))];
        using (var disk = DiskImage.OpenWrite(loop.Path))
        {
            Assert.Equal(sectorSize, disk.Partitions.SectorSize);
            Assert.Equal(["ROOT ext4", "OEM ext4"], disk.Partitions.Partitions.Select(partition => $"{partition.Label} {partition.FileSystem}"));
            using var files = disk.OpenFileSystem("ROOT");
            files.CreateDirectory("/etc");
            files.WriteFile("/etc/new", content);
        }
        var part = loop.Partition(1, _folder);
        Tool.Run("e2fsck", "-fn", part).ShouldSucceed();
        Assert.Equal(content, Tool.Run("debugfs", "-R", "cat /etc/new", part).OutputBytes);
        // Opening drops what the cache holds, so that this is what the disk has.
        using var image = DiskImage.OpenRead(loop.Path);
        using var again = image.OpenFileSystem("1");
        Assert.Equal(content.Length, again.Find("/etc/new")!.Size);
    }

    [Fact]
    public void Device_is_refused_while_anything_uses_it_and_accepted_afterwards()
    {
        Tool.Need("mount", "unshare", "mkswap", "swapon");
        using var loop = Partitioned(512);
        var part = loop.Partition(1, _folder);
        Edit(loop.Path);
        Directory.CreateDirectory(_folder["mnt"]);

        Tool.Run("mount", "-o", "ro", part, _folder["mnt"]).ShouldSucceed();
        Refused(loop.Path, $"mounted on {_folder["mnt"]}", $"umount {_folder["mnt"]}");
        Refused(part, $"mounted on {_folder["mnt"]}", "umount");
        KernelMount.End(_folder["mnt"]);
        Edit(loop.Path);

        using (var other = Script($"exec unshare -m sh -c 'mount {part} {_folder["mnt"]} && echo ready && read end'"))
        {
            var error = Assert.Throws<ItemInUseException>(() => Edit(loop.Path));
            Assert.Contains($"it is mounted on {_folder["mnt"]} in the mount name space of process {other.Id}", error.Message, StringComparison.Ordinal);
            // The remedy works as typed, while a umount here would find nothing.
            Assert.NotEqual(0, Tool.Run("umount", _folder["mnt"]).ExitCode);
            var command = error.Remedy!;
            Tool.Run("sh", "-c", command[command.IndexOf("nsenter", StringComparison.Ordinal)..]).ShouldSucceed();
            Edit(loop.Path);
        }

        using (var upper = LoopDevice.Need(part))
        {
            Refused(loop.Path, $"attached to {upper.Path}", $"losetup -d {upper.Path}");
            Refused(part, $"attached to {upper.Path}", $"losetup -d {upper.Path}");
        }
        Edit(loop.Path);

        using (var writer = Script($"exec 3<>{part}; echo ready; read end"))
        {
            Refused(loop.Path, $"process {writer.Id}", "Stop it first");
        }
        using (var reader = Script($"exec 3<{part}; echo ready; read end"))
        {
            Edit(loop.Path);
        }
    }

    [Fact]
    public void Swap_space_is_refused_until_it_is_turned_off()
    {
        Tool.Need("mkswap", "swapon", "dd");
        Tool.Run("dd", "if=/dev/zero", $"of={_folder["swap"]}", "bs=1M", "count=8").ShouldSucceed();
        using var loop = LoopDevice.Need(_folder["swap"]);
        Tool.Run("mkswap", loop.Path).ShouldSucceed();
        var on = Tool.Run("swapon", loop.Path);
        Assert.SkipWhen(on.ExitCode != 0, $"this machine takes no swap space from a loop device: {on.All}");
        try
        {
            Refused(loop.Path, "it is swap space", $"swapoff {loop.Path}");
        }
        finally
        {
            Tool.Run("swapoff", loop.Path).ShouldSucceed();
        }
    }

    [Fact]
    public void Device_that_the_kernel_has_given_to_another_exclusively_is_refused_with_its_name()
    {
        Tool.Need("python3");
        using var loop = Partitioned(512);
        // Reading, so that no other sign of its use is there: what fsck and mkfs of XFS do.
        using (var holder = Script($"exec python3 -c 'import os, sys; os.open(\"{loop.Path}\", os.O_RDONLY | os.O_EXCL); print(\"ready\", flush=True); sys.stdin.read()'"))
        {
            Refused(loop.Path, $"process {holder.Id}", "lsblk");
            Refused(loop.Partition(1, _folder), $"process {holder.Id}", "lsblk");
        }
        Edit(loop.Path);
    }

    [Fact]
    public void Two_editors_of_one_device_exclude_each_other_by_whatever_node_they_come()
    {
        using var loop = Partitioned(512);
        var number = File.ReadAllText($"/sys/block/{Path.GetFileName(loop.Path)}/dev").Trim().Split(':');
        Tool.Run("mknod", _folder["other"], "b", number[0], number[1]).ShouldSucceed();
        var part = loop.Partition(1, _folder);
        using (DiskImage.OpenWrite(loop.Path))
        {
            Assert.Throws<ItemInUseException>(() => DiskImage.OpenWrite(loop.Path));
            Assert.Throws<ItemInUseException>(() => DiskImage.OpenWrite(_folder["other"]));
            Assert.Throws<ItemInUseException>(() => DiskImage.OpenWrite(part));
            Assert.NotEqual(0, Tool.Run("mount", part, Directory.CreateDirectory(_folder["mnt"]).FullName).ExitCode);
            DiskImage.OpenRead(loop.Path).Dispose();
        }
        DiskImage.OpenWrite(_folder["other"]).Dispose();
        using var image = DiskImage.OpenRead(_folder["other"]);
        Assert.True(image.IsFile(loop.Path));
    }

    [Fact]
    public void Reader_sees_what_a_guest_writes_without_this_kernels_cache()
    {
        Tool.Need("dd", "sgdisk");
        using var loop = Partitioned(512);
        using var reader = new ImageReader(loop.Path);
        Assert.Equal("ROOT", reader.Read(image => image.GetPartition("1").Label));
        var version = reader.Version;
        // As a guest does it: to the file that backs the device, from the device's first MiB with another label in it.
        Tool.Run("cp", "--sparse=always", _folder["disk"], _folder["copy"]).ShouldSucceed();
        Tool.Run("sgdisk", "-c", "1:NEWNAME", _folder["copy"]).ShouldSucceed();
        Tool.Run("dd", $"if={_folder["copy"]}", $"of={loop.Path}", "bs=1M", "count=1", "oflag=direct", "conv=notrunc").ShouldSucceed();
        Assert.Equal("NEWNAME", reader.Read(image => image.GetPartition("1").Label));
        Assert.True(reader.Version > version);
    }

    [Theory]
    [InlineData(0, 1 << 20)]
    [InlineData(4096, 8192)]
    [InlineData(5, 3)]
    [InlineData(513, (1 << 20) + 77)]
    public void Zeros_are_written_where_they_are_asked_for_and_nowhere_else(long offset, int length)
    {
        var bytes = new byte[2 << 20];
        new Random(1).NextBytes(bytes);
        _folder.Write("disk", bytes);
        using var loop = LoopDevice.Need(_folder["disk"]);
        using (var device = FileDevice.Open(loop.Path, writable: true))
        {
            Assert.True(device.TryClaim());
            device.Write(offset + length, [1, 2, 3]);
            device.WriteZeros(offset, length);
            device.Flush();
        }
        bytes.AsSpan((int)offset, length).Clear();
        new byte[] { 1, 2, 3 }.CopyTo(bytes, offset + length);
        Assert.True(bytes.AsSpan().SequenceEqual(File.ReadAllBytes(_folder["disk"])));
    }

    [Theory]
    [InlineData("mkfifo thing")]
    [InlineData("ln -s /dev/null thing")]
    [InlineData("mkdir thing")]
    [InlineData("python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"thing\")'")]
    public void Anything_that_is_neither_a_file_nor_a_block_device_is_refused_at_once(string make)
    {
        Tool.Need("mkfifo", "python3");
        Tool.Run("sh", ["-c", make], null, _folder.Path).ShouldSucceed();
        foreach (var open in new Action[] { () => DiskImage.OpenRead(_folder["thing"]).Dispose(), () => DiskImage.OpenWrite(_folder["thing"]).Dispose() })
        {
            Assert.Equal("ImageInvalid", Assert.Throws<InvalidInputException>(open).ErrorId);
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Refused(string path, params string[] words)
    {
        var error = Assert.Throws<ItemInUseException>(() => DiskImage.OpenWrite(path).Dispose());
        Assert.Equal("ImageInUse", error.ErrorId);
        Assert.All(words, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
    }

    private static void Edit(string path)
    {
        using var disk = DiskImage.OpenWrite(path);
        using var files = disk.OpenFileSystem("ROOT");
        files.WriteFile("/file", "content"u8);
    }

    private LoopDevice Partitioned(int sectorSize)
    {
        Tool.Need("sgdisk", "mke2fs", "truncate");
        Tool.Run("truncate", "-s", "40M", _folder["disk"]).ShouldSucceed();
        using (var empty = LoopDevice.Need(_folder["disk"], sectorSize))
        {
            Tool.Run("sgdisk", "-n", "1:0:+20M", "-c", "1:ROOT", "-n", "2:0:+10M", "-c", "2:OEM", empty.Path);
        }
        var loop = LoopDevice.Need(_folder["disk"], sectorSize, withPartitions: true);
        try
        {
            foreach (var number in new[] { 1, 2 })
            {
                Tool.Run("mke2fs", "-q", "-F", "-t", "ext4", loop.Partition(number, _folder)).ShouldSucceed();
            }
            return loop;
        }
        catch
        {
            loop.Dispose();
            throw;
        }
    }

    private static RunningScript Script(string script) => new(script);

    /// <summary>A script that says when it is ready and goes on until the test is done with it.</summary>
    private sealed class RunningScript : IDisposable
    {
        private readonly Process _process;

        public RunningScript(string script)
        {
            _process = Process.Start(new ProcessStartInfo("sh", ["-c", script]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
            Assert.Equal("ready", _process.StandardOutput.ReadLine());
        }

        public int Id => _process.Id;

        public void Dispose()
        {
            _process.StandardInput.Close();
            _process.WaitForExit();
            _process.Dispose();
        }
    }
}
