using System.Globalization;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Ext;

/// <summary>
/// The crash test from outside: strace notes what the xenkube program really asks of the operating system, and the states
/// are built from that. A flush that the code only means to do would be missing here.
/// </summary>
[Trait("Kind", "Crash")]
public class ExtStraceTests(ITestOutputHelper output)
{
    private const int PartitionStart = 1 << 20;
    private const int PartitionSize = 3 << 20;

    [Theory]
    [InlineData("-t ext4 -b 1024 -N 64 -J size=1", "put")]
    [InlineData("-t ext4 -b 1024 -N 64 -J size=1", "rm")]
    [InlineData("-t ext4 -b 1024 -N 64 -J size=1 -O ^metadata_csum,^64bit -I 128", "put")]
    [InlineData("-t ext4 -b 1024 -N 64 -J size=1 -O ^metadata_csum,^64bit -I 128", "mv")]
    [InlineData("-t ext2 -b 1024 -N 64 -I 128", "put")]
    [InlineData("-t ext4 -b 1024 -N 64 -J size=1", "chmod")]
    [InlineData("-t ext4 -b 1024 -N 64 -J size=1", "chown -R")]
    [InlineData("-t ext4 -b 1024 -N 64 -J size=1", "ln")]
    [InlineData("-t ext4 -b 1024 -N 64 -J size=1", "ln -s")]
    [InlineData("-t ext4 -b 1024 -N 64 -J size=1", "cp -r")]
    [InlineData("-t ext4 -b 1024 -N 64 -J size=1", "rm -r")]
    [InlineData("-t ext4 -b 1024 -N 64 -J size=1", "mkdir -p")]
    public void System_calls_of_an_edit_survive_a_crash_at_any_moment(string options, string command)
    {
        Tool.Need("mke2fs", "e2fsck", "debugfs", "sh", "sgdisk", "strace", "dotnet");
        using var directory = new TemporaryDirectory(inMemory: true);
        directory.Write("tree/grub.cfg", "# as it was\n");
        directory.Write("tree/etc/machine-id", "0123456789abcdef\n");
        var fileSystem = File.ReadAllBytes(ExtImages.Make(directory["fs"], PartitionSize, [.. options.Split(' '), "-d", directory["tree"]]));
        var disk = directory["disk"];
        using (var file = File.Create(disk))
        {
            file.SetLength(PartitionStart + PartitionSize + (1 << 20));
            file.Position = PartitionStart;
            file.Write(fileSystem);
        }
        Tool.Run("sgdisk", "-a", "1", "-n", $"1:{PartitionStart / 512}:{(PartitionStart + PartitionSize) / 512 - 1}", "-c", "1:OEM", disk).ShouldSucceed();
        string[] edit = command switch
        {
            "put" => ["disk", "put", disk, "OEM", "/grub.cfg"],
            "rm" => ["disk", "rm", disk, "OEM", "/etc/machine-id"],
            "chmod" => ["disk", "chmod", disk, "OEM", "0600", "/grub.cfg"],
            "chown -R" => ["disk", "chown", disk, "OEM", "500:500", "/etc", "-R"],
            "ln" => ["disk", "ln", disk, "OEM", "/grub.cfg", "/etc/second"],
            "ln -s" => ["disk", "ln", disk, "OEM", "/grub.cfg", "/etc/link", "-s"],
            "cp -r" => ["disk", "cp", disk, "OEM", "/etc", "/copy", "-r"],
            "rm -r" => ["disk", "rm", disk, "OEM", "/etc", "-r"],
            "mkdir -p" => ["disk", "mkdir", disk, "OEM", "/a/b/c", "-p"],
            _ => ["disk", "mv", disk, "OEM", "/etc/machine-id", "/moved"],
        };
        var events = SystemCallRecording.Run(
            directory, disk, "set linux_append=\"coreos.config.url=http://192.168.100.1/etcd/node-1.json\"\n"u8.ToArray(), edit);
        var after = File.ReadAllBytes(disk);
        Assert.Contains(events, e => e.IsFlush);
        foreach (var e in events.Where(e => !e.IsFlush))
        {
            Assert.InRange(e.Offset, PartitionStart, PartitionStart + PartitionSize - e.Bytes!.Length);
        }

        var hasJournal = !options.StartsWith("-t ext2", StringComparison.Ordinal);
        var shifted = events.Select(e => e.IsFlush ? e : e with { Offset = e.Offset - PartitionStart }).ToList();
        var now = after.AsSpan(PartitionStart, PartitionSize).ToArray();
        var states = new CrashStates(fileSystem, shifted, 1, ExtCrashTests.IsLong ? 500 : 50, ExtCrashTests.IsLong ? 500 : 50);
        ExtCrashTests.Judge(directory, options, states, [ExtCrashTests.Tree(fileSystem, hasJournal), ExtCrashTests.Tree(now, hasJournal)], hasJournal);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{command} on {options}: {events.Count(e => !e.IsFlush)} writes and {events.Count(e => e.IsFlush)} flushes, {states.Tried} crash states tried, 0 lost"));
    }
}
