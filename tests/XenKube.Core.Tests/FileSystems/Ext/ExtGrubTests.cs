using XenKube.Devices;
using XenKube.Disks;
using XenKube.FileSystems.Ext;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Ext;

/// <summary>A guest's GRUB has to read what was written, by its own driver, which knows no journal and few features.</summary>
[Trait("Kind", "Process")]
public class ExtGrubTests
{
    private static readonly byte[] Line = "set linux_append=\"coreos.config.url=http://192.168.100.1/etcd/node-1.json\"\n"u8.ToArray();

    [Theory]
    [InlineData("-t ext2")]
    [InlineData("-t ext3")]
    [InlineData("-t ext4 -O ^metadata_csum,^64bit")]
    [InlineData("-t ext4")]
    [InlineData("-t ext4 -b 1024 -O ^has_journal")]
    public void Edited_file_is_read_back_by_grub(string options)
    {
        Tool.Need("mke2fs", "grub-fstest");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], 16 << 20, options.Split(' '));
        using (var device = FileDevice.Open(image, writable: true))
        {
            using var fileSystem = ExtFileSystem.Open(device);
            Assert.True(fileSystem.GrubCompatibility.IsReadable, fileSystem.GrubCompatibility.ToString());
            fileSystem.WriteFile("/grub.cfg", "# nothing yet\n"u8);
            fileSystem.WriteFile("/grub.cfg", Line);
        }
        Assert.Equal(Line, Tool.Run("grub-fstest", image, "cat", "(loop0)/grub.cfg").ShouldSucceed().OutputBytes);
    }

    [Theory]
    [InlineData("inline_data", "inline_data")]
    [InlineData("ea_inode", "ea_inode")]
    [InlineData("casefold", "casefold")]
    [InlineData("bigalloc", "bigalloc")]
    [InlineData("large_dir", "large_dir")]
    public void Feature_that_grub_cannot_read_is_named(string feature, string name)
    {
        Tool.Need("mke2fs", "grub-fstest");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], 16 << 20, "-t", "ext4", "-O", feature);
        using var device = FileDevice.Open(image, writable: false);
        using var fileSystem = ExtFileSystem.Open(device);
        Assert.Equal([name], fileSystem.GrubCompatibility.Grub);
        Assert.Equal([name], fileSystem.GrubCompatibility.CoreOSGrub);
        if (feature is not ("bigalloc" or "large_dir"))
        {
            // bigalloc only forbids writing, so that GRUB tries, and reads wrongly what is larger than a block. Debian's 2.06
            // has learnt large_dir from a later release.
            Assert.DoesNotContain("lost+found", Tool.Run("grub-fstest", image, "ls", "(loop0)/").All, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("meta_bg,^resize_inode", "meta_bg")]
    [InlineData("metadata_csum_seed", "metadata_csum_seed")]
    [InlineData("mmp", "mmp")]
    public void Feature_that_only_the_old_grub_cannot_read_is_named(string feature, string name)
    {
        Tool.Need("mke2fs", "grub-fstest");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], 16 << 20, "-t", "ext4", "-O", feature);
        using var device = FileDevice.Open(image, writable: false);
        using var fileSystem = ExtFileSystem.Open(device);
        Assert.Empty(fileSystem.GrubCompatibility.Grub);
        Assert.Equal([name], fileSystem.GrubCompatibility.CoreOSGrub);
        Assert.Contains("lost+found", Tool.Run("grub-fstest", image, "ls", "(loop0)/").All, StringComparison.Ordinal);
    }

    [Fact]
    public void Edits_add_no_feature()
    {
        Tool.Need("mke2fs");
        using var directory = new TemporaryDirectory(inMemory: true);
        foreach (var options in new[] { "-t ext2", "-t ext3", "-t ext4", "-t ext4 -O ^metadata_csum,^64bit,^large_file" })
        {
            var image = ExtImages.Make(directory["image"], 16 << 20, options.Split(' '));
            using var device = FileDevice.Open(image, writable: true);
            using var fileSystem = ExtFileSystem.Open(device);
            var before = fileSystem.Features;
            fileSystem.CreateDirectory("/a");
            fileSystem.WriteFile("/a/b", Line);
            fileSystem.CreateSymbolicLink("/c", "a/b");
            fileSystem.Rename("/c", "/d");
            fileSystem.Remove("/d");
            using var again = ExtFileSystem.Open(device);
            Assert.Equal(before, again.Features);
        }
    }
}
