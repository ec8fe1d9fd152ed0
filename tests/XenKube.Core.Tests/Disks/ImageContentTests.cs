using System.Globalization;
using System.Text.Json;
using XenKube.Disks;
using XenKube.FileSystems;
using XenKube.Tests.Cli;
using XenKube.Tests.Support;

namespace XenKube.Tests.Disks;

/// <summary>Disks are recognised by their content: opened, or named with the command that helps, which is then typed.</summary>
[Trait("Kind", "Process")]
public sealed class ImageContentTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("qcow2", "", "qcow2")]
    [InlineData("qcow", "", "qcow")]
    [InlineData("qed", "", "qed")]
    [InlineData("vmdk", "", "vmdk")]
    [InlineData("vmdk", "-o subformat=streamOptimized", "vmdk")]
    [InlineData("vmdk", "-o subformat=monolithicFlat", "vmdk")]
    [InlineData("vdi", "", "vdi")]
    [InlineData("vpc", "", "vpc")]
    [InlineData("vhdx", "", "vhdx")]
    [InlineData("parallels", "", "parallels")]
    public void Image_of_another_hypervisor_is_named_and_the_command_makes_a_raw_one(string format, string options, string name)
    {
        Tool.Need("qemu-img", "sh");
        var made = Shell($"qemu-img convert -f raw -O {format} {options} '{Disk()}' \"it's a disk.{format}\"");
        Assert.SkipWhen(made.ExitCode != 0, $"this qemu-img does not make {format} images: {made.All}");
        ShouldBecomeTheDisk($"it's a disk.{format}", name);
    }

    [Theory]
    [InlineData("gzip", "gz")]
    [InlineData("bzip2", "bz2")]
    [InlineData("xz", "xz")]
    [InlineData("zstd", "zst")]
    [InlineData("lz4", "lz4")]
    public void Compressed_file_is_named_and_the_command_expands_it_by_whatever_name_it_has(string program, string suffix)
    {
        Tool.Need(program, "sh");
        Shell($"{program} -c '{Disk()}' > 'a disk.img.{suffix}'").ShouldSucceed();
        ShouldBecomeTheDisk($"a disk.img.{suffix}", program);
        // The name that the command would give is taken now, and stays what it is.
        Shell($"cp 'a disk.img.{suffix}' plain; echo precious > plain.raw").ShouldSucceed();
        ShouldBecomeTheDisk("plain", program);
        Assert.Equal("precious\n", File.ReadAllText(_folder["plain.raw"]));
    }

    [Theory]
    [InlineData("tar", "tar -cf a.tar disk.img")]
    [InlineData("zip", "zip -q a.zip disk.img")]
    public void Archive_is_named_and_the_command_unpacks_it(string program, string command)
    {
        Tool.Need(program, "unzip", "sh");
        Disk();
        Shell(command).ShouldSucceed();
        File.Move(_folder["disk.img"], _folder["original"]);
        var error = Assert.Throws<UnsupportedFeatureException>(() => DiskImage.OpenRead(_folder[$"a.{program}"]));
        Assert.Equal(program, error.Feature);
        Shell(CommandOf(error)).ShouldSucceed();
        Shell("cmp disk.img original").ShouldSucceed();
    }

    [Fact]
    public void Vhd_of_fixed_size_is_opened_and_named()
    {
        Tool.Need("qemu-img");
        Shell($"qemu-img convert -f raw -O vpc -o subformat=fixed,force_size '{Disk()}' fixed.vhd").ShouldSucceed();
        using (var image = DiskImage.OpenRead(_folder["fixed.vhd"]))
        {
            var warning = Assert.Single(image.Warnings);
            Assert.Contains("VHD", warning, StringComparison.Ordinal);
            Assert.Equal("original", Text(image, "ROOT", "/file"));
            Shell(warning[(warning.LastIndexOf(": ", StringComparison.Ordinal) + 2)..]).ShouldSucceed();
        }
        Shell("cmp disk.img fixed.raw").ShouldSucceed();
    }

    [Theory]
    [InlineData("mke2fs -q -F -t ext2", "-L ROOT", "ext2", "ROOT")]
    [InlineData("mke2fs -q -F -t ext3", "", "ext3", "1")]
    [InlineData("mke2fs -q -F -t ext4", "-L ROOT", "ext4", "ROOT")]
    [InlineData("mkfs.fat -F 16", "-n OEM", "fat16", "OEM")]
    [InlineData("mkfs.fat -F 32", "-n OEM", "fat32", "OEM")]
    [InlineData("mkfs.fat --mbr=yes -F 16", "-n OEM", "fat16", "OEM")]
    public void File_system_without_a_table_is_one_partition_and_is_edited(string make, string label, string kind, string name)
    {
        Tool.Need("mke2fs", "mkfs.fat", "e2fsck", "fsck.fat", "mcopy", "debugfs", "truncate");
        Shell($"truncate -s 40M bare; {make} {label} bare").ShouldSucceed();
        using (var disk = DiskImage.OpenWrite(_folder["bare"]))
        {
            var partition = Assert.Single(disk.Partitions.Partitions);
            Assert.Equal((1, kind, name, 0L, 40L << 20), (partition.Number, partition.FileSystem, partition.Name, partition.Start, partition.Size));
            Assert.Equal(PartitionTableKind.None, disk.Partitions.Kind);
            Assert.Empty(disk.Warnings);
            using var files = disk.OpenFileSystem("1");
            files.WriteFile("/new.txt", "hello"u8);
        }
        var isFat = kind.StartsWith("fat", StringComparison.Ordinal);
        Shell(isFat ? "fsck.fat -n bare" : "e2fsck -fn bare").ShouldSucceed();
        Assert.Equal("hello", Shell(isFat ? "mcopy -i bare ::new.txt -" : "debugfs -R 'cat /new.txt' bare").Output);
        Assert.Equal("hello", CommandLineRun.Of("disk", "cat", _folder["bare"], name, "/new.txt").ShouldSucceed().Output);
    }

    [Fact]
    public void Newest_of_two_contents_is_the_one_that_is_shown()
    {
        Tool.Need("mke2fs", "sgdisk", "sfdisk");
        Disk();
        Shell("mke2fs -q -F -t ext4 -E nodiscard disk.img").ShouldSucceed();
        using (var bare = DiskImage.OpenRead(_folder["disk.img"]))
        {
            Assert.Equal("ext4", Assert.Single(bare.Partitions.Partitions).FileSystem);
        }
        Shell("echo 2048,8M,L | sfdisk --wipe never disk.img").ShouldSucceed();
        using var table = DiskImage.OpenRead(_folder["disk.img"]);
        Assert.Equal(PartitionTableKind.Mbr, table.Partitions.Kind);
    }

    [Theory]
    [InlineData(512)]
    [InlineData(4096)]
    public void Table_of_a_master_boot_record_is_what_sfdisk_prints(int sectorSize)
    {
        Tool.Need("sfdisk", "truncate", "mke2fs", "mkfs.fat");
        Shell("truncate -s 200M mbr").ShouldSucceed();
        using var loop = sectorSize == 512 ? null : LoopDevice.Need(_folder["mbr"], sectorSize);
        var path = loop?.Path ?? _folder["mbr"];
        Shell($"printf 'label: dos\\nlabel-id: 0x1a2b3c4d\\n,20M,L,*\\n,20M,c\\n,20M,82\\n,,Ex\\n,20M,L\\n,20M,8e\\n,,L\\n' | sfdisk -q {path}").ShouldSucceed();
        using var expected = JsonDocument.Parse(Shell($"sfdisk --json {path}").ShouldSucceed().Output);
        var partitions = expected.RootElement.GetProperty("partitiontable").GetProperty("partitions").EnumerateArray()
            .Select(entry => (entry.GetProperty("start").GetInt64() * sectorSize, entry.GetProperty("size").GetInt64() * sectorSize)).ToArray();
        using (var disk = DiskImage.OpenRead(path))
        {
            Assert.Equal(PartitionTableKind.Mbr, disk.Partitions.Kind);
            Assert.Equal("0x1a2b3c4d", disk.Partitions.Identifier);
            Assert.Equal([1, 2, 3, 4, 5, 6, 7], disk.Partitions.Partitions.Select(partition => partition.Number));
            Assert.Equal(partitions, disk.Partitions.Partitions.Select(partition => (partition.Start, partition.Size)));
            Assert.Equal(["boot", "lba", "swap", "", "", "lvm", ""], disk.Partitions.Partitions.Select(partition => string.Join(' ', partition.Flags)));
            Assert.Empty(disk.Warnings);
            foreach (var partition in disk.Partitions.Partitions.Where(partition => partition.Number is 1 or 5 or 7))
            {
                Shell(string.Create(CultureInfo.InvariantCulture, $"mke2fs -q -F -t ext4 -E offset={partition.Start} {path} {partition.Size / 1024}k")).ShouldSucceed();
            }
        }
        foreach (var number in new[] { "1", "5", "7" })
        {
            using (var disk = DiskImage.OpenWrite(path))
            {
                using var files = disk.OpenFileSystem(number);
                files.WriteFile("/name", System.Text.Encoding.UTF8.GetBytes(number));
            }
            using var written = DiskImage.OpenRead(path);
            var partition = written.GetPartition(number);
            Assert.Equal("ext4", partition.FileSystem);
            Shell(string.Create(CultureInfo.InvariantCulture, $"dd if={path} of=part bs=64K iflag=skip_bytes,count_bytes skip={partition.Start} count={partition.Size} status=none; e2fsck -fn part")).ShouldSucceed();
            Assert.Equal(number, Shell("debugfs -R 'cat /name' part").Output);
        }
    }

    [Theory]
    [InlineData(0x1BE + 16 + 8, 0x7FFFFFFF)]
    [InlineData(0x1BE + 16 + 8, 0)]
    public void Chain_of_logical_partitions_that_never_ends_is_cut_with_a_warning(int offset, int next)
    {
        Tool.Need("sfdisk", "truncate");
        Shell("truncate -s 100M mbr; printf 'label: dos\\n,20M,L\\n,,Ex\\n,20M,L\\n,20M,L\\n' | sfdisk -q mbr").ShouldSucceed();
        using (var file = File.OpenWrite(_folder["mbr"]))
        {
            using var disk = DiskImage.OpenRead(_folder["mbr"]);
            file.Position = disk.Partitions.Partitions.Single(partition => partition.Number == 2).Start + offset;
            file.Write(BitConverter.GetBytes(next));
        }
        using var damaged = DiskImage.OpenRead(_folder["mbr"]);
        Assert.Contains(damaged.Warnings, warning => warning.Contains("logical partitions from number 6", StringComparison.Ordinal));
        Assert.Equal([1, 2, 5], damaged.Partitions.Partitions.Select(partition => partition.Number));
    }

    [Fact]
    public void Offset_is_where_the_disk_begins()
    {
        Tool.Need("dd", "e2fsck");
        Disk();
        Shell("{ head -c 12345 /dev/urandom; cat disk.img; } > dump").ShouldSucceed();
        string[] Arguments(params string[] words) => ["disk", .. words, "--offset", "12345"];
        Assert.Contains("ROOT", CommandLineRun.Of(Arguments("partitions", _folder["dump"])).ShouldSucceed().Output, StringComparison.Ordinal);
        CommandLineRun.WithInput("changed"u8.ToArray(), Arguments("put", _folder["dump"], "ROOT", "/file")).ShouldSucceed();
        Assert.Equal("changed", CommandLineRun.Of(Arguments("cat", _folder["dump"], "ROOT", "/file")).ShouldSucceed().Output);
        // A file system by its place alone, as fdisk prints it.
        var start = (1 << 20) + 12345;
        Assert.Equal("changed", CommandLineRun.Of("disk", "cat", _folder["dump"], "1", "/file", "--offset", start.ToString(CultureInfo.InvariantCulture)).ShouldSucceed().Output);
        Shell($"dd if=dump of=part bs=64K iflag=skip_bytes skip={start} status=none; truncate -s 20M part; e2fsck -fn part").ShouldSucceed();
        CommandLineRun.Of("disk", "ls", _folder["dump"], "1", "--offset", "1T").ShouldFailWith(_folder["dump"], "is not inside the image");
    }

    [Theory]
    [InlineData("mkfs.xfs", "truncate -s 400M fs; mkfs.xfs -q -f fs", "xfs", "mount -o loop,ro")]
    [InlineData("mksquashfs", "mkdir d; mksquashfs d fs -quiet", "squashfs", "mount -o loop,ro")]
    [InlineData("mkswap", "truncate -s 8M fs; mkswap fs", "linux-swap(v1)", "Name another partition")]
    [InlineData("cryptsetup", "truncate -s 40M fs; echo key | cryptsetup luksFormat --batch-mode --type luks1 --pbkdf-force-iterations 1000 fs -", "crypto_LUKS", "cryptsetup open")]
    [InlineData("cryptsetup", "truncate -s 40M fs; echo key | cryptsetup luksFormat --batch-mode --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 fs -", "crypto_LUKS", "cryptsetup open")]
    public void Content_that_is_not_opened_is_named_alone_and_in_a_partition(string tool, string make, string kind, string command)
    {
        Tool.Need(tool, "sh", "sgdisk", "dd");
        var made = Shell(make);
        Assert.SkipWhen(made.ExitCode != 0, $"this machine's {tool} cannot: {made.All}");
        var start = 1 << 20;
        Shell($"truncate -s 450M disk; sgdisk -n 1:2048:+420M -c 1:DATA disk; dd if=fs of=disk bs=1M seek=1 conv=notrunc,sparse status=none").ShouldSucceed();
        foreach (var (image, place) in new[] { ("fs", _folder["fs"]), ("disk", start.ToString(CultureInfo.InvariantCulture)) })
        {
            using var disk = DiskImage.OpenRead(_folder[image]);
            Assert.Equal(kind, Assert.Single(disk.Partitions.Partitions).FileSystem);
            var error = Assert.Throws<UnsupportedFeatureException>(() => disk.OpenFileSystem("1"));
            Assert.Equal(kind, error.Feature);
            Assert.Contains(command, error.Message, StringComparison.Ordinal);
            Assert.True(command.StartsWith("Name", StringComparison.Ordinal) || error.Message.Contains(place, StringComparison.Ordinal), error.Message);
            Assert.Equal(image == "fs", disk.Warnings.Count == 1 && disk.Warnings[0].Contains(command, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Mount_of_a_file_system_that_is_not_opened_works_as_typed()
    {
        Tool.Need("mksquashfs", "mount");
        Shell("mkdir d; echo hello > d/file; mksquashfs d fs -quiet; truncate -s 30M disk; sgdisk -n 1:2048:+20M disk; dd if=fs of=disk bs=1M seek=1 conv=notrunc status=none").ShouldSucceed();
        Directory.CreateDirectory(_folder["mnt"]);
        foreach (var image in new[] { "fs", "disk" })
        {
            using var disk = DiskImage.OpenRead(_folder[image]);
            var command = CommandOf(Assert.Throws<UnsupportedFeatureException>(() => disk.OpenFileSystem("1"))).Replace(" /mnt", $" {_folder["mnt"]}", StringComparison.Ordinal);
            var mounted = Shell(command);
            Assert.SkipWhen(mounted.ExitCode != 0, $"this machine mounts no squashfs: {mounted.All}");
            try
            {
                Assert.Equal("hello\n", File.ReadAllText(_folder["mnt/file"]));
            }
            finally
            {
                KernelMount.End(_folder["mnt"]);
            }
        }
    }

    [Fact]
    public void Physical_volume_of_lvm_is_named()
    {
        Tool.Need("pvcreate", "truncate");
        Shell("truncate -s 40M fs").ShouldSucceed();
        using var loop = LoopDevice.Need(_folder["fs"]);
        var made = Tool.Run("pvcreate", "--devices", loop.Path, "--yes", loop.Path);
        Assert.SkipWhen(made.ExitCode != 0, $"pvcreate does not work here: {made.All}");
        using var disk = DiskImage.OpenRead(loop.Path);
        var partition = Assert.Single(disk.Partitions.Partitions);
        Assert.Equal(("LVM2_member", Tool.Run("blkid", "-p", "-o", "value", "-s", "UUID", loop.Path).Output.Trim()), (partition.FileSystem, partition.FileSystemUuid));
        Assert.Contains("vgchange --activate y", Assert.Throws<UnsupportedFeatureException>(() => disk.OpenFileSystem("1")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("xorriso", "xorriso -as mkisofs -quiet -r -V CDROM -o cd.iso d")]
    [InlineData("genisoimage", "genisoimage -quiet -r -V CDROM -o cd.iso d")]
    [InlineData("xorriso", "xorriso -as mkisofs -quiet -r -V CDROM -partition_offset 16 -append_partition 2 0x83 other -o cd.iso d")]
    public void Iso_image_is_named_and_the_command_copies_its_files(string tool, string make)
    {
        Tool.Need(tool, "xorriso", "sh");
        Shell($"mkdir d; echo hello > d/file; head -c 1M /dev/zero > other; {make}").ShouldSucceed();
        using var disk = DiskImage.OpenRead(_folder["cd.iso"]);
        Assert.Equal("iso9660 CDROM", $"{Assert.Single(disk.Partitions.Partitions).FileSystem} {disk.Partitions.Partitions[0].FileSystemLabel}");
        var error = Assert.Throws<UnsupportedFeatureException>(() => disk.OpenFileSystem("1"));
        Shell(CommandOf(error)).ShouldSucceed();
        Assert.Equal("hello\n", File.ReadAllText(_folder["cd.files/file"]));
    }

    private string Disk()
    {
        Tool.Need("sgdisk", "mke2fs", "truncate");
        Shell("truncate -s 24M disk.img; sgdisk -n 1:2048:+20M -c 1:ROOT disk.img; mke2fs -q -F -t ext4 -E offset=1048576 disk.img 20480k").ShouldSucceed();
        using var disk = DiskImage.OpenWrite(_folder["disk.img"]);
        using var files = disk.OpenFileSystem("ROOT");
        files.WriteFile("/file", "original"u8);
        return _folder["disk.img"];
    }

    private void ShouldBecomeTheDisk(string file, string name)
    {
        var before = Directory.GetFiles(_folder.Path);
        foreach (var open in new Func<DiskImage>[] { () => DiskImage.OpenRead(_folder[file]), () => DiskImage.OpenWrite(_folder[file]) })
        {
            var error = Assert.Throws<UnsupportedFeatureException>(() => open());
            Assert.Equal((name, _folder[file]), (error.Feature, error.File));
        }
        var run = CommandLineRun.Of("disk", "partitions", _folder[file]);
        Assert.Equal(1, run.ExitCode);
        Shell(CommandOf(Assert.Throws<UnsupportedFeatureException>(() => DiskImage.OpenRead(_folder[file])))).ShouldSucceed();
        var made = Assert.Single(Directory.GetFiles(_folder.Path).Except(before));
        using var disk = DiskImage.OpenRead(made);
        Assert.Equal("original", Text(disk, "ROOT", "/file"));
    }

    private static string Text(DiskImage disk, string label, string path)
    {
        using IFileSystem files = disk.OpenFileSystem(label);
        using var content = new StreamReader(files.OpenRead(path));
        return content.ReadToEnd();
    }

    // What a person copies from the message.
    private static string CommandOf(XenKubeException error) => error.Remedy!.ToString()!.Split(": ", 2)[1];

    private ToolResult Shell(string command) => Tool.Run("sh", ["-c", command], null, _folder.Path);
}
