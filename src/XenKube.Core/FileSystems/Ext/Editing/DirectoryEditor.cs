using System.Buffers.Binary;
using System.Globalization;
using XenKube.FileSystems.Ext.Directories;
using XenKube.FileSystems.Ext.Mapping;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Editing;

/// <summary>Adds, changes and removes entries of directories.</summary>
internal sealed class DirectoryEditor
{
    private readonly ExtVolume _volume;
    private readonly ExtDirectory _directories;
    private readonly ExtAttributes _attributes;
    private readonly FileMapEditor _maps;
    private readonly BlockAllocator _allocator;
    private readonly IndexEditor _index;

    public DirectoryEditor(ExtVolume volume, ExtDirectory directories, ExtAttributes attributes, FileMapEditor maps,
        BlockAllocator allocator)
    {
        _volume = volume;
        _directories = directories;
        _attributes = attributes;
        _maps = maps;
        _allocator = allocator;
        _index = new IndexEditor(volume, directories, this, new DirectoryListEditor(volume, directories, this, maps, allocator));
    }

    /// <summary>
    /// Where the bytes lie that make a new or changed entry count: at most four, within one sector. Without a journal they
    /// are written last.
    /// </summary>
    public Dictionary<long, (int Offset, int Length)> Switches { get; } = [];

    /// <summary>True once the edit has given a directory that was there blocks to hold new names: they count with its inode.</summary>
    public bool HasMovedNames { get; set; }

    private bool HasKinds => _volume.Superblock.Is(IncompatibleFeatures.FileType);

    /// <summary>What the checksum takes away from a block of entries.</summary>
    public int TailSize => _volume.Superblock.HasMetadataChecksums ? DirectoryEntry.ChecksumSize : 0;

    /// <summary>Starts a new edit.</summary>
    public void Begin()
    {
        Switches.Clear();
        HasMovedNames = false;
    }

    /// <summary>Adds a name. The inode of the directory may change; it is the caller's to write.</summary>
    public void Insert(ExtInode directory, ReadOnlySpan<byte> name, uint inode, EntryKind kind)
    {
        DirectoryGate.Check(_volume, directory);
        if (directory.Has(InodeFlags.InlineData))
        {
            MoveOutOfInode(directory);
        }
        if (directory.Has(InodeFlags.Indexed))
        {
            if (_volume.Superblock.Is(CompatibleFeatures.DirectoryIndex))
            {
                _index.Insert(directory, name, inode, kind);
                return;
            }
            // As the kernel: an index that is not kept is ignored.
            directory.Flags &= ~InodeFlags.Indexed;
        }
        foreach (var block in _directories.Blocks(directory))
        {
            if (InsertInto(directory, block, name, inode, kind))
            {
                return;
            }
        }
        if (directory.Size == _volume.BlockSize && _volume.Superblock.Is(CompatibleFeatures.DirectoryIndex) && _volume.Superblock.HasJournal
            && _index.CanHash)
        {
            _index.Create(directory);
            _index.Insert(directory, name, inode, kind);
            return;
        }
        var (_, bytes) = AppendBlock(directory);
        DirectoryEntry.Write(bytes, 0, bytes.Length - TailSize, inode, name, HasKinds ? kind : EntryKind.Unknown);
        Seal(directory, bytes);
    }

    /// <summary>Adds a name to one block, if there is room.</summary>
    public bool InsertInto(ExtInode directory, DirectoryBlock block, ReadOnlySpan<byte> name, uint inode, EntryKind kind)
    {
        if (block.Kind != DirectoryBlockKind.Leaf)
        {
            return false;
        }
        var needed = DirectoryEntry.Needed(name.Length);
        for (var at = 0; at < block.End;)
        {
            var entry = _directories.ReadEntry(directory, block, at);
            if (entry.Length - entry.Used >= needed)
            {
                var bytes = _volume.Store.Change(block.Physical);
                var free = at + entry.Used;
                DirectoryEntry.Write(bytes, free, entry.Length - entry.Used, inode, name, HasKinds ? kind : EntryKind.Unknown);
                if (entry.Used > 0)
                {
                    DirectoryEntry.WriteLength(bytes, at, entry.Used);
                    Switches[block.Physical] = (at + 4, 2);
                }
                else
                {
                    Switches[block.Physical] = (at, 4);
                }
                Seal(directory, bytes);
                return true;
            }
            at += entry.Length;
        }
        return false;
    }

    /// <summary>Takes a name away.</summary>
    public void Remove(ExtInode directory, ReadOnlySpan<byte> name)
    {
        DirectoryGate.Check(_volume, directory);
        if (directory.Has(InodeFlags.InlineData))
        {
            MoveOutOfInode(directory);
        }
        var (block, entry) = Locate(directory, name);
        DirectoryEntry? before = null;
        for (var at = 0; at < entry.Offset;)
        {
            before = _directories.ReadEntry(directory, block, at);
            at += before.Value.Length;
        }
        var bytes = _volume.Store.Change(block.Physical);
        if (before is { } previous)
        {
            DirectoryEntry.WriteLength(bytes, previous.Offset, previous.Length + entry.Length);
            Switches[block.Physical] = (previous.Offset + 4, 2);
        }
        else
        {
            DirectoryEntry.WriteInode(bytes, entry.Offset, 0);
            Switches[block.Physical] = (entry.Offset, 4);
        }
        SealAny(directory, block.Kind, bytes);
    }

    /// <summary>Makes a name stand for another inode.</summary>
    public void Replace(ExtInode directory, ReadOnlySpan<byte> name, uint inode, EntryKind kind)
    {
        DirectoryGate.Check(_volume, directory);
        if (directory.Has(InodeFlags.InlineData))
        {
            if (name.SequenceEqual(".."u8))
            {
                BinaryPrimitives.WriteUInt32LittleEndian(directory.Map, inode);
                return;
            }
            MoveOutOfInode(directory);
        }
        var (block, entry) = Locate(directory, name);
        var bytes = _volume.Store.Change(block.Physical);
        DirectoryEntry.WriteInode(bytes, entry.Offset, inode);
        if (HasKinds)
        {
            DirectoryEntry.WriteKind(bytes, entry.Offset, kind);
        }
        Switches[block.Physical] = (entry.Offset, 4);
        SealAny(directory, block.Kind, bytes);
    }

    /// <summary>Gives a new directory its first block.</summary>
    public void Initialize(ExtInode directory, uint parent)
    {
        _maps.Clear(directory);
        var (_, bytes) = AppendBlock(directory);
        var kind = HasKinds ? EntryKind.Directory : EntryKind.Unknown;
        DirectoryEntry.Write(bytes, 0, 12, directory.Number, "."u8, kind);
        DirectoryEntry.Write(bytes, 12, bytes.Length - 12 - TailSize, parent, ".."u8, kind);
        Seal(directory, bytes);
    }

    /// <summary>Adds a block of zeros to a directory.</summary>
    public (long Logical, byte[] Bytes) AppendBlock(ExtInode directory)
    {
        var logical = directory.Size / _volume.BlockSize;
        var block = _allocator.TakeOne(_volume.GroupOfInode(directory.Number));
        var bytes = _volume.Store.Create(block);
        HasMovedNames |= directory.Size > 0;
        _maps.Append(directory, new BlockRun(logical, block, 1));
        directory.Size = (logical + 1) * _volume.BlockSize;
        return (logical, bytes);
    }

    /// <summary>Puts the checksum of a block of entries right.</summary>
    public void Seal(ExtInode directory, byte[] bytes)
    {
        if (TailSize == 0)
        {
            return;
        }
        var tail = bytes.AsSpan(bytes.Length - TailSize);
        BinaryPrimitives.WriteUInt64LittleEndian(tail, (ulong)EntryKind.Checksum << 56 | (ulong)DirectoryEntry.ChecksumSize << 32);
        BinaryPrimitives.WriteUInt32LittleEndian(tail[8..], ExtDirectory.LeafChecksum(directory.Seed(_volume.ChecksumSeed), bytes));
    }

    /// <summary>Puts the checksum of a block of an index right.</summary>
    public void Seal(ExtInode directory, byte[] bytes, IndexNode node)
    {
        if (TailSize > 0)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(node.TailAt + 4),
                ExtDirectory.IndexChecksum(directory.Seed(_volume.ChecksumSeed), bytes, node));
        }
    }

    /// <summary>Writes entries one after the other into a block, the last one reaching to its end.</summary>
    public void Fill(ExtInode directory, byte[] bytes, int start, IReadOnlyList<(byte[] Name, uint Inode, EntryKind Kind)> entries)
    {
        var end = bytes.Length - TailSize;
        var at = start;
        for (var i = 0; i < entries.Count; i++)
        {
            var length = i == entries.Count - 1 ? end - at : DirectoryEntry.Needed(entries[i].Name.Length);
            DirectoryEntry.Write(bytes, at, length, entries[i].Inode, entries[i].Name, entries[i].Kind);
            at += length;
        }
        Seal(directory, bytes);
    }

    private void SealAny(ExtInode directory, DirectoryBlockKind kind, byte[] bytes)
    {
        if (kind == DirectoryBlockKind.Leaf)
        {
            Seal(directory, bytes);
        }
        else
        {
            Seal(directory, bytes, _directories.OpenIndex(directory, -1, bytes, kind));
        }
    }

    // A directory that is stored in its inode gets a block before it is changed: then there is only one kind to change.
    private void MoveOutOfInode(ExtInode directory)
    {
        var entries = new List<(byte[] Name, uint Inode, EntryKind Kind)>();
        foreach (var part in _directories.Blocks(directory))
        {
            for (var at = 0; at < part.End;)
            {
                var entry = _directories.ReadEntry(directory, part, at);
                if (entry.Inode != 0)
                {
                    entries.Add((entry.Name(part.Bytes).ToArray(), entry.Inode, entry.Kind));
                }
                at += entry.Length;
            }
        }
        var parent = ExtDirectory.InlineParent(directory);
        var kind = HasKinds ? EntryKind.Directory : EntryKind.Unknown;
        entries.InsertRange(0, [("."u8.ToArray(), directory.Number, kind), (".."u8.ToArray(), parent, kind)]);
        DropInlineData(directory);
        directory.Size = 0;
        _maps.Clear(directory);
        var (_, bytes) = AppendBlock(directory);
        if (entries.Sum(entry => DirectoryEntry.Needed(entry.Name.Length)) > bytes.Length - TailSize)
        {
            throw new UnsupportedFeatureException(_volume.Store.Device.Name,
                string.Create(CultureInfo.InvariantCulture, $"directory inode {directory.Number}"),
                "inline_data (a directory larger than a block)");
        }
        Fill(directory, bytes, 0, entries);
        HasMovedNames = true;
    }

    /// <summary>Takes inline data out of an inode: what is there now does not matter any more.</summary>
    public void DropInlineData(ExtInode inode)
    {
        ExtAttributes.TryWriteBody(inode, _attributes.ReadBody(inode).FindAll(entry => !entry.IsInlineData));
        inode.Flags &= ~InodeFlags.InlineData;
    }

    private (DirectoryBlock Block, DirectoryEntry Entry) Locate(ExtInode directory, ReadOnlySpan<byte> name) =>
        _directories.Locate(directory, name) ?? throw new CorruptImageException(ErrorIds.CorruptImage, _volume.Store.Device.Name,
            string.Create(CultureInfo.InvariantCulture, $"directory inode {directory.Number}"), "an entry that has to be there is missing");
}
