using System.Globalization;
using XenKube.Devices;
using XenKube.FileSystems.Detection;

namespace XenKube.Disks;

/// <summary>
/// The GUID partition table of a disk (UEFI 2.10 section 5.3). Where the primary one is damaged the backup is used, and
/// the warnings say so. Reading never writes.
/// </summary>
public sealed class PartitionTable
{
    private PartitionTable(
        GptHeader header, int sectorSize, bool usesBackup, MasterBootRecord boot, IReadOnlyList<string> warnings, IReadOnlyList<DiskPartition> partitions)
    {
        Header = header;
        DiskId = header.DiskId;
        SectorSize = sectorSize;
        UsesBackup = usesBackup;
        MasterBootRecord = boot.Kind;
        BootFlag = boot.BootFlag;
        Warnings = warnings;
        Partitions = partitions;
    }

    /// <summary>The GUID of the disk.</summary>
    public Guid DiskId { get; }

    /// <summary>Size of a sector in bytes: 512 or 4096.</summary>
    public int SectorSize { get; }

    /// <summary>True where the primary table is damaged and the backup was read.</summary>
    public bool UsesBackup { get; }

    /// <summary>What the first sector holds: a protective or a hybrid master boot record, or none.</summary>
    public MasterBootRecordKind MasterBootRecord { get; }

    /// <summary>The flag that parted prints for the disk as <c>pmbr_boot</c>.</summary>
    public bool BootFlag { get; }

    /// <summary>Faults that do not prevent the use of the table.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>The partitions in the order of their numbers.</summary>
    public IReadOnlyList<DiskPartition> Partitions { get; }

    /// <summary>The header that was used.</summary>
    internal GptHeader Header { get; }

    /// <summary>Reads the table, and of each partition the blocks that show its file system.</summary>
    /// <param name="device">The whole disk.</param>
    /// <exception cref="CorruptImageException">There is no table, or both copies are damaged.</exception>
    /// <exception cref="UnsupportedFeatureException">The disk has a partition table of another kind.</exception>
    public static PartitionTable Read(BlockDevice device)
    {
        var layout = ReadLayout(device);
        return new PartitionTable(
            layout.Header, layout.SectorSize, layout.UsesBackup, new MasterBootRecord(layout.MasterBootRecord, layout.BootFlag, 0), layout.Warnings,
            [.. layout.Partitions.Select(partition => Probe(device, partition))]);
    }

    /// <summary>The partition that a name means: its label, its number, or both as in <c>Linux filesystem~2</c>.</summary>
    /// <param name="name">The name; a label in its exact case.</param>
    /// <returns>The partition; null where nothing is called so.</returns>
    /// <exception cref="InvalidInputException">Several partitions are called so; the error lists the names that are not shared.</exception>
    public DiskPartition? Find(string name)
    {
        var found = Partitions.Where(partition => PartitionNames.Means(name, partition)).ToArray();
        return found switch
        {
            [] => null,
            [var only] => only,
            _ => throw new InvalidInputException(
                ErrorIds.PartitionAmbiguous, found[0].DiskPath, null, $"'{name}' is the name of {found.Length} partitions",
                $"Name one of them: {string.Join(", ", found.Select(partition => $"'{partition.Name}'"))}"),
        };
    }

    /// <summary>Reads the table alone and nothing of the partitions: the file system of each is left empty.</summary>
    internal static PartitionTable ReadLayout(BlockDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        try
        {
            var found = GptReader.Read(device);
            var warnings = new List<string>(found.Warnings);
            var partitions = ReadEntries(device, found, warnings);
            return new PartitionTable(found.Header, found.SectorSize, found.UsesBackup, found.Boot, warnings, partitions);
        }
        catch (XenKubeException e) when (e.File is null)
        {
            throw e.In(device.Name);
        }
    }

    /// <summary>Adds what the partition holds.</summary>
    internal static DiskPartition Probe(BlockDevice device, DiskPartition partition)
    {
        if (partition.Start > device.Length - partition.Size)
        {
            return partition;
        }
        var signature = FileSystem.Detect(new PartitionDevice(device, partition.Start, partition.Size));
        return signature is null
            ? partition
            : partition with { FileSystem = signature.Kind, FileSystemLabel = signature.Label, FileSystemUuid = signature.Uuid };
    }

    private static List<DiskPartition> ReadEntries(BlockDevice device, GptReader found, List<string> warnings)
    {
        var partitions = new List<DiskPartition>();
        for (var i = 0; i < found.Header.EntryCount; i++)
        {
            var entry = GptEntry.Read(found.Entries.AsSpan(i * found.Header.EntrySize, found.Header.EntrySize));
            if (entry.IsUsed)
            {
                partitions.Add(ToPartition(device, found, entry, i, warnings));
            }
        }
        WarnOfOverlaps(partitions, warnings);
        return PartitionNames.Give(partitions);
    }

    private static DiskPartition ToPartition(BlockDevice device, GptReader found, GptEntry entry, int index, List<string> warnings)
    {
        var size = found.SectorSize;
        if (entry.FirstLba < 0 || entry.LastLba < entry.FirstLba || entry.LastLba > long.MaxValue / size - 1)
        {
            var place = found.Header.EntriesLba * size + (long)index * found.Header.EntrySize;
            throw CorruptImageException.At("GPT entry", place, $"partition {index + 1} from sector {entry.FirstLba} to {entry.LastLba} is impossible");
        }
        var start = entry.FirstLba * size;
        var end = (entry.LastLba + 1) * size - 1;
        if (end >= device.Length)
        {
            warnings.Add(string.Create(CultureInfo.InvariantCulture, $"partition {index + 1} ends at byte {end}, beyond the end of the disk at {device.Length}"));
        }
        else if (entry.FirstLba < found.Header.FirstUsable || entry.LastLba > found.Header.LastUsable)
        {
            warnings.Add(string.Create(CultureInfo.InvariantCulture, $"partition {index + 1} reaches outside of the area for partitions"));
        }
        var isUsr = entry.TypeId == PartitionTypes.CoreOSUsr;
        return new DiskPartition
        {
            Number = index + 1,
            Label = entry.Name,
            TypeName = PartitionTypes.GetName(entry.TypeId),
            TypeId = entry.TypeId,
            UniqueId = entry.UniqueId,
            Start = start,
            End = end,
            Size = end - start + 1,
            Flags = PartitionTypes.GetFlags(entry.TypeId, entry.Attributes),
            Priority = isUsr ? (int)(entry.Attributes >> 48 & 15) : null,
            Tries = isUsr ? (int)(entry.Attributes >> 52 & 15) : null,
            Successful = isUsr ? (entry.Attributes >> 56 & 1) != 0 : null,
            Attributes = entry.Attributes,
            DiskPath = device.Name,
        };
    }

    private static void WarnOfOverlaps(List<DiskPartition> partitions, List<string> warnings)
    {
        DiskPartition? last = null;
        foreach (var partition in partitions.OrderBy(partition => partition.Start))
        {
            if (last is not null && partition.Start <= last.End)
            {
                warnings.Add(string.Create(CultureInfo.InvariantCulture, $"partitions {last.Number} and {partition.Number} overlap"));
            }
            if (last is null || partition.End > last.End)
            {
                last = partition;
            }
        }
    }
}
