using System.Globalization;
using System.Text;
using XenKube.Devices;
using XenKube.Disks;
using XenKube.FileSystems.Ext;
using XenKube.FileSystems.Ext.Directories;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Ext;

/// <summary>Sizes at both ends: full disks, large disks, deep trees, large directories.</summary>
[Trait("Kind", "Process")]
public class ExtScaleTests
{
    [Theory]
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

    [Theory]
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

    [Theory]
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

    // mke2fs -d itself takes minutes for folders of tens of thousands.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Hundred_thousand_files_of_mke2fs_are_found_removed_and_added_to(bool withIndexes)
    {
        Tool.Need("mke2fs", "e2fsck", "debugfs");
        using var directory = new TemporaryDirectory(inMemory: true);
        const int folders = 100;
        const int each = 1000;
        for (var folder = 0; folder < folders; folder++)
        {
            Directory.CreateDirectory(directory[$"tree/d{folder}"]);
            for (var i = 0; i < each; i++)
            {
                File.Create(directory[$"tree/d{folder}/file-{i}"]).Dispose();
            }
        }
        var image = ExtImages.Make(directory["image"], 1L << 30, "-t", "ext4", "-N", "110000", "-d", directory["tree"]);
        if (withIndexes)
        {
            Tool.Run("e2fsck", "-fyD", image);
        }
        using (var device = FileDevice.Open(image, writable: true))
        {
            using var fileSystem = ExtFileSystem.Open(device);
            for (var folder = 0; folder < folders; folder++)
            {
                Assert.Equal(each, fileSystem.List($"/d{folder}").Count);
            }
            for (var i = 0; i < 50; i++)
            {
                fileSystem.WriteFile($"/d{i}/new", "x"u8);
                Assert.True(fileSystem.Remove($"/d{i}/file-{i * 7}"));
            }
            using var edit = fileSystem.BeginEdit();
            for (var i = 0; i < each; i++)
            {
                edit.WriteFile($"/d99/another-{i}", []);
                Assert.True(i == 500 || edit.Remove($"/d98/file-{i}"));
            }
            edit.Commit();
            Assert.Equal(["/d98/file-500"], fileSystem.List("/d98").Select(entry => entry.Path));
        }
        ExtImages.ShouldBeClean(image);
        Assert.Equal("x"u8.ToArray(), ExtImages.Cat(image, "/d49/new"));
    }

    [Fact]
    public void Hundred_thousand_files_of_the_kernel_are_found_removed_and_added_to()
    {
        Tool.Need("mke2fs", "e2fsck", "mount", "umount");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], 512 << 20, "-t", "ext4", "-N", "110000");
        const int files = 100_000;
        using (var mount = LoopMount.Need(directory, image))
        {
            Directory.CreateDirectory(mount["/many"]);
            for (var i = 0; i < files; i++)
            {
                File.Create(mount[$"/many/file-{i}"]).Dispose();
            }
        }
        using (var device = FileDevice.Open(image, writable: true))
        {
            using var fileSystem = ExtFileSystem.Open(device);
            for (var i = 0; i < files; i += 3)
            {
                Assert.True(fileSystem.Find($"/many/file-{i}") is not null, $"{i}");
            }
            for (var start = 0; start < files; start += 10_000)
            {
                using var edit = fileSystem.BeginEdit();
                for (var i = start; i < start + 10_000; i += 2)
                {
                    Assert.True(edit.Remove($"/many/file-{i}"));
                    if (i % 20 == 0)
                    {
                        edit.WriteFile($"/many/new-{i}", []);
                    }
                }
                edit.Commit();
            }
        }
        ExtImages.ShouldBeClean(image);
        using (var mount = LoopMount.Need(directory, image))
        {
            for (var i = 1; i < files; i += 14)
            {
                Assert.True(File.Exists(mount[$"/many/file-{i}"]) && !File.Exists(mount[$"/many/file-{i - 1}"]), $"{i}");
            }
            for (var i = 0; i < files; i += 100)
            {
                Assert.True(File.Exists(mount[$"/many/new-{i}"]), $"new {i}");
            }
            Assert.Equal(files / 2 + files / 20, Directory.EnumerateFiles(mount["/many"]).Count());
        }
    }

    [Theory]
    [InlineData("-t ext4 -b 1024 -N 66500 -J size=32", true)]
    [InlineData("-t ext3 -b 1024 -I 128 -N 66500 -J size=32", false)]
    public void Directory_of_more_directories_than_can_be_counted(string options, bool isPossible)
    {
        Tool.Need("mke2fs", "e2fsck", "debugfs");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], 160 << 20, options.Split(' '));
        using (var device = FileDevice.Open(image, writable: true))
        {
            using var fileSystem = ExtFileSystem.Open(device);
            fileSystem.CreateDirectory("/many");
            fileSystem.CreateDirectory("/other");
            for (var start = 0; start < 64_990; start += 5000)
            {
                using var edit = fileSystem.BeginEdit();
                for (var i = start; i < Math.Min(64_990, start + 5000); i++)
                {
                    edit.CreateDirectory($"/many/d{i}");
                }
                edit.Commit();
            }
            ExtImages.ShouldBeClean(image, options);
            if (isPossible)
            {
                for (var i = 0; i < 20; i++)
                {
                    fileSystem.CreateDirectory($"/many/more-{i}");
                }
                fileSystem.Rename("/other", "/many/other");
                Assert.Contains("Links: 1 ", ExtImages.Stat(image, "/many"), StringComparison.Ordinal);
                ExtImages.ShouldBeClean(image, options);
                Assert.True(fileSystem.Remove("/many/d5"));
            }
            else
            {
                // 65,000 links: its own two, and one for each directory in it.
                for (var i = 0; i < 7; i++)
                {
                    fileSystem.CreateDirectory($"/many/more-{i}");
                }
                Assert.Equal("DirectoryFull", Assert.Throws<OperationFailedException>(() => fileSystem.CreateDirectory("/many/one-more")).ErrorId);
                Assert.Equal("DirectoryFull", Assert.Throws<OperationFailedException>(() => fileSystem.Rename("/other", "/many/other")).ErrorId);
                Assert.True(fileSystem.Remove("/many/d5"));
                fileSystem.Rename("/other", "/many/other");
            }
        }
        ExtImages.ShouldBeClean(image, options);
    }

    [Fact]
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

    [Theory]
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
