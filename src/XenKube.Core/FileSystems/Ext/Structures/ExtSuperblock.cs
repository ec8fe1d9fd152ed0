using System.Buffers.Binary;
using System.Text;
using XenKube.Checksums;

namespace XenKube.FileSystems.Ext.Structures;

/// <summary>
/// The superblock, 1024 bytes at byte 1024 of the file system. The geometry in it never changes while XenKube has it open;
/// the counters do, and are read and written in place by the static members.
/// </summary>
internal sealed partial class ExtSuperblock
{
    public const int Offset = 1024;
    public const int Size = 1024;

    /// <summary>All that an edit changes is in the first sector; only the checksum is in the second.</summary>
    public const int SectorSize = 512;

    private const ushort Magic = 0xEF53;
    private const int OldInodeSize = 128;
    private const int UuidSize = 16;
    private const int LabelSize = 16;
    private const uint SignedHash = 1;
    private const uint UnsignedHash = 2;
    private const int CleanState = 1;
    private const int ErrorState = 2;
    private const int LargestBlockShift = 6;
    private const int LargestClusterShift = 20;
    private const uint OldFirstInode = 11;
    private const byte Crc32CChecksumType = 1;

    // The least that mke2fs -g takes. Smaller groups would be millions.
    private const int SmallestGroup = 256;

    // The fields that several members read, or that an edit changes, by the kernel's names (fs/ext4/ext4.h, struct ext4_super_block).
    private const int BlockCountAt = 0x04;
    private const int FreeBlocksAt = 0x0C;
    private const int FreeInodesAt = 0x10;
    private const int WriteTimeAt = 0x30;
    private const int MagicAt = 0x38;
    private const int StateAt = 0x3A;
    private const int CompatibleAt = 0x5C;
    private const int IncompatibleAt = 0x60;
    private const int ReadOnlyAt = 0x64;
    private const int UuidAt = 0x68;
    private const int LabelAt = 0x78;
    private const int LastOrphanAt = 0xE8;
    private const int BlockCountHighAt = 0x150;
    private const int FreeBlocksHighAt = 0x158;
    private const int HashFlagsAt = 0x160;
    private const int FlexShiftAt = 0x174;
    private const int ChecksumTypeAt = 0x175;
    private const int ChecksumAt = 0x3FC;

    // s_snapshot_id: used only together with the has_snapshot feature, which no released kernel ever had.
    private const int SpareAt = 0x184;

    private readonly byte[] _bytes;

    private ExtSuperblock(byte[] bytes) => _bytes = bytes;

    public long InodeCount => U32(0x00);

    public long BlockCount => Wide(_bytes, BlockCountAt, Is(IncompatibleFeatures.SixtyFourBit) ? BlockCountHighAt : -1);

    public long FirstDataBlock => U32(0x14);

    /// <summary>s_rev_level: 0 for the fixed sizes of before 1995, 1 for sizes of its own.</summary>
    public uint Revision => U32(0x4C);

    /// <summary>s_log_block_size: the block size is 1024 shifted by it.</summary>
    public uint BlockShift => U32(0x18);

    /// <summary>s_log_cluster_size: the same for clusters.</summary>
    public uint ClusterShift => U32(0x1C);

    public int BlockSize => 1024 << (int)BlockShift;

    public int ClusterRatio => Is(ReadOnlyFeatures.BigAllocation) ? 1 << (int)(ClusterShift - BlockShift) : 1;

    public int BlocksPerGroup => (int)U32(0x20);

    public int ClustersPerGroup => Is(ReadOnlyFeatures.BigAllocation) ? (int)U32(0x24) : BlocksPerGroup;

    public int InodesPerGroup => (int)U32(0x28);

    public int InodeSize => Revision == 0 ? OldInodeSize : U16(0x58);

    public uint FirstInode => Revision == 0 ? OldFirstInode : U32(0x54);

    public CompatibleFeatures Compatible => (CompatibleFeatures)U32(CompatibleAt);

    public IncompatibleFeatures Incompatible => (IncompatibleFeatures)U32(IncompatibleAt);

    public ReadOnlyFeatures ReadOnly => (ReadOnlyFeatures)U32(ReadOnlyAt);

    public ReadOnlySpan<byte> UuidBytes => _bytes.AsSpan(UuidAt, UuidSize);

    public string Uuid => new Guid(UuidBytes, bigEndian: true).ToString();

    public string Label => Encoding.UTF8.GetString(_bytes.AsSpan(LabelAt, LabelSize)).Split('\0')[0];

    public int ReservedDescriptorBlocks => U16(0xCE);

    public uint JournalInode => U32(0xE0);

    public uint JournalDevice => U32(0xE4);

    public ReadOnlySpan<byte> HashSeed => _bytes.AsSpan(0xEC, 16);

    public int DescriptorSize => Is(IncompatibleFeatures.SixtyFourBit) ? U16(0xFE) : 32;

    public long FirstMetaGroup => U32(0x104);

    public int WantedExtraSize => U16(0x15E);

    public bool HashIsUnsigned => (U32(HashFlagsAt) & UnsignedHash) != 0;

    /// <summary>False on a file system of before 2007 that no kernel has noted its kind of <c>char</c> in.</summary>
    public bool HashSignIsKnown => (U32(HashFlagsAt) & (SignedHash | UnsignedHash)) != 0;

    public int GroupsPerFlex => Is(IncompatibleFeatures.FlexibleGroups) && _bytes[FlexShiftAt] < 31 ? 1 << _bytes[FlexShiftAt] : 1;

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

    public bool IsClean => (U16(StateAt) & CleanState) != 0;

    public bool HasErrors => (U16(StateAt) & ErrorState) != 0;

    public bool Is(CompatibleFeatures feature) => (Compatible & feature) != 0;

    public bool Is(IncompatibleFeatures feature) => (Incompatible & feature) != 0;

    public bool Is(ReadOnlyFeatures feature) => (ReadOnly & feature) != 0;

    /// <summary>Which of the three it is.</summary>
    public string Kind => KindOf(_bytes)!;

    /// <summary>
    /// Which of the three a superblock is of, as parted tells them apart (libparted/fs/ext2/interface.c): without a journal ext2;
    /// with one ext4 if it has a feature that an ext3 driver of before ext4 would have refused at mke2fs's defaults, else ext3. libblkid
    /// has another rule: to it a feature that the old drivers do not know makes an ext4 of any of them.
    /// </summary>
    /// <param name="bytes">Its 1024 bytes, unchecked.</param>
    /// <returns>ext2, ext3 or ext4; null if the magic number is missing.</returns>
    public static string? KindOf(ReadOnlySpan<byte> bytes)
    {
        const IncompatibleFeatures modern =
            IncompatibleFeatures.Extents | IncompatibleFeatures.SixtyFourBit | IncompatibleFeatures.FlexibleGroups;
        const ReadOnlyFeatures modernReadOnly =
            ReadOnlyFeatures.HugeFile | ReadOnlyFeatures.GroupChecksums | ReadOnlyFeatures.DirectoryLinks;
        if (BinaryPrimitives.ReadUInt16LittleEndian(bytes[MagicAt..]) != Magic)
        {
            return null;
        }
        if (((CompatibleFeatures)BinaryPrimitives.ReadUInt32LittleEndian(bytes[CompatibleAt..]) & CompatibleFeatures.HasJournal) == 0)
        {
            return "ext2";
        }
        return ((IncompatibleFeatures)BinaryPrimitives.ReadUInt32LittleEndian(bytes[IncompatibleAt..]) & modern) != 0
            || ((ReadOnlyFeatures)BinaryPrimitives.ReadUInt32LittleEndian(bytes[ReadOnlyAt..]) & modernReadOnly) != 0 ? "ext4" : "ext3";
    }

    /// <summary>The bytes of the label in a superblock that is not checked; zeros fill it up.</summary>
    public static ReadOnlySpan<byte> LabelOf(ReadOnlySpan<byte> bytes) => bytes.Slice(LabelAt, LabelSize);

    /// <summary>The bytes of the UUID in a superblock that is not checked.</summary>
    public static ReadOnlySpan<byte> UuidOf(ReadOnlySpan<byte> bytes) => bytes.Slice(UuidAt, UuidSize);

    /// <summary>True where this can be a later state of another superblock: what no resize and no mount changes is the same.</summary>
    public bool HasGeometryOf(ExtSuperblock other) =>
        (BlockSize, ClusterRatio, FirstDataBlock, BlocksPerGroup, InodesPerGroup, InodeSize, DescriptorSize)
            == (other.BlockSize, other.ClusterRatio, other.FirstDataBlock, other.BlocksPerGroup, other.InodesPerGroup, other.InodeSize,
                other.DescriptorSize)
        && (HasJournal, JournalInode, ChecksumSeed, HasMetadataChecksums, HasGroupChecksums)
            == (other.HasJournal, other.JournalInode, other.ChecksumSeed, other.HasMetadataChecksums, other.HasGroupChecksums);

    /// <summary>Reads and checks a superblock.</summary>
    /// <param name="bytes">Its 1024 bytes, kept.</param>
    /// <param name="deviceLength">Length of what it claims to describe.</param>
    public static ExtSuperblock Read(byte[] bytes, long deviceLength)
    {
        var superblock = new ExtSuperblock(bytes);
        if (superblock.U16(MagicAt) != Magic)
        {
            throw Broken("there is no ext2, ext3 or ext4 file system (magic number EF53 missing)");
        }
        superblock.CheckFeatures();
        if (superblock.HasMetadataChecksums)
        {
            if (bytes[ChecksumTypeAt] != Crc32CChecksumType)
            {
                throw Broken($"checksum type {bytes[ChecksumTypeAt]} is not crc32c");
            }
            if (superblock.U32(ChecksumAt) != Crc32C.Append(Crc32C.Start, bytes.AsSpan(0, ChecksumAt)))
            {
                throw Broken("its checksum is wrong");
            }
        }
        superblock.CheckGeometry(deviceLength);
        return superblock;
    }

    public static long FreeBlocks(ReadOnlySpan<byte> bytes, bool wide) => Wide(bytes, FreeBlocksAt, wide ? FreeBlocksHighAt : -1);

    public static void SetFreeBlocks(Span<byte> bytes, bool wide, long value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[FreeBlocksAt..], (uint)value);
        if (wide)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[FreeBlocksHighAt..], (uint)(value >> 32));
        }
    }

    public static uint FreeInodes(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[FreeInodesAt..]);

    public static void SetFreeInodes(Span<byte> bytes, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[FreeInodesAt..], value);

    public static void SetWriteTime(Span<byte> bytes, long seconds) =>
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[WriteTimeAt..], (uint)seconds);

    public static uint LastOrphan(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[LastOrphanAt..]);

    public static void SetLastOrphan(Span<byte> bytes, uint inode) =>
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[LastOrphanAt..], inode);

    public static void SetNeedsRecovery(Span<byte> bytes, bool value) =>
        SetBit(bytes[IncompatibleAt..], (uint)IncompatibleFeatures.Recover, value);

    public static void SetOrphanPresent(Span<byte> bytes, bool value) =>
        SetBit(bytes[ReadOnlyAt..], (uint)ReadOnlyFeatures.OrphanPresent, value);

    public static void SetLargeFile(Span<byte> bytes) => SetBit(bytes[ReadOnlyAt..], (uint)ReadOnlyFeatures.LargeFile, true);

    /// <summary>The bit of s_state that a clean unmount sets.</summary>
    public static void SetClean(Span<byte> bytes, bool value)
    {
        var state = BinaryPrimitives.ReadUInt16LittleEndian(bytes[StateAt..]);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[StateAt..], (ushort)(value ? state | CleanState : state & ~CleanState));
    }

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
