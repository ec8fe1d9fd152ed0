using System.Security.Cryptography;
using XenKube.Images;
using XenKube.Tests.Compression.Bzip2;
using XenKube.Tests.Support;

namespace XenKube.Tests.Images;

/// <summary>One image becomes several node disks: the same bytes as bzip2 gives, with holes, all of them or none.</summary>
[Trait("Kind", "Process")]
public sealed class NodeDiskWriterTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Three_nodes_have_the_image_and_the_additional_space_and_no_more_blocks_than_data()
    {
        var (image, content) = MakeImage();
        var result = NodeDiskWriter.Write(image, Targets(3), new NodeDiskOptions(AdditionalSpace: 5_000_000));
        Assert.Equal(content.Length + 5_000_000, result.Size);
        Assert.False(result.FromCache);
        foreach (var target in Targets(3))
        {
            var bytes = File.ReadAllBytes(target);
            Assert.Equal(result.Size, bytes.Length);
            Assert.True(bytes.AsSpan().StartsWith(content), target);
            Assert.True(bytes.AsSpan(content.Length).IndexOfAnyExcept((byte)0) < 0, target);
            Assert.InRange(Allocated(target), 1, 3_000_000);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(target));
        }
        Assert.Equal(["image.bin.bz2", "node-1.img", "node-2.img", "node-3.img"], Names());
    }

    [Fact]
    public void Sample_image_is_poured_as_bzip2_decodes_it()
    {
        Tool.Need("bzip2");
        var result = NodeDiskWriter.Write(SampleImage.ClassicArchive, Targets(1));
        SparseFile.AssertSame(SampleImage.Classic, Targets(1)[0]);
        Assert.InRange(Allocated(Targets(1)[0]), 1, result.Written + (64 << 20));
    }

    [Fact]
    public void Existing_target_is_refused_and_left_alone()
    {
        var (image, _) = MakeImage();
        _directory.Write("node-2.img", "precious");
        var error = Assert.Throws<ItemExistsException>(() => NodeDiskWriter.Write(image, Targets(3), new NodeDiskOptions(Force: true)));
        Assert.Equal("NodeDiskExists", error.ErrorId);
        Assert.Equal(_directory["node-2.img"], error.File);
        Assert.Equal("precious", File.ReadAllText(_directory["node-2.img"]));
        Assert.Equal(["image.bin.bz2", "node-2.img"], Names());
    }

    // The target appears while the image is being decompressed: the last moment decides, and the other nodes go again.
    [Fact]
    public void Target_that_appears_meanwhile_is_left_alone_and_no_node_appears()
    {
        var (image, _) = MakeImage();
        var progress = new ImmediateProgress(_ => _directory.Write("node-3.img", "precious"));
        Assert.Throws<ItemExistsException>(() => NodeDiskWriter.Write(image, Targets(3), null, progress));
        Assert.Equal("precious", File.ReadAllText(_directory["node-3.img"]));
        Assert.Equal(["image.bin.bz2", "node-3.img"], Names());
    }

    [Fact]
    public void Cancelled_work_leaves_nothing()
    {
        var (image, _) = MakeImage();
        using var cancellation = new CancellationTokenSource();
        var progress = new ImmediateProgress(_ => cancellation.Cancel());
        Assert.ThrowsAny<OperationCanceledException>(() => NodeDiskWriter.Write(image, Targets(3), new NodeDiskOptions(Cache: true), progress, cancellation.Token));
        Assert.Equal(["image.bin.bz2"], Names());
    }

    // Without a name until it is whole: a process that is killed at any moment leaves no part of a disk.
    [Fact]
    public void Killed_process_leaves_only_whole_disks()
    {
        var (image, content) = MakeImage();
        var program = Path.Combine(AppContext.BaseDirectory, "xenkube.dll");
        Assert.SkipUnless(File.Exists(program), "the command line is not beside the tests");
        var killed = 0;
        for (var trial = 0; trial < 6; trial++)
        {
            using (var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("dotnet", [program, "image", "expand", image, .. Targets(3)]) { RedirectStandardOutput = true, RedirectStandardError = true })!)
            {
                process.WaitForExit(60 * (trial + 1));
                killed += process.HasExited ? 0 : 1;
                process.Kill();
                process.WaitForExit();
            }
            var left = Names().Where(name => name != "image.bin.bz2").ToArray();
            Assert.All(left, name => Assert.Contains(_directory[name], Targets(3)));
            foreach (var name in left)
            {
                Assert.Equal(content, File.ReadAllBytes(_directory[name]));
                File.Delete(_directory[name]);
            }
        }
        Assert.NotEqual(0, killed);
    }

    // Ctrl+C in a terminal.
    [Fact]
    public async Task Interrupted_program_says_so_and_leaves_no_disk()
    {
        var (image, content) = MakeImage();
        Tool.Need("env", "kill");
        var interrupted = 0;
        for (var trial = 0; trial < 12 && interrupted < 2; trial++)
        {
            // A shell that runs the tests in the background may have taught its children to ignore the signal.
            var start = new System.Diagnostics.ProcessStartInfo("env", ["--default-signal=INT", "dotnet", Path.Combine(AppContext.BaseDirectory, "xenkube.dll"), "image", "expand", image, .. Targets(3)])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var process = System.Diagnostics.Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync();
            // While it decodes, its three files are open and have no name yet.
            while (!process.HasExited && OpenFiles(process.Id) < 3)
            {
                await Task.Delay(1);
            }
            Tool.Run("kill", "-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
            await process.WaitForExitAsync();
            var left = Names().Where(name => name != "image.bin.bz2").ToArray();
            var said = await error;
            if (process.ExitCode == 1)
            {
                interrupted++;
                Assert.Empty(left);
                Assert.Contains("cancelled", said, StringComparison.Ordinal);
                continue;
            }
            // It was done before, or (130) so busy a machine did not let it end in time: what has a name is whole.
            Assert.True(process.ExitCode is 0 or 130, $"exit {process.ExitCode}: {said}");
            interrupted += process.ExitCode == 130 ? 1 : 0;
            Assert.All(left, name => Assert.Equal(content, File.ReadAllBytes(_directory[name])));
            Array.ForEach(left, name => File.Delete(_directory[name]));
        }
        Assert.NotEqual(0, interrupted);
    }

    private int OpenFiles(int process)
    {
        try
        {
            return Directory.GetFiles($"/proc/{process}/fd").Count(file => File.ResolveLinkTarget(file, false)?.FullName is { } target
                && target.StartsWith(_directory.Path, StringComparison.Ordinal) && target.EndsWith("(deleted)", StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    [Fact]
    public void Disks_are_asked_to_share_blocks_and_never_preallocated()
    {
        Tool.Need("strace");
        var (image, content) = MakeImage();
        var traced = Tool.Run("strace", ["-f", "-e", "trace=fallocate,ioctl", "-o", _directory["trace"], "dotnet", Path.Combine(AppContext.BaseDirectory, "xenkube.dll"), "image", "expand", image, .. Targets(2)], null);
        Assert.SkipWhen(traced.All.Contains("PTRACE", StringComparison.Ordinal), "this machine lets nobody trace");
        traced.ShouldSucceed();
        var calls = File.ReadAllText(_directory["trace"]);
        Assert.Matches("ioctl\\([0-9]+, [A-Z_ or]*FICLONE, [0-9]+", calls);
        Assert.DoesNotContain("fallocate(", calls, StringComparison.Ordinal);
        Assert.All(Targets(2), target => Assert.Equal(content, File.ReadAllBytes(target)));
    }

    [Fact]
    public void Damaged_image_is_named_with_its_offset_and_leaves_nothing()
    {
        var (image, _) = MakeImage();
        var bytes = File.ReadAllBytes(image);
        bytes[^200] ^= 4;
        File.WriteAllBytes(image, bytes);
        var error = Assert.Throws<CorruptImageException>(() => NodeDiskWriter.Write(image, Targets(2), new NodeDiskOptions(Cache: true)));
        Assert.Equal(image, error.File);
        Assert.Contains("at byte ", error.Place, StringComparison.Ordinal);
        Assert.Equal(["image.bin.bz2"], Names());
    }

    [Fact]
    public void Other_bytes_than_were_verified_are_refused()
    {
        var (image, content) = MakeImage();
        var verified = Convert.ToHexStringLower(SHA512.HashData(File.ReadAllBytes(image)));
        NodeDiskWriter.Write(image, [_directory["good.img"]], new NodeDiskOptions { ExpectedSha512 = verified });
        Assert.Equal(content, File.ReadAllBytes(_directory["good.img"]));

        var other = Tool.Run("bzip2", ["-c", "-5"], content).ShouldSucceed().OutputBytes;
        File.WriteAllBytes(image, other);
        var error = Assert.Throws<CorruptImageException>(() => NodeDiskWriter.Write(image, Targets(2), new NodeDiskOptions { ExpectedSha512 = verified }));
        Assert.Equal("ImageChanged", error.ErrorId);
        Assert.Equal(["good.img", "image.bin.bz2"], Names());
    }

    [Fact]
    public void Cache_is_kept_beside_the_image_and_saves_the_next_decompression()
    {
        var (image, content) = MakeImage();
        Assert.False(NodeDiskWriter.Write(image, [_directory["a.img"]], new NodeDiskOptions(1000, Cache: true)).FromCache);
        Assert.Equal(content, File.ReadAllBytes(_directory["image.bin"]));
        Assert.InRange(Allocated(_directory["image.bin"]), 1, 3_000_000);
        var result = NodeDiskWriter.Write(image, Targets(2), new NodeDiskOptions(2000));
        Assert.True(result.FromCache);
        foreach (var target in Targets(2))
        {
            Assert.Equal([.. content, .. new byte[2000]], File.ReadAllBytes(target));
            Assert.InRange(Allocated(target), 1, 3_000_000);
        }
    }

    [Theory]
    [InlineData("image")]
    [InlineData("cache")]
    [InlineData("cache shortened")]
    [InlineData("note")]
    [InlineData("note emptied")]
    [InlineData("digest")]
    public void Cache_that_may_be_stale_is_not_used_and_made_anew(string change)
    {
        var (image, content) = MakeImage();
        NodeDiskWriter.Write(image, [_directory["a.img"]], new NodeDiskOptions(Cache: true));
        string? expected = null;
        switch (change)
        {
            case "image":
                File.SetLastWriteTimeUtc(image, DateTime.UtcNow.AddSeconds(-5));
                break;
            case "cache":
                using (var file = File.OpenWrite(_directory["image.bin"]))
                {
                    file.WriteByte(77);
                }
                break;
            case "cache shortened":
                var modified = File.GetLastWriteTimeUtc(_directory["image.bin"]);
                using (var file = File.OpenWrite(_directory["image.bin"]))
                {
                    file.SetLength(4096);
                }
                File.SetLastWriteTimeUtc(_directory["image.bin"], modified);
                break;
            case "note":
                File.Delete(_directory["image.bin.origin"]);
                File.Delete(_directory["image.bin"]);
                break;
            case "note emptied":
                File.WriteAllText(_directory["image.bin.origin"], "{}");
                File.Delete(_directory["image.bin"]);
                break;
            default:
                // Verified now with another digest than when the cache was made.
                File.WriteAllText(_directory["image.bin.origin"], File.ReadAllText(_directory["image.bin.origin"]).Replace("imageSha512\":\"", "imageSha512\":\"0", StringComparison.Ordinal));
                expected = Convert.ToHexStringLower(SHA512.HashData(File.ReadAllBytes(image)));
                break;
        }
        var result = NodeDiskWriter.Write(image, Targets(2), new NodeDiskOptions(Cache: true) { ExpectedSha512 = expected });
        Assert.False(result.FromCache);
        Assert.Equal(content, File.ReadAllBytes(Targets(2)[1]));
        Assert.Equal(content, File.ReadAllBytes(_directory["image.bin"]));
        Assert.True(NodeDiskWriter.Write(image, [_directory["b.img"]], new NodeDiskOptions { ExpectedSha512 = expected }).FromCache);
    }

    [Fact]
    public void File_in_the_cache_s_place_that_is_not_ours_is_left_alone()
    {
        var (image, _) = MakeImage();
        _directory.Write("image.bin", "somebody's");
        Assert.Equal("CacheExists", Assert.Throws<ItemExistsException>(() => NodeDiskWriter.Write(image, Targets(1), new NodeDiskOptions(Cache: true))).ErrorId);
        Assert.Equal("somebody's", File.ReadAllText(_directory["image.bin"]));
        Assert.False(NodeDiskWriter.Write(image, Targets(1)).FromCache);
    }

    [Fact]
    public void Progress_rises_to_the_image_s_size_at_most_ten_times_a_second()
    {
        var (image, _) = MakeImage();
        var reports = new List<(OperationProgress Progress, long Time)>();
        NodeDiskWriter.Write(image, Targets(1), null, new ImmediateProgress(p => reports.Add((p, Environment.TickCount64))));
        Assert.NotEmpty(reports);
        Assert.Equal(new FileInfo(image).Length, reports[^1].Progress.Done);
        Assert.All(reports, r => Assert.Equal(new FileInfo(image).Length, r.Progress.Total));
        Assert.Equal(reports.Select(r => r.Progress.Done).Order(), reports.Select(r => r.Progress.Done));
        Assert.InRange(reports.Count, 1, 3 + ((reports[^1].Time - reports[0].Time) / 90));
    }

    [Fact]
    public void Missing_image_and_missing_directory_are_named()
    {
        var missing = Assert.Throws<ItemNotFoundException>(() => NodeDiskWriter.Write(_directory["none.bz2"], Targets(1)));
        Assert.Equal(("ImageNotFound", _directory["none.bz2"]), (missing.ErrorId, missing.File));
        missing = Assert.Throws<ItemNotFoundException>(() => NodeDiskWriter.Write(_directory["none.bz2"], [_directory["no/node.img"]]));
        Assert.Equal(("DirectoryNotFound", _directory["no"]), (missing.ErrorId, missing.File));
        Assert.Equal("NodeDiskNamedTwice", Assert.Throws<InvalidInputException>(() => NodeDiskWriter.Write("x", [_directory["a"], _directory["b/../a"]])).ErrorId);
        Assert.Empty(Names());
    }

    [Fact]
    public void Disk_that_is_too_small_says_how_much_is_missing_before_it_is_written()
    {
        var (image, _) = MakeImage();
        WithSmallDisk(1, disk =>
        {
            var error = Assert.Throws<OperationFailedException>(() => NodeDiskWriter.Write(image, [Path.Combine(disk, "a.img"), Path.Combine(disk, "b.img")]));
            Assert.Equal(("DiskFull", disk), (error.ErrorId, error.File));
            Assert.Matches("[0-9,]+ are missing", error.Reason);
            Assert.Empty(Directory.GetFileSystemEntries(disk));
        });
    }

    [Fact]
    public void Disk_that_becomes_full_meanwhile_is_left_as_it_was()
    {
        var (image, _) = MakeImage();
        WithSmallDisk(1, disk =>
        {
            var error = Assert.Throws<OperationFailedException>(() => NodeDiskWriter.Write(image, [Path.Combine(disk, "a.img"), _directory["b.img"]], new NodeDiskOptions(Force: true)));
            Assert.Equal(("DiskFull", Path.Combine(disk, "a.img")), (error.ErrorId, error.File));
            Assert.Empty(Directory.GetFileSystemEntries(disk));
            Assert.Equal(["image.bin.bz2"], Names());
        });
    }

    // Two file systems that share blocks, where the machine can make and mount them.
    [Theory]
    [InlineData("mkfs.btrfs", "-q")]
    [InlineData("mkfs.xfs", "-q")]
    public void Nodes_on_a_file_system_with_reflinks_share_their_blocks(string make, string quiet)
    {
        Tool.Need(make, "mount", "umount");
        var (image, content) = MakeImage();
        var file = _directory["disk"];
        using (var disk = File.Create(file))
        {
            disk.SetLength(400 << 20);
        }
        Tool.Run(make, quiet, file).ShouldSucceed();
        WithMount(["-o", "loop", file], disk =>
        {
            var targets = Enumerable.Range(1, 3).Select(k => Path.Combine(disk, $"node-{k}.img")).ToArray();
            var result = NodeDiskWriter.Write(image, targets, new NodeDiskOptions(AdditionalSpace: 4096));
            Assert.Equal(2, result.Cloned);
            Assert.All(targets, target => Assert.Equal([.. content, .. new byte[4096]], File.ReadAllBytes(target)));

            // From the cache all disks are clones, and no byte is copied. Elsewhere the same is a copy.
            var here = Path.Combine(disk, "image.bin.bz2");
            File.Copy(image, here);
            NodeDiskWriter.Write(here, [Path.Combine(disk, "first.img")], new NodeDiskOptions(Cache: true));
            var others = targets.Select(target => target + ".2").ToArray();
            var cached = NodeDiskWriter.Write(here, others);
            Assert.Equal((true, 3, 0L), (cached.FromCache, cached.Cloned, cached.Written));
            Assert.All(others, target => Assert.Equal(content, File.ReadAllBytes(target)));
            var elsewhere = NodeDiskWriter.Write(here, [_directory["elsewhere.img"]]);
            Assert.Equal((true, 0), (elsewhere.FromCache, elsewhere.Cloned));
            Assert.Equal(content, File.ReadAllBytes(_directory["elsewhere.img"]));
            File.Delete(_directory["elsewhere.img"]);
        });
    }

    private static long Allocated(string path) => long.Parse(Tool.Run("stat", "-c", "%b", path).ShouldSucceed().Output, System.Globalization.CultureInfo.InvariantCulture) * 512;

    private static void WithSmallDisk(int megabytes, Action<string> action) => WithMount(["-t", "tmpfs", "-o", $"size={megabytes}m", "none"], action);

    private static void WithMount(string[] arguments, Action<string> action)
    {
        using var place = new TemporaryDirectory();
        var mount = Tool.Run("mount", [.. arguments, place.Path]);
        Assert.SkipWhen(mount.ExitCode != 0, "this machine does not let the test mount a file system: " + mount.Error.Trim());
        try
        {
            action(place.Path);
        }
        finally
        {
            KernelMount.End(place.Path);
        }
    }

    // About 2.5 MB of data in 30 MB.
    private (string Path, byte[] Content) MakeImage()
    {
        Tool.Need("lbzip2", "bzip2", "stat");
        byte[] content = [.. Samples.Make("image", 1_000_000), .. new byte[12_345_678], .. Samples.Make("text", 1_200_000), .. new byte[15_000_000], .. Samples.Make("random", 300_000)];
        return (_directory.Write("image.bin.bz2", Tool.Run("lbzip2", ["-c"], content).ShouldSucceed().OutputBytes), content);
    }

    private string[] Targets(int count) => [.. Enumerable.Range(1, count).Select(k => _directory[$"node-{k}.img"])];

    private IEnumerable<string> Names() => Directory.GetFileSystemEntries(_directory.Path).Select(path => Path.GetFileName(path)!).Where(name => name != "disk").Order(StringComparer.Ordinal);

    private sealed class ImmediateProgress(Action<OperationProgress> action) : IProgress<OperationProgress>
    {
        public void Report(OperationProgress value) => action(value);
    }
}
