using System.Globalization;
using XenKube.Devices;
using XenKube.FileSystems;
using XenKube.FileSystems.Ext;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Ext;

/// <summary>
/// Files whose removal or replacement is more than the journal holds: several transactions, with the old content in the list of orphans
/// meanwhile.
/// </summary>
public class ExtLargeRemovalTests(ITestOutputHelper output)
{
    [Theory]
    [Trait("Kind", "Process")]
    [InlineData("-t ext4 -J size=4", 300L, 200L)]
    [InlineData("-t ext4 -J size=4 -O ^metadata_csum,^64bit", 300L, 200L)]
    [InlineData("-t ext4 -J size=4 -O orphan_file", 300L, 200L)]
    [InlineData("-t ext4 -b 1024 -J size=1 -O ^flex_bg,^resize_inode", 20L, 12L)]
    public void Large_file_is_removed_where_the_journal_is_small(string options, long gibibytes, long file)
    {
        Tool.Need("mke2fs", "debugfs", "e2fsck");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], gibibytes << 30, [.. options.Split(' '), "-N", "4096"]);
        Fill(image, file << 30);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        using (var device = FileDevice.Open(image, writable: true))
        using (var fileSystem = ExtFileSystem.Open(device))
        {
            var free = fileSystem.FreeBytes;
            Assert.True(fileSystem.Remove("/large"));
            Assert.Null(fileSystem.Find("/large"));
            Assert.True(fileSystem.FreeBytes - free >= file << 30);
            fileSystem.WriteFile("/after", "x"u8);
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{options}: {clock.Elapsed.TotalSeconds:f1} s"));
        ExtImages.ShouldBeClean(image, options);
    }

    [Theory]
    [Trait("Kind", "Process")]
    [InlineData("-t ext4 -J size=4", 300L, 200L)]
    [InlineData("-t ext4 -J size=4 -O ^metadata_csum,^64bit", 300L, 200L)]
    [InlineData("-t ext4 -J size=4 -O orphan_file,metadata_csum_seed", 300L, 200L)]
    [InlineData("-t ext4 -b 1024 -J size=1 -O ^flex_bg,^resize_inode", 20L, 12L)]
    public void Large_file_is_replaced_where_the_journal_is_small(string options, long gibibytes, long file)
    {
        Tool.Need("mke2fs", "debugfs", "e2fsck");
        using var directory = new TemporaryDirectory(inMemory: true);
        var large = ExtImages.Pattern(6 << 20, 3);
        var note = new FileAttributesChange(0x180, 500, 501) { ExtendedAttributes = new Dictionary<string, byte[]> { ["user.note"] = ExtImages.Pattern(300, 9) } };
        foreach (var (what, replace, expected) in new (string, Action<ExtFileSystem>, byte[])[]
        {
            ("bytes", files => files.WriteFile("/large", "new"u8), "new"u8.ToArray()),
            ("nothing", files => files.WriteFile("/large", []), []),
            ("a stream that is read once", files => files.WriteFile("/large", new OnceStream(large)), large),
            ("a rename", files =>
            {
                files.WriteFile("/small", "renamed"u8);
                files.Rename("/small", "/large");
            }, "renamed"u8.ToArray()),
            ("one change of many", files =>
            {
                using var batch = files.BeginBatch();
                files.WriteFile("/before", "x"u8);
                files.WriteFile("/large", "batch"u8);
                files.WriteFile("/after", "x"u8);
                batch.Commit();
            }, "batch"u8.ToArray()),
        })
        {
            var image = ExtImages.Make(directory["image"], gibibytes << 30, [.. options.Split(' '), "-N", "4096"]);
            Fill(image, file << 30);
            using (var device = FileDevice.Open(image, writable: true))
            using (var fileSystem = ExtFileSystem.Open(device))
            {
                fileSystem.SetAttributes("/large", note);
                fileSystem.CreateHardLink("/second", "/large");
                var free = fileSystem.FreeBytes;
                replace(fileSystem);
                if (what == "a rename")
                {
                    Assert.Equal(file << 30, fileSystem.Find("/second")!.Size);
                    fileSystem.WriteFile("/second", "x"u8);
                }
                else
                {
                    var found = fileSystem.Find("/second")!;
                    Assert.Equal((expected.Length, 0x180, 500L, 501L), (found.Size, found.Mode & 0x1FF, found.UserId, found.GroupId));
                    Assert.Equal(300, fileSystem.ReadExtendedAttributes("/large")["user.note"].Length);
                }
                Assert.True(fileSystem.FreeBytes - free >= (file << 30) - (16 << 20), what);
            }
            ExtImages.ShouldBeClean(image, what);
            Assert.Equal(expected, ExtImages.Cat(image, "/large"));
        }
    }

    /// <summary>The journal takes the new content then, into blocks that the same transaction gives back.</summary>
    [Theory]
    [Trait("Kind", "Process")]
    [InlineData("-t ext4")]
    [InlineData("-t ext3")]
    public void Large_file_is_replaced_on_a_full_disk(string kind)
    {
        Tool.Need("mke2fs", "debugfs", "e2fsck");
        using var directory = new TemporaryDirectory(inMemory: true);
        directory.Write("tree/grub.cfg", "# as it was\n");
        var image = MakeShort(directory, $"{kind} -b 1024 -g 256 -J size=1 -N 512 -O ^resize_inode", 80 << 20);
        using (var device = FileDevice.Open(image, writable: true))
        using (var fileSystem = ExtFileSystem.Open(device))
        {
            for (var size = 8 << 20; size >= 1; size /= 2)
            {
                for (var number = 0; TryWrite(fileSystem, $"/fill-{size}-{number}", size); number++)
                {
                }
            }
            Assert.Equal(0, fileSystem.FreeBytes);
            fileSystem.WriteFile("/large", ExtImages.Pattern(20_000, 5));
            Assert.True(fileSystem.FreeBytes >= 79 << 20);
        }
        ExtImages.ShouldBeClean(image);
        Assert.Equal(ExtImages.Pattern(20_000, 5), ExtImages.Cat(image, "/large"));

        static bool TryWrite(ExtFileSystem fileSystem, string path, int size)
        {
            try
            {
                fileSystem.WriteFile(path, new byte[size]);
                return true;
            }
            catch (OperationFailedException e) when (e.Id == ErrorIds.FileSystemFull)
            {
                return false;
            }
        }
    }

    /// <summary>As a guest leaves it that was stopped while it made a large file short.</summary>
    [Theory]
    [Trait("Kind", "Process")]
    [InlineData("-t ext4 -J size=4", 300L, 200L, 0L)]
    [InlineData("-t ext4 -J size=4", 300L, 200L, (100L << 30) + 5000)]
    [InlineData("-t ext4 -J size=4 -O ^metadata_csum,^64bit", 300L, 200L, 70_000L)]
    [InlineData("-t ext3 -b 1024 -g 256 -J size=1 -N 512 -O ^resize_inode", 0L, 0L, 70_000L)]
    [InlineData("-t ext3 -b 1024 -g 256 -J size=1 -N 512 -O ^resize_inode", 0L, 0L, (33L << 20) + 1)]
    [InlineData("-t ext3 -b 1024 -g 256 -J size=1 -N 512 -O ^resize_inode", 0L, 0L, 5_000L)]
    public void Truncation_of_a_large_file_is_finished_where_the_journal_is_small(string options, long gibibytes, long file, long length)
    {
        Tool.Need("mke2fs", "debugfs", "e2fsck");
        using var directory = new TemporaryDirectory(inMemory: true);
        directory.Write("tree/grub.cfg", "# as it was\n");
        string image;
        if (gibibytes == 0)
        {
            image = MakeShort(directory, options, 80 << 20);
        }
        else
        {
            image = ExtImages.Make(directory["image"], gibibytes << 30, [.. options.Split(' '), "-N", "4096"]);
            Fill(image, file << 30);
        }
        var number = System.Text.RegularExpressions.Regex.Match(ExtImages.Stat(image, "/large"), @"Inode: (\d+)").Groups[1].Value;
        ExtImages.Debug(image, $"set_inode_field large size {length}", $"set_super_value last_orphan {number}");
        string? blocks = null;
        if (gibibytes == 0)
        {
            // e2fsck needs minutes for 200 GiB.
            File.Copy(image, directory["judged"]);
            Assert.Contains("Truncating orphaned inode", Tool.Run("e2fsck", "-fy", directory["judged"]).All, StringComparison.Ordinal);
            blocks = BlocksOf(directory["judged"]);
        }
        using (var device = FileDevice.Open(image, writable: true))
        using (var fileSystem = ExtFileSystem.Open(device))
        {
            fileSystem.WriteFile("/after", "x"u8);
            Assert.Equal(length, fileSystem.Find("/large")!.Size);
        }
        ExtImages.ShouldBeClean(image, options);
        Assert.True(blocks is null || blocks == BlocksOf(image), $"{blocks}, and not {BlocksOf(image)}");

        static string BlocksOf(string image) =>
            System.Text.RegularExpressions.Regex.Match(ExtImages.Stat(image, "/large"), @"Blockcount: \d+").Value;
    }

    /// <summary>As rm -r and Remove-Item do: the file is one of many changes.</summary>
    [Fact]
    [Trait("Kind", "Process")]
    public void Large_file_is_removed_with_a_tree()
    {
        Tool.Need("mke2fs", "debugfs", "e2fsck");
        using var directory = new TemporaryDirectory(inMemory: true);
        var image = ExtImages.Make(directory["image"], 300L << 30, "-t", "ext4", "-J", "size=4", "-N", "4096");
        Fill(image, 200L << 30);
        using (var device = FileDevice.Open(image, writable: true))
        using (var fileSystem = ExtFileSystem.Open(device))
        {
            fileSystem.CreateDirectory("/tree");
            fileSystem.Rename("/large", "/tree/large");
            fileSystem.WriteFile("/tree/small", "x"u8);
            Assert.True(TreeEdits.Remove(fileSystem, "/tree"));
            Assert.Null(fileSystem.Find("/tree"));
            using var batch = fileSystem.BeginBatch();
            fileSystem.WriteFile("/after", "x"u8);
            batch.Commit();
        }
        ExtImages.ShouldBeClean(image);
        Assert.Equal("x"u8.ToArray(), ExtImages.Cat(image, "/after"));
    }

    [Theory]
    [Trait("Kind", "Crash")]
    [InlineData("-t ext4 -b 1024 -g 256 -J size=1 -N 512 -O ^flex_bg,^resize_inode")]
    [InlineData("-t ext3 -b 1024 -g 256 -J size=1 -N 512 -O ^resize_inode")]
    public void Removal_cut_off_at_any_moment_leaves_the_old_or_the_new(string options) =>
        CutOff(options, fileSystem => Assert.True(fileSystem.Remove("/large")), null);

    [Theory]
    [Trait("Kind", "Crash")]
    [InlineData("-t ext4 -b 1024 -g 256 -J size=1 -N 512 -O ^flex_bg,^resize_inode")]
    [InlineData("-t ext3 -b 1024 -g 256 -J size=1 -N 512 -O ^resize_inode")]
    public void Replacement_cut_off_at_any_moment_leaves_the_old_or_the_new(string options)
    {
        var content = ExtImages.Pattern(5_000, 4);
        CutOff(options, fileSystem => fileSystem.WriteFile("/large", content), content);
        CutOff(options, fileSystem => fileSystem.WriteFile("/large", new OnceStream(content)), content);
    }

    [Theory]
    [Trait("Kind", "Crash")]
    [InlineData("-t ext4 -b 1024 -g 256 -J size=1 -N 512 -O ^flex_bg,^resize_inode")]
    public void Rename_over_a_large_file_cut_off_at_any_moment_leaves_the_old_or_the_new(string options) =>
        CutOff(options, fileSystem => fileSystem.Rename("/grub.cfg", "/large"), "# as it was\n"u8.ToArray());

    private void CutOff(string options, Action<ExtFileSystem> change, byte[]? content)
    {
        Tool.Need("mke2fs", "debugfs", "e2fsck", "sh");
        using var directory = new TemporaryDirectory(inMemory: true);
        directory.Write("tree/grub.cfg", "# as it was\n");
        var image = File.ReadAllBytes(MakeShort(directory, options, 80 << 20));
        var device = new RecordingDevice(image);
        using (var fileSystem = ExtFileSystem.Open(device))
        {
            change(fileSystem);
        }
        var flushes = device.Events.Count(e => e.IsFlush);
        Assert.True(flushes > 8, $"{flushes} flushes: one transaction was enough");
        var states = new CrashStates(image, device.Events, 1, randomSubsets: 1, tornWrites: 1);
        var (tried, old) = (0, 0);
        foreach (var (name, state) in states.All().Where((_, number) => number < 60 || number % 15 == 0))
        {
            state.Save(directory["state"]);
            var said = Tool.Run("e2fsck", "-fy", directory["state"]);
            var complaints = said.Output.Split('\n').Where(line => line.Length > 0 && !Harmless.Any(word => line.Contains(word, StringComparison.Ordinal))).ToList();
            Assert.True(complaints.Count == 0, $"{name}: {said.All}");
            ExtImages.ShouldBeClean(directory["state"], name);
            using var repaired = FileDevice.Open(directory["state"], writable: false);
            using var read = ExtFileSystem.Open(repaired);
            if (read.Find("/large") is { Size: 80 << 20 })
            {
                old++;
            }
            else if (content is null)
            {
                Assert.Null(read.Find("/large"));
            }
            else
            {
                Assert.Equal(content, ExtImages.Cat(directory["state"], "/large"));
            }
            tried++;
        }
        Assert.InRange(old, 1, tried - 1);
        output.WriteLine($"{options}: {flushes} flushes, {tried} of {states.Tried} states given to e2fsck, {old} of them with the old file");
    }

    // A large file, and a journal of 200 blocks.
    private static string MakeShort(TemporaryDirectory directory, string options, int file)
    {
        var path = ExtImages.Make(directory["image"], 96 << 20, [.. options.Split(' '), "-d", directory["tree"]]);
        Fill(path, file);
        ShortenJournal(path, 200);
        return path;
    }

    /// <summary>A stream without a length that can be read once, as a pipe is.</summary>
    private sealed class OnceStream(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;
    }

    private static readonly string[] Harmless =
    [
        "recovering journal", "Pass 1:", "Pass 2:", "Pass 3:", "Pass 4:", "Pass 5:", "FILE SYSTEM WAS MODIFIED", " files (", "Setting free ", "Clearing orphaned inode",
    ];

    // mke2fs makes no journal of less than 1,024 blocks.
    private static void ShortenJournal(string image, int blocks)
    {
        const int lengthAt = 0x10;
        var first = long.Parse(Tool.Run("debugfs", "-R", "bmap <8> 0", image).Output.Trim(), CultureInfo.InvariantCulture);
        using var file = File.Open(image, FileMode.Open);
        file.Position = first * 1024 + lengthAt;
        file.Write([0, 0, 0, (byte)blocks]);
    }

    // Blocks without content: debugfs allocates them, and nobody writes to them.
    private static void Fill(string image, long size)
    {
        using var file = new TemporaryDirectory(inMemory: true);
        var empty = file.Write("empty", "");
        var blocks = size / BlockSize(image);
        ExtImages.Debug(image, $"write {empty} large", string.Create(CultureInfo.InvariantCulture, $"fallocate large 0 {blocks - 1}"), string.Create(CultureInfo.InvariantCulture, $"set_inode_field large size {size}"));
        ExtImages.ShouldBeClean(image, "filled");
    }

    private static long BlockSize(string image)
    {
        using var device = FileDevice.Open(image, writable: false);
        using var fileSystem = ExtFileSystem.Open(device);
        return fileSystem.BlockSize;
    }
}
