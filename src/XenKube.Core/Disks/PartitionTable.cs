using System.Globalization;
using XenKube.Devices;
using XenKube.FileSystems.Detection;

namespace XenKube.Disks;

/// <summary>
/// The partition table of a disk: a GPT (UEFI 2.10 section 5.3), of which the backup is used where the primary is damaged, and the
/// warnings say so; or the table of a master boot record. A disk without a table is one partition. Reading never writes.
/// </summary>
public sealed class PartitionTable
{
    private PartitionTable()
    {
    }

    /// <summary>The kind of the table.</summary>
    public required PartitionTableKind Kind { get; init; }

    /// <summary>The GUID of the disk; zeros without a GPT.</summary>
    public Guid DiskId { get; private init; }

    /// <summary>
    /// How the table identifies the disk: the GUID of a GPT in capital letters, <c>0x1a2b3c4d</c> of a master boot record; empty without a
    /// table.
    /// </summary>
    public required string Identifier { get; init; }

    /// <summary>Size of a sector in bytes: 512 or 4096.</summary>
    public int SectorSize { get; private init; }

    /// <summary>True where the primary table is damaged and the backup was read.</summary>
    public bool UsesBackup { get; private init; }

    /// <summary>What the first sector holds: a protective or a hybrid master boot record, one of its own, or none.</summary>
    public MasterBootRecordKind MasterBootRecord { get; private init; }

    /// <summary>The flag that parted prints for a disk with a GPT as <c>pmbr_boot</c>.</summary>
    public bool BootFlag { get; private init; }

    /// <summary>Faults that do not prevent the use of the table.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>The partitions in the order of their numbers.</summary>
    public required IReadOnlyList<DiskPartition> Partitions { get; init; }

    /// <summary>The table in a few words: <c>a GPT with 9 partitions</c>.</summary>
    internal string Description => Kind == PartitionTableKind.None
        ? $"{Partitions[0].FileSystem} without a partition table"
        : string.Create(CultureInfo.InvariantCulture,
            $"{(Kind == PartitionTableKind.Gpt ? "a GPT" : "a master boot record")} with {Partitions.Count} partitions");

    /// <summary>Reads the table, and of each partition the blocks that show its file system.</summary>
    /// <param name="device">The whole disk.</param>
    /// <exception cref="CorruptImageException">There is neither a table nor a file system, or both copies of the GPT are
    /// damaged.</exception>
    /// <exception cref="UnsupportedFeatureException">The file is not a raw disk; the error names its format.</exception>
    public static PartitionTable Read(BlockDevice device)
    {
        var layout = ReadLayout(device);
        return layout.With(layout.Warnings, [.. layout.Partitions.Select(partition => Probe(device, partition))]);
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
            return DiskLayout.Read(device);
        }
        catch (XenKubeException e) when (e.File is null)
        {
            throw e.In(device.Name);
        }
    }

    internal static PartitionTable Of(BlockDevice device, GptReader found)
    {
        var warnings = new List<string>(found.Warnings);
        return new PartitionTable
        {
            Kind = PartitionTableKind.Gpt,
            DiskId = found.Header.DiskId,
            Identifier = found.Header.DiskId.ToString().ToUpperInvariant(),
            SectorSize = found.SectorSize,
            UsesBackup = found.UsesBackup,
            MasterBootRecord = found.Boot.Kind,
            BootFlag = found.Boot.BootFlag,
            Partitions = ReadEntries(device, found, warnings),
            Warnings = warnings,
        };
    }

    internal static PartitionTable Of(BlockDevice device, MbrReader found)
    {
        var warnings = new List<string>(found.Warnings);
        WarnOfOverlaps(found.Partitions, warnings);
        return new PartitionTable
        {
            Kind = PartitionTableKind.Mbr,
            Identifier = found.Identifier,
            SectorSize = device.SectorSize,
            MasterBootRecord = MasterBootRecordKind.Partitions,
            Partitions = PartitionNames.Give(found.Partitions),
            Warnings = warnings,
        };
    }

    /// <summary>A disk that one file system, or another content, fills.</summary>
    internal static PartitionTable Of(BlockDevice device, FileSystemSignature found) => new()
    {
        Kind = PartitionTableKind.None,
        Identifier = "",
        SectorSize = device.SectorSize,
        Partitions = PartitionNames.Give(
        [
            new DiskPartition
            {
                Number = 1,
                Label = found.Label,
                TypeName = "whole disk",
                TypeId = Guid.Empty,
                UniqueId = Guid.Empty,
                Start = 0,
                End = device.Length - 1,
                Size = device.Length,
                Flags = [],
                FileSystem = found.Kind,
                FileSystemLabel = found.Label,
                FileSystemUuid = found.Uuid,
                DiskPath = device.Name,
            },
        ]),
        Warnings = FileSystem.WhyNotReadable(found.Kind, device) is { } reason ? [reason] : [],
    };

    internal PartitionTable With(IReadOnlyList<string> warnings, IReadOnlyList<DiskPartition> partitions) => new()
    {
        Kind = Kind,
        DiskId = DiskId,
        Identifier = Identifier,
        SectorSize = SectorSize,
        UsesBackup = UsesBackup,
        MasterBootRecord = MasterBootRecord,
        BootFlag = BootFlag,
        Partitions = partitions,
        Warnings = warnings,
    };

    /// <summary>Adds what the partition holds.</summary>
    internal static DiskPartition Probe(BlockDevice device, DiskPartition partition)
    {
        if (partition.IsContainer || partition.Start > device.Length - partition.Size)
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
            if (entry.IsUsed && partitions.Count >= ImageLimits.Partitions)
            {
                warnings.Add($"the table has more than {ImageLimits.Partitions} partitions; those from number {i + 1} on are left out");
                break;
            }
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
            throw CorruptImageException.At("GPT entry", place,
                $"partition {index + 1} from sector {entry.FirstLba} to {entry.LastLba} is impossible");
        }
        var start = entry.FirstLba * size;
        var end = (entry.LastLba + 1) * size - 1;
        if (end >= device.Length)
        {
            warnings.Add(string.Create(CultureInfo.InvariantCulture,
                $"partition {index + 1} ends at byte {end}, beyond the end of the disk at {device.Length}"));
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
        foreach (var partition in partitions.Where(partition => !partition.IsContainer).OrderBy(partition => partition.Start))
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
