using System.Buffers.Binary;

namespace XenKube.FileSystems.Btrfs;

/// <summary>The key of an item, struct btrfs_disk_key: items are sorted by object, type and offset.</summary>
/// <param name="Object">The object, such as an inode.</param>
/// <param name="Type">What the item says of the object; see <see cref="BtrfsItemType"/>.</param>
/// <param name="Offset">Its meaning depends on the type.</param>
internal readonly record struct BtrfsKey(ulong Object, byte Type, ulong Offset) : IComparable<BtrfsKey>
{
    /// <summary>Size on disk.</summary>
    public const int Size = 17;

    /// <summary>Reads a key.</summary>
    public static BtrfsKey Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(bytes), bytes[8], BinaryPrimitives.ReadUInt64LittleEndian(bytes[9..]));

    /// <inheritdoc/>
    public int CompareTo(BtrfsKey other) => (Object, Type, Offset).CompareTo((other.Object, other.Type, other.Offset));
}
