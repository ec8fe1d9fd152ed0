using System.Globalization;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Directories;

/// <summary>
/// Follows the hash index of a directory (fs/ext4/namei.c): from the root, over one level of nodes or with large_dir two,
/// to the leaf whose range of hashes a name falls into. Names of equal hash may go on in the leaves after it.
/// </summary>
internal sealed class DirectoryIndex(ExtVolume volume, ExtDirectory directories)
{
    /// <summary>indirect_levels of the highest index there can be.</summary>
    public int MaximumLevels => volume.Superblock.Is(IncompatibleFeatures.LargeDirectory) ? 2 : 1;

    /// <summary>Finds the first leaf that a name can be in.</summary>
    /// <returns>The way there; null for an index that cannot be used, with the reason in <paramref name="problem"/>.</returns>
    public IndexPath? Descend(ExtInode directory, ReadOnlySpan<byte> name, out string? problem)
    {
        problem = null;
        var block = directories.ReadBlock(directory, 0, DirectoryBlockKind.IndexRoot);
        if (IndexNode.Open(block.Bytes, isRoot: true, volume.Superblock.HasMetadataChecksums) is not { } root)
        {
            problem = "the root of its index is impossible";
            return null;
        }
        if (root.Levels > MaximumLevels)
        {
            problem = "its index is too deep";
            return null;
        }
        if (Hash(root.HashVersion, name) is not { } hash)
        {
            problem = string.Create(CultureInfo.InvariantCulture, $"its index is by hash {root.HashVersion}, which is not known");
            return null;
        }
        var path = new IndexPath([new IndexLevel(root, block.Physical, root.Search(hash), isRoot: true)], root.HashVersion, hash);
        problem = GoDown(directory, path, root.Levels + 1, node => node.Search(hash));
        return problem is null ? path : null;
    }

    /// <summary>Goes to the next leaf if names of the same hash can be in it.</summary>
    public bool MoveOn(ExtInode directory, IndexPath path)
    {
        var depth = path.Levels.Count;
        var level = depth - 1;
        while (path.Levels[level].At + 1 >= path.Levels[level].Node.Count)
        {
            if (--level < 0)
            {
                return false;
            }
        }
        var place = path.Levels[level];
        if ((place.Node.Hash(place.At + 1) & ~1u) != path.Hash)
        {
            return false;
        }
        place.At++;
        path.Levels.RemoveRange(level + 1, depth - level - 1);
        return GoDown(directory, path, depth, _ => 0) is null;
    }

    /// <summary>The hash of a name in an index of the given kind; null for a kind that is not known.</summary>
    public uint? Hash(byte version, ReadOnlySpan<byte> name)
    {
        var isUnsigned = volume.Superblock.HashIsUnsigned || version > DirectoryHash.Tea;
        return DirectoryHash.Of(version is > DirectoryHash.Tea and <= 5
            ? (byte)(version - 3) : version, isUnsigned, volume.Superblock.HashSeed, name);
    }

    // Adds nodes to a way until it has the given depth; says what is wrong, or null.
    private string? GoDown(ExtInode directory, IndexPath path, int depth, Func<IndexNode, int> choose)
    {
        var blocks = directory.Size / volume.BlockSize;
        while (path.Leaf < blocks)
        {
            if (path.Levels.Count == depth)
            {
                return path.Leaf == 0 ? "its index points to its own root" : null;
            }
            var block = directories.ReadBlock(directory, path.Leaf, DirectoryBlockKind.IndexNode);
            if (IndexNode.Open(block.Bytes, isRoot: false, volume.Superblock.HasMetadataChecksums) is not { } node)
            {
                return "a node of its index is impossible";
            }
            path.Levels.Add(new IndexLevel(node, block.Physical, choose(node), isRoot: false));
        }
        return "its index points past its end";
    }
}
