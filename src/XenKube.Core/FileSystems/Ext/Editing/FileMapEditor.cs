using System.Buffers.Binary;
using XenKube.FileSystems.Ext.Mapping;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Editing;

/// <summary>Builds and extends the maps of files: extent trees, or block pointers where the file system has no extents.</summary>
internal sealed class FileMapEditor(ExtVolume volume, FileMap map, BlockAllocator allocator)
{
    private const int RootCapacity = 4;

    private int NodeCapacity => (volume.BlockSize - ExtentNode.HeaderSize) / ExtentNode.EntrySize;

    /// <summary>Builds an inode's map again for the given runs; the caller frees the blocks that it held before.</summary>
    /// <param name="inode">The inode.</param>
    /// <param name="runs">Where its content lies now.</param>
    /// <param name="mapped">How many blocks content and map took until now.</param>
    public void Write(ExtInode inode, IReadOnlyList<BlockRun> runs, long mapped)
    {
        var others = Others(inode, mapped);
        inode.Map.Clear();
        inode.Flags &= ~InodeFlags.InlineData;
        long mapBlocks;
        if (volume.Superblock.Is(IncompatibleFeatures.Extents))
        {
            inode.Flags |= InodeFlags.Extents;
            mapBlocks = WriteExtents(inode, runs);
        }
        else
        {
            inode.Flags &= ~InodeFlags.Extents;
            mapBlocks = new BlockPointerEditor(volume, allocator, volume.GroupOfInode(inode.Number)).Write(inode, runs);
        }
        SetBlocks(inode, runs.Sum(run => run.Count) + mapBlocks + others);
    }

    /// <summary>Makes an empty map for an inode that has none.</summary>
    public void Clear(ExtInode inode) => Write(inode, [], mapped: 0);

    /// <summary>Adds one block at the end of a directory.</summary>
    public void Append(ExtInode inode, BlockRun run)
    {
        if (inode.Has(InodeFlags.Extents) && AppendInPlace(inode, run))
        {
            SetBlocks(inode, Blocks(inode) + run.Count);
            return;
        }
        // Without a journal a block of the map is not changed: a new map counts at once with its inode.
        if (!inode.Has(InodeFlags.Extents) && volume.Superblock.HasJournal)
        {
            RefuseBlocksBehindEnd(inode, run);
            var grown = new BlockPointerEditor(volume, allocator, volume.GroupOfInode(inode.Number))
                .Append(inode, run.Logical, run.Physical);
            SetBlocks(inode, Blocks(inode) + run.Count + grown);
            return;
        }
        var old = map.Collect(inode);
        var mapped = old.Total;
        old.AddRun(run);
        Write(inode, old.Runs, mapped);
        foreach (var block in old.MapBlocks)
        {
            allocator.Free(block, 1);
        }
    }

    /// <summary>All that an inode's map holds.</summary>
    public MappedBlocks Collect(ExtInode inode) => map.Collect(inode);

    /// <summary>Gives back everything a map holds, and the blocks of the map.</summary>
    public void Release(MappedBlocks mapped)
    {
        allocator.Free([.. mapped.Runs.Select(run => (run.Physical, run.Count)), .. mapped.MapBlocks.Select(block => (block, 1L))]);
    }

    private long Blocks(ExtInode inode) => inode.Has(InodeFlags.HugeFile)
        ? inode.StoredBlocks : inode.StoredBlocks / (volume.BlockSize / 512);

    // What counts for an inode besides content and map: the attribute block and, with ea_inode, the blocks of the inodes that
    // hold its large attributes (not for all of them: e2fsck leaves out those of an older kind).
    private long Others(ExtInode inode, long mapped)
    {
        var attributes = inode.AttributeBlock != 0 ? 1 : 0;
        return volume.Superblock.Is(IncompatibleFeatures.LargeAttributes) ? Math.Max(attributes, Blocks(inode) - mapped) : attributes;
    }

    private void SetBlocks(ExtInode inode, long blocks)
    {
        inode.Flags &= ~InodeFlags.HugeFile;
        var sectors = blocks * (volume.BlockSize / 512);
        if (sectors > uint.MaxValue && !volume.Superblock.Is(ReadOnlyFeatures.HugeFile))
        {
            throw new UnsupportedFeatureException(volume.Store.Device.Name, "inode", "a file of 2 TiB without huge_file");
        }
        inode.StoredBlocks = sectors;
    }

    private long WriteExtents(ExtInode inode, IReadOnlyList<BlockRun> runs)
    {
        var entries = Split(runs);
        if (entries.Count <= RootCapacity)
        {
            FillRoot(inode, 0, entries.Count, (root, i) => ExtentNode.WriteExtent(root, i, entries[i]));
            return 0;
        }
        long blocks = 0;
        var level = new List<(long Key, long Child)>();
        for (var at = 0; at < entries.Count; at += NodeCapacity)
        {
            var start = at;
            var count = Math.Min(NodeCapacity, entries.Count - at);
            level.Add((entries[at].Logical, WriteNode(inode, 0, count, (node, i) => ExtentNode.WriteExtent(node, i, entries[start + i]))));
            blocks++;
        }
        var depth = 1;
        while (level.Count > RootCapacity)
        {
            var above = new List<(long, long)>();
            for (var at = 0; at < level.Count; at += NodeCapacity)
            {
                var below = level.GetRange(at, Math.Min(NodeCapacity, level.Count - at));
                above.Add((below[0].Key, WriteNode(inode, depth, below.Count, (node, i) =>
                    ExtentNode.WriteIndex(node, i, below[i].Key, below[i].Child))));
                blocks++;
            }
            level = above;
            depth++;
        }
        FillRoot(inode, depth, level.Count, (root, i) => ExtentNode.WriteIndex(root, i, level[i].Key, level[i].Child));
        return blocks;
    }

    private delegate void EntryWriter(Span<byte> node, int index);

    private static void FillRoot(ExtInode inode, int depth, int count, EntryWriter write)
    {
        var root = inode.Map;
        ExtentNode.WriteHeader(root, count, RootCapacity, depth);
        for (var i = 0; i < count; i++)
        {
            write(root, i);
        }
    }

    private long WriteNode(ExtInode inode, int depth, int count, EntryWriter write)
    {
        var block = allocator.TakeOne(volume.GroupOfInode(inode.Number));
        var node = volume.Store.Create(block);
        ExtentNode.WriteHeader(node, count, NodeCapacity, depth);
        for (var i = 0; i < count; i++)
        {
            write(node, i);
        }
        Seal(inode, node);
        return block;
    }

    private void Seal(ExtInode inode, byte[] node)
    {
        if (volume.Superblock.HasMetadataChecksums)
        {
            var tail = new ExtentNode(node).TailAt;
            BinaryPrimitives.WriteUInt32LittleEndian(node.AsSpan(tail), ExtentTree.Checksum(inode.Seed(volume.ChecksumSeed), node, tail));
        }
    }

    // Runs that follow each other are joined, and cut so that each fits an extent.
    private static List<BlockRun> Split(IReadOnlyList<BlockRun> runs)
    {
        var entries = new List<BlockRun>();
        for (var i = 0; i < runs.Count;)
        {
            var run = runs[i++];
            for (; i < runs.Count && runs[i].Logical == run.End && runs[i].Physical == run.Physical + run.Count
                && runs[i].Unwritten == run.Unwritten; i++)
            {
                run = run with { Count = run.Count + runs[i].Count };
            }
            var longest = run.Unwritten ? ExtentNode.LongestExtent - 1 : ExtentNode.LongestExtent;
            for (long done = 0; done < run.Count; done += longest)
            {
                entries.Add(run with { Logical = run.Logical + done, Physical = run.Physical + done,
                    Count = Math.Min(longest, run.Count - done) });
            }
        }
        return entries;
    }

    // Extends the last extent, or adds one where the last leaf has room.
    private bool AppendInPlace(ExtInode inode, BlockRun run)
    {
        // Checks every node on the way as well.
        RefuseBlocksBehindEnd(inode, run);
        long place = -1;
        ReadOnlySpan<byte> bytes = inode.Map;
        var node = new ExtentNode(bytes);
        while (node.Depth > 0)
        {
            place = node.Child(node.Count - 1);
            node = new ExtentNode(volume.Store.Read(place));
        }
        var merges = false;
        if (node.Count > 0)
        {
            var last = node.Extent(node.Count - 1);
            merges = !last.Unwritten && last.End == run.Logical && last.Physical + last.Count == run.Physical
                && last.Count + run.Count <= ExtentNode.LongestExtent;
            if (last.End > run.Logical)
            {
                return false;
            }
        }
        if ((!merges && node.Count >= node.Capacity) || (place >= 0 && !volume.Superblock.HasJournal))
        {
            return false;
        }
        if (place >= 0)
        {
            allocator.RefuseTables(place, 1);
        }
        var (count, capacity) = (node.Count, node.Capacity);
        var target = place < 0 ? inode.Map : volume.Store.Change(place);
        if (merges)
        {
            var last = node.Extent(count - 1);
            ExtentNode.WriteExtent(target, count - 1, last with { Count = last.Count + run.Count });
        }
        else
        {
            ExtentNode.WriteHeader(target, count + 1, capacity, 0);
            ExtentNode.WriteExtent(target, count, run);
        }
        if (place >= 0)
        {
            Seal(inode, volume.Store.Change(place));
        }
        return true;
    }

    private void RefuseBlocksBehindEnd(ExtInode inode, BlockRun run)
    {
        if (map.Find(inode, run.Logical) is { IsHole: false })
        {
            throw volume.Store.Corrupt("file map", run.Physical, "there are blocks after the end of a directory");
        }
    }
}
