using System.Buffers.Binary;
using XenKube.Checksums;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Journal;

/// <summary>The common head of the blocks of the log that are not copies: magic number, type, sequence number.</summary>
internal readonly record struct JournalBlock(uint Type, uint Sequence)
{
    public const int HeaderSize = 12;
    public const uint Descriptor = 1;
    public const uint Commit = 2;
    public const uint Revoke = 5;

    /// <summary>Size of the checksum at the end of a descriptor or revoke block.</summary>
    public const int TailSize = 4;

    /// <summary>Where a commit block has its checksum, and its time.</summary>
    public const int CommitChecksumAt = 0x10;
    public const int CommitTimeAt = 0x30;

    /// <summary>The header of a block; null if it has none.</summary>
    public static JournalBlock? Read(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32BigEndian(bytes) != JournalView.Magic
        ? null : new JournalBlock(BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]), BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]));

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, JournalView.Magic);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], Type);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], Sequence);
    }

    /// <summary>Checksum of a descriptor or revoke block: all of it, its last four bytes as zeros.</summary>
    public static uint TailChecksum(JournalSuperblock journal, ReadOnlySpan<byte> bytes) =>
        Crc32C.Append(Crc32C.Append(journal.ChecksumSeed, bytes[..^TailSize]), 0u);

    /// <summary>Checksum of a commit block: all of it, the checksum as zeros.</summary>
    public static uint CommitChecksum(JournalSuperblock journal, ReadOnlySpan<byte> bytes)
    {
        var crc = Crc32C.Append(journal.ChecksumSeed, bytes[..CommitChecksumAt]);
        return Crc32C.Append(Crc32C.Append(crc, 0u), bytes[(CommitChecksumAt + 4)..]);
    }
}
