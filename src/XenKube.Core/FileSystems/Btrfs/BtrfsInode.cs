using System.Buffers.Binary;

namespace XenKube.FileSystems.Btrfs;

/// <summary>An inode (struct btrfs_inode_item) and the tree that holds it.</summary>
/// <param name="Tree">The tree of its subvolume.</param>
/// <param name="Number">Its number.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="Mode">Type and permissions, as in st_mode.</param>
/// <param name="Links">How many names it has.</param>
/// <param name="UserId">Owner.</param>
/// <param name="GroupId">Group.</param>
/// <param name="ModifiedUtc">Time of the last change of its content.</param>
/// <param name="HasChecksums">False for one whose data have no checksums.</param>
internal sealed record BtrfsInode(BtrfsTree Tree, ulong Number, long Size, uint Mode, uint Links, uint UserId, uint GroupId,
    DateTime ModifiedUtc, bool HasChecksums)
{
    private const int ItemSize = 160;
    private const uint TypeMask = 0xF000, DirectoryType = 0x4000, FileType = 0x8000, LinkType = 0xA000;
    private const ulong NoChecksums = 1;

    /// <summary>What it is.</summary>
    public FileSystemEntryKind Kind => (Mode & TypeMask) switch
    {
        FileType => FileSystemEntryKind.File,
        DirectoryType => FileSystemEntryKind.Directory,
        LinkType => FileSystemEntryKind.SymbolicLink,
        _ => FileSystemEntryKind.Special,
    };

    /// <summary>Reads an inode.</summary>
    /// <exception cref="CorruptImageException">It is not there, or damaged.</exception>
    public static BtrfsInode Read(BtrfsTree tree, ulong number)
    {
        if (tree.Find(new BtrfsKey(number, BtrfsItemType.Inode, 0)) is not { Length: >= ItemSize } item
            || BinaryPrimitives.ReadInt64LittleEndian(item.Span[16..]) is var size && size < 0)
        {
            throw CorruptImageException.At("btrfs inode", (long)Math.Min(number, long.MaxValue), "it is missing or damaged");
        }
        var data = item.Span;
        var seconds = Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(data[136..]), -62135596800, 253402300799);
        return new BtrfsInode(
            tree, number, size, BinaryPrimitives.ReadUInt32LittleEndian(data[52..]), BinaryPrimitives.ReadUInt32LittleEndian(data[40..]),
            BinaryPrimitives.ReadUInt32LittleEndian(data[44..]), BinaryPrimitives.ReadUInt32LittleEndian(data[48..]),
            DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime,
            (BinaryPrimitives.ReadUInt64LittleEndian(data[64..]) & NoChecksums) == 0);
    }
}
