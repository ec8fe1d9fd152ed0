using System.Globalization;
using XenKube.FileSystems.Ext.Directories;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Editing;

/// <summary>
/// Keeps the hash index of a directory true (fs/ext4/namei.c): an entry goes into the leaf its hash belongs to; a full leaf
/// is split in two, and the index above it where it is full as well.
/// </summary>
internal sealed class IndexEditor(ExtVolume volume, ExtDirectory directories, DirectoryEditor editor, DirectoryListEditor lists)
{
    /// <summary>True where the file system's own choice of hash is one that is known.</summary>
    public bool CanHash => volume.Superblock.DefaultHashVersion <= DirectoryHash.Tea;

    public void Insert(ExtInode directory, ReadOnlySpan<byte> name, uint inode, EntryKind kind)
    {
        // Each round splits one block on the way; more rounds than there can be levels mean a broken index.
        for (var round = 0; round < 8; round++)
        {
            var path = directories.Index.Descend(directory, name, out var problem) ?? throw Broken(directory, problem!);
            var levels = path.Levels;
            var block = directories.ReadBlock(directory, path.Leaf, DirectoryBlockKind.Leaf);
            if (editor.InsertInto(directory, block, name, inode, kind))
            {
                return;
            }
            if (!volume.Superblock.HasJournal)
            {
                // A split is several writes that nothing makes one.
                lists.Write(directory, name, inode, volume.Superblock.Is(IncompatibleFeatures.FileType) ? kind : EntryKind.Unknown);
                return;
            }
            var withRoom = levels.FindLastIndex(level => level.Node.Count < level.Node.Limit);
            if (withRoom == levels.Count - 1)
            {
                SplitLeaf(directory, levels[^1], block, path.Version);
            }
            else if (withRoom >= 0)
            {
                SplitNode(directory, levels[withRoom], levels[withRoom + 1]);
            }
            else
            {
                Deepen(directory, levels[0]);
            }
        }
        throw Broken(directory, "its index has no room for a name it was split for");
    }

    /// <summary>Gives a directory of one full block an index: the entries move to a second block, the first becomes the root.</summary>
    public void Create(ExtInode directory)
    {
        var old = directories.ReadBlock(directory, 0);
        var entries = Entries(directory, old);
        if (entries.Count < 3 || !entries[0].Name.AsSpan().SequenceEqual("."u8) || !entries[1].Name.AsSpan().SequenceEqual(".."u8))
        {
            throw Broken(directory, "it does not begin with '.' and '..'");
        }
        var (logical, leaf) = editor.AppendBlock(directory);
        editor.Fill(directory, leaf, 0, entries.GetRange(2, entries.Count - 2));
        var root = volume.Store.Change(old.Physical);
        DirectoryEntry.Write(root, 0, 12, entries[0].Inode, "."u8, entries[0].Kind);
        DirectoryEntry.Write(root, 12, root.Length - 12, entries[1].Inode, ".."u8, entries[1].Kind);
        var node = IndexNode.CreateRoot(root, volume.Superblock.DefaultHashVersion, volume.Superblock.HasMetadataChecksums);
        node.Count = 1;
        node.Set(0, 0, (uint)logical);
        editor.Seal(directory, root, node);
        directory.Flags |= InodeFlags.Indexed;
    }

    // Moves the upper half of a full node to a new one beside it.
    private void SplitNode(ExtInode directory, IndexLevel above, IndexLevel full)
    {
        var (logical, bytes) = editor.AppendBlock(directory);
        var upper = IndexNode.Create(bytes, volume.Superblock.HasMetadataChecksums);
        var lower = Change(full, out var lowerBytes);
        var keep = lower.Count / 2;
        var hash = lower.Hash(keep);
        upper.Count = lower.Count - keep;
        for (var i = keep; i < lower.Count; i++)
        {
            upper.Set(i - keep, lower.Hash(i), lower.Block(i));
        }
        lower.Count = keep;
        editor.Seal(directory, bytes, upper);
        editor.Seal(directory, lowerBytes, lower);
        var node = Change(above, out var nodeBytes);
        node.Insert(above.At, hash, (uint)logical);
        editor.Seal(directory, nodeBytes, node);
    }

    // A full root hands its entries to one new node below it.
    private void Deepen(ExtInode directory, IndexLevel root)
    {
        if (root.Node.Levels >= directories.Index.MaximumLevels)
        {
            throw new OperationFailedException(ErrorIds.DirectoryFull, volume.Store.Device.Name, NameOf(directory),
                "the index of the directory is full");
        }
        var (logical, bytes) = editor.AppendBlock(directory);
        var below = IndexNode.Create(bytes, volume.Superblock.HasMetadataChecksums);
        var node = Change(root, out var rootBytes);
        below.Count = node.Count;
        for (var i = 0; i < node.Count; i++)
        {
            below.Set(i, node.Hash(i), node.Block(i));
        }
        editor.Seal(directory, bytes, below);
        node.Count = 1;
        node.Set(0, 0, (uint)logical);
        node.Levels++;
        editor.Seal(directory, rootBytes, node);
    }

    private void SplitLeaf(ExtInode directory, IndexLevel parent, DirectoryBlock leaf, byte version)
    {
        var entries = Entries(directory, leaf).Select(entry => (Hash: directories.Index.Hash(version, entry.Name)!.Value, Entry: entry))
            .OrderBy(pair => pair.Hash).ToList();
        if (entries.Count < 2)
        {
            throw Broken(directory, "a block of it is full with less than two entries");
        }
        // The upper half by size moves; the hash that separates the two marks names of equal hash on both sides by its lowest bit.
        var split = entries.Count;
        for (var size = 0; split > 1 && size < volume.BlockSize / 2;)
        {
            split--;
            size += DirectoryEntry.Needed(entries[split].Entry.Name.Length);
        }
        var hash = entries[split].Hash;
        var continued = hash == entries[split - 1].Hash ? 1u : 0u;
        var (logical, bytes) = editor.AppendBlock(directory);
        editor.Fill(directory, bytes, 0, [.. entries.Skip(split).Select(pair => pair.Entry)]);
        var lower = volume.Store.Change(leaf.Physical);
        lower.AsSpan().Clear();
        editor.Fill(directory, lower, 0, [.. entries.Take(split).Select(pair => pair.Entry)]);
        var node = Change(parent, out var nodeBytes);
        node.Insert(parent.At, hash + continued, (uint)logical);
        editor.Seal(directory, nodeBytes, node);
    }

    private IndexNode Change(IndexLevel level, out byte[] bytes)
    {
        bytes = volume.Store.Change(level.Physical);
        return IndexNode.Open(bytes, level.IsRoot, volume.Superblock.HasMetadataChecksums)
            ?? throw volume.Store.Corrupt("directory index", level.Physical, "its index is impossible");
    }

    private List<(byte[] Name, uint Inode, EntryKind Kind)> Entries(ExtInode directory, DirectoryBlock block)
    {
        var entries = new List<(byte[], uint, EntryKind)>();
        for (var at = 0; at < block.End;)
        {
            var entry = directories.ReadEntry(directory, block, at);
            if (entry.Inode != 0)
            {
                entries.Add((entry.Name(block.Bytes).ToArray(), entry.Inode, entry.Kind));
            }
            at += entry.Length;
        }
        return entries;
    }

    private CorruptImageException Broken(ExtInode directory, string reason) =>
        new(ErrorIds.CorruptImage, volume.Store.Device.Name, NameOf(directory), reason);

    private static string NameOf(ExtInode directory) => string.Create(CultureInfo.InvariantCulture, $"directory inode {directory.Number}");
}
