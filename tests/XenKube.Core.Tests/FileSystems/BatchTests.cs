using XenKube.Devices;
using XenKube.FileSystems;
using XenKube.FileSystems.Copying;
using XenKube.FileSystems.Detection;
using XenKube.Tests.FileSystems.Ext;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems;

/// <summary>Many changes at once, and files of any size: what the real tools read back, and how often the disk is flushed for it.</summary>
[Trait("Kind", "Process")]
public sealed class BatchTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryDirectory _folder = new(inMemory: true);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("-t ext4", 64)]
    [InlineData("-t ext4 -b 1024 -J size=1", 64)]
    [InlineData("-t ext3 -b 1024", 64)]
    [InlineData("fat16", 64)]
    [InlineData("fat32", 64)]
    public void Tree_of_a_thousand_files_is_as_the_real_tools_read_it_and_needs_few_flushes(string kind, int megabytes)
    {
        Tool.Need("mke2fs", "e2fsck", "debugfs", "mkfs.fat", "fsck.fat", "mcopy");
        for (var i = 0; i < 1000; i++)
        {
            _folder.Write($"tree/{i % 10}/file-{i:d4}", ExtImages.Pattern(i * 7, i));
        }
        var image = Make(kind, megabytes);
        var device = new RecordingDevice(File.ReadAllBytes(image));
        using (var files = FileSystem.Open(device))
        {
            TreeCopy.FromHost(_folder["tree"], files, "/copy", new TreeCopyOptions { Recurse = true });
        }
        File.WriteAllBytes(image, device.Current);
        var flushes = device.Events.Count(e => e.IsFlush);
        output.WriteLine($"{kind}: 1,000 files with {flushes} flushes");
        Assert.True(flushes <= 60, $"{flushes} flushes");
        ShouldBeSound(kind, image);
        Directory.CreateDirectory(_folder["back"]);
        if (kind.StartsWith("fat", StringComparison.Ordinal))
        {
            Tool.Run("mcopy", "-s", "-i", image, "::copy", _folder["back"]).ShouldSucceed();
        }
        else
        {
            Tool.Run("debugfs", "-R", $"rdump /copy {_folder["back"]}", image).ShouldSucceed();
        }
        Tool.Run("diff", "-r", _folder["tree"], _folder["back/copy"]).ShouldSucceed();
    }

    [Theory]
    [InlineData("-t ext4 -b 1024")]
    [InlineData("-t ext2 -b 1024")]
    [InlineData("fat16")]
    public void Change_that_fails_leaves_the_others_of_its_batch(string kind)
    {
        Tool.Need("mke2fs", "e2fsck", "mkfs.fat", "fsck.fat");
        var image = Make(kind, 6);
        using (var device = FileDevice.Open(image, writable: true))
        using (var files = FileSystem.Open(device))
        {
            using var batch = files.BeginBatch();
            files.CreateDirectory("/d");
            for (var i = 0; i < 30; i++)
            {
                files.WriteFile($"/d/{i}", ExtImages.Pattern(2_000, i));
                Assert.Throws<ItemExistsException>(() => files.CreateDirectory($"/d/{i}"));
                Assert.Throws<ItemNotFoundException>(() => files.WriteFile("/none/f", "x"u8.ToArray()));
                // It fails when a part of it is written already.
                Assert.Throws<OperationFailedException>(() => files.WriteFile($"/d/large{i}", new PipeContent(new SparseContent(20 << 20, (0, 20 << 20)))));
            }
            batch.Commit();
        }
        ShouldBeSound(kind, image);
        using (var device = FileDevice.Open(image, writable: false))
        using (var files = FileSystem.Open(device))
        {
            Assert.Equal(30, files.List("/d").Count);
            for (var i = 0; i < 30; i++)
            {
                using var content = files.OpenRead($"/d/{i}");
                var bytes = new byte[content.Length];
                content.ReadExactly(bytes);
                Assert.Equal(ExtImages.Pattern(2_000, i), bytes);
            }
        }
    }

    [Theory]
    [InlineData("-t ext4 -b 1024")]
    [InlineData("fat16")]
    public void Batch_that_ends_without_a_commit_changes_nothing(string kind)
    {
        Tool.Need("mke2fs", "e2fsck", "mkfs.fat", "fsck.fat");
        var image = Make(kind, 6);
        using (var device = FileDevice.Open(image, writable: true))
        using (var files = FileSystem.Open(device))
        {
            files.WriteFile("/kept", "old"u8);
            using (files.BeginBatch())
            {
                files.WriteFile("/kept", "new"u8);
                files.CreateDirectory("/d");
            }
            Assert.Null(files.Find("/d"));
            files.WriteFile("/after", "x"u8);
        }
        ShouldBeSound(kind, image);
        using (var device = FileDevice.Open(image, writable: false))
        using (var files = FileSystem.Open(device))
        using (var reader = new StreamReader(files.OpenRead("/kept")))
        {
            Assert.Equal("old", reader.ReadToEnd());
            Assert.Null(files.Find("/d"));
            Assert.NotNull(files.Find("/after"));
        }
    }

    [Fact]
    public void Full_disk_takes_files_in_the_place_of_others_of_the_same_batch()
    {
        Tool.Need("mke2fs", "e2fsck", "mkfs.fat", "fsck.fat");
        foreach (var kind in new[] { "-t ext4 -b 1024", "fat16" })
        {
            var image = Make(kind, 8);
            using (var device = FileDevice.Open(image, writable: true))
            using (var files = FileSystem.Open(device))
            {
                var size = (int)(files.FreeBytes / 5);
                using var batch = files.BeginBatch();
                for (var round = 0; round < 4; round++)
                {
                    for (var i = 0; i < 3; i++)
                    {
                        files.WriteFile($"/{i}", ExtImages.Pattern(size, round + i));
                    }
                }
                batch.Commit();
            }
            ShouldBeSound(kind, image);
        }
    }

    [Theory]
    [InlineData("-t ext4")]
    [InlineData("-t ext3")]
    public void File_of_many_gigabytes_keeps_its_holes_and_takes_little_memory(string kind)
    {
        Tool.Need("mke2fs", "e2fsck", "debugfs");
        var image = ExtImages.Make(_folder["image"], 40L << 30, [.. kind.Split(' '), "-E", "lazy_itable_init=1,nodiscard", "-J", "size=4"]);
        const long length = (30L << 30) + 12345;
        (long, long)[] ranges = [(5000, 9 << 20), (3L << 30, 70_000), (length - 100, 100)];
        var before = GC.GetAllocatedBytesForCurrentThread();
        using (var device = FileDevice.Open(image, writable: true))
        using (var files = FileSystem.Open(device))
        {
            files.WriteFile("/large", new SparseContent(length, ranges), new FileAttributesChange(0x180, 500, 500));
            using var content = files.OpenRead("/large");
            Assert.Equal(length, content.Length);
            foreach (var (start, count) in ranges)
            {
                var expected = new byte[count + 10];
                var found = new byte[count + 10];
                content.Position = start - 5;
                var read = content.ReadAtLeast(found, found.Length, throwOnEndOfStream: false);
                var source = new SparseContent(length, ranges) { Position = start - 5 };
                Assert.Equal(source.ReadAtLeast(expected, expected.Length, throwOnEndOfStream: false), read);
                Assert.Equal(expected, found);
            }
        }
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 200 << 20, $"{GC.GetAllocatedBytesForCurrentThread() - before} bytes");
        ExtImages.ShouldBeClean(image);
        var stat = ExtImages.Stat(image, "/large");
        Assert.Contains($"Size: {length}", stat, StringComparison.Ordinal);
        Assert.Contains("Mode:  0600", stat, StringComparison.Ordinal);
        Assert.Contains("User:   500   Group:   500", stat, StringComparison.Ordinal);
        var blocks = long.Parse(stat.Split("Blockcount: ")[1].Split('\n')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(blocks, (9 << 20) / 512, (11 << 20) / 512);
    }

    [Theory]
    [InlineData("-t ext4", "ROOT")]
    [InlineData("fat32", "EFI-SYSTEM")]
    public void Put_and_cat_of_a_large_file_need_no_memory_for_it(string kind, string label)
    {
        Tool.Need("mke2fs", "e2fsck", "mkfs.fat", "fsck.fat", "sgdisk");
        const int megabytes = 300;
        var part = Make(kind, 512);
        var disk = _folder["disk"];
        using (var file = File.Create(disk))
        {
            file.SetLength(520L << 20);
        }
        Tool.Run("sgdisk", "-n", "1:2048:+512M", "-c", $"1:{label}", disk).ShouldSucceed();
        Tool.Run("dd", $"if={part}", $"of={disk}", "bs=1M", "seek=1", "conv=notrunc,sparse").ShouldSucceed();
        Tool.Run("sh", "-c", $"head -c {megabytes}M /dev/urandom > '{_folder["content"]}'").ShouldSucceed();
        // The whole heap is smaller than the content.
        var xenkube = $"DOTNET_GCHeapHardLimit=0x6000000 dotnet '{Path.Combine(AppContext.BaseDirectory, "xenkube.dll")}'";
        Tool.Run("sh", "-c", $"{xenkube} disk put '{disk}' {label} /large < '{_folder["content"]}'").ShouldSucceed();
        Tool.Run("sh", "-c", $"{xenkube} disk cat '{disk}' {label} /large | cmp - '{_folder["content"]}'").ShouldSucceed();
        Tool.Run("sh", "-c", $"{xenkube} disk rm '{disk}' {label} /large && cat '{_folder["content"]}' | {xenkube} disk put '{disk}' {label} /piped").ShouldSucceed();
        Tool.Run("sh", "-c", $"{xenkube} disk cat '{disk}' {label} /piped | cmp - '{_folder["content"]}'").ShouldSucceed();
        Tool.Run("dd", $"if={disk}", $"of={part}", "bs=1M", "skip=1", "count=512", "conv=sparse").ShouldSucceed();
        ShouldBeSound(kind, part);
    }

    private string Make(string kind, int megabytes)
    {
        var image = _folder["image"];
        if (!kind.StartsWith("fat", StringComparison.Ordinal))
        {
            return ExtImages.Make(image, (long)megabytes << 20, kind.Split(' '));
        }
        File.Delete(image);
        using (var file = File.Create(image))
        {
            file.SetLength((long)megabytes << 20);
        }
        Tool.Run("mkfs.fat", "-F", kind[3..], "-s", kind == "fat16" && megabytes < 16 ? "1" : kind == "fat16" ? "4" : "1", image).ShouldSucceed();
        return image;
    }

    private static void ShouldBeSound(string kind, string image)
    {
        if (kind.StartsWith("fat", StringComparison.Ordinal))
        {
            Tool.Run("fsck.fat", "-n", image).ShouldSucceed();
        }
        else
        {
            ExtImages.ShouldBeClean(image, kind);
        }
    }
}
