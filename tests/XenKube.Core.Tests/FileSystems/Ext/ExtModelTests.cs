using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using XenKube.Devices;
using XenKube.FileSystems;
using XenKube.FileSystems.Ext;
using XenKube.FileSystems.Ext.Editing;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Ext;

/// <summary>
/// File systems made by mke2fs (tests/fixtures/ext), edited in memory beside a dictionary that gets the same edits. After
/// each edit a second reader has to find what the dictionary holds, and nothing to complain of; so it has to after a crash
/// between any two writes, once the journal is replayed.
/// </summary>
public sealed class ExtModelTests
{
    private static readonly string LongName = new('n', 245);

    public static TheoryData<string> Kinds => ["ext4", "ext4-old", "ext3", "ext2", "ext4-plain"];

    public static TheoryData<string> Journaled => ["ext4", "ext4-old", "ext3"];

    private static byte[] Image(string kind)
    {
        using var file = File.OpenRead(Project.Tests("fixtures", "ext", $"{kind}.img.gz"));
        using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        var bytes = new MemoryStream();
        unpacked.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static void Edit(byte[] image, Action<ExtFileSystem> edit)
    {
        using var fileSystem = ExtFileSystem.Open(new MemoryDevice(image));
        edit(fileSystem);
    }

    private static void EditOnce(byte[] image, Action<ExtEdit> change) => Edit(image, fileSystem =>
    {
        using var edit = fileSystem.BeginEdit();
        change(edit);
        edit.Commit();
    });

    private static SortedDictionary<string, byte[]?> Read(ExtFileSystem fileSystem, string path = "", SortedDictionary<string, byte[]?>? into = null)
    {
        into ??= new SortedDictionary<string, byte[]?>(StringComparer.Ordinal);
        foreach (var entry in fileSystem.List(path.Length == 0 ? "/" : path))
        {
            into[entry.Path] = entry.Kind switch
            {
                FileSystemEntryKind.Directory => null,
                FileSystemEntryKind.SymbolicLink => Encoding.UTF8.GetBytes("-> " + entry.LinkTarget),
                _ => ExtReadTests.ReadAll(fileSystem, entry.Path),
            };
            if (entry.Kind == FileSystemEntryKind.Directory)
            {
                Read(fileSystem, entry.Path, into);
            }
        }
        return into;
    }

    private static void ShouldBe(SortedDictionary<string, byte[]?> expected, SortedDictionary<string, byte[]?> actual) => Fat.FatTree.ShouldEqual(expected, actual);

    private static void ShouldHold(byte[] image, SortedDictionary<string, byte[]?> expected)
    {
        ShouldBe(expected, ExtWitness.Check(image).Tree);
        Edit(image, fileSystem =>
        {
            ShouldBe(expected, Read(fileSystem));
            Assert.All(expected.Keys, path => Assert.Equal(path, fileSystem.Find(path, followLink: false)?.Path));
            Assert.Null(fileSystem.Find("/no-such-name"));
        });
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void File_system_of_mke2fs_is_read_as_debugfs_reads_it(string kind) => Edit(Image(kind), fileSystem =>
    {
        var lines = Read(fileSystem).Select(pair => pair.Value switch
        {
            null => $"directory - {pair.Key[1..]}",
            var bytes when bytes.AsSpan().StartsWith("-> "u8) => $"link {Encoding.UTF8.GetString(bytes)[3..]} {pair.Key[1..]}",
            var bytes => $"file {Convert.ToHexStringLower(SHA256.HashData(bytes))} {pair.Key[1..]}",
        });
        Assert.Equal(File.ReadAllLines(Project.Tests("fixtures", "ext", "tree")).Order(StringComparer.Ordinal), lines.Order(StringComparer.Ordinal));
        // parted calls what has no journal ext2.
        var called = kind == "ext4-plain" ? "ext2" : kind.Split('-')[0];
        Assert.Equal(($"XK {kind}", "01234567-89ab-cdef-0123-456789abcdef", called, 1024), (fileSystem.Label, fileSystem.Uuid, fileSystem.Kind, fileSystem.BlockSize));
        Assert.Equal(new DateTime(2017, 12, 14, 9, 29, 42, DateTimeKind.Utc), fileSystem.Find("/etc/hostname")!.LastWriteTimeUtc);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Edits_one_after_another_leave_what_they_should(string kind)
    {
        var image = Image(kind);
        var model = ExtWitness.Check(image).Tree;
        var random = new Random(kind.Length);
        for (var i = 0; i < 40; i++)
        {
            Edit(image, fileSystem => EditBoth(fileSystem, model, random, i));
            ShouldBe(model, ExtWitness.Check(image).Tree);
        }
        ShouldHold(image, model);
    }

    private static void EditBoth(ExtFileSystem fileSystem, SortedDictionary<string, byte[]?> model, Random random, int number)
    {
        var folders = model.Where(pair => pair.Value is null && pair.Key != "/lost+found").Select(pair => pair.Key).Prepend("").ToList();
        var folder = folders[random.Next(folders.Count)];
        var files = model.Where(pair => pair.Value is not null).Select(pair => pair.Key).ToList();
        var plain = files.Where(path => !model[path].AsSpan().StartsWith("-> "u8)).ToList();
        var name = $"{folder}/{number}{new string('ä', random.Next(1, 100))}";
        switch (random.Next(9))
        {
            case 0 or 1:
                model[name] = ExtImages.Pattern(random.Next(3) == 0 ? 1024 * random.Next(20) : random.Next(30_000), number);
                fileSystem.WriteFile(name, model[name]);
                break;
            case 2:
                var file = plain[random.Next(plain.Count)];
                model[file] = ExtImages.Pattern(random.Next(20_000), number);
                fileSystem.WriteFile(file, model[file]);
                break;
            case 3:
                var removed = files[random.Next(files.Count)];
                Assert.True(fileSystem.Remove(removed));
                model.Remove(removed);
                break;
            case 4:
                Move(fileSystem, model, files[random.Next(files.Count)], name);
                break;
            case 5:
                Move(fileSystem, model, plain[0], plain[^1]);
                break;
            case 6:
                var target = new string('t', random.Next(1, 200));
                fileSystem.CreateSymbolicLink(name, target);
                model[name] = Encoding.UTF8.GetBytes("-> " + target);
                break;
            case 7 when folders.Count > 1 && folders[random.Next(1, folders.Count)] is var directory && !name.StartsWith(directory + "/", StringComparison.Ordinal):
                Move(fileSystem, model, directory, name);
                break;
            default:
                fileSystem.CreateDirectory(name);
                model[name] = null;
                break;
        }
    }

    private static void Move(ExtFileSystem fileSystem, SortedDictionary<string, byte[]?> model, string from, string to)
    {
        fileSystem.Rename(from, to);
        foreach (var path in model.Keys.Where(path => path == from || path.StartsWith(from + "/", StringComparison.Ordinal)).ToList())
        {
            var content = model[path];
            model.Remove(path);
            model[to + path[from.Length..]] = content;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Directory_grows_by_hundreds_of_names_and_is_emptied(string kind)
    {
        var image = Image(kind);
        var model = ExtWitness.Check(image).Tree;
        // Two levels of index take more names of this length than there are inodes: links in many small steps.
        for (var start = 0; start < 40; start += 10)
        {
            EditOnce(image, edit =>
            {
                for (var i = start; i < start + 10; i++)
                {
                    edit.CreateSymbolicLink($"/many/{i}x{LongName}", "x");
                    model[$"/many/{i}x{LongName}"] = "-> x"u8.ToArray();
                }
            });
            ShouldHold(image, model);
        }
        // Without a journal no index can be edited in a way that survives a crash (docs/promise.md): the directory loses it.
        Assert.Equal(kind is "ext4" or "ext4-old" or "ext3", ExtWitness.Check(image).IndexedDirectories.Contains("/many"));
        EditOnce(image, edit =>
        {
            foreach (var path in model.Keys.Where(path => path.StartsWith("/many/", StringComparison.Ordinal)).ToList())
            {
                Assert.True(edit.Remove(path));
                model.Remove(path);
            }
        });
        ShouldHold(image, model);
        Edit(image, fileSystem => Assert.True(fileSystem.Remove("/many")));
        model.Remove("/many");
        ShouldHold(image, model);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void File_system_is_filled_to_the_last_block_and_emptied_again(string kind)
    {
        var image = Image(kind);
        var before = ExtWitness.Check(image);
        var model = before.Tree;
        Edit(image, fileSystem =>
        {
            var sizes = new Queue<int>([200_000, 12_000, 1024]);
            for (var i = 0; sizes.TryPeek(out var size); i++)
            {
                try
                {
                    fileSystem.WriteFile($"/F{i}", ExtImages.Pattern(size, i));
                    model[$"/F{i}"] = ExtImages.Pattern(size, i);
                }
                catch (OperationFailedException e) when (e.ErrorId == "FileSystemFull")
                {
                    sizes.Dequeue();
                }
            }
        });
        ShouldHold(image, model);
        Assert.True(ExtWitness.Check(image) is { FreeBlocks: 0 } or { FreeInodes: 0 });
        EditOnce(image, edit =>
        {
            foreach (var path in model.Keys.Where(path => path.StartsWith("/F", StringComparison.Ordinal)).ToList())
            {
                Assert.True(edit.Remove(path));
                model.Remove(path);
            }
        });
        ShouldHold(image, model);
        var after = ExtWitness.Check(image);
        Assert.Equal(before.FreeInodes, after.FreeInodes);
        // The root may have grown by a block or two.
        Assert.InRange(after.FreeBlocks, before.FreeBlocks - 3, before.FreeBlocks);
        Edit(image, fileSystem => Assert.Equal(after.FreeBlocks * 1024L, fileSystem.FreeBytes));
    }

    [Theory]
    [MemberData(nameof(Journaled))]
    public void Crash_between_any_two_writes_leaves_the_old_or_the_new(string kind)
    {
        var image = Image(kind);
        var old = ExtWitness.Check(image).Tree;
        var device = new RecordingDevice(image);
        using (var fileSystem = ExtFileSystem.Open(device))
        {
            using var edit = fileSystem.BeginEdit();
            edit.WriteFile("/etc/hostname", ExtImages.Pattern(9000, 1));
            edit.Remove("/big");
            edit.CreateDirectory("/new");
            edit.WriteFile($"/full/new{LongName}", "x"u8);
            edit.Commit();
        }
        var made = ExtWitness.Check(device.Current).Tree;
        var state = (byte[])image.Clone();
        var (olds, news) = (0, 0);
        foreach (var written in device.Events)
        {
            var replayed = (byte[])state.Clone();
            using (var fileSystem = ExtFileSystem.Open(new MemoryDevice(replayed)))
            {
                // Read as it is, in memory, and again after the journal was replayed on the disk.
                var seen = Read(fileSystem);
                fileSystem.Recover();
                ShouldBe(seen, Read(fileSystem));
            }
            var tree = ExtWitness.Check(replayed).Tree;
            var isOld = tree.ContainsKey("/big");
            (olds, news) = (olds + (isOld ? 1 : 0), news + (isOld ? 0 : 1));
            ShouldBe(isOld ? old : made, tree);
            Assert.True(!isOld || news == 0, "the old state came back");
            if (written.Bytes is { } bytes)
            {
                bytes.CopyTo(state, written.Offset);
            }
        }
        Assert.True(olds > 3 && news > 3, $"{olds} states were old, {news} new");
    }

    [Theory]
    [MemberData(nameof(Journaled))]
    public void Journal_that_is_damaged_on_the_way_is_not_believed(string kind)
    {
        var image = Image(kind);
        var device = new RecordingDevice(image);
        using (var fileSystem = ExtFileSystem.Open(device))
        {
            fileSystem.WriteFile("/etc/hostname", ExtImages.Pattern(3000, 1));
        }
        // Up to the first write that is not into the journal or the superblock's recovery flag, any one lost write means: not committed.
        var old = ExtWitness.Check(image).Tree;
        var made = ExtWitness.Check(device.Current).Tree;
        var flushes = device.Events.Select((e, index) => (e.IsFlush, index)).Where(pair => pair.IsFlush).Select(pair => pair.index).ToList();
        foreach (var end in flushes)
        {
            foreach (var lost in Enumerable.Range(0, end).Where(index => !device.Events[index].IsFlush && index > flushes.LastOrDefault(flush => flush < end, -1)))
            {
                var state = (byte[])image.Clone();
                foreach (var (written, index) in device.Events.Take(end).Select((written, index) => (written, index)))
                {
                    if (index != lost)
                    {
                        written.Bytes?.CopyTo(state, written.Offset);
                    }
                }
                using (var fileSystem = ExtFileSystem.Open(new MemoryDevice(state)))
                {
                    fileSystem.Recover();
                }
                var tree = ExtWitness.Check(state).Tree;
                ShouldBe(tree["/etc/hostname"]!.Length == 3000 ? made : old, tree);
            }
        }
    }

    [Fact]
    public void Attributes_and_times_are_stored_as_the_kernel_has_them()
    {
        var image = Image("ext4");
        var time = new DateTime(2020, 2, 29, 1, 2, 3, DateTimeKind.Utc);
        EditOnce(image, edit =>
        {
            edit.WriteFile("/a", "x"u8, new FileAttributesChange(0x1C0, 5, 6, time));
            edit.CreateDirectory("/d", new FileAttributesChange(0x1ED, 7, 8, time));
            edit.SetAttributes("/etc/hostname", new FileAttributesChange(0x180, 9, 10));
            edit.AppendFile("/empty", "more"u8);
            edit.Truncate("/big", 5000);
        });
        var witness = ExtWitness.Check(image);
        Assert.Equal((0x81C0, 5, 6, 1582938123, 1), witness.Entries["/a"]);
        Assert.Equal((0x41ED, 7, 8, 2), (witness.Entries["/d"].Mode, witness.Entries["/d"].User, witness.Entries["/d"].Group, witness.Entries["/d"].Links));
        Assert.Equal((0x8180, 9, 10), (witness.Entries["/etc/hostname"].Mode, witness.Entries["/etc/hostname"].User, witness.Entries["/etc/hostname"].Group));
        Assert.Equal("more"u8.ToArray(), witness.Tree["/empty"]);
        Assert.Equal(5000, witness.Tree["/big"]!.Length);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Errors_say_what_is_wrong_and_change_nothing(string kind)
    {
        var image = Image(kind);
        var before = (byte[])image.Clone();
        Edit(image, fileSystem =>
        {
            Expect<ItemExistsException>("FileExists", () => fileSystem.CreateDirectory("/etc"));
            Expect<ItemExistsException>("FileExists", () => fileSystem.WriteFile("/etc", "x"u8));
            Expect<ItemExistsException>("FileExists", () => fileSystem.CreateSymbolicLink("/etc/hostname", "x"));
            Expect<ItemNotFoundException>("DirectoryNotFound", () => fileSystem.WriteFile("/no/file", "x"u8));
            Expect<ItemNotFoundException>("FileNotFound", () => fileSystem.Rename("/nothing", "/x"));
            Expect<OperationFailedException>("DirectoryNotEmpty", () => fileSystem.Remove("/etc"));
            Expect<InvalidInputException>("PathInvalid", () => fileSystem.WriteFile("/" + new string('x', 256), []));
            Expect<InvalidInputException>("PathInvalid", () => fileSystem.Rename("/etc", "/etc/inside"));
            Assert.False(fileSystem.Remove("/nothing"));
        });
        Assert.Equal(before, image);

        static void Expect<T>(string id, Action action)
            where T : XenKubeException
        {
            var error = Assert.Throws<T>(action);
            Assert.Equal(id, error.ErrorId);
            Assert.NotEmpty(error.Reason);
        }
    }
}
