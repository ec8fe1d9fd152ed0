using System.Buffers.Binary;
using XenKube.Devices;

namespace XenKube.Disks;

/// <summary>
/// Moves the backup of a GPT to the end of a disk that grew (UEFI 2.10 section 5.3: the backup is in the last sector), as <c>sgdisk -e</c>
/// does. First the backup is written to its new place, then the primary header, in one sector, begins to point to it, and then the old
/// backup is cleared. So at any moment the primary is whole and the backup that it names is whole.
/// </summary>
internal static class GptBackupMove
{
    private const int FirstRecord = 0x1BE, RecordType = 4, RecordStart = 8, RecordLength = 12;

    /// <summary>What has to be written; nothing where the backup is at the end already.</summary>
    /// <param name="device">The whole disk. It is read alone.</param>
    /// <returns>The steps in their order, for <see cref="DiskWrite.Apply"/>.</returns>
    /// <exception cref="CorruptImageException">The primary of the table is damaged, or the disk does not have a GPT.</exception>
    /// <exception cref="OperationFailedException">The disk grew by less than the table takes.</exception>
    public static IReadOnlyList<IReadOnlyList<DiskWrite>> Plan(BlockDevice device)
    {
        var found = GptReader.ReadPrimary(device, out var trouble)
            ?? throw trouble ?? CorruptImageException.At("GPT header", device.SectorSize, "no 'EFI PART'");
        var (old, size) = (found.Header, found.SectorSize);
        var needed = (old.EntriesSize + size - 1L) / size;
        var last = (device.Length / size) - 1;
        if (old.AlternateLba == last)
        {
            return [];
        }
        var entriesLba = last - needed;
        // A backup that a truncated disk lacks does not hinder the move; one in the new place would be overwritten while it still counts.
        if (entriesLba <= Math.Max(old.LastUsable, old.AlternateLba < last ? old.AlternateLba : 0))
        {
            throw new OperationFailedException(ErrorIds.BackupTableNotMoved, device.Name, null,
                FormattableString.Invariant($"the disk ends {(last - old.AlternateLba) * size} bytes after the backup of its partition table, and {(needed + 1) * size} are needed"),
                "Append more space, such as 1 MiB, or leave the backup where it is");
        }
        var moved = old with { MyLba = last, AlternateLba = old.MyLba, EntriesLba = entriesLba, LastUsable = entriesLba - 1 };
        var primary = old with { AlternateLba = last, LastUsable = entriesLba - 1 };
        var steps = new List<IReadOnlyList<DiskWrite>>
        {
            new[] { Entries(found, entriesLba), Header(device, found, moved) },
            new[] { Header(device, found, primary) },
        };
        if (Leftovers(device, found, needed) is { Count: > 0 } leftovers)
        {
            steps.Add(leftovers);
        }
        return steps;
    }

    private static DiskWrite Entries(GptReader found, long lba)
    {
        var whole = new byte[(found.Entries.Length + found.SectorSize - 1) / found.SectorSize * found.SectorSize];
        found.Entries.CopyTo(whole, 0);
        return new DiskWrite(lba * found.SectorSize, whole);
    }

    private static DiskWrite Header(BlockDevice device, GptReader found, GptHeader header)
    {
        // Fields of later versions of the format stay as they are.
        var sector = GptEdit.ReadSector(device, found.Header.MyLba, found.SectorSize);
        header.Write(sector);
        return new DiskWrite(header.MyLba * found.SectorSize, sector);
    }

    // The old backup, which would be taken for one if the primary were damaged, and the protective record, which covers the whole disk.
    private static List<DiskWrite> Leftovers(BlockDevice device, GptReader found, long needed)
    {
        var (old, size) = (found.Header, found.SectorSize);
        var writes = new List<DiskWrite>();
        if (old.AlternateLba < device.Length / size && HasBackup(device, old, size))
        {
            writes.Add(new DiskWrite(old.AlternateLba * size, new byte[size]));
            if (old.AlternateLba - needed > old.LastUsable)
            {
                writes.Add(new DiskWrite((old.AlternateLba - needed) * size, new byte[needed * size]));
            }
        }
        var boot = GptEdit.ReadSector(device, 0, size);
        if (MasterBootRecord.Read(boot).Kind == MasterBootRecordKind.Protective)
        {
            var record = Enumerable.Range(0, 4).Select(number => FirstRecord + (16 * number)).First(at => boot[at + RecordType] != 0);
            var start = BinaryPrimitives.ReadUInt32LittleEndian(boot.AsSpan(record + RecordStart));
            var length = (uint)Math.Min((device.Length / size) - start, uint.MaxValue);
            if (BinaryPrimitives.ReadUInt32LittleEndian(boot.AsSpan(record + RecordLength)) != length)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(boot.AsSpan(record + RecordLength), length);
                writes.Add(new DiskWrite(0, boot));
            }
        }
        return writes;
    }

    private static bool HasBackup(BlockDevice device, GptHeader primary, int size)
    {
        try
        {
            var lba = primary.AlternateLba;
            var backup = GptHeader.Read(GptEdit.ReadSector(device, lba, size), lba, device.Length / size);
            return backup.DiskId == primary.DiskId && lba > primary.LastUsable;
        }
        catch (CorruptImageException)
        {
            return false;
        }
    }
}
