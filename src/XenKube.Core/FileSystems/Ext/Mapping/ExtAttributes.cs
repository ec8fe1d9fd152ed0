using System.Buffers.Binary;
using System.Globalization;
using XenKube.Checksums;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Mapping;

/// <summary>The extended attributes of inodes: in the inode after its fields, and in a block that several inodes may share.</summary>
internal sealed class ExtAttributes(ExtVolume volume)
{
    private const int BlockHeaderSize = 32;
    private const int ReferencesAt = 0x04;
    private const int BlocksAt = 0x08;
    private const int HashAt = 0x0C;
    private const int ChecksumAt = 0x10;

    /// <summary>The attributes inside the inode.</summary>
    public List<AttributeEntry> ReadBody(ExtInode inode)
    {
        var entries = new List<AttributeEntry>();
        var area = Body(inode);
        if (area.Length >= 4 && AttributeEntry.Read(area, 0, entries) is { } problem)
        {
            throw new CorruptImageException(ErrorIds.CorruptImage, volume.Store.Device.Name,
                string.Create(CultureInfo.InvariantCulture, $"inode {inode.Number}"), problem);
        }
        return entries;
    }

    /// <summary>Replaces the attributes inside the inode.</summary>
    /// <returns>False where there is not room enough; nothing was changed.</returns>
    public static bool TryWriteBody(ExtInode inode, IReadOnlyList<AttributeEntry> entries)
    {
        var start = ExtInode.CoreSize + inode.ExtraSize;
        var room = start < inode.Bytes.Length ? inode.Bytes.AsSpan(start) : [];
        if (entries.Count == 0)
        {
            room.Clear();
            return true;
        }
        if (room.Length <= 8 || !AttributeEntry.Write(room[4..], entries))
        {
            return false;
        }
        BinaryPrimitives.WriteUInt32LittleEndian(room, AttributeEntry.Magic);
        return true;
    }

    /// <summary>Fills a new block with attributes; it belongs to one inode.</summary>
    /// <returns>False where they do not fit.</returns>
    public bool TryCreateBlock(long block, IEnumerable<AttributeEntry> entries)
    {
        // The kernel searches them in this order (ext4_xattr_find_entry, sorted).
        var sorted = entries.OrderBy(entry => entry.Prefix).ThenBy(entry => entry.Name.Length)
            .ThenBy(entry => entry.Name, StringComparer.Ordinal).ToList();
        var bytes = volume.Store.Create(block);
        if (!AttributeEntry.Write(bytes.AsSpan(BlockHeaderSize), sorted, BlockHeaderSize))
        {
            return false;
        }
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, AttributeEntry.Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(BlocksAt), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(HashAt), AttributeEntry.HashOf(sorted));
        Share(block, bytes, 1);
        return true;
    }

    /// <summary>The attributes in the inode's attribute block.</summary>
    public List<AttributeEntry> ReadBlock(ExtInode inode)
    {
        var entries = new List<AttributeEntry>();
        if (inode.AttributeBlock != 0)
        {
            var bytes = OpenBlock(inode.AttributeBlock);
            if (AttributeEntry.Read(bytes.AsSpan(BlockHeaderSize), BlockHeaderSize, entries) is { } problem)
            {
                throw volume.Store.Corrupt("attribute block", inode.AttributeBlock, problem);
            }
        }
        return entries;
    }

    /// <summary>How many inodes share the attribute block.</summary>
    public uint References(long block) => BinaryPrimitives.ReadUInt32LittleEndian(OpenBlock(block).AsSpan(ReferencesAt));

    /// <summary>Sets how many inodes share the attribute block.</summary>
    public void SetReferences(long block, uint count)
    {
        OpenBlock(block);
        Share(block, volume.Store.Change(block), count);
    }

    private void Share(long block, byte[] bytes, uint count)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ReferencesAt), count);
        if (volume.Superblock.HasMetadataChecksums)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ChecksumAt), Checksum(block, bytes));
        }
    }

    private byte[] OpenBlock(long block)
    {
        var bytes = volume.Store.Read(block);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != AttributeEntry.Magic)
        {
            throw volume.Store.Corrupt("attribute block", block, "the magic number EA020000 is missing");
        }
        if (volume.Superblock.HasMetadataChecksums
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(ChecksumAt)) != Checksum(block, bytes))
        {
            throw volume.Store.Corrupt("attribute block", block, "its checksum is wrong");
        }
        return bytes;
    }

    private uint Checksum(long block, ReadOnlySpan<byte> bytes)
    {
        var crc = Crc32C.Append(Crc32C.Append(volume.ChecksumSeed, (ulong)block), bytes[..ChecksumAt]);
        return Crc32C.Append(Crc32C.Append(crc, 0u), bytes[(ChecksumAt + 4)..]);
    }

    // From the first entry to the end of the inode; empty where the inode has no attributes.
    private static Span<byte> Body(ExtInode inode)
    {
        var start = 128 + inode.ExtraSize;
        var room = inode.Bytes.AsSpan(Math.Min(start, inode.Bytes.Length));
        return inode.Bytes.Length > 128 && room.Length > 8 && BinaryPrimitives.ReadUInt32LittleEndian(room) == AttributeEntry.Magic
            ? room[4..] : [];
    }
}
