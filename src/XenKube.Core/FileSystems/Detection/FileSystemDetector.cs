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

    public static FileSystemSignature? Detect(BlockDevice partition)
    {
        if (partition.Length < 512)
        {
            return null;
        }
        Span<byte> buffer = stackalloc byte[HeadLength];
        var head = buffer[..(int)Math.Min(HeadLength, partition.Length)];
        partition.Read(0, head);
        return DetectExt(head) ?? DetectByHead(head) ?? DetectFat(partition, head) ?? DetectElsewhere(partition);
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
            return new FileSystemSignature("ntfs", "", BinaryPrimitives.ReadUInt64LittleEndian(head[0x48..]).ToString("X16", System.Globalization.CultureInfo.InvariantCulture));
        }
        if (head.Slice(3, 8).SequenceEqual("EXFAT   "u8))
        {
            return new FileSystemSignature("exfat", "", FatBootSector.FormatVolumeId(BinaryPrimitives.ReadUInt32LittleEndian(head[0x64..])));
        }
        if (head.Length >= HeadLength && BinaryPrimitives.ReadUInt32LittleEndian(head[1024..]) == 0xF2F52010)
        {
            return new FileSystemSignature("f2fs", "", ReadUuid(head.Slice(1024 + 0x6C, 16)));
        }
        if (head.Length >= HeadLength && (head.Slice(HeadLength - 10, 10).SequenceEqual("SWAPSPACE2"u8) || head.Slice(HeadLength - 10, 10).SequenceEqual("SWAP-SPACE"u8)))
        {
            return head[HeadLength - 1] == (byte)'2'
                ? new FileSystemSignature("linux-swap(v1)", ReadText(head.Slice(0x41C, 16)), ReadUuid(head.Slice(0x40C, 16)))
                : new FileSystemSignature("linux-swap(v0)", "", "");
        }
        return null;
    }

    private static FileSystemSignature? DetectFat(BlockDevice partition, ReadOnlySpan<byte> head) =>
        FatBootSector.TryRead(head[..512]) is { } boot
            ? new FileSystemSignature(boot.Kind, FatFileSystem.ReadLabel(partition, boot), FatBootSector.FormatVolumeId(boot.VolumeId))
            : null;

    /// <summary>btrfs keeps its first superblock at 64 KiB.</summary>
    private static FileSystemSignature? DetectElsewhere(BlockDevice partition)
    {
        const long superblock = 64 << 10;
        if (partition.Length < superblock + 1024)
        {
            return null;
        }
        Span<byte> super = stackalloc byte[1024];
        partition.Read(superblock, super);
        return super.Slice(0x40, 8).SequenceEqual("_BHRfS_M"u8)
            ? new FileSystemSignature("btrfs", ReadText(super.Slice(0x12B, 256)), ReadUuid(super.Slice(0x20, 16)))
            : null;
    }

    private static string ReadText(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    private static string ReadUuid(ReadOnlySpan<byte> bytes) =>
        bytes.ContainsAnyExcept((byte)0) ? new Guid(bytes, bigEndian: true).ToString("D") : "";
}
