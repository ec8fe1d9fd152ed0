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

    [Theory]
    [InlineData(21 * Megabyte)]
    [InlineData(30 * Megabyte)]
    [InlineData(20 * Megabyte + 34 * 512)]
    public void Backup_moves_to_the_end_of_a_disk_that_grew(long length)
    {
        Tool.Need("parted");
        var disk = Disk();
        var before = Tool.Run("sgdisk", "-p", disk).ShouldSucceed().Output.Split("Number").Last();
        Grow(disk, length);
        Assert.DoesNotContain("No problems found", Tool.Run("sgdisk", "-v", disk).All, StringComparison.Ordinal);
        Move(disk);
        ShouldBeSound(disk, Old);
        Assert.Equal(before, Tool.Run("sgdisk", "-p", disk).ShouldSucceed().Output.Split("Number").Last());
        var parted = Tool.Run("parted", "-s", disk, "unit", "s", "print").ShouldSucceed().All;
        Assert.DoesNotContain("Warning", parted, StringComparison.Ordinal);
        // Again, there is nothing to do; and without the primary the new backup is found.
        using (var device = FileDevice.Open(disk, writable: false))
        {
            Assert.Empty(GptBackupMove.Plan(device));
        }
        var bytes = File.ReadAllBytes(disk);
        bytes.AsSpan(512, 34 * 512).Clear();
        Assert.Equal(Layout(File.ReadAllBytes(disk)), Layout(bytes));
        // Of the old one nothing is left that could be taken for a backup.
        Assert.False(bytes.AsSpan((int)(20 * Megabyte) - (33 * 512), 33 * 512).ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void Backup_of_a_disk_that_grew_too_little_or_has_no_sound_primary_stays()
    {
        var disk = Disk();
        foreach (var sectors in new[] { 1, 32 })
        {
            Grow(disk, (20 * Megabyte) + (sectors * 512));
            var before = File.ReadAllBytes(disk);
            Assert.Equal("BackupTableNotMoved", Assert.Throws<OperationFailedException>(() => Move(disk)).ErrorId);
            Assert.Equal(before, File.ReadAllBytes(disk));
        }
        Grow(disk, 30 * Megabyte);
        using (var stream = File.OpenWrite(disk))
        {
            stream.Position = 512;
            stream.Write(new byte[512]);
        }
        Assert.Throws<CorruptImageException>(() => Move(disk));
    }

    [Fact]
    [Trait("Kind", "Crash")]
    public void After_any_crash_of_a_move_both_the_table_and_its_backup_are_there()
    {
        var disk = Disk();
        Grow(disk, 22 * Megabyte);
        var initial = File.ReadAllBytes(disk);
        var expected = Layout(initial);
        var device = new RecordingDevice(initial);
        DiskWrite.Apply(device, GptBackupMove.Plan(device));
        Assert.True(device.Events[^1].IsFlush);
        var states = new CrashStates(initial, device.Events, seed: 1, randomSubsets: 30, tornWrites: 120);
        foreach (var (name, image) in states.All())
        {
            var bytes = new byte[image.Length];
            image.Read(0, bytes);
            Assert.True(expected == Layout(bytes), name);
            // The backup that the primary names is whole.
            var primary = GptReader.ReadPrimary(image, out _)!.Header;
            var backup = GptHeader.Read(bytes.AsSpan((int)primary.AlternateLba * 512, 512), primary.AlternateLba, bytes.Length / 512);
            Assert.True(backup.EntriesCrc == XenKube.Checksums.Crc32.Compute(bytes.AsSpan((int)backup.EntriesLba * 512, backup.EntriesSize)), name);
            // Without its primary the disk has its partitions too.
            bytes.AsSpan(512, 512).Clear();
            Assert.True(expected == Layout(bytes), $"{name}, without the primary");
        }
        Assert.InRange(states.Distinct, 10, int.MaxValue);
    }

    private static string Layout(byte[] disk) => string.Join(' ', PartitionTable.ReadLayout(new MemoryDevice(disk)).Partitions.Select(partition => $"{partition}"));

    private static void Grow(string disk, long length)
    {
        using var stream = File.OpenWrite(disk);
        stream.SetLength(length);
    }

    private static void Move(string disk)
    {
        using var device = FileDevice.Open(disk, writable: true);
        DiskWrite.Apply(device, GptBackupMove.Plan(device));
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
