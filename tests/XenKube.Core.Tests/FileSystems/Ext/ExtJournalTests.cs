using XenKube.Disks;
using XenKube.FileSystems.Ext;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Ext;

/// <summary>Journals left behind by debugfs and by the kernel: what we see without writing is what e2fsck makes of them.</summary>
public class ExtJournalTests
{
    [SkippableTheory]
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

    [SkippableFact]
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

    [SkippableFact]
    public void External_journal_is_refused_by_name()
    {
        Tool.Need("mke2fs");
        using var directory = new TemporaryDirectory(inMemory: true);
        var journal = ExtImages.Make(directory["journal"], 8 << 20, "-b", "1024", "-O", "journal_dev");
        using var device = FileDevice.Open(journal, writable: true);
        Assert.Equal("journal_dev", Assert.Throws<UnsupportedFeatureException>(() => ExtFileSystem.Open(device)).Feature);
    }

    [SkippableFact]
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

    /// <summary>What the kernel leaves when the power goes: a copy of the image while it is mounted and busy.</summary>
    [SkippableTheory]
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
        var mount = Directory.CreateDirectory(directory["mount"]).FullName;
        Skip.If(Tool.Run("mount", "-o", "loop", image, mount).ExitCode != 0, "this machine lets no loop mount");
        var copies = new List<string>();
        try
        {
            var random = new Random(1);
            for (var round = 0; round < 3; round++)
            {
                for (var i = 0; i < 300; i++)
                {
                    var path = Path.Combine(mount, $"d{random.Next(5)}");
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
                        Tool.Run("sync", "-f", mount);
                    }
                }
                // An open file without a name is an orphan in the copy.
                using var orphan = new FileStream(Path.Combine(mount, "orphan"), FileMode.Create, FileAccess.ReadWrite, FileShare.Delete);
                orphan.Write(ExtImages.Pattern(30_000, 9));
                orphan.Flush(flushToDisk: true);
                File.Delete(Path.Combine(mount, "orphan"));
                Tool.Run("sync", "-f", mount);
                copies.Add(directory[$"copy-{round}"]);
                Tool.Run("cp", "--sparse=always", image, copies[^1]).ShouldSucceed();
            }
        }
        finally
        {
            Tool.Run("umount", mount).ShouldSucceed();
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
