using System.Buffers.Binary;
using XenKube.Checksums;
using XenKube.Devices;
using XenKube.Disks;
using XenKube.Tests.Support;

namespace XenKube.Tests.Disks;

/// <summary>Damaged and malicious tables: a table or an error of our own, in bounded time and memory.</summary>
[Trait("Kind", "Fuzz")]
public sealed class PartitionTableHostileTests(ITestOutputHelper output)
{
    private const int Length = 4 << 20;

    private static bool IsLong => LongRun.IsAsked;

    [Fact]
    public void Mutated_table_gives_a_table_or_a_named_error()
    {
        var image = MakeDisk();
        var random = new Random(4711);
        var (rounds, refused) = (IsLong ? 500_000 : 4000, 0);
        var mutated = new byte[Length];
        for (var round = 0; round < rounds; round++)
        {
            image.CopyTo(mutated, 0);
            for (var count = random.Next(1, 4); count > 0; count--)
            {
                Mutate(mutated, random);
            }
            refused += Try(mutated, $"round {round}") ? 1 : 0;
        }
        output.WriteLine($"{rounds} mutated tables, {refused} refused by name, none crashed or hung");
        Assert.InRange(refused, 1, rounds - 1);
    }

    [Fact]
    public void Every_bit_of_the_header_flipped_falls_back_to_the_backup()
    {
        var image = MakeDisk();
        for (var bit = 0; bit < 92 * 8; bit++)
        {
            image[512 + bit / 8] ^= (byte)(1 << bit % 8);
            var table = PartitionTable.Read(new MemoryDevice(image));
            Assert.True(table.UsesBackup, $"bit {bit}");
            Assert.Equal(2, table.Partitions.Count);
            image[512 + bit / 8] ^= (byte)(1 << bit % 8);
        }
    }

    [Fact]
    public void Disk_truncated_at_every_byte_of_its_table_is_read_or_refused()
    {
        var image = MakeDisk();
        for (var length = 0; length < 20_000; length++)
        {
            Try(image[..length], $"length {length}", whole: length < 1024 + 16384);
        }
    }

    /// <summary>A signed header with impossible values must not pass either: checksums keep out accidents, not malice.</summary>
    [Theory]
    [InlineData(0x50, 0xFFFFFFFF)]
    [InlineData(0x54, 0xFFFFFFFF)]
    [InlineData(0x54, 127)]
    [InlineData(0x54, 0)]
    [InlineData(0x48, 0xFFFFFFFF)]
    [InlineData(0x48, 0)]
    [InlineData(0x0C, 91)]
    [InlineData(0x0C, 513)]
    [InlineData(0x18, 2)]
    public void Signed_header_with_impossible_values_is_refused(int field, uint value)
    {
        var image = MakeDisk();
        image.AsSpan(Length - 512).Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(512 + field), value);
        image.AsSpan(512 + 0x10, 4).Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(512 + 0x10), Crc32.Compute(image.AsSpan(512, 92)));
        var error = Assert.Throws<CorruptImageException>(() => PartitionTable.Read(new MemoryDevice(image)));
        Assert.Contains("GPT", error.Message, StringComparison.Ordinal);
    }

    private static void Mutate(byte[] image, Random random)
    {
        var header = random.Next(3) == 0 ? Length - 512 : 512;
        switch (random.Next(4))
        {
            case 0:
                image[header + random.Next(92)] = (byte)random.Next(256);
                break;
            case 1:
                // Signed again, so that the checks after the checksum are reached.
                var field = header + new[] { 0x08, 0x0C, 0x18, 0x20, 0x28, 0x30, 0x48, 0x50, 0x54 }[random.Next(9)];
                BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(field), random.Next(3) == 0 ? uint.MaxValue : (uint)random.Next());
                Sign(image, header);
                break;
            case 2:
                var entry = 1024 + random.Next(3) * 128 + new[] { 0, 0x20, 0x24, 0x27, 0x28, 0x2C, 0x2F, 0x30, 0x38 }[random.Next(9)];
                image[entry] = (byte)random.Next(256);
                BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(512 + 0x58), Crc32.Compute(image.AsSpan(1024, 16384)));
                Sign(image, 512);
                break;
            default:
                image[random.Next(2) == 0 ? random.Next(512) : 1024 + random.Next(16384)] = (byte)random.Next(256);
                break;
        }
    }

    private static void Sign(byte[] image, int header)
    {
        image.AsSpan(header + 0x10, 4).Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(header + 0x10), Crc32.Compute(image.AsSpan(header, 92)));
    }

    private static bool Try(byte[] image, string what, bool whole = false)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var refused = false;
        try
        {
            using var disk = DiskImage.Open(new MemoryDevice(image));
            foreach (var partition in disk.Partitions.Partitions)
            {
                Assert.True(partition.Start >= 0 && partition.End >= partition.Start && partition.Size > 0, what);
            }
        }
        catch (XenKubeException)
        {
            refused = true;
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"{what}: {e}");
        }
        Assert.True(refused || !whole, $"{what}: accepted");
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 64 << 20, $"{what}: too much memory");
        return refused;
    }

    private static byte[] MakeDisk()
    {
        Tool.Need("sgdisk");
        using var folder = new TemporaryDirectory();
        var path = folder.Write("disk", new byte[Length]);
        Tool.Run("sgdisk", "-n", "1:2048:+256K", "-c", "1:OEM", "-n", "2:4096:+256K", "-t", "2:5DFBF5F4-2848-4BAC-AA5E-0D9A20B745A6", "-c", "2:USR-A", path).ShouldSucceed();
        return File.ReadAllBytes(path);
    }
}
