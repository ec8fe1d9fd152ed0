using XenKube.Devices;
using XenKube.Disks;
using XenKube.Tests.Support;

namespace XenKube.Tests.Disks;

/// <summary>Attributes of partitions in both copies of a GPT, judged by sgdisk.</summary>
[Trait("Kind", "Process")]
public sealed class GptEditTests : IDisposable
{
    private const string Old = "0012000000000000";
    private const string New = "0002000000000000";
    private const long Megabyte = 1 << 20;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Try_is_taken_in_both_tables_and_nothing_else_changes()
    {
        var disk = Disk();
        var before = File.ReadAllBytes(disk);
        Take(disk);
        ShouldBeSound(disk, New);
        var changed = Differences(before, File.ReadAllBytes(disk));
        // The attributes, and the checksums of entries and header, in each copy.
        Assert.InRange(changed, 2, 2 * (1 + 4 + 4));
    }

    [Fact]
    public void Attributes_that_are_so_already_need_no_write()
    {
        using var device = FileDevice.Open(Disk(), writable: false);
        Assert.Empty(GptEdit.SetAttributes(device, new Dictionary<int, ulong> { [4] = 0x0012_0000_0000_0000 }));
    }

    [Theory]
    [InlineData(1, 512)]
    [InlineData(2, 16384)]
    public void Damaged_primary_is_made_good_from_the_backup(int lba, int length) => Damaged(lba * 512L, length);

    [Theory]
    [InlineData(1, 512)]
    [InlineData(33, 16384)]
    public void Damaged_backup_is_made_good_from_the_primary(int fromEnd, int length) => Damaged((20 * Megabyte) - (fromEnd * 512L), length);

    [Fact]
    public void Backup_of_a_disk_that_grew_is_written_where_the_primary_says()
    {
        var disk = Disk();
        using (var stream = File.OpenWrite(disk))
        {
            stream.SetLength(30 * Megabyte);
        }
        Take(disk);
        Assert.Equal(new byte[10 * Megabyte], File.ReadAllBytes(disk)[(int)(20 * Megabyte)..]);
        using (var stream = File.OpenWrite(disk))
        {
            stream.SetLength(20 * Megabyte);
        }
        ShouldBeSound(disk, New);
    }

    [Fact]
    public void Table_without_room_for_its_backup_is_refused()
    {
        var disk = Disk();
        using (var stream = File.OpenWrite(disk))
        {
            stream.SetLength(15 * Megabyte);
        }
        var before = File.ReadAllBytes(disk);
        Assert.Contains("truncated", Assert.Throws<CorruptImageException>(() => Take(disk)).Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(disk));
    }

    [Fact]
    [Trait("Kind", "Crash")]
    public void After_any_crash_the_table_has_the_old_or_the_new_attributes()
    {
        foreach (var damage in (Action<byte[]>[])[_ => { }, disk => disk[512] ^= 1, disk => disk[^512] ^= 1, disk => disk[^(20 * 512)] ^= 1])
        {
            var initial = File.ReadAllBytes(Disk());
            damage(initial);
            var device = new RecordingDevice(initial);
            DiskWrite.Apply(device, GptEdit.SetAttributes(device, new Dictionary<int, ulong> { [4] = 0x0002_0000_0000_0000, [3] = 0x0101_0000_0000_0000 }));
            Assert.True(device.Events[^1].IsFlush);
            var states = new CrashStates(initial, device.Events, seed: 1, randomSubsets: 20, tornWrites: 60);
            foreach (var (name, image) in states.All())
            {
                var attributes = PartitionTable.ReadLayout(image).Partitions.Single(partition => partition.Number == 4).Attributes;
                Assert.True(attributes is 0x0012_0000_0000_0000 or 0x0002_0000_0000_0000, name);
            }
            Assert.InRange(states.Distinct, 5, int.MaxValue);
        }
    }

    private void Damaged(long offset, int length)
    {
        var disk = Disk();
        using (var stream = File.OpenWrite(disk))
        {
            stream.Position = offset;
            stream.Write(new byte[length]);
        }
        Take(disk);
        ShouldBeSound(disk, New);
    }

    private static void Take(string disk)
    {
        using var device = FileDevice.Open(disk, writable: true);
        DiskWrite.Apply(device, GptEdit.SetAttributes(device, new Dictionary<int, ulong> { [4] = 0x0002_0000_0000_0000 }));
    }

    private static void ShouldBeSound(string disk, string attributes)
    {
        Assert.Contains("No problems found", Tool.Run("sgdisk", "-v", disk).ShouldSucceed().Output, StringComparison.Ordinal);
        Assert.Contains($"Attribute flags: {attributes}", Tool.Run("sgdisk", "-i", "4", disk).ShouldSucceed().Output, StringComparison.Ordinal);
    }

    private static int Differences(byte[] a, byte[] b) => a.Zip(b).Count(pair => pair.First != pair.Second);

    private string Disk()
    {
        Tool.Need("sgdisk");
        var disk = _directory[$"{Guid.NewGuid():n}.img"];
        using (var stream = File.Create(disk))
        {
            stream.SetLength(20 * Megabyte);
        }
        Tool.Run(
            "sgdisk", "-n", "3:2048:+1M", "-c", "3:USR-A", "-t", "3:5DFBF5F4-2848-4BAC-AA5E-0D9A20B745A6", "-A", "3:set:48", "-A", "3:set:56",
            "-n", "4:0:+1M", "-c", "4:USR-B", "-t", "4:5DFBF5F4-2848-4BAC-AA5E-0D9A20B745A6", "-A", "4:set:49", "-A", "4:set:52", disk).ShouldSucceed();
        Assert.Contains($"Attribute flags: {Old}", Tool.Run("sgdisk", "-i", "4", disk).Output, StringComparison.Ordinal);
        return disk;
    }
}
