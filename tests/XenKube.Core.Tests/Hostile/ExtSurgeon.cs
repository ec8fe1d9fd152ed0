using System.Buffers.Binary;
using XenKube.Devices;
using XenKube.FileSystems.Ext;
using XenKube.FileSystems.Ext.Directories;
using XenKube.FileSystems.Ext.Editing;
using XenKube.FileSystems.Ext.Journal;
using XenKube.FileSystems.Ext.Mapping;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.Tests.Hostile;

/// <summary>
/// Changes structures of an ext file system as an attacker would: whatever is asked for, and with right checksums, so that the damage
/// is believed. Blocks are taken from the end of the file system, without a word in the bitmaps.
/// </summary>
internal sealed class ExtSurgeon
{
    private readonly ExtVolume _volume;
    private readonly BlockDevice _device;
    private long _next;

    public ExtSurgeon(BlockDevice device)
    {
        _device = device;
        var superblock = ExtVolume.ReadSuperblock(device);
        _volume = new ExtVolume(superblock, new BlockStore(device, superblock.BlockSize, superblock.BlockCount));
        _next = superblock.BlockCount - 1;
    }

    public ExtVolume Volume => _volume;

    public int BlockSize => _volume.BlockSize;

    private int Tail => _volume.Superblock.HasMetadataChecksums ? DirectoryEntry.ChecksumSize : 0;

    /// <summary>The number of the inode at a path.</summary>
    public uint Find(string path)
    {
        using var files = ExtFileSystem.Open(_device, new ExtOpenOptions(ReadOnly: true));
        return (uint)files.Find(path, followLink: false)!.Id;
    }

    public ExtInode Inode(uint number) => _volume.ReadInode(number);

    public void Change(uint number, Action<ExtInode> change)
    {
        var inode = Inode(number);
        change(inode);
        _volume.WriteInode(inode);
    }

    /// <summary>A block that nothing uses.</summary>
    public long Take() => _next--;

    /// <summary>That many blocks in a row.</summary>
    public long Take(long count)
    {
        _next -= count;
        return _next + 1;
    }

    public byte[] Create(long block) => _volume.Store.Create(block);

    public byte[] ChangeBlock(long block) => _volume.Store.Change(block);

    /// <summary>Fills a block with entries of a directory.</summary>
    public void WriteDirectoryBlock(ExtInode directory, long block, IEnumerable<(byte[] Name, uint Inode, EntryKind Kind)> entries)
    {
        var bytes = Create(block);
        var end = bytes.Length - Tail;
        var list = entries.ToList();
        var at = 0;
        for (var i = 0; i < list.Count; i++)
        {
            var length = i == list.Count - 1 ? end - at : DirectoryEntry.Needed(list[i].Name.Length);
            DirectoryEntry.Write(bytes, at, length, list[i].Inode, list[i].Name, list[i].Kind);
            at += length;
        }
        SealLeaf(directory, bytes);
    }

    public void SealLeaf(ExtInode directory, byte[] bytes)
    {
        if (Tail > 0)
        {
            var tail = bytes.AsSpan(bytes.Length - Tail);
            BinaryPrimitives.WriteUInt64LittleEndian(tail, (ulong)EntryKind.Checksum << 56 | (ulong)DirectoryEntry.ChecksumSize << 32);
            BinaryPrimitives.WriteUInt32LittleEndian(tail[8..], ExtDirectory.LeafChecksum(directory.Seed(_volume.ChecksumSeed), bytes));
        }
    }

    /// <summary>How many entries of a name's length a block holds.</summary>
    public int EntriesPerBlock(int nameLength) => (BlockSize - Tail) / DirectoryEntry.Needed(nameLength);

    /// <summary>Gives a directory all the entries, in new blocks, as a plain list.</summary>
    public void WriteDirectory(uint number, uint parent, IEnumerable<(byte[] Name, uint Inode, EntryKind Kind)> entries)
    {
        var directory = Inode(number);
        directory.Flags &= ~(InodeFlags.Indexed | InodeFlags.InlineData);
        var blocks = new List<long>();
        var pending = new List<(byte[] Name, uint Inode, EntryKind Kind)> { ("."u8.ToArray(), number, EntryKind.Directory), (".."u8.ToArray(), parent, EntryKind.Directory) };
        var used = 24;
        foreach (var entry in entries)
        {
            var needed = DirectoryEntry.Needed(entry.Name.Length);
            if (used + needed > BlockSize - Tail)
            {
                End();
            }
            pending.Add(entry);
            used += needed;
        }
        End();
        MapBlocks(directory, blocks);
        directory.Size = (long)blocks.Count * BlockSize;
        _volume.WriteInode(directory);

        void End()
        {
            if (pending.Count > 0)
            {
                blocks.Add(Take());
                WriteDirectoryBlock(directory, blocks[^1], pending);
                pending.Clear();
                used = 0;
                FlushLarge();
            }
        }
    }

    /// <summary>Maps blocks to an inode one after the other, each by an extent of its own, whatever they are.</summary>
    public void MapBlocks(ExtInode inode, IReadOnlyList<long> blocks)
    {
        if (_volume.Superblock.Is(IncompatibleFeatures.Extents))
        {
            MapRuns(inode, [.. blocks.Select((block, i) => new BlockRun(i, block, 1))]);
        }
        else
        {
            MapPointers(inode, blocks);
        }
    }

    /// <summary>Makes an extent tree of just these extents.</summary>
    public void MapRuns(ExtInode inode, IReadOnlyList<BlockRun> runs)
    {
        var capacity = (BlockSize - ExtentNode.HeaderSize) / ExtentNode.EntrySize;
        inode.Flags = (inode.Flags & ~InodeFlags.InlineData) | InodeFlags.Extents;
        inode.Map.Clear();
        if (runs.Count <= 4)
        {
            ExtentNode.WriteHeader(inode.Map, runs.Count, 4, 0);
            for (var i = 0; i < runs.Count; i++)
            {
                ExtentNode.WriteExtent(inode.Map, i, runs[i]);
            }
            return;
        }
        var level = new List<(long Key, long Block)>();
        for (var at = 0; at < runs.Count; at += capacity)
        {
            var block = Take();
            var node = Create(block);
            var count = Math.Min(capacity, runs.Count - at);
            ExtentNode.WriteHeader(node, count, capacity, 0);
            for (var i = 0; i < count; i++)
            {
                ExtentNode.WriteExtent(node, i, runs[at + i]);
            }
            SealNode(inode, node);
            level.Add((runs[at].Logical, block));
            FlushLarge();
        }
        var depth = 1;
        for (; level.Count > 4; depth++)
        {
            var above = new List<(long, long)>();
            for (var at = 0; at < level.Count; at += capacity)
            {
                var block = Take();
                var node = Create(block);
                var count = Math.Min(capacity, level.Count - at);
                ExtentNode.WriteHeader(node, count, capacity, depth);
                for (var i = 0; i < count; i++)
                {
                    ExtentNode.WriteIndex(node, i, level[at + i].Key, level[at + i].Block);
                }
                SealNode(inode, node);
                above.Add((level[at].Key, block));
            }
            level = above;
        }
        ExtentNode.WriteHeader(inode.Map, level.Count, 4, depth);
        for (var i = 0; i < level.Count; i++)
        {
            ExtentNode.WriteIndex(inode.Map, i, level[i].Key, level[i].Block);
        }
    }

    public void SealNode(ExtInode inode, byte[] node)
    {
        if (_volume.Superblock.HasMetadataChecksums)
        {
            var tail = new ExtentNode(node).TailAt;
            BinaryPrimitives.WriteUInt32LittleEndian(node.AsSpan(tail), ExtentTree.Checksum(inode.Seed(_volume.ChecksumSeed), node, tail));
        }
    }

    /// <summary>Block pointers of which all lead to one block, over maps that are one block each: the whole range of numbers for three blocks.</summary>
    public void MapEverythingTo(ExtInode inode, long target)
    {
        inode.Flags &= ~(InodeFlags.Extents | InodeFlags.InlineData);
        inode.Map.Clear();
        for (var i = 0; i < BlockPointers.DirectCount; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(inode.Map[(i * 4)..], (uint)target);
        }
        var below = target;
        for (var level = 0; level < 3; level++)
        {
            var block = Take();
            var bytes = Create(block);
            for (var i = 0; i < bytes.Length; i += 4)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i), (uint)below);
            }
            BinaryPrimitives.WriteUInt32LittleEndian(inode.Map[((BlockPointers.DirectCount + level) * 4)..], (uint)block);
            below = block;
        }
    }

    /// <summary>Changes the superblock, and makes its checksum right.</summary>
    public void ChangeSuperblock(Action<byte[]> change)
    {
        var bytes = new byte[ExtSuperblock.Size];
        _device.Read(ExtSuperblock.Offset, bytes);
        change(bytes);
        if (_volume.Superblock.HasMetadataChecksums)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(0x3FC), Checksums.Crc32C.Append(Checksums.Crc32C.Start, bytes.AsSpan(0, 0x3FC)));
        }
        _device.Write(ExtSuperblock.Offset, bytes);
    }

    public void WriteGroup(int group, GroupDescriptor descriptor) => _volume.WriteGroup(group, descriptor);

    /// <summary>Brings everything to the device.</summary>
    public void Flush()
    {
        DataWriter.Write(_volume.Store, _volume.Store.Changed.OrderBy(pair => pair.Key));
        _volume.Store.Accept();
    }

    private void FlushLarge()
    {
        if (_volume.Store.Changed.Count > 4096)
        {
            Flush();
        }
    }

    private void MapPointers(ExtInode inode, IReadOnlyList<long> blocks)
    {
        inode.Flags &= ~(InodeFlags.Extents | InodeFlags.InlineData);
        inode.Map.Clear();
        var perBlock = BlockSize / 4;
        for (var i = 0; i < Math.Min(BlockPointers.DirectCount, blocks.Count); i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(inode.Map[(i * 4)..], (uint)blocks[i]);
        }
        var at = BlockPointers.DirectCount;
        if (at < blocks.Count)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(inode.Map[(12 * 4)..], (uint)Pointers(blocks, ref at));
        }
        if (at < blocks.Count)
        {
            var block = Take();
            var bytes = Create(block);
            for (var i = 0; i < perBlock && at < blocks.Count; i++)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * 4), (uint)Pointers(blocks, ref at));
            }
            BinaryPrimitives.WriteUInt32LittleEndian(inode.Map[(13 * 4)..], (uint)block);
        }
    }

    private long Pointers(IReadOnlyList<long> blocks, ref int at)
    {
        var block = Take();
        var bytes = Create(block);
        for (var i = 0; i < BlockSize / 4 && at < blocks.Count; i++, at++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * 4), (uint)blocks[at]);
        }
        return block;
    }
}
