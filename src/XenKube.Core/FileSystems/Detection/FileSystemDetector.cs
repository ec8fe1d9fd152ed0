using System.Buffers.Binary;
using System.Text;
using XenKube.Devices;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Fat;

namespace XenKube.FileSystems.Detection;

/// <summary>
/// Tells file systems by their marks, with the names parted prints. Those that parted does not know (squashfs, LUKS) go by
/// blkid's names.
/// </summary>
internal static class FileSystemDetector
{
    private const int HeadLength = 4096;
    private const int RaidSize = 256;
    private const uint RaidMagic = 0xA92B4EFC;
    private const string RaidMember = "linux_raid_member";

    public static FileSystemSignature? Detect(BlockDevice partition)
    {
        if (partition.Length < 512)
        {
            return null;
        }
        Span<byte> buffer = stackalloc byte[HeadLength];
        var head = buffer[..(int)Math.Min(HeadLength, partition.Length)];
        partition.Read(0, head);
        // A member of a mirror begins as the file system on the array does: what is at its end decides.
        return DetectRaidAtEnd(partition) ?? DetectExt(head) ?? DetectByHead(head) ?? DetectVolume(partition, head)
            ?? DetectFat(partition, head) ?? DetectElsewhere(partition);
    }

    private static FileSystemSignature? DetectExt(ReadOnlySpan<byte> head)
    {
        if (head.Length < ExtSuperblock.Offset + ExtSuperblock.Size)
        {
            return null;
        }
        var superblock = head.Slice(ExtSuperblock.Offset, ExtSuperblock.Size);
        return ExtSuperblock.KindOf(superblock) is { } kind
            ? new FileSystemSignature(kind, ReadText(ExtSuperblock.LabelOf(superblock)), ReadUuid(ExtSuperblock.UuidOf(superblock)))
            : null;
    }

    private static FileSystemSignature? DetectByHead(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("XFSB"u8))
        {
            return new FileSystemSignature("xfs", ReadText(head.Slice(0x6C, 12)), ReadUuid(head.Slice(0x20, 16)));
        }
        if (head.StartsWith("hsqs"u8))
        {
            return new FileSystemSignature("squashfs", "", "");
        }
        if (head.StartsWith(new byte[] { 0x4C, 0x55, 0x4B, 0x53, 0xBA, 0xBE }))
        {
            return new FileSystemSignature("crypto_LUKS", "", ReadText(head.Slice(0xA8, 40)));
        }
        if (head.Slice(3, 8).SequenceEqual("NTFS    "u8))
        {
            return new FileSystemSignature("ntfs", "", BinaryPrimitives.ReadUInt64LittleEndian(head[0x48..])
                .ToString("X16", System.Globalization.CultureInfo.InvariantCulture));
        }
        if (head.Slice(3, 8).SequenceEqual("EXFAT   "u8))
        {
            return new FileSystemSignature("exfat", "", FatBootSector.FormatVolumeId(
                BinaryPrimitives.ReadUInt32LittleEndian(head[0x64..])));
        }
        if (head.Length >= HeadLength && BinaryPrimitives.ReadUInt32LittleEndian(head[1024..]) == 0xF2F52010)
        {
            return new FileSystemSignature("f2fs", "", ReadUuid(head.Slice(1024 + 0x6C, 16)));
        }
        if (head.Length >= HeadLength && (head.Slice(HeadLength - 10, 10).SequenceEqual("SWAPSPACE2"u8)
            || head.Slice(HeadLength - 10, 10).SequenceEqual("SWAP-SPACE"u8)))
        {
            return head[HeadLength - 1] == (byte)'2'
                ? new FileSystemSignature("linux-swap(v1)", ReadText(head.Slice(0x41C, 16)), ReadUuid(head.Slice(0x40C, 16)))
                : new FileSystemSignature("linux-swap(v0)", "", "");
        }
        return null;
    }

    /// <summary>
    /// Members of LVM (lib/format_text/layout.h of LVM2: the label is in one of the first four sectors) and of md (Linux, md_p.h, versions
    /// 1.1 and 1.2).
    /// </summary>
    private static FileSystemSignature? DetectVolume(BlockDevice partition, ReadOnlySpan<byte> head)
    {
        const int sector = 512, typeOffset = 0x18, volumeOffset = 0x20;
        for (var start = 0; start < 4 * sector && start + sector <= head.Length; start += sector)
        {
            var label = head.Slice(start, sector);
            if (label.StartsWith("LABELONE"u8) && label[typeOffset..].StartsWith("LVM2 001"u8))
            {
                var id = ReadText(label.Slice(volumeOffset, 32));
                return new FileSystemSignature("LVM2_member", "", id.Length < 32
                    ? "" : $"{id[..6]}-{id[6..10]}-{id[10..14]}-{id[14..18]}-{id[18..22]}-{id[22..26]}-{id[26..]}");
            }
        }
        if (DetectRaid(head) is { } atStart)
        {
            return atStart;
        }
        Span<byte> super = stackalloc byte[RaidSize];
        if (partition.Length < HeadLength + RaidSize)
        {
            return null;
        }
        partition.Read(HeadLength, super);
        return DetectRaid(super);
    }

    private static FileSystemSignature? DetectRaid(ReadOnlySpan<byte> super) =>
        super.Length >= RaidSize && BinaryPrimitives.ReadUInt32LittleEndian(super) == RaidMagic
            && BinaryPrimitives.ReadUInt32LittleEndian(super[4..]) == 1
            ? new FileSystemSignature(RaidMember, ReadText(super.Slice(0x20, 32)), ReadUuid(super.Slice(0x10, 16)))
            : null;

    /// <summary>
    /// Members of md whose superblock is at the end (Linux, md_p.h): version 0.90 in the last whole 64 KiB before the last 64 KiB, version
    /// 1.0 in 8 KiB at a multiple of 4 KiB. A mirror's member can be read as what the array holds; a change of one member alone
    /// would be lost, or would damage the array.
    /// </summary>
    private static FileSystemSignature? DetectRaidAtEnd(BlockDevice partition)
    {
        const long reserved = 64 << 10, sector = 512;
        const int majorOffset = 4, minorOffset = 8, setIdOffset = 0x14, restOfSetIdOffset = 0x34, superOffsetOffset = 0x90;
        Span<byte> super = stackalloc byte[RaidSize];
        var end = partition.Length / sector;
        var newer = ((end - 16) & ~7L) * sector;
        if (newer >= HeadLength)
        {
            partition.Read(newer, super);
            if (DetectRaid(super) is { } found
                && BinaryPrimitives.ReadInt64LittleEndian(super[superOffsetOffset..]) * sector == newer)
            {
                return found;
            }
        }
        var older = (partition.Length & ~(reserved - 1)) - reserved;
        if (older < HeadLength)
        {
            return null;
        }
        partition.Read(older, super);
        // The numbers of this version are in the order of the machine that made it; Xen's machines are little-endian.
        if (BinaryPrimitives.ReadUInt32LittleEndian(super) == RaidMagic
            && BinaryPrimitives.ReadUInt32LittleEndian(super[majorOffset..]) == 0
            && BinaryPrimitives.ReadUInt32LittleEndian(super[minorOffset..]) is 90 or 91)
        {
            Span<byte> id = stackalloc byte[16];
            for (var word = 0; word < 4; word++)
            {
                var at = word == 0 ? setIdOffset : restOfSetIdOffset + (word - 1) * 4;
                BinaryPrimitives.WriteUInt32BigEndian(id[(word * 4)..], BinaryPrimitives.ReadUInt32LittleEndian(super[at..]));
            }
            return new FileSystemSignature(RaidMember, "", ReadUuid(id));
        }
        return null;
    }

    private static FileSystemSignature? DetectFat(BlockDevice partition, ReadOnlySpan<byte> head) =>
        FatBootSector.TryRead(head[..512]) is { } boot
            ? new FileSystemSignature(boot.Kind, FatFileSystem.ReadLabel(partition, boot), FatBootSector.FormatVolumeId(boot.VolumeId))
            : null;

    /// <summary>ISO 9660 has its first descriptor at 32 KiB (ECMA-119, 8.4); btrfs keeps its first superblock at 64 KiB.</summary>
    private static FileSystemSignature? DetectElsewhere(BlockDevice partition)
    {
        const long descriptor = 32 << 10;
        const long superblock = 64 << 10;
        Span<byte> super = stackalloc byte[1024];
        if (partition.Length >= superblock + super.Length)
        {
            partition.Read(superblock, super);
            if (super.Slice(0x40, 8).SequenceEqual("_BHRfS_M"u8))
            {
                return new FileSystemSignature("btrfs", ReadText(super.Slice(0x12B, 256)), ReadUuid(super.Slice(0x20, 16)));
            }
        }
        if (partition.Length >= descriptor + super.Length)
        {
            partition.Read(descriptor, super);
            if (super.Slice(1, 5).SequenceEqual("CD001"u8))
            {
                return new FileSystemSignature("iso9660", ReadText(super.Slice(0x28, 32)).TrimEnd(' '), "");
            }
        }
        return null;
    }

    private static string ReadText(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    private static string ReadUuid(ReadOnlySpan<byte> bytes) =>
        bytes.ContainsAnyExcept((byte)0) ? new Guid(bytes, bigEndian: true).ToString("D") : "";
}
