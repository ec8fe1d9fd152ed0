using System.Buffers.Binary;
using System.Text;
using XenKube.Checksums;

namespace XenKube.Tests.Hostile;

/// <summary>Partition tables as a hostile guest would leave them, all with right checksums.</summary>
internal static class HostileTables
{
    public const int Sector = 512;

    /// <summary>Tricks with the table of a disk.</summary>
    public static IEnumerable<(string Name, Func<byte[], byte[]> Craft)> Crafts()
    {
        foreach (var count in new[] { 1, 255, 256, 257, 5_000, 32_768 })
        {
            yield return ($"{count} partitions", disk => WithEntries(disk, Enumerable.Range(0, count).Select(i => Entry(2048, 4095, $"p{i}"))));
        }
        yield return ("5,000 partitions of one name", disk => WithEntries(disk, Enumerable.Range(0, 5000).Select(_ => Entry(2048, 4095, "OEM"))));
        yield return ("partitions that overlap", disk => Rename(disk, (i, entry) => BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(0x20), 2048)));
        yield return ("partition of the table", disk => Rename(disk, (i, entry) => BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(0x20), 0)));
        yield return ("partitions behind the end", disk => Rename(disk, (i, entry) => BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(0x28), 1L << 50)));
        yield return ("partitions of negative length", disk => Rename(disk, (i, entry) => BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(0x28), 5)));
        yield return ("partitions at the largest number", disk => Rename(disk, (i, entry) => BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(0x28), long.MaxValue)));
        foreach (var name in new[] { "\u001b]0;owned\u0007", "..", "/", "a/b", "\\", "a\nb", "\ud800", "", "OEM\u202e", new string('L', 36) })
        {
            yield return ($"label {Printable.Of(name)}", disk => Rename(disk, (i, entry) =>
            {
                if (i == 0)
                {
                    SetName(entry, name);
                }
            }));
        }
        yield return ("headers everywhere", HeadersEverywhere);
        yield return ("header that is its own backup", disk => ChangeHeader(disk, header => BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(0x20), 1)));
        foreach (var (count, size) in new (uint, uint)[] { (0, 128), (uint.MaxValue, 128), (128, 0), (128, 8), (1, 4 << 20), (2, uint.MaxValue), (1 << 20, 1 << 12) })
        {
            yield return ($"{count} entries of {size} bytes", disk => ChangeHeader(disk, header =>
            {
                BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(0x50), count);
                BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(0x54), size);
            }));
        }
        yield return ("no table, many megabytes", disk =>
        {
            disk.AsSpan(0, 34 * Sector).Clear();
            disk.AsSpan(disk.Length - 34 * Sector).Clear();
            return disk;
        });
    }

    private static byte[] Entry(long first, long last, string name)
    {
        var entry = new byte[128];
        new Guid("0FC63DAF-8483-4772-8E79-3D69D8477DE4").TryWriteBytes(entry);
        Guid.NewGuid().TryWriteBytes(entry.AsSpan(16));
        BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(0x20), first);
        BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(0x28), last);
        SetName(entry, name);
        return entry;
    }

    private static void SetName(byte[] entry, string name)
    {
        entry.AsSpan(0x38, 72).Clear();
        MemoryMarshalBytes(name).AsSpan(0, Math.Min(72, name.Length * 2)).CopyTo(entry.AsSpan(0x38));
    }

    // Encoding.Unicode would put U+FFFD in the place of half a pair.
    private static byte[] MemoryMarshalBytes(string name) => System.Runtime.InteropServices.MemoryMarshal.AsBytes(name.AsSpan()).ToArray();

    private static byte[] Rename(byte[] disk, Action<int, byte[]> change)
    {
        var entries = new List<byte[]>();
        for (var i = 0; i < 128; i++)
        {
            var entry = disk.AsSpan(2 * Sector + i * 128, 128).ToArray();
            if (entry.AsSpan(0, 16).ContainsAnyExcept((byte)0))
            {
                change(i, entry);
                entries.Add(entry);
            }
        }
        return WithEntries(disk, entries);
    }

    // The entries go to the place of the first partition where there are more of them than the table has room for.
    private static byte[] WithEntries(byte[] disk, IEnumerable<byte[]> entries)
    {
        var all = entries.SelectMany(entry => entry).ToArray();
        var count = all.Length / 128;
        var array = new byte[Math.Max(128, count) * 128];
        all.CopyTo(array, 0);
        long place = count <= 128 ? 2 : 2048;
        array.CopyTo(disk.AsSpan((int)place * Sector));
        return ChangeHeader(disk, header =>
        {
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(0x48), place);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(0x50), array.Length / 128);
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(0x58), Crc32.Compute(array));
        });
    }

    private static byte[] ChangeHeader(byte[] disk, Action<byte[]> change)
    {
        var header = disk.AsSpan(Sector, 92).ToArray();
        change(header);
        Seal(header);
        header.CopyTo(disk.AsSpan(Sector));
        return disk;
    }

    // A right header at each place that is looked at, and entries with a wrong checksum for each of them.
    private static byte[] HeadersEverywhere(byte[] disk)
    {
        disk.AsSpan(Sector, Sector).Clear();
        var sectors = disk.Length / Sector;
        for (var lba = sectors - 1L; lba > 2048; lba -= 2048)
        {
            var header = new byte[Sector];
            "EFI PART"u8.CopyTo(header);
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(0x08), 0x10000);
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(0x0C), 92);
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(0x18), lba);
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(0x20), 1);
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(0x48), 2);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(0x50), 32_768);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(0x54), 128);
            Seal(header.AsSpan(0, 92));
            header.CopyTo(disk.AsSpan((int)lba * Sector));
        }
        return disk;
    }

    private static void Seal(Span<byte> header)
    {
        header.Slice(0x10, 4).Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header[0x10..], Crc32.Compute(header));
    }
}
