using XenKube.Devices;
using XenKube.Disks;
using XenKube.FileSystems;
using XenKube.FileSystems.Detection;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems;

/// <summary>What mke2fs, mkfs.vfat and mkswap make, told apart by us as by parted and blkid.</summary>
public sealed class FileSystemDetectorTests
{
    [Theory]
    [InlineData("mke2fs -q -F -t ext2 -L one")]
    [InlineData("mke2fs -q -F -t ext3")]
    [InlineData("mke2fs -q -F -t ext4 -L OEM")]
    [InlineData("mke2fs -q -F -t ext4 -O ^has_journal")]
    [InlineData("mke2fs -q -F -t ext3 -O extent")]
    [InlineData("mke2fs -q -F -t ext4 -O ^extent,^flex_bg,^64bit,^huge_file,^dir_nlink,^metadata_csum")]
    [InlineData("mke2fs -q -F -t ext4 -O ^extent,^flex_bg,^64bit,^huge_file,^metadata_csum")]
    [InlineData("mke2fs -q -F -t ext4 -O ^extent,^flex_bg,^64bit,^dir_nlink,^metadata_csum")]
    [InlineData("mkfs.vfat -F 16 -n LABEL")]
    [InlineData("mkfs.vfat -F 32 -n EFI-SYSTEM")]
    [InlineData("mkfs.vfat -F 16")]
    [InlineData("mkswap -L swap")]
    [InlineData("true")]
    [Trait("Kind", "Process")]
    public void Kind_is_what_parted_prints_label_and_uuid_what_blkid_prints(string make)
    {
        var words = make.Split(' ');
        Tool.Need(words[0], "parted", "blkid", "sgdisk");
        using var folder = new TemporaryDirectory();
        var (disk, partition) = (folder["disk"], folder["partition"]);
        Tool.Run("truncate", "-s", "48M", partition).ShouldSucceed();
        Tool.Run(words[0], [.. words[1..], partition]).ShouldSucceed();
        Tool.Run("truncate", "-s", "50M", disk).ShouldSucceed();
        Tool.Run("sgdisk", "-n", "1:2048:+48M", disk).ShouldSucceed();
        Tool.Run("dd", "if=" + partition, "of=" + disk, "bs=1M", "seek=1", "conv=notrunc").ShouldSucceed();
        var parted = Tool.Run("parted", "-sm", disk, "unit", "b", "print").ShouldSucceed().Output.Split('\n')[2].Split(':')[4];
        using var image = DiskImage.OpenRead(disk);
        var found = image.GetPartition("1");
        Assert.Equal(parted, found.FileSystem);
        Assert.Equal(Blkid(partition, "LABEL"), found.FileSystemLabel);
        Assert.Equal(Blkid(partition, "UUID"), found.FileSystemUuid);
    }

    private static string Blkid(string path, string tag) => Tool.Run("blkid", "-p", "-s", tag, "-o", "value", path).Output.TrimEnd('\n');

    [Theory]
    [InlineData("xfs", 0, "XFSB")]
    [InlineData("squashfs", 0, "hsqs")]
    [InlineData("ntfs", 3, "NTFS    ")]
    [InlineData("exfat", 3, "EXFAT   ")]
    public void What_is_not_edited_is_refused_by_name(string kind, int offset, string mark)
    {
        var bytes = new byte[1 << 20];
        System.Text.Encoding.ASCII.GetBytes(mark, bytes.AsSpan(offset));
        var device = new MemoryDevice(bytes);
        Assert.Equal(kind, FileSystem.Detect(device)!.Kind);
        var error = Assert.Throws<UnsupportedFeatureException>(() => FileSystem.Open(device));
        Assert.Equal(kind, error.Feature);
    }

    /// <summary>A mirror's member whose superblock is at its end begins as the file system does: a change of it alone is not made.</summary>
    [Theory]
    [InlineData("1.0")]
    [InlineData("0.90")]
    [Trait("Kind", "Process")]
    public void Member_of_a_mirror_is_not_taken_for_its_file_system(string version)
    {
        Tool.Need("mke2fs", "blkid");
        using var folder = new TemporaryDirectory();
        var path = folder["member"];
        File.WriteAllBytes(path, new byte[(8 << 20) + 3 * 512]);
        // The array is shorter than its member.
        Tool.Run("mke2fs", "-q", "-F", "-t", "ext4", "-L", "OEM", path, "7M").ShouldSucceed();
        var bytes = File.ReadAllBytes(path);
        Assert.Equal("ext4", FileSystem.Detect(new MemoryDevice(bytes))!.Kind);
        PutRaidSuperblock(bytes, version);
        File.WriteAllBytes(path, bytes);
        var found = FileSystem.Detect(new MemoryDevice(bytes))!;
        Assert.Equal("linux_raid_member", found.Kind);
        Assert.Equal(Blkid(path, "TYPE"), found.Kind);
        Assert.Equal(Blkid(path, "UUID"), found.Uuid);
        Assert.Equal(Blkid(path, "LABEL"), found.Label);
        Assert.Equal("linux_raid_member", Assert.Throws<UnsupportedFeatureException>(() => FileSystem.Open(new MemoryDevice(bytes))).Feature);
        // The superblock of an array that was longer or shorter says nothing of this one.
        Assert.Equal("ext4", FileSystem.Detect(new MemoryDevice([.. bytes, .. new byte[1 << 20]]))!.Kind);
    }

    // Linux, include/uapi/linux/raid/md_p.h.
    private static void PutRaidSuperblock(byte[] bytes, string version)
    {
        const uint magic = 0xA92B4EFC;
        var sectors = bytes.Length / 512;
        var at = version == "1.0" ? ((sectors - 16) & ~7) * 512 : (bytes.Length & ~0xFFFF) - 0x10000;
        var super = bytes.AsSpan(at, 4096);
        void Put32(int offset, uint value) => System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at + offset), value);
        Put32(0, magic);
        if (version == "1.0")
        {
            Put32(4, 1);
            for (var i = 0; i < 16; i++)
            {
                super[0x10 + i] = (byte)(i + 1);
            }
            "node:0"u8.CopyTo(super[0x20..]);
            Put32(0x48, 1);
            System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(super[0x50..], (7 << 20) / 512);
            Put32(0x5C, 2);
            System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(super[0x88..], (7 << 20) / 512);
            System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(super[0x90..], at / 512);
            Put32(0xDC, 2);
            // sb_csum of md_p.h: the sum of 32-bit words, its carries added.
            var sum = 0UL;
            for (var i = 0; i < 256 + 2 * 2; i += 4)
            {
                sum += System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(super[i..]);
            }
            Put32(0xD8, (uint)((sum & 0xFFFFFFFF) + (sum >> 32)));
            return;
        }
        Put32(8, 90);
        Put32(0x14, 0x04030201);
        Put32(0x1C, 1);
        Put32(0x20, 7 << 10);
        Put32(0x34, 0x08070605);
        Put32(0x38, 0x0C0B0A09);
        Put32(0x3C, 0x100F0E0D);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(512)]
    [InlineData(1025)]
    [InlineData(4096)]
    [InlineData(70000)]
    public void Empty_partition_of_any_length_has_no_file_system(int length)
    {
        Assert.Null(FileSystem.Detect(new MemoryDevice(new byte[length])));
        Assert.Equal("no file system", Assert.Throws<UnsupportedFeatureException>(() => FileSystem.Open(new MemoryDevice(new byte[length]))).Feature);
    }

    /// <summary>Released images mark USR-A as read-only by an unknown read-only feature: it is read all the same.</summary>
    [Fact]
    [Trait("Kind", "Process")]
    public void Usr_partition_with_the_read_only_mark_of_released_images_is_read()
    {
        using var folder = new TemporaryDirectory();
        var path = SampleImage.Copy(SampleImage.Classic, folder);
        using (var file = File.OpenWrite(path))
        {
            file.Position = 138412032 + 0x464 + 3;
            file.WriteByte(0xFF);
        }
        using var image = DiskImage.OpenRead(path);
        using var usr = image.OpenFileSystem("USR-A");
        using var reader = new StreamReader(usr.OpenRead("/lib/os-release"));
        Assert.Contains("VERSION_ID=1520.9.0", reader.ReadToEnd(), StringComparison.Ordinal);
        Assert.Equal("ext2", image.GetPartition("USR-A").FileSystem);
    }
}
