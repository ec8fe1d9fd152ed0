using System.Globalization;
using System.Text;
using XenKube.Devices;
using XenKube.Disks;
using XenKube.FileSystems;
using XenKube.FileSystems.Ext;
using XenKube.FileSystems.Ext.Editing;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Ext;

/// <summary>
/// The hash indexes of directories: what we find by them, and that e2fsck, debugfs and the kernel find by them what we put
/// there. The kernel's lookup goes through the index only, so that a name in the wrong leaf is lost to it.
/// </summary>
[Trait("Kind", "Process")]
public class ExtIndexTests(ITestOutputHelper output)
{
    // 239 letters c and one of these have the same legacy hash; three such names fill a block of 1024 bytes.
    private static readonly string[] Colliding =
        ["aaaaaaa", "dg0h6kb", "ec2n6b5", "fu0dsyq", "f1baly8", "g0736yc", "jtei4m3", "j56xicm", "mcxyupo", "msgbe05", "nf09nm3", "nl27157", "nsna9mw", "otx4krh"];

    [Theory]
    [InlineData("-t ext4 -N 110000 -J size=32", 256)]
    [InlineData("-t ext3 -b 1024 -I 128 -N 110000 -J size=32", 256)]
    public void Hundred_thousand_files_are_made_found_and_removed(string options, int megabytes)
    {
        Tool.Need("mke2fs", "e2fsck", "debugfs");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], (long)megabytes << 20, options.Split(' '));
        const int files = 100_000;
        using (var device = FileDevice.Open(image, writable: true))
        {
            using var fileSystem = ExtFileSystem.Open(device);
            fileSystem.CreateDirectory("/many");
            Batches(fileSystem, files, (edit, i) => edit.WriteFile(Name(i), []));
        }
        ExtImages.ShouldBeClean(image, options);
        ShouldBeIndexed(image, "/many", files);
        using (var device = FileDevice.Open(image, writable: true))
        {
            using var fileSystem = ExtFileSystem.Open(device);
            Assert.Equal(files, fileSystem.List("/many").Count);
            for (var i = 0; i < files; i += 7)
            {
                Assert.True(fileSystem.Find(Name(i)) is not null, Name(i));
                Assert.Null(fileSystem.Find(Name(i) + "x"));
            }
            Batches(fileSystem, files, (edit, i) => Assert.True(i % 1000 == 0 || edit.Remove(Name(i))));
            Assert.Equal(files / 1000, fileSystem.List("/many").Count);
            // Into leaves that have become empty.
            Batches(fileSystem, 5000, (edit, i) => edit.WriteFile($"/many/again-{i}", []));
        }
        ExtImages.ShouldBeClean(image, options);
        ShouldBeIndexed(image, "/many", files / 1000 + 5000);

        static string Name(int i) => string.Create(CultureInfo.InvariantCulture, $"/many/file-{i}");
    }

    [Fact]
    public void Third_level_of_large_dir_is_built_and_followed()
    {
        Tool.Need("mke2fs", "e2fsck", "debugfs");
        using var directory = new TemporaryDirectory(inMemory: true);
        // Of blocks of 1024 bytes two levels of index hold some 15,000 leaves, of three names each if the names are long.
        const int files = 45_000;
        var image = ExtImages.Make(directory["image"], 256 << 20, "-t", "ext4", "-b", "1024", "-O", "large_dir", "-I", "128", "-N", "50000", "-J", "size=64");
        using (var device = FileDevice.Open(image, writable: true))
        {
            using var fileSystem = ExtFileSystem.Open(device);
            fileSystem.CreateDirectory("/many");
            Batches(fileSystem, files, (edit, i) => edit.WriteFile(Name(i), []));
            for (var i = 0; i < files; i += 11)
            {
                Assert.True(fileSystem.Find(Name(i)) is not null, Name(i));
            }
        }
        ExtImages.ShouldBeClean(image);
        ShouldBeIndexed(image, "/many", files);
        Assert.Contains("Indirect levels: 2", HashTree(image, "/many"), StringComparison.Ordinal);
        using (var mount = LoopMount.Try(directory, image))
        {
            for (var i = 0; mount is not null && i < files; i += 17)
            {
                Assert.True(File.Exists(mount[Name(i)]), Name(i));
            }
        }
        using (var device = FileDevice.Open(image, writable: true))
        {
            using var fileSystem = ExtFileSystem.Open(device);
            Batches(fileSystem, files, (edit, i) => Assert.True(edit.Remove(Name(i))));
        }
        ExtImages.ShouldBeClean(image);

        static string Name(int i) => string.Create(CultureInfo.InvariantCulture, $"/many/{i:d6}-{new string((char)('a' + i % 26), 240)}");
    }

    [Fact]
    public void Directory_that_two_levels_cannot_hold_is_full_by_name()
    {
        Tool.Need("mke2fs", "e2fsck");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], 256 << 20, "-t", "ext4", "-b", "1024", "-I", "128", "-N", "60000", "-J", "size=64");
        using (var device = FileDevice.Open(image, writable: true))
        {
            using var fileSystem = ExtFileSystem.Open(device);
            fileSystem.CreateDirectory("/many");
            var error = Assert.Throws<OperationFailedException>(() => Batches(fileSystem, 55_000,
                (edit, i) => edit.WriteFile(string.Create(CultureInfo.InvariantCulture, $"/many/{i:d6}-{new string('n', 240)}"), [])));
            Assert.Equal("DirectoryFull", error.ErrorId);
            fileSystem.WriteFile("/still-possible", []);
        }
        ExtImages.ShouldBeClean(image);
    }

    [Theory]
    [InlineData("-O metadata_csum")]
    [InlineData("-O ^metadata_csum")]
    public void Leaf_that_has_lost_all_its_names_takes_new_ones(string options)
    {
        Tool.Need("mke2fs", "e2fsck", "debugfs");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], 32 << 20, ["-t", "ext4", "-b", "1024", "-N", "2000", .. options.Split(' ')]);
        using (var device = FileDevice.Open(image, writable: true))
        {
            using var fileSystem = ExtFileSystem.Open(device);
            fileSystem.CreateDirectory("/many");
            Batches(fileSystem, 500, (edit, i) => edit.WriteFile($"/many/file-{i}", []));
            Batches(fileSystem, 500, (edit, i) => Assert.True(edit.Remove($"/many/file-{i}")));
            // Without checksums such a leaf looks like a node of the index, byte for byte.
            Batches(fileSystem, 500, (edit, i) => edit.WriteFile($"/many/new-{i}", []));
            Assert.Equal(500, fileSystem.List("/many").Count);
        }
        ExtImages.ShouldBeClean(image, options);
        ShouldBeIndexed(image, "/many", 500);
    }

    [Theory]
    [InlineData("-t ext4 -b 1024")]
    [InlineData("-t ext4 -b 1024 -O ^metadata_csum")]
    public void Names_of_one_hash_go_on_over_several_leaves(string options)
    {
        Tool.Need("mke2fs", "e2fsck", "debugfs", "tune2fs");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], 32 << 20, options.Split(' '));
        Tool.Run("tune2fs", "-E", "hash_alg=legacy", image).ShouldSucceed();
        string[] names = [.. Colliding.Select(end => new string('c', 239) + end), .. Enumerable.Range(0, 40).Select(i => $"other-{i}-{new string('o', 150)}")];
        using (var device = FileDevice.Open(image, writable: true))
        {
            using var fileSystem = ExtFileSystem.Open(device);
            fileSystem.CreateDirectory("/same");
            foreach (var name in names)
            {
                fileSystem.WriteFile("/same/" + name, Encoding.UTF8.GetBytes(name));
            }
        }
        ExtImages.ShouldBeClean(image, options);
        ShouldBeIndexed(image, "/same", names.Length);
        // The lowest bit of a hash in the index says that names of that hash began in the leaf before.
        Assert.Matches("Hash 0x[0-9a-f]*[13579bdf], block", HashTree(image, "/same"));
        using (var mount = LoopMount.Try(directory, image))
        {
            if (mount is not null)
            {
                Assert.All(names, name => Assert.Equal(name, File.ReadAllText(mount["/same/" + name])));
                Assert.False(File.Exists(mount["/same/" + new string('c', 239) + "bbbbbbb"]));
                // The kernel's own collisions, for us to follow.
                Directory.CreateDirectory(mount["/theirs"]);
                Array.ForEach(names, name => File.WriteAllText(mount["/theirs/" + name], name));
            }
            output.WriteLine(mount is null ? "no loop mount here: read back by debugfs only" : "read back by the kernel");
        }
        using (var device = FileDevice.Open(image, writable: true))
        {
            using var fileSystem = ExtFileSystem.Open(device);
            foreach (var folder in fileSystem.Find("/theirs") is null ? ["/same"] : (string[])["/same", "/theirs"])
            {
                foreach (var name in names.Reverse())
                {
                    Assert.Equal(Encoding.UTF8.GetBytes(name), ExtReadTests.ReadAll(fileSystem, $"{folder}/{name}"));
                    Assert.Null(fileSystem.Find($"{folder}/{name}x"));
                    Assert.True(fileSystem.Remove($"{folder}/{name}"));
                }
                Assert.Empty(fileSystem.List(folder));
            }
        }
        ExtImages.ShouldBeClean(image, options);
    }

    [Theory]
    [InlineData("legacy", 1)]
    [InlineData("half_md4", 1)]
    [InlineData("tea", 1)]
    [InlineData("legacy", 2)]
    [InlineData("half_md4", 2)]
    [InlineData("tea", 2)]
    public void Kernel_and_we_find_each_others_names_by_every_hash(string hash, int sign)
    {
        Tool.Need("mke2fs", "e2fsck", "debugfs", "tune2fs", "mount", "umount");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], 32 << 20, "-t", "ext4", "-b", "1024", "-N", "3000", "-O", "^metadata_csum");
        Tool.Run("tune2fs", "-E", "hash_alg=" + hash, image).ShouldSucceed();
        ExtImages.Debug(image, $"set_super_value flags {sign}");
        var names = Enumerable.Range(0, 800).Select(i => $"{i}-ä-ß-é-{new string('x', i % 40)}").ToList();
        using (var mount = LoopMount.Need(directory, image))
        {
            Directory.CreateDirectory(mount["/theirs"]);
            names.ForEach(name => File.WriteAllText(mount["/theirs/" + name], name));
        }
        using (var device = FileDevice.Open(image, writable: true))
        {
            using var fileSystem = ExtFileSystem.Open(device);
            Assert.All(names, name => Assert.NotNull(fileSystem.Find("/theirs/" + name)));
            fileSystem.CreateDirectory("/ours");
            Batches(fileSystem, names.Count, (edit, i) => edit.WriteFile("/ours/" + names[i], Encoding.UTF8.GetBytes(names[i])));
        }
        ExtImages.ShouldBeClean(image, $"{hash} {sign}");
        ShouldBeIndexed(image, "/ours", names.Count);
        using (var mount = LoopMount.Need(directory, image))
        {
            Assert.All(names, name => Assert.Equal(name, File.ReadAllText(mount["/ours/" + name])));
        }
    }

    /// <summary>A useless index does not prevent reading: its leaves are a list too.</summary>
    [Fact]
    public void Unusable_index_is_read_as_a_list_and_not_changed()
    {
        Tool.Need("mke2fs", "debugfs");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], 32 << 20, "-t", "ext4", "-b", "1024", "-N", "2000", "-O", "^metadata_csum");
        using (var device = FileDevice.Open(image, writable: true))
        {
            using var fileSystem = ExtFileSystem.Open(device);
            fileSystem.CreateDirectory("/many");
            Batches(fileSystem, 300, (edit, i) => edit.WriteFile($"/many/file-{i}", []));
        }
        var root = long.Parse(Tool.Run("debugfs", "-R", "bmap /many 0", image).Output.Trim(), CultureInfo.InvariantCulture) * 1024;
        var whole = File.ReadAllBytes(image);
        foreach (var (offset, value) in new[] { (0x18 + 4, 99), (0x18 + 5, 9), (0x18 + 6, 7), (0x20, 1), (0x22, 0), (0x24, 0xFF), (0x24, 0) })
        {
            var bytes = (byte[])whole.Clone();
            bytes[root + offset] = (byte)value;
            if (offset == 0x24 && value != 0)
            {
                bytes.AsSpan((int)root + 0x24, 4).Fill(0xFF);
                for (var entry = 1; entry < bytes[root + 0x22]; entry++)
                {
                    bytes.AsSpan((int)root + 0x24 + entry * 8, 4).Fill(0xFF);
                }
            }
            using var fileSystem = ExtFileSystem.Open(new MemoryDevice(bytes));
            for (var i = 0; i < 300; i++)
            {
                Assert.True((offset, value) == (0x24, 0) || fileSystem.Find($"/many/file-{i}") is not null, $"{offset:x} {i}");
            }
            Assert.NotNull(fileSystem.Find("/many/../many/."));
        }
    }

    private static void Batches(ExtFileSystem fileSystem, int count, Action<ExtEdit, int> change)
    {
        for (var start = 0; start < count; start += 10_000)
        {
            using var edit = fileSystem.BeginEdit();
            for (var i = start; i < Math.Min(count, start + 10_000); i++)
            {
                change(edit, i);
            }
            edit.Commit();
        }
    }

    // htree_dump computes each name's hash again and prints it beside the leaf it was found in.
    private static void ShouldBeIndexed(string image, string path, int names)
    {
        var tree = HashTree(image, path);
        Assert.Contains("Root node dump:", tree, StringComparison.Ordinal);
        var (low, found) = (0u, 0);
        foreach (var line in tree.Split('\n'))
        {
            if (line.StartsWith("Entry #", StringComparison.Ordinal))
            {
                // "Entry #1: Hash 0x1734fc64, block 2"; what e2fsck checks, too, is the range's other end.
                low = uint.Parse(line.AsSpan(line.IndexOf("0x", StringComparison.Ordinal) + 2, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & ~1u;
                continue;
            }
            var pieces = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            foreach (var (inode, piece) in pieces.Zip(pieces.Skip(1)))
            {
                // "556 0x0026ad88-5db0f7e3 (16) file-589   472 ..."; a name that was removed has inode 0.
                if (inode != "0" && piece.Length == 19 && piece.StartsWith("0x", StringComparison.Ordinal) && piece[10] == '-')
                {
                    found++;
                    Assert.True(uint.Parse(piece.AsSpan(2, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture) >= low, line);
                }
            }
        }
        Assert.Equal(names, found);
    }

    private static string HashTree(string image, string path) => Tool.Run("debugfs", "-R", $"htree_dump {path}", image).ShouldSucceed().Output;
}
