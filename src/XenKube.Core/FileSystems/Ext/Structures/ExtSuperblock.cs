using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using XenKube.Checksums;

namespace XenKube.FileSystems.Ext.Structures;

/// <summary>
/// The superblock, 1024 bytes at byte 1024 of the file system. The geometry in it never changes while XenKube has it open;
/// the counters do, and are read and written in place by the static members.
/// </summary>
internal sealed class ExtSuperblock
{
    public const int Offset = 1024;
    public const int Size = 1024;

    /// <summary>All that an edit changes lies in the first sector; only the checksum lies in the second.</summary>
    public const int SectorSize = 512;

    private const int ChecksumAt = 0x3FC;

    // s_snapshot_id: of use only together with the has_snapshot feature, which no released kernel ever had.
    private const int SpareAt = 0x184;

    private readonly byte[] _bytes;

    private ExtSuperblock(byte[] bytes) => _bytes = bytes;

    public long InodeCount => U32(0x00);

    public long BlockCount => Wide(_bytes, 0x04, Is(IncompatibleFeatures.SixtyFourBit) ? 0x150 : -1);

    public long FirstDataBlock => U32(0x14);

    public int BlockSize => 1024 << (int)U32(0x18);

    public int ClusterRatio => Is(ReadOnlyFeatures.BigAllocation) ? 1 << (int)(U32(0x1C) - U32(0x18)) : 1;

    public int BlocksPerGroup => (int)U32(0x20);

    public int ClustersPerGroup => Is(ReadOnlyFeatures.BigAllocation) ? (int)U32(0x24) : BlocksPerGroup;

    public int InodesPerGroup => (int)U32(0x28);

    public int InodeSize => U32(0x4C) == 0 ? 128 : U16(0x58);

    public uint FirstInode => U32(0x4C) == 0 ? 11 : U32(0x54);

    public CompatibleFeatures Compatible => (CompatibleFeatures)U32(0x5C);

    public IncompatibleFeatures Incompatible => (IncompatibleFeatures)U32(0x60);

    public ReadOnlyFeatures ReadOnly => (ReadOnlyFeatures)U32(0x64);

    public ReadOnlySpan<byte> UuidBytes => _bytes.AsSpan(0x68, 16);

    public string Uuid => new Guid(UuidBytes, bigEndian: true).ToString();

    public string Label => Encoding.UTF8.GetString(_bytes.AsSpan(0x78, 16)).Split('\0')[0];

    public int ReservedDescriptorBlocks => U16(0xCE);

    public uint JournalInode => U32(0xE0);

    public uint JournalDevice => U32(0xE4);

    public ReadOnlySpan<byte> HashSeed => _bytes.AsSpan(0xEC, 16);

    public int DescriptorSize => Is(IncompatibleFeatures.SixtyFourBit) ? U16(0xFE) : 32;

    public long FirstMetaGroup => U32(0x104);

    public int WantedExtraSize => U16(0x15E);

    public bool HashIsUnsigned => (U32(0x160) & 0x2) != 0;

    /// <summary>False on a file system of before 2007 that no kernel has noted its kind of <c>char</c> in.</summary>
    public bool HashSignIsKnown => (U32(0x160) & 0x3) != 0;

    public int GroupsPerFlex => Is(IncompatibleFeatures.FlexibleGroups) && _bytes[0x174] < 31 ? 1 << _bytes[0x174] : 1;

    public (long First, long Second) BackupGroups => (U32(0x24C), U32(0x250));

    public uint ChecksumSeed => Is(IncompatibleFeatures.ChecksumSeed) ? U32(0x270) : Crc32C.Append(Crc32C.Start, UuidBytes);

    public uint OrphanFileInode => U32(0x280);

    public byte DefaultHashVersion => _bytes[0xFC];

    /// <summary>How many block groups; the last may be shorter.</summary>
    public int GroupCount => (int)((BlockCount - FirstDataBlock + BlocksPerGroup - 1) / BlocksPerGroup);

    public bool HasMetadataChecksums => Is(ReadOnlyFeatures.MetadataChecksums);

    /// <summary>True where group descriptors have a checksum and the flags for groups not yet initialised count.</summary>
    public bool HasGroupChecksums => (ReadOnly & (ReadOnlyFeatures.MetadataChecksums | ReadOnlyFeatures.GroupChecksums)) != 0;

    public bool HasJournal => Is(CompatibleFeatures.HasJournal);

    public bool NeedsRecovery => Is(IncompatibleFeatures.Recover);

    public bool IsClean => (U16(0x3A) & 1) != 0;

    public bool HasErrors => (U16(0x3A) & 2) != 0;

    public bool Is(CompatibleFeatures feature) => (Compatible & feature) != 0;

    public bool Is(IncompatibleFeatures feature) => (Incompatible & feature) != 0;

    public bool Is(ReadOnlyFeatures feature) => (ReadOnly & feature) != 0;

    /// <summary>Reads and checks a superblock.</summary>
    /// <param name="bytes">Its 1024 bytes, kept.</param>
    /// <param name="deviceLength">Length of what it claims to describe.</param>
    public static ExtSuperblock Read(byte[] bytes, long deviceLength)
    {
        var superblock = new ExtSuperblock(bytes);
        if (superblock.U16(0x38) != 0xEF53)
        {
            throw Broken("there is no ext2, ext3 or ext4 file system (magic number EF53 missing)");
        }
        superblock.CheckFeatures();
        if (superblock.HasMetadataChecksums)
        {
            if (bytes[0x175] != 1)
            {
                throw Broken($"checksum type {bytes[0x175]} is not crc32c");
            }
            if (superblock.U32(ChecksumAt) != Crc32C.Append(Crc32C.Start, bytes.AsSpan(0, ChecksumAt)))
            {
                throw Broken("its checksum is wrong");
            }
        }
        superblock.CheckGeometry(deviceLength);
        return superblock;
    }

    public static long FreeBlocks(ReadOnlySpan<byte> bytes, bool wide) => Wide(bytes, 0x0C, wide ? 0x158 : -1);

    public static void SetFreeBlocks(Span<byte> bytes, bool wide, long value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[0x0C..], (uint)value);
        if (wide)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[0x158..], (uint)(value >> 32));
        }
    }

    public static uint FreeInodes(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[0x10..]);

    public static void SetFreeInodes(Span<byte> bytes, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(bytes[0x10..], value);

    public static void SetWriteTime(Span<byte> bytes, long seconds) => BinaryPrimitives.WriteUInt32LittleEndian(bytes[0x30..], (uint)seconds);

    public static uint LastOrphan(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[0xE8..]);

    public static void SetLastOrphan(Span<byte> bytes, uint inode) => BinaryPrimitives.WriteUInt32LittleEndian(bytes[0xE8..], inode);

    public static void SetNeedsRecovery(Span<byte> bytes, bool value) => SetBit(bytes[0x60..], (uint)IncompatibleFeatures.Recover, value);

    public static void SetOrphanPresent(Span<byte> bytes, bool value) => SetBit(bytes[0x64..], (uint)ReadOnlyFeatures.OrphanPresent, value);

    public static void SetLargeFile(Span<byte> bytes) => SetBit(bytes[0x64..], (uint)ReadOnlyFeatures.LargeFile, true);

    /// <summary>The bit of s_state that a clean unmount sets.</summary>
    public static void SetClean(Span<byte> bytes, bool value) => SetBit(bytes[0x38..], 0x10000, value);

    /// <summary>
    /// Makes the checksum right again without touching it: a spare field of the first sector takes up the difference.
    /// With the checksum rewritten, an update would be two sectors, and a crash between the two would leave a superblock
    /// that no kernel mounts, replay or not.
    /// </summary>
    public void Seal(Span<byte> bytes)
    {
        if (!HasMetadataChecksums)
        {
            return;
        }
        if (Is(ReadOnlyFeatures.Snapshot))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[ChecksumAt..], Crc32C.Append(Crc32C.Start, bytes[..ChecksumAt]));
            return;
        }
        var wanted = BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumAt..]);
        var spare = Crc32C.Solve(bytes[..SpareAt], bytes[(SpareAt + 4)..ChecksumAt], wanted);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[SpareAt..], spare);
    }

    private void CheckFeatures()
    {
        var unknown = Incompatible & ~IncompatibleFeatures.Readable;
        if (unknown != 0)
        {
            var name = string.Join(", ", FeatureNames.Of(unknown));
            throw new UnsupportedFeatureException(null, "superblock", name, unknown == IncompatibleFeatures.JournalDevice
                ? "this is an external journal, not a file system" : "Mount the image with a kernel that knows it");
        }
    }

    private void CheckGeometry(long deviceLength)
    {
        if (U32(0x4C) > 1)
        {
            throw Broken($"revision {U32(0x4C)} is not known");
        }
        if (U32(0x18) > 6)
        {
            throw Broken($"block size 2^{U32(0x18) + 10L} is too large");
        }
        var bits = BlockSize * 8;
        if (Is(ReadOnlyFeatures.BigAllocation) && (U32(0x1C) < U32(0x18) || U32(0x1C) > 20 || U32(0x24) == 0 || U32(0x24) > bits))
        {
            throw Broken("the cluster geometry is impossible");
        }
        if (U32(0x20) == 0 || U32(0x20) > (long)bits * ClusterRatio || U32(0x20) % ClusterRatio != 0
            || (long)ClustersPerGroup * ClusterRatio != BlocksPerGroup)
        {
            throw Broken($"{U32(0x20)} blocks in a group are impossible");
        }
        if (U32(0x28) == 0 || U32(0x28) > bits)
        {
            throw Broken($"{U32(0x28)} inodes in a group are impossible");
        }
        if (InodeSize < 128 || InodeSize > BlockSize || !BitOperations.IsPow2(InodeSize))
        {
            throw Broken($"inode size {InodeSize} is impossible");
        }
        if (Is(IncompatibleFeatures.SixtyFourBit) && (DescriptorSize < 64 || DescriptorSize > 1024 || !BitOperations.IsPow2(DescriptorSize)))
        {
            throw Broken($"group descriptor size {DescriptorSize} is impossible");
        }
        if (FirstDataBlock > 1 || (FirstDataBlock == 1 && BlockSize != 1024))
        {
            throw Broken($"first data block {FirstDataBlock} is impossible");
        }
        if (BlockCount <= FirstDataBlock || BlockCount > deviceLength / BlockSize)
        {
            throw Broken($"its {BlockCount} blocks of {BlockSize} bytes do not fit on a device of {deviceLength} bytes");
        }
        if ((long)GroupCount * InodesPerGroup != InodeCount)
        {
            throw Broken($"{InodeCount} inodes are not {GroupCount} groups of {InodesPerGroup}");
        }
    }

    private static CorruptImageException Broken(string reason) => CorruptImageException.At("superblock", Offset, reason);

    private static long Wide(ReadOnlySpan<byte> bytes, int low, int high)
    {
        long value = BinaryPrimitives.ReadUInt32LittleEndian(bytes[low..]);
        // A top bit would make it negative; such a number is refused by the bounds checks as it is with the sign kept off.
        return high < 0 ? value : value | (long)(BinaryPrimitives.ReadUInt32LittleEndian(bytes[high..]) & 0x7FFFFFFF) << 32;
    }

    private static void SetBit(Span<byte> field, uint bit, bool value)
    {
        var now = BinaryPrimitives.ReadUInt32LittleEndian(field);
        BinaryPrimitives.WriteUInt32LittleEndian(field, value ? now | bit : now & ~bit);
    }

    private ushort U16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(offset));

    private uint U32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(offset));
}
