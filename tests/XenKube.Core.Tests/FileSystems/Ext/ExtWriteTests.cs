using XenKube.Devices;
using XenKube.Disks;
using XenKube.FileSystems;
using XenKube.FileSystems.Ext;
using XenKube.FileSystems.Ext.Editing;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Ext;

/// <summary>Every kind of edit on every kind of file system, judged by e2fsck and debugfs after each.</summary>
[Trait("Kind", "Process")]
public class ExtWriteTests(ITestOutputHelper output)
{
    public static TheoryData<string> Matrix
    {
        get
        {
            var all = new TheoryData<string>();
            foreach (var block in new[] { 1024, 2048, 4096 })
            {
                all.Add($"-t ext2 -b {block} -I 128");
                all.Add($"-t ext3 -b {block} -I 128");
                foreach (var inode in new[] { 128, 256 })
                {
                    foreach (var journal in new[] { "", ",^has_journal" })
                    {
                        foreach (var checksums in new[] { "metadata_csum", "^metadata_csum", "^metadata_csum,uninit_bg" })
                        {
                            foreach (var wide in new[] { "64bit", "^64bit" })
                            {
                                all.Add($"-t ext4 -b {block} -I {inode} -O {checksums},{wide}{journal}");
                            }
                        }
                    }
                }
            }
            foreach (var features in new[]
            {
                "^extent,^64bit", "meta_bg,^resize_inode", "inline_data", "metadata_csum_seed", "^dir_index", "large_dir", "orphan_file",
                "sparse_super2", "ea_inode", "^flex_bg", "^filetype", "verity", "fast_commit", "^dir_nlink", "^huge_file", "^extra_isize", "casefold",
                "^sparse_super,^resize_inode", "^large_file", "^resize_inode", "^ext_attr",
            })
            {
                all.Add($"-t ext4 -O {features}");
                all.Add($"-t ext4 -b 1024 -O {features}");
            }
            all.Add("-t ext4 -b 65536");
            all.Add("-t ext4 -b 1024 -I 1024 -O inline_data");
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public void Each_edit_leaves_a_file_system_that_e2fsck_finds_nothing_in(string options)
    {
        Tool.Need("mke2fs", "e2fsck", "debugfs");
        using var directory = new TemporaryDirectory(inMemory: true);
        directory.Write("tree/etc/machine-id", "0123456789abcdef\n");
        directory.Write("tree/grub.cfg", "# empty\n");
        directory.Write("tree/big", ExtImages.Pattern(300_000, 3));
        Directory.CreateDirectory(directory["tree/dir/sub"]);
        var image = ExtImages.Make(directory["image"], 16 << 20, [.. options.Split(' '), "-d", directory["tree"]]);
        var grub = "set linux_append=\"coreos.config.url=http://192.168.100.1/etcd/node-1.json\"\n"u8.ToArray();
        var large = ExtImages.Pattern(1_234_567, 4);

        Edit("replace a file", fs => fs.WriteFile("/grub.cfg", grub));
        Assert.Equal(grub, ExtImages.Cat(image, "/grub.cfg"));
        Edit("remove a file", fs => Assert.True(fs.Remove("/etc/machine-id")));
        Assert.Contains("not found", ExtImages.Stat(image, "/etc/machine-id"), StringComparison.Ordinal);
        Edit("remove what is not there", fs => Assert.False(fs.Remove("/etc/machine-id")));
        Edit("create an empty file", fs => fs.WriteFile("/first_boot", []));
        Edit("create a large file", fs => fs.WriteFile("/dir/large", large, new FileAttributesChange(0x180, 1000, 100_000, new DateTime(2040, 2, 3, 4, 5, 6, DateTimeKind.Utc))));
        Assert.Equal(large, ExtImages.Cat(image, "/dir/large"));
        Edit("replace a large file by a small one", fs => fs.WriteFile("/big", "small"u8));
        Assert.Equal("small"u8.ToArray(), ExtImages.Cat(image, "/big"));
        Edit("make a directory", fs => fs.CreateDirectory("/dir/new"));
        Edit("make a short link", fs => fs.CreateSymbolicLink("/dir/short", "large"));
        Edit("make a long link", fs => fs.CreateSymbolicLink("/dir/long", new string('/', 90) + "dir/large"));
        Edit("rename a file", fs => fs.Rename("/dir/large", "/dir/new/renamed"));
        Edit("rename over a file", fs => fs.Rename("/dir/new/renamed", "/big"));
        Assert.Equal(large, ExtImages.Cat(image, "/big"));
        Edit("move a directory", fs => fs.Rename("/dir/sub", "/etc/sub"));
        Edit("truncate", fs => Change(fs, edit => edit.Truncate("/big", 12_345)));
        Assert.Equal(large[..12_345], ExtImages.Cat(image, "/big"));
        Edit("lengthen", fs => Change(fs, edit => edit.Truncate("/big", 100_000)));
        Edit("append", fs => Change(fs, edit => edit.AppendFile("/big", "the end"u8)));
        Assert.Equal([.. large[..12_345], .. new byte[100_000 - 12_345], .. "the end"u8], ExtImages.Cat(image, "/big"));
        Edit("owner, mode and times", fs => Change(fs, edit => edit.SetAttributes("/big", new FileAttributesChange(0xDED, 70_000, 3, DateTime.UnixEpoch))));
        Edit("many files in one directory", fs => Change(fs, edit =>
        {
            for (var i = 0; i < 150; i++)
            {
                edit.WriteFile($"/dir/new/file-{i:d4}-with-a-rather-long-name-that-fills-the-blocks-of-a-directory", "x"u8);
            }
        }));
        Edit("several changes at once", fs => Change(fs, edit =>
        {
            edit.WriteFile("/grub.cfg", large.AsSpan(0, 5000));
            edit.WriteFile("/grub.cfg", grub);
            edit.Remove("/first_boot");
            edit.CreateDirectory("/coreos");
            edit.WriteFile("/coreos/first_boot", []);
            edit.Rename("/coreos", "/etc/coreos");
        }));
        Edit("remove many", fs => Change(fs, edit =>
        {
            for (var i = 0; i < 150; i++)
            {
                edit.Remove($"/dir/new/file-{i:d4}-with-a-rather-long-name-that-fills-the-blocks-of-a-directory");
            }
        }));
        Edit("remove a directory", fs => fs.Remove("/dir/new"));
        Edit("remove links", fs => Assert.True(fs.Remove("/dir/short") & fs.Remove("/dir/long")));
        using var device = FileDevice.Open(image, writable: false);
        using var after = ExtFileSystem.Open(device);
        Assert.Equal(grub, ExtReadTests.ReadAll(after, "/grub.cfg"));
        Assert.Equal(["big", "dir", "etc", "grub.cfg", "lost+found"], after.List("/").Select(entry => entry.Name));
        var kernel = ReadByKernel(directory, image, after);
        output.WriteLine(kernel ? $"{options}: read back by the kernel as well" : $"{options}: SKIPPED for the kernel, which does not mount it on this machine");
        var big = after.Find("/big")!;
        Assert.Equal((0xDED, 70_000L, 3L, DateTime.UnixEpoch), (big.Mode, big.UserId, big.GroupId, big.LastWriteTimeUtc));

        void Edit(string what, Action<ExtFileSystem> edit)
        {
            using (var writable = FileDevice.Open(image, writable: true))
            {
                using var fileSystem = ExtFileSystem.Open(writable);
                edit(fileSystem);
            }
            ExtImages.ShouldBeClean(image, $"{options}: {what}");
        }
    }

    private static bool ReadByKernel(TemporaryDirectory directory, string image, ExtFileSystem ours)
    {
        using var mount = LoopMount.Try(directory, image, "loop,ro");
        if (mount is not null)
        {
            Same("/");
        }
        return mount is not null;

        void Same(string path)
        {
            var entries = ours.List(path);
            Assert.Equal(entries.Select(entry => entry.Name), Directory.EnumerateFileSystemEntries(mount[path]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            foreach (var entry in entries)
            {
                Assert.Equal(entry.LinkTarget, new FileInfo(mount[entry.Path]).LinkTarget);
                if (entry.Kind == FileSystemEntryKind.File)
                {
                    Assert.Equal(ExtReadTests.ReadAll(ours, entry.Path), File.ReadAllBytes(mount[entry.Path]));
                }
                else if (entry.Kind == FileSystemEntryKind.Directory)
                {
                    Same(entry.Path);
                }
            }
        }
    }

    private static void Change(ExtFileSystem fileSystem, Action<ExtEdit> change)
    {
        using var edit = fileSystem.BeginEdit();
        change(edit);
        edit.Commit();
    }
}
