using System.Buffers.Binary;
using XenKube.Checksums;

namespace XenKube.FileSystems.Btrfs;

/// <summary>The entries of a directory (struct btrfs_dir_item): one item for each name, and again for each place in the order.</summary>
internal static class BtrfsDirectory
{
    private const int HeadSize = 30;

    /// <summary>The seed of the hash of a name.</summary>
    private const uint NameSeed = 0xFFFFFFFE;

    /// <summary>The inode of a name; null where there is none.</summary>
    public static BtrfsInode? Find(BtrfsVolume volume, BtrfsInode directory, ReadOnlySpan<byte> name)
    {
        var key = new BtrfsKey(directory.Number, BtrfsItemType.Directory, Crc32C.Append(NameSeed, name));
        if (directory.Tree.Find(key) is not { } item)
        {
            return null;
        }
        foreach (var (entry, location) in Entries(directory, item))
        {
            if (entry.Span.SequenceEqual(name))
            {
                return Open(volume, directory, location);
            }
        }
        return null;
    }

    /// <summary>All names in their order, each with what it leads to.</summary>
    public static IEnumerable<(ReadOnlyMemory<byte> Name, BtrfsKey Location)> List(BtrfsInode directory)
    {
        var last = new BtrfsKey(directory.Number, BtrfsItemType.DirectoryIndex, ulong.MaxValue);
        return directory.Tree.Range(last with { Offset = 0 }, last).SelectMany(item => Entries(directory, item.Data));
    }

    /// <summary>The inode that an entry leads to: one of this tree, or the root of a subvolume.</summary>
    public static BtrfsInode Open(BtrfsVolume volume, BtrfsInode directory, BtrfsKey location) => location.Type switch
    {
        BtrfsItemType.Inode => BtrfsInode.Read(directory.Tree, location.Object),
        BtrfsItemType.Root when volume.FindTree(location.Object) is { } tree => BtrfsInode.Read(tree, BtrfsItemType.RootDirectory),
        _ => throw Damaged(directory),
    };

    private static List<(ReadOnlyMemory<byte> Name, BtrfsKey Location)> Entries(BtrfsInode directory, ReadOnlyMemory<byte> item)
    {
        var entries = new List<(ReadOnlyMemory<byte>, BtrfsKey)>();
        while (item.Length > 0)
        {
            if (item.Length < HeadSize)
            {
                throw Damaged(directory);
            }
            var data = BinaryPrimitives.ReadUInt16LittleEndian(item.Span[25..]);
            var name = BinaryPrimitives.ReadUInt16LittleEndian(item.Span[27..]);
            if (name is 0 or > 255 || HeadSize + name + data > item.Length)
            {
                throw Damaged(directory);
            }
            entries.Add((item.Slice(HeadSize, name), BtrfsKey.Read(item.Span)));
            item = item[(HeadSize + name + data)..];
        }
        return entries;
    }

    private static CorruptImageException Damaged(BtrfsInode directory) =>
        CorruptImageException.At("btrfs directory", (long)Math.Min(directory.Number, long.MaxValue), "an entry is damaged");
}
