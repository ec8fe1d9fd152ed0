using System.Globalization;
using System.Text.RegularExpressions;
using XenKube.Tests.Support;
using Xunit.Abstractions;

namespace XenKube.Tests.FileSystems.Ext;

/// <summary>
/// The crash test from outside: strace notes what the xenkube program really asks of the operating system, and the states
/// are built from that. A flush that the code only means to do would be missing here.
/// </summary>
public partial class ExtStraceTests(ITestOutputHelper output)
{
    private const int PartitionStart = 1 << 20;
    private const int PartitionSize = 3 << 20;

    [SkippableTheory]
    [InlineData("-t ext4 -b 1024 -N 64 -J size=1", "put")]
    [InlineData("-t ext4 -b 1024 -N 64 -J size=1", "rm")]
    [InlineData("-t ext4 -b 1024 -N 64 -J size=1 -O ^metadata_csum,^64bit -I 128", "put")]
    [InlineData("-t ext4 -b 1024 -N 64 -J size=1 -O ^metadata_csum,^64bit -I 128", "mv")]
    [InlineData("-t ext2 -b 1024 -N 64 -I 128", "put")]
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
        var before = File.ReadAllBytes(disk);

        string[] edit = command switch
        {
            "put" => ["disk", "put", disk, "OEM", "/grub.cfg"],
            "rm" => ["disk", "rm", disk, "OEM", "/etc/machine-id"],
            _ => ["disk", "mv", disk, "OEM", "/etc/machine-id", "/moved"],
        };
        var trace = directory["trace"];
        var said = Tool.Run("strace",
            ["-ff", "-ttt", "-xx", "-s", "16777216", "-e", "trace=pwrite64,pwritev,pwritev2,write,writev,fsync,fdatasync,ftruncate,fallocate,sync_file_range,mmap",
             "-P", disk, "-o", trace, "dotnet", Path.Combine(AppContext.BaseDirectory, "xenkube.dll"), .. edit],
            "set linux_append=\"coreos.config.url=http://192.168.100.1/etcd/node-1.json\"\n"u8.ToArray());
        Skip.If(said.All.Contains("PTRACE", StringComparison.Ordinal), "this machine lets nobody trace");
        said.ShouldSucceed();

        var after = File.ReadAllBytes(disk);
        var events = Directory.GetFiles(directory.Path, "trace.*").SelectMany(File.ReadAllLines).Where(line => line.Length > 0)
            .OrderBy(line => line.Split(' ')[0], StringComparer.Ordinal).SelectMany(Parse).ToList();
        Assert.Contains(events, e => e.IsFlush);
        var rebuilt = (byte[])before.Clone();
        foreach (var e in events.Where(e => !e.IsFlush))
        {
            e.Bytes.CopyTo(rebuilt.AsSpan((int)e.Offset));
            Assert.InRange(e.Offset, PartitionStart, PartitionStart + PartitionSize - e.Bytes!.Length);
        }
        Assert.True(rebuilt.AsSpan().SequenceEqual(after), "strace did not see every write");

        var hasJournal = !options.StartsWith("-t ext2", StringComparison.Ordinal);
        var shifted = events.Select(e => e.IsFlush ? e : e with { Offset = e.Offset - PartitionStart }).ToList();
        var now = after.AsSpan(PartitionStart, PartitionSize).ToArray();
        var states = new CrashStates(fileSystem, shifted, 1, ExtCrashTests.IsLong ? 500 : 50, ExtCrashTests.IsLong ? 500 : 50);
        ExtCrashTests.Judge(directory, options, states, [ExtCrashTests.Tree(fileSystem, hasJournal), ExtCrashTests.Tree(now, hasJournal)], hasJournal);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{command} on {options}: {events.Count(e => !e.IsFlush)} writes and {events.Count(e => e.IsFlush)} flushes, {states.Tried} crash states tried, 0 lost"));
    }

    // 1790000000.123456 pwrite64(33, "\x00\x01", 2, 1024) = 2
    private static IEnumerable<RecordedWrite> Parse(string line)
    {
        var call = Call().Match(line);
        if (!call.Success)
        {
            yield break;
        }
        switch (call.Groups["name"].Value)
        {
            case "fsync" or "fdatasync":
                Assert.EndsWith("= 0", line, StringComparison.Ordinal);
                yield return new RecordedWrite(0, null);
                break;
            case "pwrite64":
                var write = Write().Match(line);
                Assert.True(write.Success && !line.Contains("\"...", StringComparison.Ordinal), "strace cut the bytes off");
                var bytes = Convert.FromHexString(write.Groups["bytes"].Value.Replace("\\x", "", StringComparison.Ordinal));
                Assert.Equal(bytes.Length.ToString(CultureInfo.InvariantCulture), write.Groups["written"].Value);
                yield return new RecordedWrite(long.Parse(write.Groups["offset"].Value, CultureInfo.InvariantCulture), bytes);
                break;
            case var other:
                Assert.Fail($"{other} was not expected: {line[..Math.Min(200, line.Length)]}");
                break;
        }
    }

    [GeneratedRegex(@"^[0-9.]+ (?<name>[a-z0-9_]+)\(")]
    private static partial Regex Call();

    [GeneratedRegex(@"pwrite64\([^,]+, ""(?<bytes>[^""]*)"", [0-9]+, (?<offset>[0-9]+)\)\s+= (?<written>[0-9]+)")]
    private static partial Regex Write();
}
