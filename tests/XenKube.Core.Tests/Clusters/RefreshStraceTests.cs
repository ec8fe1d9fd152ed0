using System.Globalization;
using XenKube.Devices;
using XenKube.FileSystems.Detection;
using XenKube.Tests.FileSystems.Ext;
using XenKube.Tests.Support;

namespace XenKube.Tests.Clusters;

/// <summary>
/// A refresh from outside: strace notes what the program asks of the operating system, and power is lost at each of these moments. OEM and
/// ROOT are committed together, each by its own journal; first_boot comes when both are on the disk.
/// </summary>
[Trait("Kind", "Crash")]
public sealed class RefreshStraceTests(ITestOutputHelper output)
{
    private const int MostFlushes = 5;
    private const int Mebibyte = 1 << 20;

    private static readonly (string Label, int Start, int Size)[] Partitions =
        [("EFI-SYSTEM", 1 * Mebibyte, 5 * Mebibyte), ("OEM", 6 * Mebibyte, 3 * Mebibyte), ("ROOT", 9 * Mebibyte, 3 * Mebibyte)];

    [Theory]
    [InlineData("-t ext4 -b 1024 -N 64 -J size=1", "-t ext4 -b 1024 -N 64 -J size=1")]
    [InlineData("-t ext4 -b 1024 -N 64 -J size=1 -O ^metadata_csum,^64bit -I 128", "-t ext3 -b 1024 -N 64 -J size=1 -I 128")]
    public void Refresh_flushes_five_times_and_survives_a_crash_at_any_moment(string oem, string root)
    {
        Tool.Need("mke2fs", "e2fsck", "debugfs", "mkfs.vfat", "mmd", "mcopy", "sh", "sgdisk", "strace", "dotnet");
        using var directory = new TemporaryDirectory(inMemory: true);
        directory.Write("oem/grub.cfg", "# as it was\n");
        directory.Write("root/grub.cfg", "read by the judge\n");
        directory.Write("root/etc/machine-id", "0123456789abcdef\n");
        byte[] before = MakeDisk(directory, oem, root);
        var disk = directory["xen/guests/etcd/node-1.img"];
        var events = SystemCallRecording.Run(directory, disk, [], "node", "refresh", "etcd/node-1", "--step", "grub", "--step", "machine-id",
            "--step", "first-boot", "--xen-dir", directory["xen"]);
        var after = File.ReadAllBytes(disk);
        Assert.InRange(events.Count(e => e.IsFlush), 1, MostFlushes);
        Assert.True(events[^1].IsFlush, "something was written after the last flush");

        string[] Trees(BlockDevice image) => [.. Partitions[1..].Select(part =>
            ExtCrashTests.Tree(new PartitionDevice(image, part.Start, part.Size), withTimes: true))];
        var (old, now) = (Trees(new MemoryDevice(before)), Trees(new MemoryDevice(after)));
        Assert.All(Enumerable.Range(0, old.Length), i => Assert.NotEqual(old[i], now[i]));
        var states = new CrashStates(before, events, 1, ExtCrashTests.IsLong ? 500 : 60, ExtCrashTests.IsLong ? 500 : 60);
        foreach (var (name, image) in states.All())
        {
            var trees = Trees(image);
            Assert.All(Enumerable.Range(0, trees.Length), i => Assert.True(trees[i] == old[i] || trees[i] == now[i],
                $"{name}: {Partitions[i + 1].Label} is neither old nor new"));
            using var boot = FileSystem.Open(new PartitionDevice(image, Partitions[0].Start, Partitions[0].Size));
            Assert.True(boot.Find("/coreos/first_boot") is null || trees.SequenceEqual(now), $"{name}: first_boot came before the edits");
        }
        foreach (var ((_, start, size), i) in Partitions[1..].Select((part, i) => (part, i)))
        {
            var own = events.Where(e => e.IsFlush || (e.Offset >= start && e.Offset < start + size))
                .Select(e => e.IsFlush ? e : e with { Offset = e.Offset - start }).ToList();
            var ofPart = new CrashStates(before.AsSpan(start, size), own, 1, 20, 20);
            ExtCrashTests.Judge(directory, Partitions[i + 1].Label, ofPart, [old[i], now[i]], hasJournal: true);
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"a refresh: {events.Count(e => !e.IsFlush)} writes and {events.Count(e => e.IsFlush)} flushes, {states.Tried} crash states tried, 0 lost"));
    }

    private static byte[] MakeDisk(TemporaryDirectory directory, string oem, string root)
    {
        directory.Write("xen/nginx/empty", "");
        directory.Write("xen/guests/etcd/node-1.ct", "passwd: {}\n");
        var disk = directory["xen/guests/etcd/node-1.img"];
        var boot = directory["boot"];
        using (var file = File.Create(boot))
        {
            file.SetLength(Partitions[0].Size);
        }
        Tool.Run("mkfs.vfat", "-F", "16", "-s", "1", boot).ShouldSucceed();
        // The disk of Container Linux, which pygrub boots.
        Tool.Run("mmd", "-i", boot, "::/coreos", "::/boot", "::/boot/grub").ShouldSucceed();
        Tool.Run("mcopy", "-i", boot, directory.Write("menu", "default 0\n"), "::/boot/grub/menu.lst").ShouldSucceed();
        string[] parts =
        [
            boot,
            ExtImages.Make(directory["oem.fs"], Partitions[1].Size, [.. oem.Split(' '), "-L", "OEM", "-d", directory["oem"]]),
            ExtImages.Make(directory["root.fs"], Partitions[2].Size, [.. root.Split(' '), "-L", "ROOT", "-d", directory["root"]]),
        ];
        using (var file = File.Create(disk))
        {
            file.SetLength(Partitions[^1].Start + Partitions[^1].Size + Mebibyte);
            foreach (var (part, content) in Partitions.Zip(parts))
            {
                file.Position = part.Start;
                file.Write(File.ReadAllBytes(content));
            }
        }
        string[] words = [.. Partitions.SelectMany((part, i) => new[]
        {
            "-n", string.Create(CultureInfo.InvariantCulture, $"{i + 1}:{part.Start / 512}:{(part.Start + part.Size) / 512 - 1}"),
            "-c", string.Create(CultureInfo.InvariantCulture, $"{i + 1}:{part.Label}"),
        })];
        Tool.Run("sgdisk", ["-a", "1", .. words, disk]).ShouldSucceed();
        return File.ReadAllBytes(disk);
    }
}
