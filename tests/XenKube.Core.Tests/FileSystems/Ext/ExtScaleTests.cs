using System.Globalization;
using System.Text;
using XenKube.Disks;
using XenKube.FileSystems.Ext;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Ext;

/// <summary>Sizes at both ends: full disks, large disks, deep trees, large directories.</summary>
public class ExtScaleTests
{
    [SkippableTheory]
    [InlineData("-t ext4 -b 1024", 8)]
    [InlineData("-t ext4", 512)]
    [InlineData("-t ext4", 4096)]
    [InlineData("-t ext3 -b 1024", 1024)]
    [InlineData("-t ext2", 4096)]
    [InlineData("-t ext4 -b 1024 -O ^metadata_csum,uninit_bg,^64bit", 512)]
    public void Small_and_large_disks_are_edited(string options, long megabytes)
    {
        Tool.Need("mke2fs", "e2fsck", "debugfs");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], megabytes << 20, options.Split(' '));
        var content = ExtImages.Pattern(2_000_000, 1);
        using (var device = FileDevice.Open(image, writable: true))
        {
            using var fileSystem = ExtFileSystem.Open(device);
            using var edit = fileSystem.BeginEdit();
            for (var i = 0; i < 40; i++)
            {
                edit.CreateDirectory($"/d{i}");
                edit.WriteFile($"/d{i}/f", content.AsSpan(0, 1000 * i));
            }
            edit.WriteFile("/large", content);
            edit.Commit();
        }
        ExtImages.ShouldBeClean(image, options);
        Assert.Equal(content, ExtImages.Cat(image, "/large"));
    }

    [SkippableTheory]
    [InlineData("-t ext4 -b 1024")]
    [InlineData("-t ext3 -b 1024")]
    public void Disk_full_to_the_last_block_still_takes_a_replacement(string options)
    {
        Tool.Need("mke2fs", "e2fsck", "debugfs");
        using var directory = new TemporaryDirectory(inMemory: true);
        directory.Write("tree/grub.cfg", ExtImages.Pattern(3000, 1));
        var image = ExtImages.Make(directory["image"], 8 << 20, [.. options.Split(' '), "-d", directory["tree"]]);
        var replaced = ExtImages.Pattern(2900, 2);
        using (var device = FileDevice.Open(image, writable: true))
        {
            using var fileSystem = ExtFileSystem.Open(device);
            // Ever smaller files until not one block is left.
            for (var (size, i) = (4_000_000, 0); size > 0; i++)
            {
                try
                {
                    fileSystem.WriteFile($"/filler-{i}", ExtImages.Pattern(size, i));
                }
                catch (OperationFailedException e) when (e.ErrorId == "FileSystemFull")
                {
                    size /= 2;
                }
            }
            fileSystem.WriteFile("/grub.cfg", replaced);
            Assert.Equal("FileSystemFull", Assert.Throws<OperationFailedException>(() => fileSystem.WriteFile("/one-more", new byte[5000])).ErrorId);
            Assert.Equal(replaced, ExtReadTests.ReadAll(fileSystem, "/grub.cfg"));
        }
        ExtImages.ShouldBeClean(image, options);
        Assert.Equal(replaced, ExtImages.Cat(image, "/grub.cfg"));
        Assert.Contains("Free blocks:              0", Tool.Run("dumpe2fs", "-h", image).Output, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("-t ext4 -b 1024 -J size=16 -N 40000", 3_000)]
    [InlineData("-t ext4 -b 1024 -J size=16 -N 40000 -O ^metadata_csum,large_dir", 2_000)]
    [InlineData("-t ext3 -b 1024 -J size=16 -N 40000", 2_000)]
    public void Index_of_several_levels_stays_valid(string options, int files)
    {
        Tool.Need("mke2fs", "e2fsck", "debugfs");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], 256 << 20, options.Split(' '));
        using (var device = FileDevice.Open(image, writable: true))
        {
            using var fileSystem = ExtFileSystem.Open(device);
            fileSystem.CreateDirectory("/many");
            for (var start = 0; start < files; start += 500)
            {
                using var edit = fileSystem.BeginEdit();
                for (var i = start; i < start + 500; i++)
                {
                    edit.CreateSymbolicLink($"/many/{Name(i)}", "x");
                }
                edit.Commit();
            }
            using (var edit = fileSystem.BeginEdit())
            {
                for (var i = 0; i < files; i += 97)
                {
                    Assert.True(edit.Remove($"/many/{Name(i)}"));
                }
                edit.Commit();
            }
            Assert.Equal(files - (files + 96) / 97, fileSystem.List("/many").Count);
        }
        ExtImages.ShouldBeClean(image, options);
        // The kernel's and debugfs's lookups go through the index: a name in the wrong leaf is not found.
        Assert.Contains("Inode:", ExtImages.Stat(image, $"/many/{Name(files - 1)}"), StringComparison.Ordinal);

        static string Name(int i) => string.Create(CultureInfo.InvariantCulture, $"{i:d6}-ä-{new string((char)('a' + i % 26), 60 + i % 60)}");
    }

    [SkippableFact]
    public void Hundred_thousand_files_are_read_and_added_to()
    {
        Tool.Need("mke2fs", "e2fsck", "debugfs");
        Skip.IfNot(ExtCrashTests.IsLong, "XENKUBE_LONG=1 is not set");
        using var directory = new TemporaryDirectory(inMemory: true);
        for (var i = 0; i < 100_000; i++)
        {
            directory.Write($"tree/d{i / 40_000}/file-{i}", "");
        }
        var image = ExtImages.Make(directory["image"], 1L << 30, "-t", "ext4", "-N", "200000", "-d", directory["tree"]);
        Tool.Run("e2fsck", "-fyD", image);
        using (var device = FileDevice.Open(image, writable: true))
        {
            using var fileSystem = ExtFileSystem.Open(device);
            Assert.Equal(40_000, fileSystem.List("/d1").Count);
            for (var i = 0; i < 50; i++)
            {
                fileSystem.WriteFile($"/d1/new-{i}", "x"u8);
                Assert.True(fileSystem.Remove($"/d1/file-{40_000 + i * 7}"));
            }
        }
        ExtImages.ShouldBeClean(image);
    }

    [SkippableFact]
    public void Deep_tree_is_made_and_followed()
    {
        Tool.Need("mke2fs", "e2fsck");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], 32 << 20, "-t", "ext4");
        var path = new StringBuilder();
        using (var device = FileDevice.Open(image, writable: true))
        {
            using var fileSystem = ExtFileSystem.Open(device);
            using (var edit = fileSystem.BeginEdit())
            {
                for (var i = 0; i < 400; i++)
                {
                    edit.CreateDirectory(path.Append("/d").ToString());
                }
                edit.WriteFile(path + "/file", "deep"u8);
                edit.Commit();
            }
            Assert.Equal("deep"u8.ToArray(), ExtReadTests.ReadAll(fileSystem, path + "/file"));
        }
        ExtImages.ShouldBeClean(image);
    }

    [SkippableTheory]
    [InlineData("legacy", 0)]
    [InlineData("half_md4", 1)]
    [InlineData("tea", 2)]
    public void Hash_of_a_name_is_the_one_debugfs_gives(string name, byte version)
    {
        Tool.Need("mke2fs", "debugfs");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], 8 << 20, "-t", "ext4");
        foreach (var text in new[] { "a", "grub.cfg", "machine-id", new string('x', 16), new string('y', 32), new string('z', 33), new string('w', 255), "ümläut" })
        {
            var said = Tool.Run("debugfs", "-R", $"dx_hash -h {name} {text}", image).Output;
            var hash = DirectoryHash.Of(version, isUnsigned: false, [], Encoding.UTF8.GetBytes(text))!.Value;
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"is 0x{hash:x} "), said, StringComparison.Ordinal);
        }
    }
}
