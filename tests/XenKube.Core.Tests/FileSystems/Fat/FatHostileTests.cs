using System.Buffers.Binary;
using XenKube.Devices;
using XenKube.Disks;
using XenKube.FileSystems;
using XenKube.FileSystems.Detection;
using XenKube.FileSystems.Fat;
using XenKube.Tests.Support;

namespace XenKube.Tests.FileSystems.Fat;

/// <summary>Damaged and malicious volumes: an error of our own or a result, in bounded time and memory, and no write outside.</summary>
[Trait("Kind", "Fuzz")]
public sealed class FatHostileTests(ITestOutputHelper output)
{
    private static bool IsLong => LongRun.IsAsked;

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    public void Mutated_volume_gives_a_result_or_a_named_error(int bits)
    {
        var image = MakeVolume(bits);
        var boot = FatBootSector.TryRead(image)!;
        var random = new Random(20171130 + bits);
        var (rounds, refused) = (IsLong ? 200_000 : 1500, 0);
        for (var round = 0; round < rounds; round++)
        {
            var mutated = (byte[])image.Clone();
            for (var count = random.Next(1, 5); count > 0; count--)
            {
                Mutate(mutated, boot, random);
            }
            refused += Try(mutated, $"FAT{bits} round {round}") ? 1 : 0;
        }
        output.WriteLine($"FAT{bits}: {rounds} mutated volumes, {refused} refused by name, none crashed or hung");
        Assert.InRange(refused, 1, rounds - 1);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    public void Every_bit_of_the_boot_sector_flipped_gives_a_result_or_a_named_error(int bits)
    {
        var image = MakeVolume(bits);
        for (var bit = 0; bit < 0x5A * 8; bit++)
        {
            var mutated = (byte[])image.Clone();
            mutated[bit / 8] ^= (byte)(1 << bit % 8);
            Try(mutated, $"FAT{bits} bit {bit}");
        }
    }

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    public void Truncated_volume_is_refused(int bits)
    {
        var image = MakeVolume(bits);
        var whole = FatBootSector.TryRead(image)!.Length;
        for (var length = 0; length < whole; length += length < 2048 ? 1 : 997)
        {
            Assert.ThrowsAny<XenKubeException>(() => FatFileSystem.Open(new MemoryDevice(image[..length])));
        }
    }

    [Fact]
    public void Chain_that_loops_is_an_error_not_a_hang()
    {
        var image = MakeVolume(16);
        var boot = FatBootSector.TryRead(image)!;
        using (var fat = FatFileSystem.Open(new MemoryDevice(image)))
        {
            Assert.Equal(20_000, fat.Find("/coreos/large")!.Size);
        }
        var first = FatVolume.Open(new MemoryDevice(image)).FindDirectory(["coreos"], 1)!.Find("large")!.Cluster;
        foreach (var copy in new[] { 0, 1 })
        {
            BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan((int)boot.FatOffset(copy) + (int)first * 2), (ushort)first);
        }
        using var looped = FatFileSystem.Open(new MemoryDevice(image));
        Assert.Throws<CorruptImageException>(() => looped.Remove("/coreos/large"));
        Assert.Throws<CorruptImageException>(() => looped.WriteFile("/coreos/large", "x"u8));
        // What is read ends at the size that the directory gives.
        Assert.Equal(20_000, FatTree.ReadFile(looped, "/coreos/large").Length);
    }

    [Fact]
    public void Directory_that_contains_itself_is_an_error()
    {
        var image = MakeVolume(16);
        var device = new MemoryDevice(image);
        var volume = FatVolume.Open(device);
        var directory = volume.FindDirectory(["coreos"], 1)!;
        var inner = directory.Find("deeper")!;
        var slot = directory.GetSlot(inner.Slot).ToArray();
        FatSlot.SetCluster(slot, directory.FirstCluster);
        device.Write(directory.OffsetOf(inner.Slot), slot);
        using var fat = FatFileSystem.Open(device);
        Assert.Contains("contains itself", Assert.Throws<CorruptImageException>(() => fat.List("/coreos/deeper")).Message, StringComparison.Ordinal);
        FatSlot.SetCluster(slot, 0);
        device.Write(directory.OffsetOf(inner.Slot), slot);
        using var toRoot = FatFileSystem.Open(device);
        Assert.Throws<CorruptImageException>(() => toRoot.List("/coreos/deeper"));
    }

    [Fact]
    public void Names_that_would_lead_out_of_their_directory_are_not_shown()
    {
        var image = MakeVolume(16);
        var device = new MemoryDevice(image);
        var directory = FatVolume.Open(device).FindDirectory(["coreos"], 1)!;
        var entry = directory.Find("a long name for a file")!;
        var part = directory.GetSlot(entry.Slot - 1).ToArray();
        part[1] = (byte)'/';
        device.Write(directory.OffsetOf(entry.Slot - 1), part);
        var other = directory.Find("large")!;
        var slot = directory.GetSlot(other.Slot).ToArray();
        "../../ETC  "u8.CopyTo(slot);
        device.Write(directory.OffsetOf(other.Slot), slot);
        using var fat = FatFileSystem.Open(device);
        var names = fat.List("/coreos").Select(e => e.Name).ToList();
        Assert.DoesNotContain(names, name => name.Contains('/', StringComparison.Ordinal) || name is "." or "..");
        Assert.Contains(entry.ShortName, names);
    }

    private static void Mutate(byte[] image, FatBootSector boot, Random random)
    {
        switch (random.Next(6))
        {
            case 0:
                // A field of the boot sector, to something at the edge.
                var field = new[] { 0x0B, 0x0D, 0x0E, 0x10, 0x11, 0x13, 0x15, 0x16, 0x20, 0x24, 0x28, 0x2C, 0x30 }[random.Next(13)];
                image[field] = new byte[] { 0, 1, 2, 4, 8, 0x7F, 0x80, 0xF0, 0xFF }[random.Next(9)];
                break;
            case 1:
                // An entry of the table: free, reserved, bad, beyond the end, or another cluster.
                var cluster = random.Next(2, 80);
                var value = new uint[] { 0, 1, (uint)random.Next(2, 80), boot.LastCluster, boot.LastCluster + 1, 0x0FFFFFF7, 0x0FFFFFFF }[random.Next(7)];
                var size = boot.Bits / 8;
                for (var copy = 0; copy < boot.FatCount; copy++)
                {
                    BitConverter.GetBytes(value).AsSpan(0, size).CopyTo(image.AsSpan((int)boot.FatOffset(copy) + cluster * size));
                }
                break;
            case 2 or 3:
                // A byte of a slot in one of the first directories.
                var start = random.Next(2) == 0 && boot.Bits == 16 ? boot.RootOffset : boot.ClusterOffset((uint)random.Next(2, 20));
                image[start + random.Next(512 / 32) * 32 + new[] { 0, 11, 12, 13, 20, 21, 26, 27, 28, 29, 30, 31 }[random.Next(12)]] = (byte)random.Next(256);
                break;
            case 4:
                image[random.Next((int)boot.DataOffset + 20 * boot.ClusterSize)] ^= (byte)(1 << random.Next(8));
                break;
            default:
                image.AsSpan(random.Next((int)boot.DataOffset + 20 * boot.ClusterSize), random.Next(1, 64)).Fill((byte)random.Next(256));
                break;
        }
    }

    /// <summary>Reads everything and edits a little; true if an error of our own came.</summary>
    private static bool Try(byte[] image, string what)
    {
        var refused = false;
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using var fat = FatFileSystem.Open(new MemoryDevice(image));
            foreach (var action in Actions)
            {
                try
                {
                    action(fat);
                }
                catch (XenKubeException)
                {
                    refused = true;
                }
            }
            _ = FileSystem.Detect(new MemoryDevice(image));
        }
        catch (XenKubeException)
        {
            refused = true;
        }
        catch (Exception e)
        {
            Assert.Fail($"{what}: {e}");
        }
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < 256 << 20, $"{what}: {allocated} bytes allocated");
        return refused;
    }

    private static readonly Action<FatFileSystem>[] Actions =
    [
        fat => Walk(fat, "/", 0),
        fat => fat.WriteFile("/coreos/first_boot", []),
        fat => fat.WriteFile("/coreos/large", new byte[5000]),
        fat => fat.CreateDirectory("/coreos/another directory"),
        fat => fat.Rename("/coreos/a long name for a file", "/moved"),
        fat => fat.Remove("/coreos/large"),
        fat => fat.Remove("/coreos/deeper"),
    ];

    private static void Walk(FatFileSystem fat, string path, int depth)
    {
        var buffer = new byte[4096];
        foreach (var entry in fat.List(path).Take(200))
        {
            if (entry.Kind == FileSystemEntryKind.Directory)
            {
                Assert.True(depth < 100, "too deep");
                Walk(fat, entry.Path, depth + 1);
                continue;
            }
            using var stream = fat.OpenRead(entry.Path);
            for (var i = 0; i < 50 && stream.Read(buffer) > 0; i++)
            {
            }
        }
    }

    private static byte[] MakeVolume(int bits)
    {
        using var image = FatImage.Make(bits, bits == 16 ? 2200 << 10 : 600 << 10, 1);
        image.Edit(fat =>
        {
            fat.CreateDirectory("/coreos");
            fat.WriteFile("/coreos/large", new byte[20_000]);
            fat.WriteFile("/coreos/a long name for a file", "content"u8);
            fat.CreateDirectory("/coreos/deeper");
            fat.WriteFile("/menu.lst", "timeout 0\n"u8);
        });
        return File.ReadAllBytes(image.Path);
    }
}
