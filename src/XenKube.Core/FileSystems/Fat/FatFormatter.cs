using System.Buffers.Binary;
using System.Text;

namespace XenKube.FileSystems.Fat;

/// <summary>
/// Makes a FAT16 file system that holds one file, in memory (Microsoft, FAT: General Overview of On-Disk Format 1.03). A sector is a
/// cluster, so that the smallest FAT16 has 2 MiB.
/// </summary>
internal static class FatFormatter
{
    private const int MostClusters = 65_524;

    /// <summary>The longest file, in bytes: FAT16 has at most 65,524 clusters, one of which stays free.</summary>
    public const int LongestFile = (MostClusters - 1) * SectorSize;

    private const int SectorSize = 512, RootEntries = 512, LeastClusters = 4096, EntrySize = 32;
    private const int RootSectors = RootEntries * EntrySize / SectorSize;

    /// <summary>The date 1980-01-01, the first that FAT knows: equal files make equal disks.</summary>
    private const ushort FirstDay = 0x21;

    /// <summary>Makes the bytes of a disk.</summary>
    /// <param name="label">Label of the file system: up to 11 capital letters and digits.</param>
    /// <param name="name">Name of the file in its directory: eight and three characters, in capitals, filled up with blanks.</param>
    /// <param name="content">The file.</param>
    public static byte[] Format(string label, string name, ReadOnlySpan<byte> content)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(content.Length, LongestFile);
        var used = (content.Length + SectorSize - 1) / SectorSize;
        var clusters = Math.Max(LeastClusters, used + 1);
        var fatSectors = (((clusters + 2) * 2) + SectorSize - 1) / SectorSize;
        var rootStart = 1 + (2 * fatSectors);
        var dataStart = rootStart + RootSectors;
        var sectors = dataStart + clusters;
        var disk = new byte[sectors * SectorSize];
        WriteBootSector(disk, label, sectors, fatSectors);
        for (var copy = 0; copy < 2; copy++)
        {
            WriteChain(disk.AsSpan((1 + (copy * fatSectors)) * SectorSize), used);
        }
        var root = disk.AsSpan(rootStart * SectorSize);
        WriteEntry(root, label.PadRight(11), attributes: 0x08, cluster: 0, size: 0, lowerCase: 0);
        // Read only and archived, as mtools marks such a file; the name is shown in small letters.
        WriteEntry(root[EntrySize..], name, attributes: 0x21, used == 0 ? 0 : 2, content.Length, lowerCase: 0x18);
        content.CopyTo(disk.AsSpan(dataStart * SectorSize));
        return disk;
    }

    private static void WriteBootSector(Span<byte> sector, string label, int sectors, int fatSectors)
    {
        ReadOnlySpan<byte> jump = [0xEB, 0x3C, 0x90];
        jump.CopyTo(sector);
        "XENKUBE "u8.CopyTo(sector[3..]);
        BinaryPrimitives.WriteUInt16LittleEndian(sector[0x0B..], SectorSize);
        sector[0x0D] = 1; // sectors of a cluster
        BinaryPrimitives.WriteUInt16LittleEndian(sector[0x0E..], 1); // reserved sectors
        sector[0x10] = 2; // copies of the FAT
        BinaryPrimitives.WriteUInt16LittleEndian(sector[0x11..], RootEntries);
        BinaryPrimitives.WriteUInt16LittleEndian(sector[0x13..], (ushort)(sectors < 0x10000 ? sectors : 0));
        sector[0x15] = 0xF8; // a disk that cannot be taken out
        BinaryPrimitives.WriteUInt16LittleEndian(sector[0x16..], (ushort)fatSectors);
        BinaryPrimitives.WriteUInt16LittleEndian(sector[0x18..], 32); // sectors of a track
        BinaryPrimitives.WriteUInt16LittleEndian(sector[0x1A..], 64); // heads
        BinaryPrimitives.WriteUInt32LittleEndian(sector[0x20..], (uint)(sectors < 0x10000 ? 0 : sectors));
        sector[0x24] = 0x80; // drive
        sector[0x26] = 0x29; // serial number, label and type follow
        BinaryPrimitives.WriteUInt32LittleEndian(sector[0x27..], 0x584B4947);
        Encoding.ASCII.GetBytes(label.PadRight(11)).CopyTo(sector[0x2B..]);
        "FAT16   "u8.CopyTo(sector[0x36..]);
        sector[0x1FE] = 0x55;
        sector[0x1FF] = 0xAA;
    }

    private static void WriteChain(Span<byte> fat, int used)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(fat, 0xFFF8);
        BinaryPrimitives.WriteUInt16LittleEndian(fat[2..], 0xFFFF);
        for (var i = 0; i < used; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(fat[((i + 2) * 2)..], (ushort)(i == used - 1 ? 0xFFFF : i + 3));
        }
    }

    private static void WriteEntry(Span<byte> entry, string name, byte attributes, int cluster, int size, byte lowerCase)
    {
        Encoding.ASCII.GetBytes(name).CopyTo(entry);
        entry[0x0B] = attributes;
        entry[0x0C] = lowerCase;
        BinaryPrimitives.WriteUInt16LittleEndian(entry[0x10..], FirstDay); // made
        BinaryPrimitives.WriteUInt16LittleEndian(entry[0x12..], FirstDay); // read
        BinaryPrimitives.WriteUInt16LittleEndian(entry[0x18..], FirstDay); // written
        BinaryPrimitives.WriteUInt16LittleEndian(entry[0x1A..], (ushort)cluster);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[0x1C..], (uint)size);
    }
}
