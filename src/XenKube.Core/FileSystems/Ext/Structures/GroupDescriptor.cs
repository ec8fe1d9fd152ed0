using System.Buffers.Binary;
using XenKube.Checksums;

namespace XenKube.FileSystems.Ext.Structures;

/// <summary>A block group descriptor, 32 bytes, or 64 and more with the 64bit feature. Bytes not named here are kept.</summary>
internal readonly record struct GroupDescriptor(
    long BlockBitmap, long InodeBitmap, long InodeTable, long FreeBlocks, long FreeInodes, long UsedDirectories,
    GroupFlags Flags, long UnusedInodes, uint BlockBitmapChecksum, uint InodeBitmapChecksum)
{
    private const int ChecksumAt = 0x1E;

    public static GroupDescriptor Read(ReadOnlySpan<byte> bytes)
    {
        var wide = bytes.Length >= 64;
        return new GroupDescriptor(
            Wide(bytes, 0x00, wide ? 0x20 : -1),
            Wide(bytes, 0x04, wide ? 0x24 : -1),
            Wide(bytes, 0x08, wide ? 0x28 : -1),
            Narrow(bytes, 0x0C, wide ? 0x2C : -1),
            Narrow(bytes, 0x0E, wide ? 0x2E : -1),
            Narrow(bytes, 0x10, wide ? 0x30 : -1),
            (GroupFlags)BinaryPrimitives.ReadUInt16LittleEndian(bytes[0x12..]),
            Narrow(bytes, 0x1C, wide ? 0x32 : -1),
            (uint)Narrow(bytes, 0x18, wide ? 0x38 : -1),
            (uint)Narrow(bytes, 0x1A, wide ? 0x3A : -1));
    }

    /// <summary>Writes what an edit changes; the places of bitmaps and tables never move.</summary>
    public void Write(Span<byte> bytes)
    {
        var wide = bytes.Length >= 64;
        SetNarrow(bytes, 0x0C, wide ? 0x2C : -1, FreeBlocks);
        SetNarrow(bytes, 0x0E, wide ? 0x2E : -1, FreeInodes);
        SetNarrow(bytes, 0x10, wide ? 0x30 : -1, UsedDirectories);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[0x12..], (ushort)Flags);
        SetNarrow(bytes, 0x1C, wide ? 0x32 : -1, UnusedInodes);
        SetNarrow(bytes, 0x18, wide ? 0x38 : -1, BlockBitmapChecksum);
        SetNarrow(bytes, 0x1A, wide ? 0x3A : -1, InodeBitmapChecksum);
    }

    /// <summary>bg_checksum: crc32c cut to 16 bits with metadata_csum, else crc16 over everything but itself.</summary>
    public static ushort Checksum(ExtSuperblock superblock, int group, ReadOnlySpan<byte> bytes)
    {
        if (superblock.HasMetadataChecksums)
        {
            var crc = Crc32C.Append(Crc32C.Append(superblock.ChecksumSeed, (uint)group), bytes[..ChecksumAt]);
            return (ushort)Crc32C.Append(Crc32C.Append(crc, [0, 0]), bytes[(ChecksumAt + 2)..]);
        }
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(number, (uint)group);
        var old = Crc16.Append(Crc16.Append(Crc16.Append(0xFFFF, superblock.UuidBytes), number), bytes[..ChecksumAt]);
        return bytes.Length > 32 ? Crc16.Append(old, bytes[(ChecksumAt + 2)..]) : old;
    }

    public static ushort StoredChecksum(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[ChecksumAt..]);

    public static void StoreChecksum(Span<byte> bytes, ushort value) =>
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[ChecksumAt..], value);

    private static long Wide(ReadOnlySpan<byte> bytes, int low, int high) =>
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[low..])
            | (high < 0 ? 0 : (long)(BinaryPrimitives.ReadUInt32LittleEndian(bytes[high..]) & 0x7FFFFFFF) << 32);

    private static long Narrow(ReadOnlySpan<byte> bytes, int low, int high) =>
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[low..])
            | (high < 0 ? 0 : (long)BinaryPrimitives.ReadUInt16LittleEndian(bytes[high..]) << 16);

    private static void SetNarrow(Span<byte> bytes, int low, int high, long value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[low..], (ushort)value);
        if (high >= 0)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes[high..], (ushort)(value >> 16));
        }
    }
}
