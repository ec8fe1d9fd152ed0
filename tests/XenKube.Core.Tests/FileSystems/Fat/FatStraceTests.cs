using System.Globalization;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Fat;

/// <summary>The crash test from outside: the states are built from the system calls of the xenkube program.</summary>
[Trait("Kind", "Crash")]
public sealed class FatStraceTests(ITestOutputHelper output)
{
    private const int PartitionStart = 1 << 20;

    [Theory]
    [InlineData(16, "first_boot")]
    [InlineData(16, "replace")]
    [InlineData(32, "create")]
    [InlineData(32, "remove")]
    public void System_calls_of_an_edit_survive_a_crash_at_any_moment(int bits, string edit)
    {
        Tool.Need("mkfs.vfat", "fsck.fat", "sgdisk", "strace", "dotnet");
        using var image = FatImage.Make(bits, bits == 16 ? 2200 << 10 : 600 << 10, 1);
        image.Edit(fat =>
        {
            fat.CreateDirectory("/coreos");
            fat.WriteFile("/coreos/old.cfg", new byte[3000]);
        });
        var volume = File.ReadAllBytes(image.Path);
        using var directory = new TemporaryDirectory(inMemory: true);
        var disk = directory["disk"];
        using (var file = File.Create(disk))
        {
            file.SetLength(PartitionStart + volume.Length + (1 << 20));
            file.Position = PartitionStart;
            file.Write(volume);
        }
        Tool.Run("sgdisk", "-a", "1", "-n", $"1:{PartitionStart / 512}:{(PartitionStart + volume.Length) / 512 - 1}", "-c", "1:EFI-SYSTEM", disk).ShouldSucceed();

        string[] command = edit switch
        {
            "first_boot" => ["disk", "put", disk, "EFI-SYSTEM", "/coreos/first_boot"],
            "replace" => ["disk", "put", disk, "EFI-SYSTEM", "/coreos/old.cfg"],
            "create" => ["disk", "put", disk, "EFI-SYSTEM", "/coreos/a new file"],
            _ => ["disk", "rm", disk, "EFI-SYSTEM", "/coreos/old.cfg"],
        };
        var input = edit == "first_boot" ? [] : Enumerable.Range(0, 2000).Select(i => (byte)i).ToArray();
        var events = SystemCallRecording.Run(directory, disk, input, command);
        foreach (var e in events.Where(e => !e.IsFlush))
        {
            Assert.InRange(e.Offset, PartitionStart, PartitionStart + volume.Length - e.Bytes!.Length);
        }
        var inside = events.Select(e => e.IsFlush ? e : e with { Offset = e.Offset - PartitionStart }).ToList();
        var now = File.ReadAllBytes(disk).AsSpan(PartitionStart, volume.Length).ToArray();
        var states = new CrashStates(volume, inside, seed: 3, randomSubsets: 20, tornWrites: 20);
        List<SortedDictionary<string, byte[]?>> allowed = [FatCrashTests.Tree(volume), FatCrashTests.Tree(now)];
        FatCrashTests.Judge(edit, states, allowed);
        Assert.True(states.Distinct >= 2, "no states");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"FAT{bits}, {edit}: {events.Count(e => !e.IsFlush)} writes and {events.Count(e => e.IsFlush)} flushes, {states.Tried} crash states tried, none lost"));
    }
}
