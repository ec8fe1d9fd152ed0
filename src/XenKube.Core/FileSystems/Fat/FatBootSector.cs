using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace XenKube.FileSystems.Fat;

/// <summary>
/// The boot sector of a FAT file system (Microsoft's FAT specification 1.03, "Boot Sector and BPB"). The choice between
/// 12, 16 and 32 bits is the count of clusters, and for 32 bits, as in Linux, that the 16-bit FAT size is zero.
/// </summary>
internal sealed record FatBootSector
{
    /// <summary>Clusters are numbered from 2.</summary>
    public const uint FirstCluster = 2;

    /// <summary>The bit of <see cref="State"/> that a system sets while the volume is mounted.</summary>
    public const byte DirtyState = 1;

    /// <summary>BPB_BytsPerSec.</summary>
    public required int SectorSize { get; init; }

    /// <summary>BPB_SecPerClus.</summary>
    public required int SectorsPerCluster { get; init; }

    /// <summary>BPB_RsvdSecCnt: sectors before the first FAT.</summary>
    public required int ReservedSectors { get; init; }

    /// <summary>BPB_NumFATs.</summary>
    public required int FatCount { get; init; }

    /// <summary>BPB_RootEntCnt: slots of the root directory; 0 for FAT32.</summary>
    public required int RootEntries { get; init; }

    /// <summary>BPB_TotSec16 or BPB_TotSec32.</summary>
    public required long TotalSectors { get; init; }

    /// <summary>BPB_FATSz16 or BPB_FATSz32.</summary>
    public required long SectorsPerFat { get; init; }

    /// <summary>12, 16 or 32.</summary>
    public required int Bits { get; init; }

    /// <summary>How many clusters there are.</summary>
    public required uint ClusterCount { get; init; }

    /// <summary>BPB_RootClus: where the root directory of FAT32 begins; 0 for others.</summary>
    public required uint RootCluster { get; init; }

    /// <summary>BPB_FSInfo of FAT32; 0 for others.</summary>
    public required int InfoSector { get; init; }

    /// <summary>BPB_ExtFlags: the FAT that is used where they are not mirrored.</summary>
    public required int ActiveFat { get; init; }

    /// <summary>BPB_ExtFlags: true if all FATs are the same.</summary>
    public required bool IsMirrored { get; init; }

    /// <summary>BS_VolID; 0 where there is none.</summary>
    public required uint VolumeId { get; init; }

    /// <summary>BS_Reserved1, whose lowest bits Linux and Windows use.</summary>
    public required byte State { get; init; }

    /// <summary>BS_VolLab, 11 bytes; empty where there is none.</summary>
    public required byte[] RawLabel { get; init; }

    public string Kind => Bits switch
    {
        12 => "fat12",
        16 => "fat16",
        _ => "fat32",
    };

    public int ClusterSize => SectorSize * SectorsPerCluster;

    public uint LastCluster => ClusterCount + 1;

    public long FatSize => SectorsPerFat * SectorSize;

    /// <summary>Where the root directory of FAT16 lies; that of FAT32 is a chain of clusters.</summary>
    public long RootOffset => (ReservedSectors + FatCount * SectorsPerFat) * SectorSize;

    public int RootSize => RootEntries * FatSlot.Size;

    public long DataOffset => RootOffset + (RootSize + SectorSize - 1L) / SectorSize * SectorSize;

    /// <summary>Where the state byte with the dirty bit lies.</summary>
    public int StateOffset => Bits == 32 ? 0x41 : 0x25;

    /// <summary>Bytes of the whole file system.</summary>
    public long Length => TotalSectors * SectorSize;

    public long FatOffset(int copy) => (ReservedSectors + copy * SectorsPerFat) * SectorSize;

    public long ClusterOffset(uint cluster) => DataOffset + (cluster - FirstCluster) * (long)ClusterSize;

    public bool IsCluster(uint cluster) => cluster >= FirstCluster && cluster <= LastCluster;

    /// <summary>The boot sector, or null where the sector is not one.</summary>
    /// <param name="sector">The first 512 bytes of the partition.</param>
    public static FatBootSector? TryRead(ReadOnlySpan<byte> sector)
    {
        var sectorSize = BinaryPrimitives.ReadUInt16LittleEndian(sector[0x0B..]);
        var sectorsPerCluster = sector[0x0D];
        var reserved = BinaryPrimitives.ReadUInt16LittleEndian(sector[0x0E..]);
        var fatCount = sector[0x10];
        var media = sector[0x15];
        if (sector[0x1FE] != 0x55 || sector[0x1FF] != 0xAA
            || sectorSize is not (512 or 1024 or 2048 or 4096)
            || sectorsPerCluster == 0 || (sectorsPerCluster & (sectorsPerCluster - 1)) != 0
            || reserved == 0 || fatCount is 0 or > 4 || (media != 0xF0 && media < 0xF8))
        {
            return null;
        }
        var rootEntries = BinaryPrimitives.ReadUInt16LittleEndian(sector[0x11..]);
        long total = BinaryPrimitives.ReadUInt16LittleEndian(sector[0x13..]);
        if (total == 0)
        {
            total = BinaryPrimitives.ReadUInt32LittleEndian(sector[0x20..]);
        }
        long fatSectors = BinaryPrimitives.ReadUInt16LittleEndian(sector[0x16..]);
        var is32 = fatSectors == 0;
        if (is32)
        {
            fatSectors = BinaryPrimitives.ReadUInt32LittleEndian(sector[0x24..]);
        }
        var rootSectors = (rootEntries * (long)FatSlot.Size + sectorSize - 1) / sectorSize;
        var dataSectors = total - reserved - fatCount * fatSectors - rootSectors;
        if (fatSectors == 0 || dataSectors < sectorsPerCluster || (is32 ? rootEntries != 0 : rootEntries == 0))
        {
            return null;
        }
        var clusters = dataSectors / sectorsPerCluster;
        const long mostClustersOfFat12 = 0xFF4, mostClustersOfFat16 = 0xFFF4, mostClustersOfFat32 = 0x0FFFFFF6;
        var bits = is32 ? 32 : clusters > mostClustersOfFat12 ? 16 : 12;
        if (clusters > (is32 ? mostClustersOfFat32 : mostClustersOfFat16))
        {
            return null;
        }
        // A FAT too short for all clusters limits them, as in Linux.
        clusters = Math.Min(clusters, fatSectors * sectorSize * 8 / bits - FirstCluster);
        if (clusters < 1)
        {
            return null;
        }
        var extension = sector[(is32 ? 0x40 : 0x24)..];
        var mirroring = is32 ? BinaryPrimitives.ReadUInt16LittleEndian(sector[0x28..]) : 0;
        var hasExtension = extension[2] is 0x28 or 0x29;
        return new FatBootSector
        {
            SectorSize = sectorSize,
            SectorsPerCluster = sectorsPerCluster,
            ReservedSectors = reserved,
            FatCount = fatCount,
            RootEntries = rootEntries,
            TotalSectors = total,
            SectorsPerFat = fatSectors,
            Bits = bits,
            ClusterCount = (uint)clusters,
            RootCluster = is32 ? BinaryPrimitives.ReadUInt32LittleEndian(sector[0x2C..]) : 0,
            InfoSector = is32 ? BinaryPrimitives.ReadUInt16LittleEndian(sector[0x30..]) : 0,
            ActiveFat = (mirroring & 0x80) != 0 ? mirroring & 0x0F : 0,
            IsMirrored = (mirroring & 0x80) == 0,
            VolumeId = hasExtension ? BinaryPrimitives.ReadUInt32LittleEndian(extension[3..]) : 0,
            State = extension[1],
            RawLabel = extension[2] == 0x29 ? extension.Slice(7, 11).ToArray() : [],
        };
    }

    /// <summary>The label in the boot sector; empty where there is none, or the usual <c>NO NAME</c>.</summary>
    public string GetLabel()
    {
        var label = Encoding.Latin1.GetString(RawLabel).TrimEnd(' ', '\0');
        return label == "NO NAME" ? "" : label;
    }

    /// <summary>A volume id as blkid prints it.</summary>
    public static string FormatVolumeId(uint id) => id == 0 ? "" : string.Create(CultureInfo.InvariantCulture,
        $"{id >> 16:X4}-{id & 0xFFFF:X4}");
}
