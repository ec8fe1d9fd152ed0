using System.Buffers.Binary;
using System.Globalization;
using XenKube.Checksums;
using XenKube.Devices;
using XenKube.FileSystems.Ext.Mapping;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Directories;

/// <summary>Reads directories: linear, indexed by hash, and inside the inode.</summary>
internal sealed class ExtDirectory(ExtVolume volume, FileMap map, ExtAttributes attributes)
{
    private bool HasKinds => volume.Superblock.Is(IncompatibleFeatures.FileType);

    /// <summary>How many blocks were read one after the other since the file system was opened.</summary>
    public long BlocksScanned { get; private set; }

    /// <summary>The hash indexes of directories.</summary>
    public DirectoryIndex Index => field ??= new DirectoryIndex(volume, this);

    /// <summary>The number that a name stands for; 0 if it is not there.</summary>
    public uint Find(ExtInode directory, ReadOnlySpan<byte> name)
    {
        if (Locate(directory, name) is var (_, entry))
        {
            return entry.Inode;
        }
        if (directory.Has(InodeFlags.CaseFold))
        {
            return FindFolded(directory, FileNames.Decode(name));
        }
        return directory.Has(InodeFlags.InlineData) && name.SequenceEqual(".."u8) ? InlineParent(directory) : 0;
    }

    /// <summary>The block and entry of a name, or null.</summary>
    public (DirectoryBlock Block, DirectoryEntry Entry)? Locate(ExtInode directory, ReadOnlySpan<byte> name)
    {
        Gate(directory);
        if (IsIndexed(directory) && !directory.Has(InodeFlags.InlineData | InodeFlags.CaseFold))
        {
            if (name.SequenceEqual("."u8) || name.SequenceEqual(".."u8))
            {
                return LocateIn(directory, ReadBlock(directory, 0), name);
            }
            if ((volume.Superblock.HashSignIsKnown || System.Text.Ascii.IsValid(name)) && Index.Descend(directory, name, out _) is { } path)
            {
                return LocateByIndex(directory, path, name);
            }
        }
        foreach (var block in Blocks(directory))
        {
            if (LocateIn(directory, block, name) is { } found)
            {
                return found;
            }
        }
        return null;
    }

    /// <summary>All names but <c>.</c> and <c>..</c> with the inodes they stand for.</summary>
    public IEnumerable<(string Name, uint Inode)> List(ExtInode directory)
    {
        foreach (var block in Blocks(directory))
        {
            for (var at = 0; at < block.End;)
            {
                var entry = ReadEntry(directory, block, at);
                at += entry.Length;
                if (entry.Inode != 0 && entry.Text(block.Bytes) is var name and not ("." or ".."))
                {
                    yield return (name, entry.Inode);
                }
            }
        }
    }

    /// <summary>The blocks of a directory in their order, checked.</summary>
    public IEnumerable<DirectoryBlock> Blocks(ExtInode directory)
    {
        Gate(directory);
        if (directory.Has(InodeFlags.InlineData))
        {
            yield return new DirectoryBlock(-1, -1, directory.Map[4..].ToArray(), ExtInode.MapSize - 4, DirectoryBlockKind.Leaf);
            var rest = attributes.ReadBody(directory).Find(entry => entry.IsInlineData);
            if (rest is { Value.Length: > 0 })
            {
                yield return new DirectoryBlock(-1, -1, rest.Value.ToArray(), rest.Value.Length, DirectoryBlockKind.Leaf);
            }
            yield break;
        }
        var count = (directory.Size + volume.BlockSize - 1) / volume.BlockSize;
        var seen = new HashSet<long>();
        for (long logical = 0; logical < count; logical++)
        {
            var block = ReadBlock(directory, logical);
            BlocksScanned++;
            if (!seen.Add(block.Physical))
            {
                throw volume.Store.Corrupt(NameOf(directory), block.Physical, "the directory uses this block twice");
            }
            yield return block;
        }
    }

    /// <summary>One block of a directory, checked.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="logical">The number of the block in it.</param>
    /// <param name="kind">
    /// What it holds, where the index says so; else it is told by its content, which a leaf without entries and a node of
    /// the index have in common.
    /// </param>
    public DirectoryBlock ReadBlock(ExtInode directory, long logical, DirectoryBlockKind? kind = null)
    {
        var run = map.Find(directory, logical);
        if (run.IsHole || run.Unwritten)
        {
            throw new CorruptImageException(ErrorIds.CorruptImage, volume.Store.Device.Name,
                string.Create(CultureInfo.InvariantCulture, $"directory inode {directory.Number}, block {logical}"), "there is a hole");
        }
        var bytes = volume.Store.Read(run.Physical);
        kind ??= KindOf(directory, logical, bytes);
        var end = bytes.Length;
        if (volume.Superblock.HasMetadataChecksums)
        {
            if (kind == DirectoryBlockKind.Leaf)
            {
                end -= DirectoryEntry.ChecksumSize;
                CheckLeaf(directory, run.Physical, bytes);
            }
            else
            {
                CheckIndex(directory, run.Physical, bytes, kind.Value);
            }
        }
        return new DirectoryBlock(logical, run.Physical, bytes, end, kind.Value);
    }

    /// <summary>The entry at an offset of a block.</summary>
    public DirectoryEntry ReadEntry(ExtInode directory, DirectoryBlock block, int offset)
    {
        var isWhole = block.Kind != DirectoryBlockKind.Leaf || block.Bytes.Length == 65536;
        var found = DirectoryEntry.Read(isWhole ? block.Bytes : block.Bytes.AsSpan(0, Math.Max(block.End, 0)), offset, HasKinds);
        if (found is not { } entry || (entry.Inode != 0 && !IsName(entry.Name(block.Bytes))))
        {
            throw new CorruptImageException(ErrorIds.CorruptImage, volume.Store.Device.Name,
                string.Create(CultureInfo.InvariantCulture,
                    $"directory inode {directory.Number}, block {block.Logical}, entry at {offset}"),
                "the entry breaks the rules for entries");
        }
        return entry;
    }

    /// <summary>The checksum of a block of entries, over all but the twelve bytes that hold it.</summary>
    public static uint LeafChecksum(uint seed, ReadOnlySpan<byte> bytes) => Crc32C.Append(seed, bytes[..^DirectoryEntry.ChecksumSize]);

    /// <summary>The checksum of an index block: up to its last entry, then the first half of its tail, then zeros.</summary>
    public static uint IndexChecksum(uint seed, ReadOnlySpan<byte> bytes, IndexNode node) =>
        Crc32C.Append(Crc32C.Append(Crc32C.Append(seed, bytes[..node.EntriesEnd]), bytes.Slice(node.TailAt, 4)), 0u);

    /// <summary>The directory above a directory that is stored in its inode.</summary>
    public static uint InlineParent(ExtInode directory) => BinaryPrimitives.ReadUInt32LittleEndian(directory.Map);

    private (DirectoryBlock, DirectoryEntry)? LocateByIndex(ExtInode directory, IndexPath path, ReadOnlySpan<byte> name)
    {
        // Each leaf is looked at once in an index that is right.
        for (var leaves = directory.Size / volume.BlockSize; leaves > 0; leaves--)
        {
            if (LocateIn(directory, ReadBlock(directory, path.Leaf, DirectoryBlockKind.Leaf), name) is { } found)
            {
                return found;
            }
            if (!Index.MoveOn(directory, path))
            {
                break;
            }
        }
        return null;
    }

    private (DirectoryBlock, DirectoryEntry)? LocateIn(ExtInode directory, DirectoryBlock block, ReadOnlySpan<byte> name)
    {
        for (var at = 0; at < block.End;)
        {
            var entry = ReadEntry(directory, block, at);
            if (entry.Inode != 0 && entry.Name(block.Bytes).SequenceEqual(name))
            {
                return (block, entry);
            }
            at += entry.Length;
        }
        return null;
    }

    private uint FindFolded(ExtInode directory, string name)
    {
        // Simple case folding: exact for all but a few scripts, where the exact name still works.
        foreach (var (candidate, inode) in List(directory))
        {
            if (candidate.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return inode;
            }
        }
        return 0;
    }

    private void Gate(ExtInode directory)
    {
        if (directory.Has(InodeFlags.Encrypted))
        {
            throw new UnsupportedFeatureException(volume.Store.Device.Name,
                string.Create(CultureInfo.InvariantCulture, $"directory inode {directory.Number}"), "encrypt");
        }
        if (directory.Size < 0 || directory.Size / volume.BlockSize > volume.Superblock.BlockCount)
        {
            throw new CorruptImageException(ErrorIds.CorruptImage, volume.Store.Device.Name,
                string.Create(CultureInfo.InvariantCulture, $"directory inode {directory.Number}"),
                $"its size {directory.Size} is impossible");
        }
        if (directory.Size > ImageLimits.DirectoryBytes)
        {
            throw ImageLimits.Exceeded(volume.Store.Device.Name,
                string.Create(CultureInfo.InvariantCulture, $"directory inode {directory.Number}"),
                $"its {ImageLimits.Text(directory.Size)} bytes are more than {ImageLimits.DirectoryBytes >> 20} MiB");
        }
    }

    private DirectoryBlockKind KindOf(ExtInode directory, long logical, byte[] bytes)
    {
        if (!IsIndexed(directory))
        {
            return DirectoryBlockKind.Leaf;
        }
        if (logical == 0)
        {
            return DirectoryBlockKind.IndexRoot;
        }
        var first = DirectoryEntry.Read(bytes, 0, HasKinds);
        return first is { Inode: 0 } entry && entry.Length == bytes.Length ? DirectoryBlockKind.IndexNode : DirectoryBlockKind.Leaf;
    }

    private bool IsIndexed(ExtInode directory) => directory.Has(InodeFlags.Indexed)
        && volume.Superblock.Is(CompatibleFeatures.DirectoryIndex);

    private void CheckLeaf(ExtInode directory, long physical, byte[] bytes)
    {
        var tail = bytes.AsSpan(bytes.Length - DirectoryEntry.ChecksumSize);
        if (BinaryPrimitives.ReadUInt64LittleEndian(tail) != ((ulong)EntryKind.Checksum << 56 | (ulong)DirectoryEntry.ChecksumSize << 32))
        {
            throw volume.Store.Corrupt(NameOf(directory), physical, "it has no checksum");
        }
        if (BinaryPrimitives.ReadUInt32LittleEndian(tail[8..]) != LeafChecksum(directory.Seed(volume.ChecksumSeed), bytes))
        {
            throw volume.Store.Corrupt(NameOf(directory), physical, "its checksum is wrong");
        }
    }

    private void CheckIndex(ExtInode directory, long physical, byte[] bytes, DirectoryBlockKind kind)
    {
        var node = OpenIndex(directory, physical, bytes, kind);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(node.TailAt + 4)) != IndexChecksum(directory.Seed(volume.ChecksumSeed),
            bytes, node))
        {
            throw volume.Store.Corrupt(NameOf(directory), physical, "the checksum of its index is wrong");
        }
    }

    /// <summary>The index in a block, its header checked.</summary>
    public IndexNode OpenIndex(ExtInode directory, long physical, byte[] bytes, DirectoryBlockKind kind) =>
        IndexNode.Open(bytes, kind == DirectoryBlockKind.IndexRoot, volume.Superblock.HasMetadataChecksums)
            ?? throw volume.Store.Corrupt(NameOf(directory), physical, "its index is impossible");

    private static string NameOf(ExtInode directory) => string.Create(CultureInfo.InvariantCulture,
        $"block of directory inode {directory.Number}");

    private static bool IsName(ReadOnlySpan<byte> name) => name.Length > 0 && name.IndexOfAny((byte)0, (byte)'/') < 0;
}
