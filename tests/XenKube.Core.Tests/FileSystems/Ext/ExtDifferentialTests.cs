using XenKube.Devices;
using XenKube.Disks;
using XenKube.FileSystems;
using XenKube.FileSystems.Ext;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Ext;

/// <summary>The same random edits done by us and by debugfs or the kernel: the trees have to be the same.</summary>
[Trait("Kind", "Process")]
public class ExtDifferentialTests
{
    private static readonly int Rounds = LongRun.Count(2, 40);

    [Theory]
    [InlineData("-t ext4")]
    [InlineData("-t ext4 -b 1024 -O ^metadata_csum,^64bit")]
    [InlineData("-t ext2 -b 1024")]
    public void Random_edits_give_the_tree_that_debugfs_gives(string options)
    {
        Tool.Need("mke2fs", "debugfs", "e2fsck");
        for (var seed = 0; seed < Rounds; seed++)
        {
            using var directory = new TemporaryDirectory(inMemory: true);
            var ours = ExtImages.Make(directory["ours"], 16 << 20, options.Split(' '));
            var theirs = ExtImages.Make(directory["theirs"], 16 << 20, options.Split(' '));
            var commands = new List<string>();
            var random = new Random(seed);
            var files = new List<string>();
            var folders = new List<string> { "" };
            using (var device = FileDevice.Open(ours, writable: true))
            {
                using var fileSystem = ExtFileSystem.Open(device);
                for (var i = 0; i < 120; i++)
                {
                    var path = $"{folders[random.Next(folders.Count)]}/{new string((char)('a' + random.Next(26)), random.Next(1, 60))}{i}";
                    switch (random.Next(8))
                    {
                        case 0:
                            fileSystem.CreateDirectory(path);
                            commands.Add($"mkdir {path}");
                            folders.Add(path);
                            break;
                        case 1 when files.Count > 0:
                            var gone = files[random.Next(files.Count)];
                            files.Remove(gone);
                            Assert.True(fileSystem.Remove(gone));
                            commands.Add($"rm {gone}");
                            break;
                        case 2:
                            fileSystem.CreateSymbolicLink(path, new string('t', random.Next(1, 200)));
                            commands.Add($"symlink {path} {fileSystem.Find(path, followLink: false)!.LinkTarget}");
                            files.Add(path);
                            break;
                        case 3 when files.Count > 0:
                            // debugfs cannot replace a file: it removes and writes.
                            var again = files[random.Next(files.Count)];
                            if (fileSystem.Find(again, followLink: false)!.Kind == FileSystemEntryKind.File)
                            {
                                var other = ExtImages.Pattern(random.Next(60_000), i);
                                fileSystem.WriteFile(again, other);
                                commands.Add($"rm {again}");
                                commands.Add($"write {directory.Write($"content-{i}", other)} {again}");
                            }
                            break;
                        default:
                            var content = ExtImages.Pattern(random.Next(40_000), i);
                            fileSystem.WriteFile(path, content);
                            commands.Add($"write {directory.Write($"content-{i}", content)} {path}");
                            files.Add(path);
                            break;
                    }
                }
            }
            ExtImages.ShouldBeClean(ours, $"{options}, seed {seed}");
            ExtImages.Debug(theirs, [.. commands]);
            using var one = FileDevice.Open(theirs, writable: false);
            using var two = FileDevice.Open(ours, writable: false);
            using var reference = ExtFileSystem.Open(one);
            using var edited = ExtFileSystem.Open(two);
            ShouldHoldTheSame(reference, edited, "/", withModes: false);
        }
    }

    /// <summary>After our edits the kernel has the last word, where the machine lets it.</summary>
    [Theory]
    [InlineData("-t ext4")]
    [InlineData("-t ext4 -b 1024 -O inline_data,orphan_file")]
    [InlineData("-t ext3 -b 1024")]
    [InlineData("-t ext4 -O ^has_journal")]
    public void Kernel_and_we_take_turns(string options)
    {
        Tool.Need("mke2fs", "e2fsck", "mount", "umount");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], 32 << 20, options.Split(' '));
        var mirror = Directory.CreateDirectory(directory["mirror"]).FullName;
        var random = new Random(7);
        for (var turn = 0; turn < 6; turn++)
        {
            if (turn % 2 == 0)
            {
                using var device = FileDevice.Open(image, writable: true);
                using var fileSystem = ExtFileSystem.Open(device);
                using var edit = fileSystem.BeginEdit();
                Play(random, turn, mirror, (path, content) => edit.WriteFile(path, content), path => edit.Remove(path), path => edit.CreateDirectory(path), (from, to) => edit.Rename(from, to));
                edit.Commit();
            }
            else
            {
                using var mount = LoopMount.Need(directory, image);
                Play(random, turn, mirror, (path, content) => File.WriteAllBytes(mount[path], content), path => File.Delete(mount[path]),
                    path => Directory.CreateDirectory(mount[path]), (from, to) => File.Move(mount[from], mount[to], overwrite: true));
                Tool.Run("diff", "-r", "--exclude=lost+found", mirror, mount.Path).ShouldSucceed();
            }
            ExtImages.ShouldBeClean(image, $"{options}, turn {turn}");
            using var reading = FileDevice.Open(image, writable: false);
            using var after = ExtFileSystem.Open(reading);
            ExtReadTests.Compare(after, mirror, "/", withModes: false);
        }
    }

    private static void Play(
        Random random, int turn, string mirror, Action<string, byte[]> write, Action<string> remove, Action<string> make, Action<string, string> move)
    {
        for (var i = 0; i < 200; i++)
        {
            var folder = $"/d{random.Next(4)}";
            if (!Directory.Exists(mirror + folder))
            {
                make(folder);
                Directory.CreateDirectory(mirror + folder);
            }
            var path = $"{folder}/{new string('x', random.Next(100))}{random.Next(150)}";
            var other = $"{folder}/moved{random.Next(20)}";
            switch (random.Next(5))
            {
                case 0 when File.Exists(mirror + path):
                    remove(path);
                    File.Delete(mirror + path);
                    break;
                case 1 when File.Exists(mirror + path):
                    move(path, other);
                    File.Move(mirror + path, mirror + other, overwrite: true);
                    break;
                default:
                    var content = ExtImages.Pattern(random.Next(random.Next(30_000) + 1), turn * 1000 + i);
                    write(path, content);
                    File.WriteAllBytes(mirror + path, content);
                    break;
            }
        }
    }

    internal static void ShouldHoldTheSame(IFileSystem expected, IFileSystem actual, string path, bool withModes = true)
    {
        var (theirs, ours) = (expected.List(path), actual.List(path));
        Assert.Equal(theirs.Select(entry => entry.Name), ours.Select(entry => entry.Name));
        foreach (var (one, two) in theirs.Zip(ours))
        {
            Assert.Equal((one.Kind, one.LinkTarget), (two.Kind, two.LinkTarget));
            if (withModes)
            {
                Assert.Equal((one.Size, one.Mode, one.UserId, one.GroupId, one.LastWriteTimeUtc), (two.Size, two.Mode, two.UserId, two.GroupId, two.LastWriteTimeUtc));
            }
            if (one.Kind == FileSystemEntryKind.File)
            {
                Assert.Equal(ExtReadTests.ReadAll(expected, one.Path), ExtReadTests.ReadAll(actual, two.Path));
            }
            else if (one.Kind == FileSystemEntryKind.Directory)
            {
                ShouldHoldTheSame(expected, actual, one.Path, withModes);
            }
        }
    }
}
