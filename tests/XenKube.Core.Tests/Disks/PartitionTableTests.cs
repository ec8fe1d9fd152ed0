using System.Buffers.Binary;
using System.Globalization;
using XenKube.Checksums;
using XenKube.Devices;
using XenKube.Disks;
using XenKube.Tests.Support;

namespace XenKube.Tests.Disks;

/// <summary>Tables made by sgdisk, sfdisk and parted, read by us and by parted and sgdisk.</summary>
public sealed class PartitionTableTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Disk(string size, params string[] sgdisk)
    {
        Tool.Need("sgdisk", "parted");
        var path = _folder["disk.img"];
        File.Delete(path);
        Tool.Run("truncate", "-s", size, path).ShouldSucceed();
        if (sgdisk.Length > 0)
        {
            Tool.Run("sgdisk", [.. sgdisk, path]).ShouldSucceed();
        }
        return path;
    }

    private static PartitionTable Read(string path)
    {
        using var device = FileDevice.Open(path, writable: false);
        return PartitionTable.Read(device);
    }

    /// <summary>All that parted prints in its machine format, against the same lines made of what we read.</summary>
    private static PartitionTable ShouldBeAsPartedPrints(string path, int sectorSize = 512)
    {
        var parted = Tool.Run("env", ["PARTED_SECTOR_SIZE=" + sectorSize.ToString(CultureInfo.InvariantCulture), Tool.Find("parted")!, "-sm", path, "unit", "b", "print"], null).ShouldSucceed();
        var table = Read(path);
        var lines = new List<string>
        {
            "BYT;",
            string.Create(CultureInfo.InvariantCulture, $"{path}:{new FileInfo(path).Length}B:file:{sectorSize}:{sectorSize}:gpt::{(table.BootFlag ? "pmbr_boot" : "")};"),
        };
        lines.AddRange(table.Partitions.Select(p =>
            string.Create(CultureInfo.InvariantCulture, $"{p.Number}:{p.Start}B:{p.End}B:{p.Size}B:{p.FileSystem}:{p.Label}:{string.Join(", ", p.Flags)};")));
        Assert.Equal(parted.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith("Warning", StringComparison.Ordinal)), lines);
        return table;
    }

    private static void ShouldBeAsSgdiskSays(PartitionTable table, string path)
    {
        foreach (var p in table.Partitions)
        {
            var says = Tool.Run("sgdisk", "-i", p.Number.ToString(CultureInfo.InvariantCulture), path).ShouldSucceed().Output;
            Assert.Contains($"Partition GUID code: {p.TypeId.ToString().ToUpperInvariant()} ({p.TypeName})", says, StringComparison.Ordinal);
            Assert.Contains($"Partition unique GUID: {p.UniqueId.ToString().ToUpperInvariant()}\n", says, StringComparison.Ordinal);
            Assert.Contains($"First sector: {p.Start / table.SectorSize} ", says, StringComparison.Ordinal);
            Assert.Contains($"Last sector: {p.End / table.SectorSize} ", says, StringComparison.Ordinal);
            Assert.Contains($"Attribute flags: {p.Attributes:X16}\n", says, StringComparison.Ordinal);
            Assert.Contains($"Partition name: '{p.Label}'\n", says, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("classic")]
    [InlineData("modern")]
    [Trait("Kind", "Process")]
    public void Sample_image_is_as_parted_and_sgdisk_print_it(string variant)
    {
        Tool.Need("sgdisk", "parted");
        var path = variant == "classic" ? SampleImage.Classic : SampleImage.Modern;
        ShouldBeAsSgdiskSays(ShouldBeAsPartedPrints(path), path);
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void All_flags_and_known_types_are_as_parted_and_sgdisk_print_them()
    {
        var arguments = PartitionTypes.All.SelectMany((type, i) => new[] { "-n", $"{i + 1}:{2048 * (i + 1)}:+64", "-t", $"{i + 1}:{type}", "-c", $"{i + 1}:type {i}" }).ToList();
        arguments.AddRange(["-A", "1:set:2", "-A", "2:set:0", "-A", "3:set:0", "-A", "3:set:2", "-A", "4:set:63"]);
        var path = Disk("100M", [.. arguments]);
        var table = ShouldBeAsPartedPrints(path);
        ShouldBeAsSgdiskSays(table, path);
        Assert.Empty(table.Warnings);
        Assert.DoesNotContain(table.Partitions, p => p.TypeName == "Unknown");
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Type_that_is_not_known_is_called_so()
    {
        var path = Disk("8M", "-n", "1:2048:+1M", "-t", "1:12345678-1234-1234-1234-123456789ABC");
        var table = ShouldBeAsPartedPrints(path);
        ShouldBeAsSgdiskSays(table, path);
        Assert.Equal("Unknown", Assert.Single(table.Partitions).TypeName);
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Table_of_128_partitions_is_read_whole()
    {
        var path = Disk("100M", ["-a", "1", .. Enumerable.Range(1, 128).SelectMany(i => new[] { "-n", $"{i}:{1024 * i + 1024}:+100", "-c", $"{i}:part-{i}" })]);
        var table = ShouldBeAsPartedPrints(path);
        Assert.Equal(128, table.Partitions.Count);
        ShouldBeAsSgdiskSays(table, path);
    }

    [Theory]
    [InlineData(56)]
    [InlineData(300)]
    [InlineData(2048)]
    [Trait("Kind", "Process")]
    public void Table_of_another_size_is_read(int entries)
    {
        var path = Disk("100M", "-S", entries.ToString(CultureInfo.InvariantCulture), "-n", "1:16384:+1M", "-c", "1:first", "-n", $"{entries}:32768:+1M", "-c", $"{entries}:last");
        var table = Read(path);
        Assert.Equal([1, entries], table.Partitions.Select(p => p.Number));
        ShouldBeAsSgdiskSays(table, path);
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Sectors_of_4096_bytes_are_understood()
    {
        var path = Disk("64M");
        string[] script =
        [
            "PARTED_SECTOR_SIZE=4096", Tool.Find("parted")!, "-s", path, "mklabel", "gpt", "mkpart", "EFI-SYSTEM", "fat32", "1MiB", "4MiB", "set", "1", "esp", "on",
            "mkpart", "OEM", "ext4", "4MiB", "12MiB", "mkpart", "ROOT", "ext4", "12MiB", "60MiB",
        ];
        Tool.Run("env", script).ShouldSucceed();
        var table = ShouldBeAsPartedPrints(path, 4096);
        Assert.Equal(4096, table.SectorSize);
        Assert.Equal(3, table.Partitions.Count);
        Assert.Empty(table.Warnings);
        Damage(path, 4096);
        var backup = Read(path);
        Assert.True(backup.UsesBackup);
        Assert.Equal(table.Partitions.Select(p => (p.Start, p.End, p.Label)), backup.Partitions.Select(p => (p.Start, p.End, p.Label)));
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Entries_larger_than_128_bytes_are_read()
    {
        // No tool here writes them: the entries of sgdisk are spread to 256 bytes, and both checksums are computed again.
        var path = Disk("8M", "-n", "1:2048:+1M", "-c", "1:ESP", "-n", "2:4096:+1M", "-c", "2:OEM");
        var image = File.ReadAllBytes(path);
        var entries = image.AsSpan(1024, 64 * 128).ToArray();
        for (var i = 0; i < 64; i++)
        {
            image.AsSpan(1024 + i * 256, 256).Clear();
            entries.AsSpan(i * 128, 128).CopyTo(image.AsSpan(1024 + i * 256));
        }
        BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(512 + 0x50), 64);
        BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(512 + 0x54), 256);
        Sign(image, 512, 1024, 64 * 256);
        var table = PartitionTable.Read(new MemoryDevice(image));
        Assert.False(table.UsesBackup);
        Assert.Equal(["ESP", "OEM"], table.Partitions.Select(p => p.Label));
        Assert.Contains("differs", Assert.Single(table.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Protective_and_hybrid_boot_records_are_told_apart()
    {
        var path = Disk("32M", "-n", "1:2048:+1M", "-n", "2:8192:+1M");
        Assert.Equal(MasterBootRecordKind.Protective, ShouldBeAsPartedPrints(path).MasterBootRecord);
        Tool.Run("sgdisk", "--hybrid=1:2", path).ShouldSucceed();
        Assert.Equal(MasterBootRecordKind.Hybrid, ShouldBeAsPartedPrints(path).MasterBootRecord);
        Tool.Run("parted", "-s", path, "disk_set", "pmbr_boot", "on").ShouldSucceed();
        var table = ShouldBeAsPartedPrints(path);
        Assert.True(table.BootFlag);
        Assert.Equal(MasterBootRecordKind.Protective, table.MasterBootRecord);
        using (var file = File.OpenWrite(path))
        {
            file.Write(new byte[512]);
        }
        Assert.Equal(MasterBootRecordKind.None, Read(path).MasterBootRecord);
    }

    [Theory]
    [InlineData(512, "signature")]
    [InlineData(512 + 0x10, "checksum")]
    [InlineData(512 + 0x48, "place of the entries")]
    [InlineData(1024 + 0x38, "first entry")]
    [Trait("Kind", "Process")]
    public void Damaged_primary_falls_back_to_the_backup_and_says_so(int offset, string what)
    {
        var path = Disk("32M", "-n", "1:2048:+1M", "-c", "1:OEM", "-n", "2:8192:+1M", "-c", "2:ROOT");
        var before = Read(path);
        Damage(path, offset);
        var table = Read(path);
        Assert.True(table.UsesBackup, what);
        Assert.Contains("the backup is used", Assert.Single(table.Warnings), StringComparison.Ordinal);
        Assert.Equal(before.Partitions.Select(p => (p.Number, p.Label, p.Start, p.End, p.UniqueId)), table.Partitions.Select(p => (p.Number, p.Label, p.Start, p.End, p.UniqueId)));
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Damaged_backup_is_warned_of()
    {
        var path = Disk("32M", "-n", "1:2048:+1M", "-c", "1:OEM");
        Damage(path, (32 << 20) - 512 + 0x20);
        var table = Read(path);
        Assert.False(table.UsesBackup);
        Assert.Contains("backup GPT is damaged", Assert.Single(table.Warnings), StringComparison.Ordinal);
        Assert.Equal("OEM", Assert.Single(table.Partitions).Label);
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Both_damaged_is_an_error_that_names_the_place()
    {
        var path = Disk("32M", "-n", "1:2048:+1M", "-c", "1:OEM");
        Damage(path, 512 + 0x38);
        Damage(path, (32 << 20) - 512 + 0x38);
        var error = Assert.Throws<CorruptImageException>(() => Read(path));
        Assert.Equal($"{path}: GPT header at byte 512: its checksum does not match", error.Message);
    }

    [Theory]
    [InlineData("+2G")]
    [InlineData("+1M")]
    [InlineData("+512")]
    [Trait("Kind", "Process")]
    public void Grown_disk_is_read_with_a_warning(string growth)
    {
        var path = Disk("32M", "-n", "1:2048:+1M", "-c", "1:OEM");
        Tool.Run("truncate", "-s", growth, path).ShouldSucceed();
        var table = Read(path);
        Assert.Contains("has grown", Assert.Single(table.Warnings), StringComparison.Ordinal);
        Damage(path, 512 + 0x38);
        var backup = Read(path);
        Assert.True(backup.UsesBackup);
        Assert.Equal("OEM", Assert.Single(backup.Partitions).Label);
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Grown_disk_without_primary_and_boot_record_is_found_by_its_growth()
    {
        var path = Disk("32M", "-n", "1:2048:+1M", "-c", "1:OEM");
        Tool.Run("truncate", "-s", "+2048M", path).ShouldSucceed();
        using (var file = File.OpenWrite(path))
        {
            file.Write(new byte[34 * 512]);
        }
        Assert.Equal("OEM", Assert.Single(Read(path).Partitions).Label);
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Truncated_disk_is_read_with_warnings()
    {
        var path = Disk("32M", "-n", "1:2048:+1M", "-c", "1:OEM", "-n", "2:8192:0", "-c", "2:ROOT");
        Tool.Run("truncate", "-s", "8M", path).ShouldSucceed();
        var table = Read(path);
        Assert.Equal(2, table.Partitions.Count);
        Assert.Equal(2, table.Warnings.Count);
        using var image = DiskImage.OpenRead(path);
        Assert.Equal("", image.GetPartition("ROOT").FileSystem);
        Assert.Throws<CorruptImageException>(() => image.OpenFileSystem("ROOT"));
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Partitions_that_overlap_are_not_edited()
    {
        var path = Disk("8M", "-n", "1:2048:4095", "-c", "1:A", "-n", "2:4096:8191", "-c", "2:B");
        var image = File.ReadAllBytes(path);
        BinaryPrimitives.WriteInt64LittleEndian(image.AsSpan(1024 + 128 + 0x20), 4000);
        Sign(image, 512, 1024, 128 * 128);
        using var disk = DiskImage.Open(new MemoryDevice(image));
        Assert.Contains(disk.Warnings, warning => warning == "partitions 1 and 2 overlap");
        Assert.Equal("PartitionsOverlap", Assert.Throws<CorruptImageException>(() => disk.OpenFileSystem("B")).ErrorId);
    }

    [Fact]
    public void What_is_no_disk_is_named()
    {
        Assert.Contains("compressed", Assert.Throws<UnsupportedFeatureException>(() => Read(SampleImage.ClassicArchive)).Message, StringComparison.Ordinal);
        Assert.Equal("PartitionTableMissing", Assert.Throws<CorruptImageException>(() => Read(_folder.Write("zeros", new byte[1 << 20]))).ErrorId);
        Assert.Equal("PartitionTableMissing", Assert.Throws<CorruptImageException>(() => Read(_folder.Write("empty", ""))).ErrorId);
        Assert.Equal("ImageNotFound", Assert.Throws<ItemNotFoundException>(() => Read(_folder["nothing"])).ErrorId);
        Assert.Equal("ImageInvalid", Assert.Throws<InvalidInputException>(() => Read(_folder.Path)).ErrorId);
        Assert.Equal("qcow2", Assert.Throws<UnsupportedFeatureException>(() => Read(_folder.Write("qcow2", [.. "QFI\u00fb"u8.ToArray(), .. new byte[4096]]))).Feature);
    }

    [Fact]
    [Trait("Kind", "Process")]
    public void Opening_reads_the_table_and_nothing_else()
    {
        using var device = new CountingDevice(FileDevice.Open(SampleImage.Classic, writable: false));
        using (var image = DiskImage.Open(device))
        {
            // The boot record, two headers, the entries.
            Assert.Equal(512 + 512 + 16384 + 512, device.BytesRead);
            _ = image.Partitions;
            Assert.True(device.BytesRead < 128 << 10, $"{device.BytesRead} bytes");
        }
    }

    private static void Damage(string path, long offset)
    {
        using var file = File.Open(path, FileMode.Open);
        file.Position = offset;
        var value = file.ReadByte();
        file.Position = offset;
        file.WriteByte((byte)(value ^ 0x5A));
    }

    private static void Sign(byte[] image, int header, int entries, int length)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(header + 0x58), Crc32.Compute(image.AsSpan(entries, length)));
        image.AsSpan(header + 0x10, 4).Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(header + 0x10), Crc32.Compute(image.AsSpan(header, 92)));
    }
}
