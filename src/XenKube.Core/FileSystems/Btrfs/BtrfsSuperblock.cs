using System.Buffers.Binary;
using System.Text;
using XenKube.Devices;

namespace XenKube.FileSystems.Btrfs;

/// <summary>The superblock (Linux, include/uapi/linux/btrfs_tree.h, struct btrfs_super_block); hex offsets as in that structure.</summary>
internal sealed record BtrfsSuperblock
{
    /// <summary>Where it is, in bytes from the start of the device.</summary>
    public const long Offset = 64 << 10;

    /// <summary>Size in bytes.</summary>
    public const int Size = 4096;

    private const string Structure = "btrfs superblock";
    private const int ChunkArray = 0x32B, ChunkArraySize = 2048;

    // MIXED_BACKREF, DEFAULT_SUBVOL, MIXED_GROUPS, COMPRESS_LZO, COMPRESS_ZSTD, BIG_METADATA, EXTENDED_IREF, SKINNY_METADATA, NO_HOLES,
    // METADATA_UUID, RAID1C34, SIMPLE_QUOTA: they change nothing in what is read here, or are known.
    private const ulong Known = 0x10F7F;

    private static readonly (ulong Bit, string Name)[] Unknown =
        [(0x80, "RAID56"), (0x1000, "ZONED"), (0x2000, "EXTENT_TREE_V2"), (0x4000, "RAID_STRIPE_TREE")];

    public required BtrfsChecksum Checksum { get; init; }
    public required Guid Uuid { get; init; }
    public required string Label { get; init; }
    public required ulong Generation { get; init; }
    public required ulong Root { get; init; }
    public required int RootLevel { get; init; }
    public required ulong ChunkRoot { get; init; }
    public required int ChunkRootLevel { get; init; }
    public required ulong ChunkRootGeneration { get; init; }
    public required long TotalBytes { get; init; }
    public required long UsedBytes { get; init; }
    public required int SectorSize { get; init; }
    public required int NodeSize { get; init; }
    public required ulong DeviceId { get; init; }

    /// <summary>The identifier in the head of each node.</summary>
    public required Guid NodeUuid { get; init; }

    /// <summary>The chunks of the chunk tree itself: keys and chunk items, one after the other.</summary>
    public required byte[] SystemChunks { get; init; }

    /// <summary>Reads and checks it.</summary>
    /// <exception cref="CorruptImageException">It is damaged.</exception>
    /// <exception cref="UnsupportedFeatureException">It asks for something that is not done here.</exception>
    public static BtrfsSuperblock Read(BlockDevice device)
    {
        if (device.Length < Offset + Size)
        {
            throw Damaged("the device ends before it");
        }
        var bytes = new byte[Size];
        device.Read(Offset, bytes);
        ulong Number(int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at));
        uint Half(int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));
        if (!bytes.AsSpan(0x40, 8).SequenceEqual("_BHRfS_M"u8))
        {
            throw Damaged("no magic number");
        }
        var checksum = BtrfsChecksum.Of(BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(0xC4)));
        if (!checksum.Matches(bytes.AsSpan(BtrfsChecksum.Room), bytes))
        {
            throw Damaged("its checksum is wrong");
        }
        var features = Number(0xBC);
        if ((features & ~Known) != 0)
        {
            throw new UnsupportedFeatureException(null, Structure, Array.Find(Unknown, each => (features & each.Bit) != 0).Name
                ?? FormattableString.Invariant($"incompatible features 0x{features & ~Known:x}"));
        }
        var (sector, node, chunks) = (Half(0x90), Half(0x94), Half(0xA0));
        if (Number(0x30) != Offset || sector is < 512 or > 65536 || node is < 4096 or > 65536 || !uint.IsPow2(sector) || !uint.IsPow2(node)
            || chunks > ChunkArraySize || bytes[0xC6] >= BtrfsNode.MaximumLevels || bytes[0xC7] >= BtrfsNode.MaximumLevels
            || Number(0x70) > long.MaxValue)
        {
            throw Damaged("sizes out of range");
        }
        if (Number(0x88) != 1)
        {
            throw new UnsupportedFeatureException(null, Structure, FormattableString.Invariant($"{Number(0x88)} devices"));
        }
        var label = bytes.AsSpan(0x12B, 256);
        var end = label.IndexOf((byte)0);
        var uuid = new Guid(bytes.AsSpan(0x20, 16), bigEndian: true);
        return new BtrfsSuperblock
        {
            Checksum = checksum,
            Uuid = uuid,
            NodeUuid = (features & 0x400) != 0 ? new Guid(bytes.AsSpan(0x23B, 16), bigEndian: true) : uuid,
            Label = Encoding.UTF8.GetString(end < 0 ? label : label[..end]),
            Generation = Number(0x48),
            Root = Number(0x50),
            RootLevel = bytes[0xC6],
            ChunkRoot = Number(0x58),
            ChunkRootLevel = bytes[0xC7],
            ChunkRootGeneration = Number(0xA4),
            TotalBytes = (long)Number(0x70),
            UsedBytes = (long)Math.Min(Number(0x78), Number(0x70)),
            SectorSize = (int)sector,
            NodeSize = (int)node,
            DeviceId = Number(0xC9),
            SystemChunks = bytes[ChunkArray..(ChunkArray + (int)chunks)],
        };
    }

    private static CorruptImageException Damaged(string reason) => CorruptImageException.At(Structure, Offset, reason);
}
