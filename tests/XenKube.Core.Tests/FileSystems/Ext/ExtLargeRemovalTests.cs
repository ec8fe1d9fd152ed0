using System.Globalization;
using XenKube.Devices;
using XenKube.FileSystems;
using XenKube.FileSystems.Ext;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Ext;

/// <summary>Files whose removal is more than the journal holds: several transactions, with the file in the list of orphans meanwhile.</summary>
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
    public void Removal_cut_off_at_any_moment_leaves_the_old_or_the_new(string options)
    {
        Tool.Need("mke2fs", "debugfs", "e2fsck", "sh");
        using var directory = new TemporaryDirectory(inMemory: true);
        directory.Write("tree/grub.cfg", "# as it was\n");
        var path = ExtImages.Make(directory["image"], 96 << 20, [.. options.Split(' '), "-d", directory["tree"]]);
        Fill(path, 80 << 20);
        ShortenJournal(path, 200);
        var image = File.ReadAllBytes(path);
        var device = new RecordingDevice(image);
        using (var fileSystem = ExtFileSystem.Open(device))
        {
            Assert.True(fileSystem.Remove("/large"));
        }
        var flushes = device.Events.Count(e => e.IsFlush);
        Assert.True(flushes > 8, $"{flushes} flushes: one transaction was enough");
        var states = new CrashStates(image, device.Events, 1, randomSubsets: 1, tornWrites: 1);
        var tried = 0;
        foreach (var (name, state) in states.All().Where((_, number) => number % 40 == 0))
        {
            state.Save(directory["state"]);
            var said = Tool.Run("e2fsck", "-fy", directory["state"]);
            var complaints = said.Output.Split('\n').Where(line => line.Length > 0 && !Harmless.Any(word => line.Contains(word, StringComparison.Ordinal))).ToList();
            Assert.True(complaints.Count == 0, $"{name}: {said.All}");
            ExtImages.ShouldBeClean(directory["state"], name);
            using var repaired = FileDevice.Open(directory["state"], writable: false);
            using var read = ExtFileSystem.Open(repaired);
            Assert.True(read.Find("/large") is null or { Size: 80 << 20 }, name);
            tried++;
        }
        output.WriteLine($"{options}: {flushes} flushes, {tried} of {states.Tried} states given to e2fsck");
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
