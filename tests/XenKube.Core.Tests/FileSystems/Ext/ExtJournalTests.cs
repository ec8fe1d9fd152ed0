using XenKube.Devices;
using XenKube.Disks;
using XenKube.FileSystems.Ext;
using XenKube.FileSystems.Ext.Journal;
using XenKube.FileSystems.Ext.Mapping;
using XenKube.FileSystems.Ext.Volumes;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Ext;

/// <summary>Journals left by debugfs and by the kernel: we see without writing the state that e2fsck makes of them.</summary>
[Trait("Kind", "Process")]
public class ExtJournalTests
{
    [Theory]
    [InlineData("-t ext4", "jo", "1024")]
    [InlineData("-t ext4", "jo -c", "1024")]
    [InlineData("-t ext4", "jo -c -v 2", "1024")]
    [InlineData("-t ext4", "jo -c -v 3", "4096")]
    [InlineData("-t ext4 -O ^64bit,^metadata_csum -I 128", "jo", "1024")]
    [InlineData("-t ext4 -O ^64bit,^metadata_csum", "jo -c -v 2", "1024")]
    [InlineData("-t ext4 -O ^64bit,^metadata_csum", "jo -c -v 3", "2048")]
    [InlineData("-t ext3", "jo", "1024")]
    public void Unreplayed_journal_is_seen_and_then_replayed_as_e2fsck_does(string options, string open, string blockSize)
    {
        Tool.Need("mke2fs", "debugfs", "e2fsck");
        using var directory = new TemporaryDirectory(inMemory: true);
        var size = int.Parse(blockSize, System.Globalization.CultureInfo.InvariantCulture);
        var old = ExtImages.Pattern(8 * size, 1);
        directory.Write("tree/file", old);
        var image = ExtImages.Make(directory["image"], 16 << 20, [.. options.Split(' '), "-b", blockSize, "-d", directory["tree"]]);
        var first = int.Parse(Tool.Run("debugfs", "-R", "bmap /file 0", image).Output.Trim(), System.Globalization.CultureInfo.InvariantCulture);

        // Three transactions over the file's blocks: the second revokes what the first put into block 2, and writes a block
        // that looks like the journal's own; the third writes block 2 again on top of the first and leaves block 3.
        var one = directory.Write("one", ExtImages.Pattern(5 * size, 2));
        // Without metadata_csum debugfs writes the old checksums over a whole transaction, and gets them wrong (e2fsck says so,
        // too) for one with revoke records.
        var wholeChecksums = options.Contains("^metadata_csum", StringComparison.Ordinal) && open != "jo";
        var magic = ExtImages.Pattern(size, 3);
        new byte[] { 0xC0, 0x3B, 0x39, 0x98, 0, 0, 0, 1 }.CopyTo(magic, 0);
        var two = directory.Write("two", magic);
        ExtImages.Debug(image,
            open, $"jw -b {first},{first + 1},{first + 2},{first + 3},{first + 4} {one}", "jc",
            open, $"jw -b {first + 5} {(wholeChecksums ? "" : $"-r {first + 2},{first + 4}")} {two}", "jc",
            open, $"jw -b {first + 1} {two}", "jc");
        var before = File.ReadAllBytes(image);

        var repaired = directory["repaired"];
        File.Copy(image, repaired);
        var said = Tool.Run("e2fsck", "-fy", repaired);
        Assert.Contains("recovering journal", said.All, StringComparison.Ordinal);
        var expected = ExtImages.Cat(repaired, "/file");
        Assert.NotEqual(old, expected);

        using (var device = FileDevice.Open(image, writable: true))
        {
            using (var fileSystem = ExtFileSystem.Open(device))
            {
                Assert.True(fileSystem.NeedsRecovery);
                Assert.Equal(expected, ExtReadTests.ReadAll(fileSystem, "/file"));
            }
            Assert.Equal(before, File.ReadAllBytes(image));
            using var writing = ExtFileSystem.Open(device);
            writing.WriteFile("/other", "x"u8);
            Assert.False(writing.NeedsRecovery);
            Assert.Equal(expected, ExtReadTests.ReadAll(writing, "/file"));
        }
        ExtImages.ShouldBeClean(image, options + ": " + open);
        Assert.Equal(expected, ExtImages.Cat(image, "/file"));
    }

    [Theory]
    [InlineData("-t ext4", "jo -c -v 3", 1)]
    [InlineData("-t ext4", "jo -c -v 3", 4)]
    [InlineData("-t ext4 -O ^64bit,^metadata_csum", "jo", 2)]
    [InlineData("-t ext4 -O ^64bit,^metadata_csum", "jo -c -v 2", 7)]
    [InlineData("-t ext3", "jo", 3)]
    public void Log_that_goes_on_at_its_beginning_is_replayed_as_e2fsck_does(string options, string open, int blocksBeforeTheEnd)
    {
        Tool.Need("mke2fs", "debugfs", "e2fsck");
        using var directory = new TemporaryDirectory(inMemory: true);
        directory.Write("tree/file", ExtImages.Pattern(8 * 1024, 1));
        var image = ExtImages.Make(directory["image"], 16 << 20, [.. options.Split(' '), "-b", "1024", "-d", directory["tree"]]);
        var first = int.Parse(Tool.Run("debugfs", "-R", "bmap /file 0", image).Output.Trim(), System.Globalization.CultureInfo.InvariantCulture);
        ExtImages.Debug(image,
            open, $"jw -b {first},{first + 1},{first + 2} {directory.Write("one", ExtImages.Pattern(3 * 1024, 2))}", "jc",
            open, $"jw -b {first + 1},{first + 5} {directory.Write("two", ExtImages.Pattern(2 * 1024, 3))}", "jc");
        TurnLog(image, blocksBeforeTheEnd);

        var repaired = directory["repaired"];
        File.Copy(image, repaired);
        Assert.Contains("recovering journal", Tool.Run("e2fsck", "-fy", repaired).All, StringComparison.Ordinal);
        ExtImages.ShouldBeClean(repaired, "e2fsck's own replay");
        Assert.Equal(ExtImages.Pattern(2 * 1024, 3)[..1024], ExtImages.Cat(repaired, "/file")[1024..2048]);
        using (var device = FileDevice.Open(image, writable: true))
        {
            using var fileSystem = ExtFileSystem.Open(device);
            Assert.Equal(ExtImages.Cat(repaired, "/file"), ExtReadTests.ReadAll(fileSystem, "/file"));
            fileSystem.WriteFile("/other", "x"u8);
        }
        ExtImages.ShouldBeClean(image, options);
        Assert.Equal(ExtImages.Cat(repaired, "/file"), ExtImages.Cat(image, "/file"));
    }

    // The same log, but begun shortly before the end of its room, so that it goes on at the beginning.
    private static void TurnLog(string image, int blocksBeforeTheEnd)
    {
        using var device = FileDevice.Open(image, writable: true);
        var superblock = ExtVolume.ReadSuperblock(device);
        var volume = new ExtVolume(superblock, new BlockStore(device, superblock.BlockSize, superblock.BlockCount));
        var log = JournalLog.Open(volume, new FileMap(volume));
        var (start, end) = (log.Superblock.First, log.Superblock.End);
        var room = end - start;
        var blocks = new byte[room][];
        for (var i = 0u; i < room; i++)
        {
            blocks[i] = new byte[superblock.BlockSize];
            log.Read(start + i, blocks[i]);
        }
        var shift = room - (uint)blocksBeforeTheEnd;
        for (var i = 0u; i < room; i++)
        {
            device.Write(log.Place(start + (i + shift) % room).Block * superblock.BlockSize, blocks[i]);
        }
        Assert.NotEqual(0u, log.Superblock.Start);
        log.Superblock.Start = start + (log.Superblock.Start - start + shift) % room;
        log.Superblock.Seal();
        device.Write(log.Place(0).Block * superblock.BlockSize, log.Superblock.FirstSector);
    }

    [Fact]
    public void Damaged_copy_in_the_journal_is_named()
    {
        Tool.Need("mke2fs", "debugfs");
        using var directory = new TemporaryDirectory(inMemory: true);
        directory.Write("tree/file", ExtImages.Pattern(4096, 1));
        var image = ExtImages.Make(directory["image"], 16 << 20, "-t", "ext4", "-b", "1024", "-d", directory["tree"]);
        var content = ExtImages.Pattern(1024, 2);
        var first = int.Parse(Tool.Run("debugfs", "-R", "bmap /file 0", image).Output.Trim(), System.Globalization.CultureInfo.InvariantCulture);
        ExtImages.Debug(image, "jo -c -v 3", $"jw -b {first} {directory.Write("content", content)}", "jc");
        var bytes = File.ReadAllBytes(image);
        bytes[bytes.AsSpan().IndexOf(content) + 100] ^= 1;
        var error = Assert.Throws<CorruptImageException>(() => ExtFileSystem.Open(new MemoryDevice(bytes)));
        Assert.Contains("wrong checksum", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void External_journal_is_refused_by_name()
    {
        Tool.Need("mke2fs");
        using var directory = new TemporaryDirectory(inMemory: true);
        var journal = ExtImages.Make(directory["journal"], 8 << 20, "-b", "1024", "-O", "journal_dev");
        using var device = FileDevice.Open(journal, writable: true);
        Assert.Equal("journal_dev", Assert.Throws<UnsupportedFeatureException>(() => ExtFileSystem.Open(device)).Feature);
    }

    [Fact]
    public void Edit_larger_than_the_journal_is_refused_before_anything_is_written()
    {
        Tool.Need("mke2fs", "e2fsck");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], 64 << 20, "-t", "ext4", "-b", "1024", "-J", "size=1", "-N", "8192");
        var before = File.ReadAllBytes(image);
        using (var device = FileDevice.Open(image, writable: true))
        {
            using var fileSystem = ExtFileSystem.Open(device);
            using var edit = fileSystem.BeginEdit();
            for (var i = 0; i < 4000; i++)
            {
                edit.CreateDirectory($"/directory-{i}");
            }
            Assert.Equal("EditTooLarge", Assert.Throws<OperationFailedException>(edit.Commit).ErrorId);
        }
        Assert.Equal(before, File.ReadAllBytes(image));
    }

    /// <summary>Found by the fuzz test: what was refused before it was written counted as an edit that was cut off.</summary>
    [Theory]
    [InlineData("-t ext4 -b 1024 -J size=1 -N 8192")]
    [InlineData("-t ext2 -b 1024 -N 8192")]
    public void Refused_edit_leaves_the_next_one_possible(string options)
    {
        Tool.Need("mke2fs", "e2fsck");
        using var directory = new TemporaryDirectory(inMemory: true);
        directory.Write("tree/file", ExtImages.Pattern(3000, 1));
        var image = ExtImages.Make(directory["image"], 16 << 20, [.. options.Split(' '), "-d", directory["tree"]]);
        using (var device = FileDevice.Open(image, writable: true))
        {
            using var fileSystem = ExtFileSystem.Open(device);
            if (options.Contains("ext4", StringComparison.Ordinal))
            {
                using var tooLarge = fileSystem.BeginEdit();
                for (var i = 0; i < 1500; i++)
                {
                    tooLarge.CreateDirectory($"/directory-{i}");
                }
                Assert.Equal("EditTooLarge", Assert.Throws<OperationFailedException>(tooLarge.Commit).ErrorId);
                Assert.Equal("EditNotPossible", Assert.Throws<OperationFailedException>(tooLarge.Commit).ErrorId);
            }
            fileSystem.WriteFile("/after-one-too-large", "x"u8);
            Assert.Equal("FileSystemFull", Assert.Throws<OperationFailedException>(() => fileSystem.WriteFile("/no-room", new byte[17 << 20])).ErrorId);
            fileSystem.WriteFile("/after-one-without-room", "x"u8);
            Assert.Throws<ItemNotFoundException>(() => fileSystem.WriteFile("/nowhere/file", "x"u8));
            Assert.Throws<ItemExistsException>(() => fileSystem.WriteFile("/lost+found", "x"u8));
            Assert.Throws<InvalidInputException>(() => fileSystem.Rename("/lost+found", "/lost+found/itself"));
            fileSystem.WriteFile("/after-three-that-make-no-sense", "x"u8);
            Assert.Equal(ExtImages.Pattern(3000, 1), ExtReadTests.ReadAll(fileSystem, "/file"));
        }
        ExtImages.ShouldBeClean(image, options);
        using var reading = FileDevice.Open(image, writable: false);
        using var after = ExtFileSystem.Open(reading);
        Assert.Equal(["after-one-too-large", "after-one-without-room", "after-three-that-make-no-sense", "file", "lost+found"], after.List("/").Select(entry => entry.Name));
    }

    /// <summary>The same where the damage is found while an edit is made: the rest of the file system can still be edited.</summary>
    [Fact]
    public void Edit_refused_for_damage_leaves_the_next_one_possible()
    {
        Tool.Need("mke2fs", "debugfs");
        using var directory = new TemporaryDirectory(inMemory: true);
        directory.Write("tree/damaged", ExtImages.Pattern(3000, 1));
        directory.Write("tree/file", ExtImages.Pattern(3000, 2));
        var image = ExtImages.Make(directory["image"], 16 << 20, "-t", "ext4", "-b", "1024", "-d", directory["tree"]);
        var block = Tool.Run("debugfs", "-R", "bmap /damaged 0", image).Output.Trim();
        ExtImages.Debug(image, $"freeb {block}");
        using (var device = FileDevice.Open(image, writable: true))
        {
            using var fileSystem = ExtFileSystem.Open(device);
            var error = Assert.Throws<CorruptImageException>(() => fileSystem.Remove("/damaged"));
            Assert.Contains("marked as free", error.Reason, StringComparison.Ordinal);
            fileSystem.Remove("/file");
            Assert.Null(fileSystem.Find("/file"));
        }
        Assert.Equal(ExtImages.Pattern(3000, 1), ExtImages.Cat(image, "/damaged"));
    }

    /// <summary>The state that the kernel leaves when the power fails: a copy of the image while it is mounted and busy.</summary>
    [Theory]
    [InlineData("-t ext4 -b 1024 -J size=1")]
    [InlineData("-t ext4")]
    [InlineData("-t ext4 -O ^metadata_csum,^64bit")]
    [InlineData("-t ext3 -b 2048")]
    [InlineData("-t ext4 -O orphan_file,inline_data")]
    public void Journal_of_a_running_kernel_is_replayed_as_e2fsck_does(string options)
    {
        Tool.Need("mke2fs", "e2fsck", "mount", "umount");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], 32 << 20, options.Split(' '));
        var copies = new List<string>();
        using (var mount = LoopMount.Need(directory, image))
        {
            var random = new Random(1);
            for (var round = 0; round < 3; round++)
            {
                for (var i = 0; i < 300; i++)
                {
                    var path = mount[$"/d{random.Next(5)}"];
                    Directory.CreateDirectory(path);
                    path = Path.Combine(path, $"f{random.Next(60)}");
                    if (random.Next(4) == 0)
                    {
                        File.Delete(path);
                    }
                    else
                    {
                        File.WriteAllBytes(path, ExtImages.Pattern(random.Next(20_000), i));
                    }
                    if (random.Next(20) == 0)
                    {
                        Tool.Run("sync", "-f", mount.Path);
                    }
                }
                // An open file without a name is an orphan in the copy.
                using var orphan = new FileStream(mount["/orphan"], FileMode.Create, FileAccess.ReadWrite, FileShare.Delete);
                orphan.Write(ExtImages.Pattern(30_000, 9));
                orphan.Flush(flushToDisk: true);
                File.Delete(mount["/orphan"]);
                Tool.Run("sync", "-f", mount.Path);
                copies.Add(directory[$"copy-{round}"]);
                Tool.Run("cp", "--sparse=always", image, copies[^1]).ShouldSucceed();
            }
        }
        foreach (var copy in copies)
        {
            var repaired = copy + ".e2fsck";
            File.Copy(copy, repaired);
            Tool.Run("e2fsck", "-fy", repaired);
            using var theirs = FileDevice.Open(repaired, writable: false);
            using (var ours = FileDevice.Open(copy, writable: true))
            {
                using var reference = ExtFileSystem.Open(theirs);
                using var fileSystem = ExtFileSystem.Open(ours);
                Assert.True(fileSystem.NeedsRecovery);
                ExtDifferentialTests.ShouldHoldTheSame(reference, fileSystem, "/");
                fileSystem.WriteFile("/after", "the crash"u8);
                Assert.False(fileSystem.NeedsRecovery);
                fileSystem.Remove("/after");
            }
            ExtImages.ShouldBeClean(copy, options);
            using var written = FileDevice.Open(copy, writable: false);
            using var again = ExtFileSystem.Open(written);
            using var same = ExtFileSystem.Open(theirs);
            ExtDifferentialTests.ShouldHoldTheSame(same, again, "/");
        }
    }
}
