using System.Buffers.Binary;
using XenKube.Checksums;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Journal;

/// <summary>The journal's superblock, 1024 bytes at its start, big endian (jbd2 documentation, "Super Block").</summary>
internal sealed class JournalSuperblock
{
    public const int Size = 1024;

    /// <summary>All that an edit changes is in the first sector, checksum included: an update cannot tear.</summary>
    public const int SectorSize = 512;

    private const int ChecksumAt = 0xFC;
    private readonly byte[] _bytes;

    private JournalSuperblock(byte[] bytes) => _bytes = bytes;

    public int BlockSize => (int)U32(0x0C);

    public uint Length => U32(0x10);

    /// <summary>The first block of the log.</summary>
    public uint First => U32(0x14);

    /// <summary>The first block after the log; the area for fast commits comes after it.</summary>
    public uint End => Length - FastCommitBlocks;

    public uint FastCommitBlocks => Is(JournalFeatures.FastCommit) ? (U32(0x54) == 0 ? 256 : U32(0x54)) : 0;

    /// <summary>The sequence number of the first transaction in the log, or of the next one where the log is empty.</summary>
    public uint Sequence
    {
        get => U32(0x18);
        set => Set32(0x18, value);
    }

    /// <summary>Where the log begins; 0 if it is empty.</summary>
    public uint Start
    {
        get => U32(0x1C);
        set => Set32(0x1C, value);
    }

    public uint Error => U32(0x20);

    /// <summary>The old checksums: one over all of a transaction, in its commit block.</summary>
    public bool HasTransactionChecksums => Version2 && (U32(0x24) & 1) != 0;

    public JournalFeatures Features => Version2 ? (JournalFeatures)U32(0x28) : JournalFeatures.None;

    public ReadOnlySpan<byte> UuidBytes => _bytes.AsSpan(0x30, 16);

    public bool HasBlockChecksums => Is(JournalFeatures.ChecksumsV2 | JournalFeatures.ChecksumsV3);

    public uint ChecksumSeed => Crc32C.Append(Crc32C.Start, UuidBytes);

    /// <summary>journal_tag_bytes: 16 with v3 checksums; else 8, 4 more for 64-bit numbers, 2 more for v2 checksums.</summary>
    public int TagSize => Is(JournalFeatures.ChecksumsV3) ? 16
        : 8 + (Is(JournalFeatures.SixtyFourBit) ? 4 : 0) + (Is(JournalFeatures.ChecksumsV2) ? 2 : 0);

    public ReadOnlySpan<byte> FirstSector => _bytes.AsSpan(0, SectorSize);

    private bool Version2 => U32(0x04) == 4;

    public bool Is(JournalFeatures feature) => (Features & feature) != 0;

    /// <summary>Reads and checks the journal's superblock; says what is wrong through <paramref name="problem"/>.</summary>
    public static JournalSuperblock? Read(byte[] bytes, int blockSize, long blocksMapped, out string? problem)
    {
        var superblock = new JournalSuperblock(bytes);
        problem = superblock.Problem(blockSize, blocksMapped);
        return problem is null ? superblock : null;
    }

    /// <summary>Puts the checksum right after a change.</summary>
    public void Seal()
    {
        if (HasBlockChecksums)
        {
            Set32(ChecksumAt, Checksum());
        }
    }

    private string? Problem(int blockSize, long blocksMapped)
    {
        if (U32(0x00) != JournalView.Magic || U32(0x04) is not (3 or 4))
        {
            return "it is not a journal (magic number C03B3998 missing)";
        }
        if (BlockSize != blockSize)
        {
            return $"its block size {U32(0x0C)} is not the file system's";
        }
        if (Is(JournalFeatures.ChecksumsV2) && Is(JournalFeatures.ChecksumsV3))
        {
            return "it claims two kinds of checksums at once";
        }
        if (HasBlockChecksums && (_bytes[0x50] != 4 || U32(ChecksumAt) != Checksum()))
        {
            return "its checksum is wrong";
        }
        if (Length > blocksMapped || FastCommitBlocks >= Length || First == 0 || First >= End)
        {
            return "its length is impossible";
        }
        return Start != 0 && (Start < First || Start >= End) ? "its log begins outside of it" : null;
    }

    private uint Checksum()
    {
        var crc = Crc32C.Append(Crc32C.Start, _bytes.AsSpan(0, ChecksumAt));
        return Crc32C.Append(Crc32C.Append(crc, 0u), _bytes.AsSpan(ChecksumAt + 4));
    }

    private uint U32(int offset) => BinaryPrimitives.ReadUInt32BigEndian(_bytes.AsSpan(offset));

    private void Set32(int offset, uint value) => BinaryPrimitives.WriteUInt32BigEndian(_bytes.AsSpan(offset), value);
}
