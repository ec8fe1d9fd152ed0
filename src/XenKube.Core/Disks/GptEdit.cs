using System.Buffers.Binary;
using XenKube.Checksums;
using XenKube.Devices;

namespace XenKube.Disks;

/// <summary>
/// Changes attributes of partitions in both copies of a GPT (UEFI 2.10 section 5.3): first the copy that the table was not read from,
/// the backup of a sound table, then the other one. So at any moment one copy is whole, and a damaged one is made good.
/// </summary>
internal static class GptEdit
{
    private const int AttributesOffset = 0x30;
    private const int PrimaryEntriesLba = 2;

    /// <summary>What has to be written; nothing where the attributes are already so.</summary>
    /// <param name="device">The whole disk. It is read alone.</param>
    /// <param name="attributes">The attributes of partitions by their numbers, from 1.</param>
    /// <returns>The steps in their order, for <see cref="DiskWrite.Apply"/>.</returns>
    /// <exception cref="CorruptImageException">There is no sound GPT, or no room for its other copy.</exception>
    public static IReadOnlyList<IReadOnlyList<DiskWrite>> SetAttributes(BlockDevice device, IReadOnlyDictionary<int, ulong> attributes)
    {
        var found = GptReader.ReadPrimary(device, out var trouble) ?? GptReader.ReadBackup(device, trouble)
            ?? throw trouble ?? CorruptImageException.At("GPT header", device.SectorSize, "no 'EFI PART'");
        var header = found.Header;
        var entries = found.Entries.ToArray();
        foreach (var (number, value) in attributes)
        {
            if (number < 1 || number > header.EntryCount)
            {
                throw CorruptImageException.At("GPT entries", header.EntriesLba * found.SectorSize, $"there is no partition {number}");
            }
            BinaryPrimitives.WriteUInt64LittleEndian(entries.AsSpan((number - 1) * header.EntrySize + AttributesOffset), value);
        }
        return entries.AsSpan().SequenceEqual(found.Entries) ? []
            : [Write(device, found, entries, OtherCopy(device, found)), Write(device, found, entries, header)];
    }

    // Where the other copy is, by its own header where that is sound.
    private static GptHeader OtherCopy(BlockDevice device, GptReader found)
    {
        var (header, size) = (found.Header, found.SectorSize);
        var sectors = device.Length / size;
        var needed = (header.EntriesSize + size - 1L) / size;
        var lba = found.UsesBackup ? 1 : header.AlternateLba;
        if (lba < 1 || lba >= sectors || lba == header.MyLba)
        {
            throw CorruptImageException.At("GPT header", header.MyLba * size,
                $"the other copy of the table is said to be in sector {lba}, where the disk has none: the image may be truncated");
        }
        try
        {
            var other = GptHeader.Read(ReadSector(device, lba, size), lba, sectors);
            if (other.DiskId == header.DiskId && other.EntriesSize == header.EntriesSize && other.AlternateLba == header.MyLba
                && IsApart(other.EntriesLba, needed, header))
            {
                return other;
            }
        }
        catch (CorruptImageException)
        {
            // The copy is written as a new one, where such tables are.
        }
        var entriesLba = found.UsesBackup ? PrimaryEntriesLba : lba - needed;
        var isFree = found.UsesBackup ? entriesLba + needed <= header.FirstUsable : entriesLba > header.LastUsable;
        return isFree && IsApart(entriesLba, needed, header)
            ? header with { MyLba = lba, AlternateLba = header.MyLba, EntriesLba = entriesLba }
            : throw CorruptImageException.At("GPT header", header.MyLba * size, "there is no room for the other copy of the table");
    }

    // The other copy's entries must not be in the place of this copy.
    private static bool IsApart(long entriesLba, long count, GptHeader header) =>
        (entriesLba + count <= header.EntriesLba || entriesLba >= header.EntriesLba + count)
        && (header.MyLba < entriesLba || header.MyLba >= entriesLba + count);

    private static List<DiskWrite> Write(BlockDevice device, GptReader found, byte[] entries, GptHeader place)
    {
        var size = found.SectorSize;
        // Fields of later versions of the format are those of the sound copy.
        var sector = ReadSector(device, found.Header.MyLba, size);
        var changed = place with { EntriesCrc = Crc32.Compute(entries) };
        changed.Write(sector);
        var writes = new List<DiskWrite>();
        var old = new byte[entries.Length];
        device.Read(place.EntriesLba * size, old);
        if (!old.AsSpan().SequenceEqual(entries))
        {
            // Whole sectors, so that no power failure leaves a part of one.
            var first = entries.AsSpan().CommonPrefixLength(old) / size * size;
            var last = entries.Length - 1;
            while (entries[last] == old[last])
            {
                last--;
            }
            var end = Math.Min(entries.Length, (last / size + 1) * size);
            writes.Add(new DiskWrite((place.EntriesLba * size) + first, entries.AsMemory(first, end - first)));
        }
        writes.Add(new DiskWrite(place.MyLba * size, sector));
        return writes;
    }

    /// <summary>Reads a sector of the table.</summary>
    internal static byte[] ReadSector(BlockDevice device, long lba, int size)
    {
        var sector = new byte[size];
        device.Read(lba * size, sector);
        return sector;
    }
}
