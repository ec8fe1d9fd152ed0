using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace XenKube.FileSystems.Fat;

/// <summary>
/// The boot sector of a FAT file system (Microsoft's FAT specification 1.03, "Boot Sector and BPB"). What decides between
/// 12, 16 and 32 bits is the count of clusters, and for 32 bits, as in Linux, that the 16-bit FAT size is zero.
/// </summary>
internal sealed record FatBootSector(
    int SectorSize, int SectorsPerCluster, int ReservedSectors, int FatCount, int RootEntries, long TotalSectors, long SectorsPerFat,
    int Bits, uint ClusterCount, uint RootCluster, int InfoSector, int ActiveFat, bool IsMirrored, uint VolumeId, byte State, byte[] RawLabel)
{
    /// <summary>Clusters are numbered from 2.</summary>
    public const uint FirstCluster = 2;

    /// <summary>The bit of <see cref="State"/> that a system sets while the volume is mounted.</summary>
    public const byte DirtyState = 1;

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
        return new FatBootSector(
            sectorSize, sectorsPerCluster, reserved, fatCount, rootEntries, total, fatSectors, bits, (uint)clusters,
            is32 ? BinaryPrimitives.ReadUInt32LittleEndian(sector[0x2C..]) : 0,
            is32 ? BinaryPrimitives.ReadUInt16LittleEndian(sector[0x30..]) : 0,
            (mirroring & 0x80) != 0 ? mirroring & 0x0F : 0, (mirroring & 0x80) == 0,
            hasExtension ? BinaryPrimitives.ReadUInt32LittleEndian(extension[3..]) : 0,
            extension[1],
            extension[2] == 0x29 ? extension.Slice(7, 11).ToArray() : []);
    }

    /// <summary>The label in the boot sector; empty where there is none, or the usual <c>NO NAME</c>.</summary>
    public string GetLabel()
    {
        var label = Encoding.Latin1.GetString(RawLabel).TrimEnd(' ', '\0');
        return label == "NO NAME" ? "" : label;
    }

    /// <summary>A volume id as blkid prints it.</summary>
    public static string FormatVolumeId(uint id) => id == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{id >> 16:X4}-{id & 0xFFFF:X4}");
}
