using System.Buffers.Binary;
using XenKube.Checksums;

namespace XenKube.FileSystems.Ext.Journal;

/// <summary>A tag of a descriptor block: which block of the file system the next block of the log is for.</summary>
/// <param name="Block">The block of the file system.</param>
/// <param name="Flags">Escaped, same UUID, last tag.</param>
/// <param name="Checksum">Checksum of the sequence number and the logged block; 16 bits of it in version 2.</param>
internal readonly record struct JournalTag(long Block, JournalTagFlags Flags, uint Checksum)
{
    public static JournalTag Read(ReadOnlySpan<byte> bytes, JournalSuperblock journal)
    {
        long block = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        if (journal.Is(JournalFeatures.ChecksumsV3))
        {
            block |= (long)(BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]) & 0x7FFFFFFF) << 32;
            return new JournalTag(block, (JournalTagFlags)BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]),
                BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]));
        }
        if (journal.Is(JournalFeatures.SixtyFourBit))
        {
            block |= (long)(BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]) & 0x7FFFFFFF) << 32;
        }
        return new JournalTag(block, (JournalTagFlags)BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]),
            BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]));
    }

    public void Write(Span<byte> bytes, JournalSuperblock journal)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)Block);
        if (journal.Is(JournalFeatures.ChecksumsV3))
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], (uint)Flags);
            BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], (uint)(Block >> 32));
            BinaryPrimitives.WriteUInt32BigEndian(bytes[12..], Checksum);
            return;
        }
        BinaryPrimitives.WriteUInt16BigEndian(bytes[4..], (ushort)Checksum);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], (ushort)Flags);
        if (journal.Is(JournalFeatures.SixtyFourBit))
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], (uint)(Block >> 32));
        }
    }

    /// <summary>The checksum a tag has for a logged block.</summary>
    public static uint ChecksumOf(JournalSuperblock journal, uint sequence, ReadOnlySpan<byte> logged)
    {
        if (!journal.HasBlockChecksums)
        {
            return 0;
        }
        var crc = Crc32C.Append(Crc32C.Append(journal.ChecksumSeed, BinaryPrimitives.ReverseEndianness(sequence)), logged);
        return journal.Is(JournalFeatures.ChecksumsV3) ? crc : crc & 0xFFFF;
    }
}
