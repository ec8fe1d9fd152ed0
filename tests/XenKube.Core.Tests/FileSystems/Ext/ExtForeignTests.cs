using System.Globalization;
using System.Text;
using XenKube.Devices;
using XenKube.Disks;
using XenKube.FileSystems;
using XenKube.FileSystems.Ext;
using XenKube.FileSystems.Ext.Editing;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Ext;

/// <summary>File systems that other programs left, edited by us: e2fsck finds nothing, and counts and contents are right.</summary>
[Trait("Kind", "Process")]
public class ExtForeignTests
{
    [Theory]
    [InlineData("-t ext4")]
    [InlineData("-t ext4 -b 1024 -O ^metadata_csum")]
    [InlineData("-t ext4 -b 1024 -I 512")]
    public void Attribute_in_an_inode_of_its_own_is_counted_when_the_file_is_changed(string options)
    {
        Tool.Need("mke2fs", "e2fsck", "mount", "umount", "python3");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], 32 << 20, [.. options.Split(' '), "-O", "ea_inode"]);
        var value = ExtImages.Pattern(20_000, 1);
        using (var mount = LoopMount.Need(directory, image))
        {
            File.WriteAllBytes(mount["/file"], ExtImages.Pattern(9000, 2));
            SetAttribute(mount["/file"], "user.large", value);
            SetAttribute(mount["/file"], "user.small", new byte[700]);
        }
        Edit(image, fs => fs.WriteFile("/file", ExtImages.Pattern(30_000, 3)));
        ExtImages.ShouldBeClean(image, "replaced");
        Edit(image, fs => Change(fs, edit => edit.AppendFile("/file", ExtImages.Pattern(5000, 4))));
        ExtImages.ShouldBeClean(image, "appended");
        Edit(image, fs => Change(fs, edit => edit.Truncate("/file", 100)));
        ExtImages.ShouldBeClean(image, "truncated");
        Edit(image, fs => Change(fs, edit => edit.SetAttributes("/file", new FileAttributesChange(0x1A0))));
        ExtImages.ShouldBeClean(image, "mode");
        Edit(image, fs =>
        {
            Assert.Equal(value, fs.ReadExtendedAttributes("/file")["user.large"]);
            var error = Assert.Throws<UnsupportedFeatureException>(() => fs.Remove("/file"));
            Assert.Contains("ea_inode", error.Feature, StringComparison.Ordinal);
        });
        ExtImages.ShouldBeClean(image, "refused to remove");
    }

    [Theory]
    [InlineData("-t ext4")]
    [InlineData("-t ext4 -b 1024 -I 128 -O ^metadata_csum")]
    [InlineData("-t ext3 -b 1024 -I 128")]
    public void Attribute_block_shared_by_files_goes_with_the_last_of_them(string options)
    {
        Tool.Need("mke2fs", "e2fsck", "mount", "umount", "python3");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], 32 << 20, options.Split(' '));
        var value = new byte[700];
        using (var mount = LoopMount.Need(directory, image))
        {
            foreach (var name in new[] { "/a", "/b", "/c", "/d" })
            {
                File.WriteAllText(mount[name], name);
                SetAttribute(mount[name], "user.same", value);
            }
        }
        var block = FileAcl(image, "/a");
        Assert.NotEqual(0, block);
        Assert.All(new[] { "/b", "/c", "/d" }, name => Assert.Equal(block, FileAcl(image, name)));
        var free = Free(image);
        Edit(image, fs => fs.Remove("/a"));
        ExtImages.ShouldBeClean(image, "one of four removed");
        Edit(image, fs => fs.WriteFile("/b", ExtImages.Pattern(10_000, 1)));
        ExtImages.ShouldBeClean(image, "one of them replaced");
        Edit(image, fs => fs.Rename("/b", "/c"));
        ExtImages.ShouldBeClean(image, "one of them renamed over another");
        Edit(image, fs => Change(fs, edit => Assert.True(edit.Remove("/c") & edit.Remove("/d"))));
        ExtImages.ShouldBeClean(image, "all removed");
        // Four contents and the one block of attributes.
        Assert.Equal(free.Blocks + 4 + 1, Free(image).Blocks);
        Assert.Equal(free.Inodes + 4, Free(image).Inodes);
    }

    [Theory]
    [InlineData("-t ext4")]
    [InlineData("-t ext4 -b 1024")]
    public void Blocks_allocated_but_never_written_are_kept_or_given_back(string options)
    {
        Tool.Need("mke2fs", "e2fsck", "mount", "umount", "fallocate");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], 64 << 20, options.Split(' '));
        var free = Free(image);
        var written = ExtImages.Pattern(3000, 1);
        string[] names = ["/behind-end", "/inside", "/both", "/only"];
        using (var mount = LoopMount.Need(directory, image))
        {
            foreach (var name in names[..3])
            {
                File.WriteAllBytes(mount[name], written);
            }
            // -n: beyond the end of the file, whose length stays.
            Tool.Run("fallocate", "-n", "-l", "1000000", mount["/behind-end"]).ShouldSucceed();
            Tool.Run("fallocate", "-l", "200000", mount["/inside"]).ShouldSucceed();
            Tool.Run("fallocate", "-l", "100000", mount["/both"]).ShouldSucceed();
            Tool.Run("fallocate", "-n", "-o", "150000", "-l", "300000", mount["/both"]).ShouldSucceed();
            Tool.Run("fallocate", "-l", "70000", mount["/only"]).ShouldSucceed();
            using var inside = new FileStream(mount["/inside"], FileMode.Open) { Position = 100_000 };
            inside.Write(written);
        }
        Edit(image, fs =>
        {
            Assert.Equal(written, ExtReadTests.ReadAll(fs, "/behind-end"));
            Assert.Equal([.. written, .. new byte[97_000], .. written, .. new byte[97_000]], ExtReadTests.ReadAll(fs, "/inside"));
            Assert.Equal(new byte[70_000], ExtReadTests.ReadAll(fs, "/only"));
            foreach (var name in names)
            {
                Change(fs, edit => edit.AppendFile(name, "tail"u8));
                ExtImages.ShouldBeClean(image, name + " appended to");
            }
            Change(fs, edit => edit.Truncate("/inside", 150_001));
            Change(fs, edit => edit.Truncate("/both", 50_000));
            Change(fs, edit => edit.Truncate("/behind-end", 40_000));
            Change(fs, edit => edit.Truncate("/only", 33_333));
            ExtImages.ShouldBeClean(image, "truncated");
        });
        Assert.Equal([.. written, .. new byte[97_000], .. written, .. new byte[47_001]], ExtImages.Cat(image, "/inside"));
        Assert.Equal([.. written, .. "tail"u8, .. new byte[36_996]], ExtImages.Cat(image, "/behind-end"));
        Edit(image, fs => fs.WriteFile("/inside", written));
        Edit(image, fs => Change(fs, edit => Array.ForEach(names, name => edit.Remove(name))));
        ExtImages.ShouldBeClean(image, "removed");
        Assert.Equal(free, Free(image));
    }

    [Theory]
    [InlineData("-t ext4 -b 1024")]
    [InlineData("-t ext4 -b 1024 -O ^metadata_csum,^64bit")]
    [InlineData("-t ext4 -b 1024 -O ^has_journal")]
    public void Extent_tree_of_several_levels_is_built_cut_and_given_back(string options)
    {
        Tool.Need("mke2fs", "e2fsck", "debugfs");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], 16 << 20, [.. options.Split(' '), "-N", "9000", "-m", "0", "-J", "size=4"]);
        var before = Free(image);
        var content = ExtImages.Pattern(2_500_000, 5);
        Edit(image, fs =>
        {
            // Files of one block until the disk is full, every second one removed: no two free blocks side by side.
            var files = 0;
            try
            {
                for (; ; files++)
                {
                    fs.WriteFile($"/f{files}", [1]);
                }
            }
            catch (OperationFailedException e) when (e.ErrorId == "FileSystemFull")
            {
                Assert.True(files > 5000, $"{files} files");
            }
            for (var start = 0; start < files; start += 2000)
            {
                var end = Math.Min(files, start + 2000);
                Change(fs, edit =>
                {
                    for (var i = start; i < end; i += 2)
                    {
                        Assert.True(edit.Remove($"/f{i}"));
                    }
                });
            }
            fs.WriteFile("/pieces", content);
            ExtImages.ShouldBeClean(image, "many extents");
            // 84 extents in a block, four in the inode: 2,442 need two levels of blocks.
            Assert.Contains("Depth 2", Depth(image, "/pieces"), StringComparison.Ordinal);
            Assert.Equal(content, ExtImages.Cat(image, "/pieces"));
            foreach (var length in new[] { 2_400_000, 2_000_001, 600_000, 340_000, 86_016, 5000, 1025, 0 })
            {
                Change(fs, edit => edit.Truncate("/pieces", length));
                ExtImages.ShouldBeClean(image, $"cut to {length}");
                Assert.Equal(content[..length], ExtImages.Cat(image, "/pieces"));
            }
            for (var length = 0; length < 900_000; length += 300_000)
            {
                Change(fs, edit => edit.AppendFile("/pieces", content.AsSpan(length, 300_000)));
            }
            ExtImages.ShouldBeClean(image, "appended");
            Assert.Equal(content[..900_000], ExtImages.Cat(image, "/pieces"));
            // The directory itself is in pieces now, too.
            for (var i = 0; i < files; i += 3000)
            {
                var end = Math.Min(files, i + 3000);
                var start = i;
                Change(fs, edit =>
                {
                    for (var number = start; number < end; number++)
                    {
                        edit.Remove($"/f{number}");
                    }
                });
            }
            fs.Remove("/pieces");
        });
        ExtImages.ShouldBeClean(image, "emptied");
        Assert.Equal(before.Inodes, Free(image).Inodes);
    }

    /// <summary>The bounds between direct, indirect, double and triple indirect blocks, and one byte around each.</summary>
    [Theory]
    [InlineData("-t ext3 -b 1024 -J size=4")]
    [InlineData("-t ext2 -b 1024")]
    [InlineData("-t ext4 -b 1024 -O ^extent,^64bit -J size=4")]
    public void File_of_indirect_blocks_is_cut_at_every_bound(string options)
    {
        Tool.Need("mke2fs", "e2fsck", "debugfs");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], 128 << 20, options.Split(' '));
        var empty = Free(image);
        const int direct = 12 * 1024, single = direct + 256 * 1024, twice = single + 256 * 256 * 1024;
        var pieces = new[] { 0, direct - 3000, single - 3000, twice - 3000, twice + 400_000 };
        var mirror = new byte[twice + 500_000];
        Edit(image, fs =>
        {
            fs.WriteFile("/file", []);
            foreach (var at in pieces)
            {
                var piece = ExtImages.Pattern(6000, at);
                piece.CopyTo(mirror.AsSpan(at));
                Change(fs, edit =>
                {
                    edit.Truncate("/file", at);
                    edit.AppendFile("/file", piece);
                });
                ExtImages.ShouldBeClean(image, $"piece at {at}");
            }
            var length = twice + 406_000;
            foreach (var bound in new[] { twice + 66_000, twice, single, direct, 1024 })
            {
                foreach (var cut in new[] { bound + 1025, bound + 1, bound, bound - 1, bound - 1025 })
                {
                    length = Math.Max(0, Math.Min(length, cut));
                    Change(fs, edit => edit.Truncate("/file", length));
                    ExtImages.ShouldBeClean(image, $"cut to {length}");
                    Assert.True(mirror.AsSpan(0, length).SequenceEqual(ExtReadTests.ReadAll(fs, "/file")), $"cut to {length}");
                }
            }
            Change(fs, edit => edit.Truncate("/file", (direct / 1024L + 256 + 256 * 256 + 256 * 256 * 256) * 1024));
            ExtImages.ShouldBeClean(image, "as long as can be");
            fs.Remove("/file");
        });
        ExtImages.ShouldBeClean(image, "removed");
        Assert.Equal(empty, Free(image));
    }

    [Theory]
    [InlineData("-t ext4")]
    [InlineData("-t ext2")]
    [InlineData("-t ext4 -O ^metadata_csum,^large_file")]
    public void File_of_more_than_2_GiB_brings_large_file_as_with_the_kernel(string options)
    {
        Tool.Need("mke2fs", "e2fsck");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], 64 << 20, options.Split(' '));
        Edit(image, fs => fs.WriteFile("/file", "begin"u8));
        foreach (var length in new[] { int.MaxValue, 1L << 31, (3L << 32) + 17, 100 })
        {
            Edit(image, fs => Change(fs, edit => edit.Truncate("/file", length)));
            ExtImages.ShouldBeClean(image, $"{options}: {length}");
        }
        Edit(image, fs => Assert.Contains("large_file", fs.Features));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-O ^metadata_csum")]
    public void Inode_with_fewer_extra_fields_is_changed(string options)
    {
        Tool.Need("mke2fs", "e2fsck", "debugfs");
        using var directory = new TemporaryDirectory(inMemory: true);
        directory.Write("tree/file", "old");
        directory.Write("tree/dir/below", "old");
        foreach (var extra in new[] { 0, 4, 8, 24, 32 })
        {
            var image = ExtImages.Make(directory["image"], 16 << 20, ["-t", "ext4", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), "-d", directory["tree"]]);
            ExtImages.Debug(image, $"set_inode_field /file extra_isize {extra}", $"set_inode_field /dir extra_isize {extra}");
            Edit(image, fs => Change(fs, edit =>
            {
                edit.WriteFile("/file", "new"u8, new FileAttributesChange(TimeUtc: new DateTime(2040, 1, 2, 3, 4, 5, DateTimeKind.Utc)));
                edit.WriteFile("/dir/new", "new"u8);
                edit.Rename("/dir/below", "/above");
            }));
            ExtImages.ShouldBeClean(image, $"{options}: extra size {extra}");
            Assert.Equal("new"u8.ToArray(), ExtImages.Cat(image, "/file"));
        }
    }

    [Fact]
    public void Special_files_and_links_at_the_bound_are_moved_and_removed()
    {
        Tool.Need("mke2fs", "e2fsck", "debugfs");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], 16 << 20, "-t", "ext4", "-b", "1024");
        var free = Free(image);
        ExtImages.Debug(image, "mknod block b 8 1", "mknod char c 300 70000", "mknod pipe p");
        Edit(image, fs =>
        {
            Assert.All(fs.List("/").Where(entry => entry.Path != "/lost+found"), entry => Assert.Equal(FileSystemEntryKind.Special, entry.Kind));
            Assert.Throws<ItemExistsException>(() => fs.WriteFile("/pipe", "x"u8));
            fs.Rename("/pipe", "/moved");
            foreach (var length in new[] { 1, 58, 59, 60, 61, 1023 })
            {
                fs.CreateSymbolicLink($"/link{length}", new string('t', length));
                Assert.Equal(new string('t', length), fs.Find($"/link{length}", followLink: false)!.LinkTarget);
            }
            Assert.Throws<InvalidInputException>(() => fs.CreateSymbolicLink("/too-long", new string('t', 1024)));
            fs.WriteFile("/" + new string('n', 255), []);
            Assert.Throws<InvalidInputException>(() => fs.WriteFile("/" + new string('n', 256), []));
        });
        ExtImages.ShouldBeClean(image);
        Assert.Contains("Fast link dest: \"" + new string('t', 59), ExtImages.Stat(image, "/link59"), StringComparison.Ordinal);
        Edit(image, fs => Change(fs, edit =>
        {
            foreach (var entry in fs.List("/").Where(entry => entry.Path != "/lost+found"))
            {
                Assert.True(edit.Remove(entry.Path));
            }
        }));
        ExtImages.ShouldBeClean(image);
        Assert.Equal(free, Free(image));
    }

    [Fact]
    public void Hard_links_share_what_is_changed_and_keep_what_is_removed()
    {
        Tool.Need("mke2fs", "e2fsck", "debugfs");
        using var directory = new TemporaryDirectory(inMemory: true);
        directory.Write("tree/one", "old");
        directory.Write("tree/other", "other");
        var image = ExtImages.Make(directory["image"], 16 << 20, "-t", "ext4", "-d", directory["tree"]);
        ExtImages.Debug(image, "ln /one /two", "ln /one /three", "set_inode_field /one links_count 3");
        ExtImages.ShouldBeClean(image, "as debugfs left it");
        Edit(image, fs => fs.WriteFile("/two", "new"u8));
        Assert.Equal("new"u8.ToArray(), ExtImages.Cat(image, "/one"));
        Edit(image, fs => fs.Remove("/one"));
        ExtImages.ShouldBeClean(image, "one of three removed");
        Edit(image, fs => fs.Rename("/two", "/three"));
        Edit(image, fs => Assert.NotNull(fs.Find("/two")));
        Edit(image, fs => fs.Rename("/other", "/two"));
        ExtImages.ShouldBeClean(image, "another name replaced");
        Assert.Equal("new"u8.ToArray(), ExtImages.Cat(image, "/three"));
        Edit(image, fs => fs.Remove("/three"));
        ExtImages.ShouldBeClean(image, "the last one removed");
    }

    [Theory]
    [InlineData(0x10)]
    [InlineData(0x20)]
    public void Immutable_and_append_only_are_refused_by_name(int flag)
    {
        Tool.Need("mke2fs", "e2fsck", "debugfs");
        using var directory = new TemporaryDirectory(inMemory: true);
        directory.Write("tree/file", "old");
        directory.Write("tree/dir/below", "old");
        var image = ExtImages.Make(directory["image"], 16 << 20, "-t", "ext4", "-d", directory["tree"]);
        var flags = 0x80000 | flag;
        ExtImages.Debug(image, $"set_inode_field /file flags 0x{flags:x}", $"set_inode_field /dir flags 0x{flags:x}");
        var before = File.ReadAllBytes(image);
        Edit(image, fs =>
        {
            foreach (var change in new Action[]
            {
                () => fs.WriteFile("/file", "new"u8), () => fs.Remove("/file"), () => fs.Rename("/file", "/moved"), () => fs.WriteFile("/dir/new", "new"u8),
                () => fs.Remove("/dir/below"), () => fs.Rename("/dir/below", "/moved"), () => fs.CreateDirectory("/dir/new"),
                () => Change(fs, edit => edit.Truncate("/file", 1)), () => Change(fs, edit => edit.SetAttributes("/file", new FileAttributesChange(0x1FF))),
            })
            {
                Assert.Equal("FileImmutable", Assert.Throws<OperationFailedException>(change).ErrorId);
            }
        });
        Assert.Equal(before, File.ReadAllBytes(image));
    }

    [Theory]
    [InlineData("bigalloc", "bigalloc")]
    [InlineData("quota", "quota")]
    [InlineData("quota,project", "quota, project")]
    [InlineData("mmp", "mmp")]
    public void Feature_that_is_for_reading_only_is_named_when_writing(string feature, string named)
    {
        Tool.Need("mke2fs");
        using var directory = new TemporaryDirectory(inMemory: true);
        directory.Write("tree/file", "old");
        var image = ExtImages.Make(directory["image"], 32 << 20, "-t", "ext4", "-O", feature, "-d", directory["tree"]);
        var before = File.ReadAllBytes(image);
        Edit(image, fs =>
        {
            Assert.Equal("old"u8.ToArray(), ExtReadTests.ReadAll(fs, "/file"));
            var error = Assert.Throws<UnsupportedFeatureException>(() => fs.WriteFile("/file", "new"u8));
            Assert.Equal(named + " (for writing)", error.Feature);
        });
        Assert.Equal(before, File.ReadAllBytes(image));
    }

    [Fact]
    public void Encrypt_is_named_and_refused()
    {
        Tool.Need("mke2fs", "debugfs");
        using var directory = new TemporaryDirectory(inMemory: true);
        directory.Write("tree/file", "old");
        directory.Write("tree/dir/below", "old");
        var image = ExtImages.Make(directory["image"], 16 << 20, "-t", "ext4", "-O", "encrypt");
        using (var device = FileDevice.Open(image, writable: true))
        {
            Assert.Equal("encrypt", Assert.Throws<UnsupportedFeatureException>(() => ExtFileSystem.Open(device)).Feature);
        }
        // An encrypted inode in a file system that does not have the feature.
        image = ExtImages.Make(directory["second"], 16 << 20, "-t", "ext4", "-d", directory["tree"]);
        ExtImages.Debug(image, "set_inode_field /file flags 0x80800", "set_inode_field /dir flags 0x80800");
        Edit(image, fs =>
        {
            foreach (var access in new Action[] { () => ExtReadTests.ReadAll(fs, "/file"), () => fs.List("/dir"), () => fs.Find("/dir/below"), () => fs.WriteFile("/file", []), () => fs.Remove("/file"), () => fs.WriteFile("/dir/new", []) })
            {
                Assert.Equal("encrypt", Assert.Throws<UnsupportedFeatureException>(access).Feature);
            }
        });
    }

    [Fact]
    public void Directory_that_ignores_case_is_read_and_not_changed()
    {
        Tool.Need("mke2fs", "debugfs");
        using var directory = new TemporaryDirectory(inMemory: true);
        directory.Write("tree/dir/File", "content");
        var image = ExtImages.Make(directory["image"], 16 << 20, "-t", "ext4", "-O", "casefold", "-E", "encoding=utf8", "-d", directory["tree"]);
        ExtImages.Debug(image, "set_inode_field /dir flags 0x40080000");
        var before = File.ReadAllBytes(image);
        Edit(image, fs =>
        {
            Assert.Equal("content"u8.ToArray(), ExtReadTests.ReadAll(fs, "/dir/File"));
            Assert.Equal("content"u8.ToArray(), ExtReadTests.ReadAll(fs, "/dir/fiLE"));
            foreach (var change in new Action[] { () => fs.WriteFile("/dir/new", []), () => fs.Remove("/dir/File"), () => fs.Rename("/dir/File", "/out") })
            {
                Assert.Contains("casefold", Assert.Throws<UnsupportedFeatureException>(change).Feature, StringComparison.Ordinal);
            }
        });
        Assert.Equal(before, File.ReadAllBytes(image));
    }

    [Fact]
    public void File_system_with_its_journal_elsewhere_is_refused_by_name()
    {
        Tool.Need("mke2fs", "debugfs");
        using var directory = new TemporaryDirectory(inMemory: true);
        directory.Write("tree/file", "old");
        var image = ExtImages.Make(directory["image"], 16 << 20, "-t", "ext4", "-O", "^metadata_csum", "-d", directory["tree"]);
        ExtImages.Debug(image, "set_super_value journal_inum 0", "set_super_value journal_dev 0x801", "set_super_value journal_uuid 00112233-4455-6677-8899-aabbccddeeff");
        var before = File.ReadAllBytes(image);
        Edit(image, fs =>
        {
            Assert.Equal("old"u8.ToArray(), ExtReadTests.ReadAll(fs, "/file"));
            Assert.Equal("external journal", Assert.Throws<UnsupportedFeatureException>(() => fs.WriteFile("/file", "new"u8)).Feature);
        });
        Assert.Equal(before, File.ReadAllBytes(image));
    }

    /// <summary>Truncations and removals that a crash interrupted, on the list that runs through the inodes.</summary>
    [Theory]
    [InlineData("-t ext4 -b 1024 -O ^metadata_csum")]
    [InlineData("-t ext3 -b 1024")]
    [InlineData("-t ext2 -b 1024")]
    public void Orphans_are_finished_as_e2fsck_finishes_them(string options)
    {
        Tool.Need("mke2fs", "e2fsck", "debugfs");
        using var directory = new TemporaryDirectory(inMemory: true);
        foreach (var name in new[] { "cut-one", "cut-two", "gone-one", "gone-two" })
        {
            directory.Write("tree/" + name, ExtImages.Pattern(400_000, name.Length));
        }
        var image = ExtImages.Make(directory["image"], 16 << 20, [.. options.Split(' '), "-d", directory["tree"]]);
        uint Inode(string name) => uint.Parse(ExtImages.Stat(image, name).Split("Inode:")[1].TrimStart().Split(' ')[0], CultureInfo.InvariantCulture);
        var (one, two, three, four) = (Inode("/cut-one"), Inode("/gone-one"), Inode("/cut-two"), Inode("/gone-two"));
        ExtImages.Debug(image,
            $"set_inode_field <{one}> size 10000", $"set_inode_field <{one}> dtime {two}",
            "unlink /gone-one", $"set_inode_field <{two}> links_count 0", $"set_inode_field <{two}> dtime {three}",
            $"set_inode_field <{three}> size 0", $"set_inode_field <{three}> dtime {four}",
            "unlink /gone-two", $"set_inode_field <{four}> links_count 0", $"set_inode_field <{four}> dtime 0",
            $"set_super_value last_orphan {one}");
        var theirs = directory["theirs"];
        File.Copy(image, theirs);
        var said = Tool.Run("e2fsck", "-fy", theirs);
        Assert.Contains("runcating orphaned inode", said.All, StringComparison.Ordinal);
        ExtImages.ShouldBeClean(theirs, said.All);
        Edit(image, fs => fs.CreateDirectory("/afterwards"));
        ExtImages.ShouldBeClean(image, options);
        Edit(image, fs => fs.Remove("/afterwards"));
        Assert.Equal(ExtImages.Pattern(400_000, 7)[..10_000], ExtImages.Cat(image, "/cut-one"));
        Assert.Equal(Free(theirs), Free(image));
    }

    /// <summary>All blocks and all inodes of every group are taken and given back: bitmaps that did not exist, copies of the superblock, tables of other groups.</summary>
    [Theory]
    [InlineData("-t ext4 -b 1024 -g 1024", 16)]
    [InlineData("-t ext4 -b 1024 -g 1024 -O ^metadata_csum,uninit_bg", 16)]
    [InlineData("-t ext4 -b 1024 -g 1024 -O ^flex_bg", 16)]
    [InlineData("-t ext4 -b 1024 -g 1024 -O ^flex_bg,^metadata_csum,uninit_bg,^64bit", 16)]
    [InlineData("-t ext4 -b 1024 -g 512 -G 4", 16)]
    [InlineData("-t ext4 -b 1024 -g 512 -O meta_bg,^resize_inode", 24)]
    [InlineData("-t ext4 -b 1024 -g 512 -O meta_bg,^resize_inode,^flex_bg,^64bit", 24)]
    [InlineData("-t ext4 -b 1024 -g 1024 -O sparse_super2,^resize_inode", 16)]
    [InlineData("-t ext4 -b 1024 -g 1024 -O ^sparse_super,^resize_inode", 16)]
    [InlineData("-t ext4 -b 1024 -g 1024 -I 128 -m 20", 16)]
    [InlineData("-t ext4 -b 4096 -g 1024", 24)]
    [InlineData("-t ext4 -b 2048 -g 1024 -O ^has_journal", 20)]
    [InlineData("-t ext3 -b 1024 -g 1024", 16)]
    [InlineData("-t ext2 -b 1024 -g 1024", 16)]
    [InlineData("-t ext2 -b 1024 -r 0", 16)]
    public void Every_group_is_filled_to_its_last_block_and_emptied(string options, int megabytes)
    {
        Tool.Need("mke2fs", "e2fsck", "dumpe2fs");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], (long)megabytes << 20, [.. options.Split(' '), "-N", "1536"]);
        var before = Free(image);
        var names = new List<string>();
        Edit(image, fs =>
        {
            for (var size = 600_000; size > 0;)
            {
                try
                {
                    fs.WriteFile($"/block-{names.Count}", ExtImages.Pattern(size, names.Count));
                    names.Add($"/block-{names.Count}");
                }
                catch (OperationFailedException e) when (e.ErrorId == "FileSystemFull")
                {
                    size /= 2;
                }
            }
            ExtImages.ShouldBeClean(image, $"{options}: no block is left");
            Assert.Equal(0, Free(image).Blocks);
            Assert.Throws<OperationFailedException>(() => fs.CreateDirectory("/no-room"));
            fs.Remove(names[0]);
            names.RemoveAt(0);
            fs.CreateDirectory("/dir");
            while (true)
            {
                try
                {
                    fs.CreateSymbolicLink($"/dir/inode-{names.Count}", "x");
                    names.Add($"/dir/inode-{names.Count}");
                }
                catch (OperationFailedException e) when (e.ErrorId == "FileSystemFull")
                {
                    break;
                }
            }
            ExtImages.ShouldBeClean(image, $"{options}: no inode is left");
            Assert.Equal(0, Free(image).Inodes);
            names.ForEach(name => Assert.True(fs.Remove(name)));
            Assert.True(fs.Remove("/dir"));
        });
        ExtImages.ShouldBeClean(image, $"{options}: emptied");
        var after = Free(image);
        Assert.Equal(before.Inodes, after.Inodes);
        // The root directory keeps the blocks it grew by.
        Assert.InRange(before.Blocks - after.Blocks, 0, 16);
    }

    /// <summary>An image file that held something else before mke2fs, which leaves inode tables and journal as they were.</summary>
    [Theory]
    [InlineData("-t ext4 -b 1024 -g 1024")]
    [InlineData("-t ext4")]
    [InlineData("-t ext4 -O ^metadata_csum,uninit_bg")]
    public void Tables_that_mke2fs_did_not_clear_do_no_harm(string options)
    {
        Tool.Need("mke2fs", "e2fsck", "debugfs");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = directory.Write("image", ExtImages.Pattern(16 << 20, 99));
        Tool.Run("mke2fs", ["-q", "-F", .. options.Split(' '), "-E", "nodiscard,lazy_itable_init=1,lazy_journal_init=1", image], null).ShouldSucceed();
        ExtImages.ShouldBeClean(image, "as made");
        Edit(image, fs => Change(fs, edit =>
        {
            for (var i = 0; i < 20; i++)
            {
                edit.CreateDirectory($"/d{i}");
                edit.WriteFile($"/d{i}/file", ExtImages.Pattern(3000 * i, i));
                edit.CreateSymbolicLink($"/d{i}/link", "file");
            }
        }));
        ExtImages.ShouldBeClean(image, options);
        Assert.Equal(ExtImages.Pattern(57_000, 19), ExtImages.Cat(image, "/d19/file"));
    }

    [Theory]
    [InlineData("-t ext4 -b 1024", 16, 300)]
    [InlineData("-t ext4 -b 1024 -g 2048", 16, 200)]
    [InlineData("-t ext4", 32, 2000)]
    [InlineData("-t ext4 -O ^resize_inode,meta_bg", 32, 1000)]
    [InlineData("-t ext4 -O ^resize_inode,64bit -b 1024", 16, 600)]
    [InlineData("-t ext3 -b 1024", 16, 200)]
    [InlineData("-t ext4 -O ^flex_bg -b 1024", 200, 24)]
    public void Resized_file_system_is_edited_in_its_new_part_as_well(string options, int from, int to)
    {
        Tool.Need("mke2fs", "e2fsck", "resize2fs", "debugfs");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], (long)from << 20, options.Split(' '));
        Edit(image, fs => fs.WriteFile("/before", ExtImages.Pattern(500_000, 1)));
        if (to > from)
        {
            using var file = File.OpenWrite(image);
            file.SetLength((long)to << 20);
        }
        Tool.Run("resize2fs", image, $"{to}M").ShouldSucceed();
        ExtImages.ShouldBeClean(image, "as resize2fs left it");
        var content = ExtImages.Pattern(10_000_000, 2);
        Edit(image, fs =>
        {
            for (var i = 0; i < 30; i++)
            {
                fs.CreateDirectory($"/d{i}");
                fs.WriteFile($"/d{i}/file", content.AsSpan(0, i * 1000));
            }
            fs.WriteFile("/large", content);
            fs.Remove("/before");
        });
        ExtImages.ShouldBeClean(image, options);
        Assert.Equal(content, ExtImages.Cat(image, "/large"));
    }

    [Theory]
    [InlineData("-t ext4 -O ^metadata_csum", "-O metadata_csum")]
    [InlineData("-t ext4", "-O ^metadata_csum")]
    [InlineData("-t ext4 -O metadata_csum_seed", "-U 00112233-4455-6677-8899-aabbccddeeff")]
    [InlineData("-t ext4 -I 128 -O ^flex_bg", "-I 256")]
    [InlineData("-t ext3", "-O extents,uninit_bg,dir_index,flex_bg,huge_file")]
    [InlineData("-t ext2", "-j")]
    [InlineData("-t ext4", "-O ^has_journal")]
    [InlineData("-t ext4 -O orphan_file", "-O ^orphan_file")]
    public void File_system_changed_by_tune2fs_is_edited(string options, string tune)
    {
        Tool.Need("mke2fs", "e2fsck", "tune2fs");
        using var directory = new TemporaryDirectory(inMemory: true);
        var tree = ExtImages.SampleTree(directory);
        var image = ExtImages.Make(directory["image"], 32 << 20, [.. options.Split(' '), "-d", tree]);
        Edit(image, fs => fs.WriteFile("/before", "x"u8));
        Tool.Run("tune2fs", [.. tune.Split(' '), image], null).ShouldSucceed();
        Tool.Run("e2fsck", "-fy", image);
        ExtImages.ShouldBeClean(image, "as tune2fs left it");
        Edit(image, fs => Change(fs, edit =>
        {
            edit.WriteFile("/etc/hostname", "node-2\n"u8);
            edit.Remove("/etc/machine-id");
            edit.CreateDirectory("/new");
            edit.WriteFile("/new/file", ExtImages.Pattern(100_000, 3));
            edit.WriteFile("/large", ExtImages.Pattern(900_000, 4));
            for (var i = 0; i < 100; i++)
            {
                edit.WriteFile($"/many/new-{i}-with-a-rather-long-name-to-fill-blocks", []);
            }
        }));
        ExtImages.ShouldBeClean(image, $"{options}, {tune}");
    }

    private static void Edit(string image, Action<ExtFileSystem> edit)
    {
        using var device = FileDevice.Open(image, writable: true);
        using var fileSystem = ExtFileSystem.Open(device);
        edit(fileSystem);
    }

    private static void Change(ExtFileSystem fileSystem, Action<ExtEdit> change)
    {
        using var edit = fileSystem.BeginEdit();
        change(edit);
        edit.Commit();
    }

    private static (long Blocks, long Inodes) Free(string image)
    {
        var header = Header(image);
        return (Number(header, "Free blocks:"), Number(header, "Free inodes:"));
    }

    private static void SetAttribute(string path, string name, byte[] value) =>
        Tool.Run("python3", "-c", "import os, sys; os.setxattr(sys.argv[1], sys.argv[2], bytes.fromhex(sys.argv[3]))", path, name, Convert.ToHexString(value)).ShouldSucceed();

    private static string Header(string image) => Tool.Run("dumpe2fs", "-h", image).ShouldSucceed().Output;

    private static long Number(string header, string name) =>
        long.Parse(header.Split('\n').Single(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Trim(), CultureInfo.InvariantCulture);

    private static long FileAcl(string image, string path) =>
        long.Parse(ExtImages.Stat(image, path).Split("File ACL:")[1].TrimStart().Split([' ', '\n'])[0], CultureInfo.InvariantCulture);

    // "Level Entries ..." of dump_extents begins each line with the level and the depth: " 0/ 2   1/  1 ...".
    private static string Depth(string image, string path)
    {
        var lines = Tool.Run("debugfs", "-R", $"dump_extents {path}", image).Output.Split('\n');
        return "Depth " + lines.Select(line => line.TrimStart()).First(line => line.StartsWith("0/", StringComparison.Ordinal)).Split('/', 2)[1].TrimStart().Split(' ')[0];
    }
}
