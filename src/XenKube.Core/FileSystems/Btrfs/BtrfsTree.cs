namespace XenKube.FileSystems.Btrfs;

/// <summary>A tree: items by their keys. A node's first key must be the key that leads to it, so that no node is met twice.</summary>
/// <param name="volume">The file system.</param>
/// <param name="number">The number by which the tree of roots knows it; 0 for a tree that the superblock leads to.</param>
/// <param name="root">Logical address of the root.</param>
/// <param name="level">Level of the root.</param>
/// <param name="generation">Generation of the root.</param>
internal sealed class BtrfsTree(BtrfsVolume volume, ulong number, ulong root, int level, ulong generation)
{
    /// <summary>Its number: that of the subvolume, for a tree of files.</summary>
    public ulong Number => number;

    /// <summary>The item with a key; null where there is none.</summary>
    public ReadOnlyMemory<byte>? Find(BtrfsKey key) => FindAtOrBefore(key) is { } item && item.Key == key ? item.Data : null;

    /// <summary>The last item whose key is not above a key; null where there is none.</summary>
    public BtrfsItem? FindAtOrBefore(BtrfsKey key)
    {
        var node = volume.ReadNode(root, level, generation);
        while (true)
        {
            var index = node.IndexOf(key);
            if (index < 0)
            {
                return null;
            }
            if (node.Level == 0)
            {
                return new BtrfsItem(node.Key(index), node.Data(index));
            }
            node = Child(node, index);
        }
    }

    /// <summary>The items from one key to another, in order.</summary>
    public IEnumerable<BtrfsItem> Range(BtrfsKey first, BtrfsKey last) => Walk(volume.ReadNode(root, level, generation), first, last);

    private IEnumerable<BtrfsItem> Walk(BtrfsNode node, BtrfsKey first, BtrfsKey last)
    {
        for (var i = Math.Max(0, node.IndexOf(first)); i < node.Count && node.Key(i).CompareTo(last) <= 0; i++)
        {
            if (node.Level > 0)
            {
                foreach (var item in Walk(Child(node, i), first, last))
                {
                    yield return item;
                }
            }
            else if (node.Key(i).CompareTo(first) >= 0)
            {
                yield return new BtrfsItem(node.Key(i), node.Data(i));
            }
        }
    }

    private BtrfsNode Child(BtrfsNode node, int index)
    {
        var (logical, childGeneration) = node.Child(index);
        var child = volume.ReadNode(logical, node.Level - 1, childGeneration);
        if (child.Count == 0 || child.Key(0) != node.Key(index)
            || (index + 1 < node.Count && child.Key(child.Count - 1).CompareTo(node.Key(index + 1)) >= 0))
        {
            throw CorruptImageException.At("btrfs node", (long)Math.Min(logical, long.MaxValue), "its keys are not those that lead to it");
        }
        return child;
    }
}
