using System.Text;
using XenKube.Devices;
using XenKube.Disks;
using XenKube.FileSystems;
using XenKube.FileSystems.Fat;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Fat;

[Trait("Kind", "Process")]
public sealed class FatFileSystemTests
{
    private const long Megabyte = 1 << 20;
    private static readonly DateTime Time = new(2017, 12, 14, 9, 29, 42, DateTimeKind.Utc);

    [Theory]
    [InlineData(16, 16)]
    [InlineData(32, 40)]
    public void First_boot_is_created_as_touch_would(int bits, int megabytes)
    {
        using var image = FatImage.Make(bits, megabytes * Megabyte);
        image.Mtool("mmd", "::coreos").ShouldSucceed();
        image.Edit(fat =>
        {
            fat.WriteFile("/coreos/first_boot", [], new FileAttributesChange(TimeUtc: Time));
            Assert.Equal(Time, fat.Find("/coreos/first_boot")!.LastWriteTimeUtc);
        });
        image.ShouldBeClean();
        var listing = image.Mtool("mdir", "::coreos").ShouldSucceed().Output;
        Assert.Matches("FIRST_~1 +0 2017-12-14 +9:29 +first_boot", listing);
        Assert.Matches(@"A +.*/coreos/first_boot", image.Mtool("mattrib", "::coreos/first_boot").ShouldSucceed().Output);
    }

    [Theory]
    [InlineData(16, 16)]
    [InlineData(32, 40)]
    public void Files_and_directories_are_made_replaced_moved_and_removed(int bits, int megabytes)
    {
        using var image = FatImage.Make(bits, megabytes * Megabyte);
        var large = Enumerable.Range(0, 300_000).Select(i => (byte)(i * 7 + i / 251)).ToArray();
        image.Edit(fat =>
        {
            fat.CreateDirectory("/boot");
            fat.CreateDirectory("/boot/A directory with a long name");
            fat.WriteFile("/boot/menu.lst", "timeout 0\n"u8);
            fat.WriteFile("/boot/A directory with a long name/größe.txt", large);
            fat.WriteFile("/README", "upper"u8);
            fat.WriteFile("/Readme.Mixed", "mixed"u8);
        });
        image.ShouldBeClean();
        FatTree.ShouldEqual(image.TreeByMtools(), image.Tree());
        Assert.Equal(large, image.Tree()["/boot/A directory with a long name/größe.txt"]);
        image.Edit(fat =>
        {
            fat.WriteFile("/boot/menu.lst", large);
            fat.WriteFile("/boot/A directory with a long name/größe.txt", "short now"u8);
            fat.Rename("/README", "/readme-2.txt");
            fat.Rename("/boot/A directory with a long name", "/moved");
            fat.Rename("/boot/menu.lst", "/moved/menu-with-a-longer-name.lst");
            Assert.True(fat.Remove("/Readme.Mixed"));
            Assert.False(fat.Remove("/Readme.Mixed"));
            Assert.True(fat.Remove("/boot"));
        });
        image.ShouldBeClean();
        var tree = image.Tree();
        Assert.Equal(["/moved", "/moved/größe.txt", "/moved/menu-with-a-longer-name.lst", "/readme-2.txt"], tree.Keys);
        Assert.Equal(large, tree["/moved/menu-with-a-longer-name.lst"]);
        Assert.Equal("short now"u8.ToArray(), tree["/moved/größe.txt"]);
        Assert.Equal("upper"u8.ToArray(), tree["/readme-2.txt"]);
        FatTree.ShouldEqual(image.TreeByMtools(), tree);
    }

    /// <summary>The names that mtools gives the same files in the same order are the names we give.</summary>
    [Fact]
    public void Short_names_are_those_of_mtools()
    {
        string[] names =
        [
            "first_boot", "vmlinuz-a", "grub.cfg", "GRUB.CFG2", "README", "Readme", "readme.TXT", "A.b", "pvboot-x86_64.elf", "a+b.c", "x,y", "name with spaces.txt",
            ".hidden", "..dots", ".a.b", "one.two.three", "12345678.123", "123456789.123", "12345678.1234", "longname1.txt", "longname2.txt", "longname3.txt", "longname4.txt",
            "~1", "a~1", "LOWER.txt", "lower.TXT", "Mixed.Txt", "coreos", "CoreOS", "x86_64-xen", "grub.cfg.tar", "{8A69D345}", "a'b", "50%", "a&b", "$x#y", "ab=cd", "[x]", "e.e.e",
        ];
        using var ours = FatImage.Make(16, 16 * Megabyte);
        using var theirs = FatImage.Make(16, 16 * Megabyte);
        var source = theirs.Folder.Write("empty", "");
        var made = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        ours.Edit(fat =>
        {
            foreach (var name in names.Where(made.Add))
            {
                theirs.Mtool("mcopy", "-D", "s", source, "::" + name).ShouldSucceed();
                fat.WriteFile("/" + name, [], new FileAttributesChange(TimeUtc: Time));
            }
        });
        ours.ShouldBeClean();
        Assert.Equal(Names(theirs), Names(ours));
    }

    private static IReadOnlyList<string> Names(FatImage image)
    {
        using var device = FileDevice.Open(image.Path, writable: false);
        var volume = FatVolume.Open(device);
        return [.. volume.Load(0).Entries.Select(entry => $"{entry.Name} = {entry.ShortName}").Order(StringComparer.Ordinal)];
    }

    [Fact]
    public void Label_and_volume_id_are_those_of_blkid()
    {
        Tool.Need("blkid");
        foreach (var bits in new[] { 16, 32 })
        {
            using var image = FatImage.Make(bits, 40 * Megabyte);
            var blkid = Tool.Run("blkid", "-p", "-o", "export", image.Path).ShouldSucceed().Output;
            image.Edit(fat =>
            {
                Assert.Contains($"\nLABEL={fat.Label.Replace(" ", "\\ ", StringComparison.Ordinal)}\n", "\n" + blkid, StringComparison.Ordinal);
                Assert.Contains($"\nUUID={fat.Uuid}\n", "\n" + blkid, StringComparison.Ordinal);
                Assert.Equal($"fat{bits}", fat.Kind);
            });
        }
    }

    [Fact]
    public void Fat12_is_refused_by_name()
    {
        using var image = FatImage.Make(12, Megabyte);
        var error = Assert.Throws<UnsupportedFeatureException>(() => image.Edit(_ => { }));
        Assert.Equal("FAT12", error.Feature);
    }

    [Fact]
    public void Dirty_volume_stays_dirty()
    {
        using var image = FatImage.Make(16, 16 * Megabyte);
        using (var file = File.OpenWrite(image.Path))
        {
            file.Position = 0x25;
            file.WriteByte(1);
        }
        image.Edit(fat =>
        {
            Assert.True(fat.IsDirty);
            fat.WriteFile("/file", "content"u8);
        });
        Assert.Contains("Dirty bit is set", Tool.Run("fsck.fat", "-n", image.Path).All, StringComparison.Ordinal);
        Tool.Run("fsck.fat", "-a", image.Path);
        image.ShouldBeClean();
        Assert.Equal("content"u8.ToArray(), image.Tree()["/file"]);
    }

    [Fact]
    public void Free_clusters_of_fat32_are_counted()
    {
        using var image = FatImage.Make(32, 40 * Megabyte);
        image.Edit(fat =>
        {
            for (var i = 0; i < 40; i++)
            {
                fat.WriteFile($"/file-{i}", new byte[i * 1000]);
            }
            for (var i = 0; i < 40; i += 3)
            {
                fat.Remove($"/file-{i}");
            }
        });
        // fsck.fat compares the count with what is really free.
        image.ShouldBeClean();
    }

    [Fact]
    public void Errors_name_the_path_and_change_nothing()
    {
        using var image = FatImage.Make(16, 16 * Megabyte);
        image.Edit(fat =>
        {
            fat.CreateDirectory("/dir");
            fat.WriteFile("/dir/file", "x"u8);
        });
        var before = File.ReadAllBytes(image.Path);
        image.Edit(fat =>
        {
            Assert.Equal("FileExists", Assert.Throws<ItemExistsException>(() => fat.CreateDirectory("/dir")).ErrorId);
            Assert.Equal("FileExists", Assert.Throws<ItemExistsException>(() => fat.CreateDirectory("/dir/FILE")).ErrorId);
            Assert.Equal("FileExists", Assert.Throws<ItemExistsException>(() => fat.WriteFile("/dir", "x"u8)).ErrorId);
            Assert.Equal("DirectoryNotFound", Assert.Throws<ItemNotFoundException>(() => fat.WriteFile("/no/file", "x"u8)).ErrorId);
            Assert.Equal("DirectoryNotFound", Assert.Throws<ItemNotFoundException>(() => fat.List("/dir/file")).ErrorId);
            Assert.Equal("FileNotFound", Assert.Throws<ItemNotFoundException>(() => fat.OpenRead("/dir/nothing")).ErrorId);
            Assert.Equal("FileNotFound", Assert.Throws<ItemNotFoundException>(() => fat.OpenRead("/dir")).ErrorId);
            Assert.Equal("FileNotFound", Assert.Throws<ItemNotFoundException>(() => fat.Rename("/nothing", "/x")).ErrorId);
            Assert.Equal("DirectoryNotEmpty", Assert.Throws<OperationFailedException>(() => fat.Remove("/dir")).ErrorId);
            Assert.Equal("PathInvalid", Assert.Throws<InvalidInputException>(() => fat.Remove("/")).ErrorId);
            Assert.Equal("PathInvalid", Assert.Throws<InvalidInputException>(() => fat.Find("dir")).ErrorId);
            Assert.Equal("PathInvalid", Assert.Throws<InvalidInputException>(() => fat.Rename("/dir", "/dir/inside")).ErrorId);
            foreach (var name in new[] { "a:b", "a\\b", "a*", "a\nb", "a\0", "a.", "a ", new string('x', 256) })
            {
                Assert.Equal("PathInvalid", Assert.Throws<InvalidInputException>(() => fat.WriteFile("/" + name, [])).ErrorId);
            }
            Assert.Equal("symbolic link", Assert.Throws<UnsupportedFeatureException>(() => fat.CreateSymbolicLink("/a", "b")).Feature);
            Assert.Null(fat.Find("/dir/nothing"));
            Assert.Null(fat.Find("/dir/file/deeper"));
            Assert.Equal("/dir/file", fat.Find("/DIR/./x/../FILE")!.Path, StringComparer.OrdinalIgnoreCase);
        });
        Assert.Equal(before, File.ReadAllBytes(image.Path));
    }

    [Fact]
    public void Read_only_device_is_not_written()
    {
        using var image = FatImage.Make(16, 16 * Megabyte);
        using var device = FileDevice.Open(image.Path, writable: false);
        using var fat = FatFileSystem.Open(device);
        Assert.False(fat.CanWrite);
        Assert.Equal("FileSystemReadOnly", Assert.Throws<OperationFailedException>(() => fat.WriteFile("/x", [])).ErrorId);
    }

    [Fact]
    public void Mode_becomes_the_read_only_attribute()
    {
        using var image = FatImage.Make(16, 16 * Megabyte);
        image.Edit(fat =>
        {
            fat.WriteFile("/locked", "1"u8, new FileAttributesChange(Mode: 0x124));
            Assert.Equal(0x124, fat.Find("/locked")!.Mode);
            fat.WriteFile("/locked", "2"u8);
            Assert.Equal(0x124, fat.Find("/locked")!.Mode);
            fat.WriteFile("/locked", "3"u8, new FileAttributesChange(Mode: 0x1A4));
            Assert.Equal(0x1A4, fat.Find("/locked")!.Mode);
        });
        image.ShouldBeClean();
    }

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    public void Volume_is_filled_to_the_last_cluster_and_emptied(int bits)
    {
        using var image = FatImage.Make(bits, bits == 16 ? 8 * Megabyte : 36 * Megabyte, 1);
        image.Edit(fat =>
        {
            fat.CreateDirectory("/d");
            var content = new byte[200_000];
            var count = 0;
            var error = Assert.Throws<OperationFailedException>(() =>
            {
                for (; count < 100_000; count++)
                {
                    fat.WriteFile($"/d/f{count}", content);
                }
            });
            Assert.Equal("FileSystemFull", error.ErrorId);
            for (var i = 0; ; i++)
            {
                try
                {
                    fat.WriteFile($"/d/g{i}", new byte[512]);
                }
                catch (OperationFailedException)
                {
                    break;
                }
            }
            // Nothing is left: not even a replacement, which needs the old and the new content side by side.
            Assert.Throws<OperationFailedException>(() => fat.WriteFile("/d/f0", new byte[100]));
            Assert.Equal(content, FatTree.ReadFile(fat, "/d/f0"));
        });
        image.ShouldBeClean();
        FatTree.ShouldEqual(image.TreeByMtools(), image.Tree());
        image.Edit(fat =>
        {
            foreach (var entry in fat.List("/d"))
            {
                fat.Remove(entry.Path);
            }
            fat.Remove("/d");
        });
        image.ShouldBeClean();
        Assert.Matches(bits == 16 ? @"0 files, 0/\d+ clusters" : @"0 files, 1/\d+ clusters", Tool.Run("fsck.fat", "-n", image.Path).Output.Replace("1 files", "0 files", StringComparison.Ordinal));
    }

    [Fact]
    public void Root_directory_of_fat16_is_full_at_its_last_slot()
    {
        using var image = FatImage.Make(16, 16 * Megabyte, 0, 512, "-r", "64");
        image.Edit(fat =>
        {
            var count = 0;
            var error = Assert.Throws<OperationFailedException>(() =>
            {
                for (; count < 100_000; count++)
                {
                    fat.WriteFile($"/F{count}", []);
                }
            });
            Assert.Equal("FileSystemFull", error.ErrorId);
            Assert.Contains("root directory", error.Message, StringComparison.Ordinal);
            Assert.Equal(63, count);   // and the volume label
            // Freed slots on both sides of a sector's edge are still used.
            fat.Remove("/F14");
            fat.Remove("/F15");
            fat.WriteFile("/a-name-of-two-slots".AsSpan(0, 13).ToString(), []);
            Assert.Throws<OperationFailedException>(() => fat.WriteFile("/X", []));
        });
        image.ShouldBeClean();
        Assert.Equal(62, image.TreeByMtools().Count);
    }

    [Fact]
    public void Directory_read_anew_is_filled_from_its_first_free_slot()
    {
        using var image = FatImage.Make(16, 16 * Megabyte);
        for (var i = 0; i < 5; i++)
        {
            image.Edit(fat => fat.WriteFile($"/F{i}", []));
        }
        using var device = FileDevice.Open(image.Path, writable: false);
        Assert.Equal([1, 2, 3, 4, 5], FatVolume.Open(device).Load(0).Entries.Select(entry => entry.Slot));
    }

    [Fact]
    public void Name_that_needs_two_clusters_grows_its_directory_by_two()
    {
        using var image = FatImage.Make(16, 16 * Megabyte, 1);
        var longest = new string('n', 255);
        image.Edit(fat =>
        {
            fat.CreateDirectory("/d");
            for (var i = 0; i < 14; i++)
            {
                fat.WriteFile($"/d/F{i}", []);
            }
            fat.WriteFile("/d/" + longest, "x"u8);
            fat.WriteFile("/d/" + longest[1..], "y"u8);
        });
        image.ShouldBeClean();
        var tree = image.TreeByMtools();
        Assert.Equal("x"u8.ToArray(), tree["/d/" + longest]);
        Assert.Equal("y"u8.ToArray(), tree["/d/" + longest[1..]]);
    }

    [Theory]
    [InlineData(16, 2000)]
    [InlineData(32, 3000)]
    public void Directory_with_many_files_is_whole(int bits, int count)
    {
        using var image = FatImage.Make(bits, 40 * Megabyte);
        image.Edit(fat =>
        {
            fat.CreateDirectory("/many");
            for (var i = 0; i < count; i++)
            {
                fat.WriteFile($"/many/a file with number {i}", Encoding.ASCII.GetBytes($"{i % 7}"[..(i % 2)]));
            }
            for (var i = 0; i < count; i += 3)
            {
                fat.Remove($"/many/a file with number {i}");
            }
            for (var i = 0; i < count; i += 6)
            {
                fat.WriteFile($"/many/another file with number {i}", []);
            }
        });
        image.ShouldBeClean();
        var tree = image.Tree();
        Assert.Equal(1 + count - (count + 2) / 3 + (count + 5) / 6, tree.Count);
        FatTree.ShouldEqual(image.TreeByMtools(), tree);
    }

    [Fact]
    public void Deep_tree_is_whole()
    {
        using var image = FatImage.Make(32, 40 * Megabyte);
        var path = string.Concat(Enumerable.Range(0, 60).Select(i => $"/level-{i:D2}"));
        image.Edit(fat =>
        {
            for (var i = 1; i <= 60; i++)
            {
                fat.CreateDirectory(path[..(i * 9)]);
            }
            fat.WriteFile(path + "/leaf", "leaf"u8);
            fat.Rename(path + "/leaf", "/leaf");
            fat.Rename("/leaf", path + "/leaf again");
        });
        image.ShouldBeClean();
        Assert.Equal("leaf"u8.ToArray(), image.TreeByMtools()[path + "/leaf again"]);
    }

    [Fact]
    public void Sample_image_gets_first_boot_again()
    {
        Tool.Need("fsck.fat", "mdir");
        using var folder = new TemporaryDirectory();
        var path = SampleImage.Copy(SampleImage.Classic, folder);
        using (var image = DiskImage.OpenWrite(path))
        {
            using var esp = image.OpenFileSystem("EFI-SYSTEM");
            Assert.True(esp.Remove("/coreos/first_boot"));
            Assert.Null(esp.Find("/coreos/first_boot"));
            esp.WriteFile("/coreos/first_boot", []);
        }
        var partition = SampleImage.Extract(path, 2097152, 134217728, folder["esp"]);
        Assert.Equal(0, Tool.Run("fsck.fat", "-n", partition).ExitCode);
        Assert.Contains("first_boot", Tool.Run("mdir", "-i", partition, "::coreos").ShouldSucceed().Output, StringComparison.Ordinal);
    }
}
