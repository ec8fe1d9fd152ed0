using System.Buffers.Binary;
using XenKube.Devices;

namespace XenKube.FileSystems.Btrfs;

/// <summary>
/// Finds the nodes and the data of a file system on one device, and checks each checksum on the way. The log tree is not replayed: as
/// GRUB does, the last committed state is read.
/// </summary>
internal sealed class BtrfsVolume
{
    /// <summary>More chunks than these are not those of one disk: a chunk has 1 GiB as a rule.</summary>
    private const int MostChunks = 1 << 16;

    private const int MostNodes = 64;

    private readonly SortedList<ulong, BtrfsChunk> _chunks = [];
    private readonly Dictionary<ulong, BtrfsNode> _nodes = [];
    private readonly BtrfsTree _roots;
    private readonly Lazy<BtrfsTree?> _checksums;

    /// <summary>Opens the file system of a device.</summary>
    /// <exception cref="CorruptImageException">It is damaged.</exception>
    /// <exception cref="UnsupportedFeatureException">It asks for something that is not done here.</exception>
    public BtrfsVolume(BlockDevice device)
    {
        Device = device;
        Super = BtrfsSuperblock.Read(device);
        ReadSystemChunks();
        var chunks = new BtrfsTree(this, 0, Super.ChunkRoot, Super.ChunkRootLevel, Super.ChunkRootGeneration);
        var last = new BtrfsKey(BtrfsItemType.FirstChunk, BtrfsItemType.Chunk, ulong.MaxValue);
        // The list is made before it is put to use: the chunk tree itself is found by the superblock's own chunks.
        AddChunks([.. chunks.Range(last with { Offset = 0 }, last).Take(MostChunks)
            .Select(item => BtrfsChunk.Read(item.Key.Offset, item.Data.Span, Super, device.Length))]);
        _roots = new BtrfsTree(this, 0, Super.Root, Super.RootLevel, Super.Generation);
        _checksums = new Lazy<BtrfsTree?>(() => FindTree(BtrfsItemType.ChecksumTree));
    }

    /// <summary>The device.</summary>
    public BlockDevice Device { get; }

    /// <summary>The superblock.</summary>
    public BtrfsSuperblock Super { get; }

    /// <summary>The tree of a number, such as a subvolume; null where there is none.</summary>
    public BtrfsTree? FindTree(ulong number)
    {
        const int levelAt = 238;
        // A snapshot's key has the generation in its offset.
        if (_roots.FindAtOrBefore(new BtrfsKey(number, BtrfsItemType.Root, ulong.MaxValue)) is not { } item
            || item.Key.Object != number || item.Key.Type != BtrfsItemType.Root || item.Data.Length <= levelAt)
        {
            return null;
        }
        var data = item.Data.Span;
        var level = data[levelAt];
        return level >= BtrfsNode.MaximumLevels
            ? throw CorruptImageException.At("btrfs root item", (long)Math.Min(number, long.MaxValue), "its level is out of range")
            : new BtrfsTree(this, number, BinaryPrimitives.ReadUInt64LittleEndian(data[176..]), level,
                BinaryPrimitives.ReadUInt64LittleEndian(data[160..]));
    }

    /// <summary>Reads a node.</summary>
    public BtrfsNode ReadNode(ulong logical, int level, ulong generation)
    {
        if (_nodes.TryGetValue(logical, out var known) && known.Level == level)
        {
            return known;
        }
        var bytes = ReadCopy(logical, Super.NodeSize, read => Super.Checksum.Matches(read.AsSpan(BtrfsChecksum.Room), read))
            ?? throw CorruptImageException.At("btrfs node", (long)Math.Min(logical, long.MaxValue), "its checksum is wrong");
        var node = BtrfsNode.Read(bytes, logical, level, generation, Super.NodeUuid);
        if (_nodes.Count >= MostNodes)
        {
            _nodes.Clear();
        }
        _nodes[logical] = node;
        return node;
    }

    /// <summary>Reads whole sectors of data.</summary>
    /// <param name="logical">Logical address of the first.</param>
    /// <param name="length">How many bytes.</param>
    /// <param name="isChecked">False for the data of a file without checksums (chattr +C).</param>
    public byte[] ReadData(ulong logical, int length, bool isChecked)
    {
        var checksums = isChecked ? ChecksumsOf(logical, length) : null;
        return ReadCopy(logical, length, read => checksums is null || HaveChecksums(read, checksums))
            ?? throw CorruptImageException.At("btrfs data", (long)Math.Min(logical, long.MaxValue), "its checksum is wrong");
    }

    // A checksum for each sector, from items that each hold those of a run of sectors.
    private byte[] ChecksumsOf(ulong logical, int length)
    {
        var size = Super.Checksum.Size;
        var all = new byte[length / Super.SectorSize * size];
        for (var done = 0; done < all.Length;)
        {
            var address = logical + (ulong)(done / size * Super.SectorSize);
            var key = new BtrfsKey(BtrfsItemType.ChecksumObject, BtrfsItemType.DataChecksum, address);
            var found = _checksums.Value?.FindAtOrBefore(key) is { } item && (item.Key.Object, item.Key.Type) == (key.Object, key.Type)
                ? item : default;
            var skipped = (address - found.Key.Offset) / (ulong)Super.SectorSize * (ulong)size;
            if (found.Data.IsEmpty || skipped + (ulong)size > (ulong)found.Data.Length)
            {
                throw CorruptImageException.At("btrfs data", (long)Math.Min(address, long.MaxValue), "it has no checksum");
            }
            var part = found.Data.Span[(int)skipped..];
            var count = Math.Min(part.Length / size * size, all.Length - done);
            part[..count].CopyTo(all.AsSpan(done));
            done += count;
        }
        return all;
    }

    private bool HaveChecksums(byte[] data, byte[] checksums)
    {
        for (var i = 0; i < data.Length / Super.SectorSize; i++)
        {
            if (!Super.Checksum.Matches(data.AsSpan(i * Super.SectorSize, Super.SectorSize), checksums.AsSpan(i * Super.Checksum.Size)))
            {
                return false;
            }
        }
        return true;
    }

    // The first copy that is good; null where none is.
    private byte[]? ReadCopy(ulong logical, int length, Predicate<byte[]> isGood)
    {
        var chunk = ChunkOf(logical, length);
        foreach (var place in chunk.Places)
        {
            var bytes = new byte[length];
            Device.Read(place + (long)(logical - chunk.Start), bytes);
            if (isGood(bytes))
            {
                return bytes;
            }
        }
        return null;
    }

    private BtrfsChunk ChunkOf(ulong logical, int length)
    {
        var (low, high) = (0, _chunks.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _chunks.Keys[middle] <= logical ? (middle + 1, high) : (low, middle);
        }
        var chunk = low > 0 ? _chunks.Values[low - 1] : null;
        return chunk is not null && logical - chunk.Start <= chunk.Length && (ulong)length <= chunk.Length - (logical - chunk.Start) ? chunk
            : throw CorruptImageException.At("btrfs address", (long)Math.Min(logical, long.MaxValue), "it is in no chunk");
    }

    private void ReadSystemChunks()
    {
        var rest = Super.SystemChunks.AsSpan();
        while (rest.Length > BtrfsKey.Size)
        {
            var key = BtrfsKey.Read(rest);
            var size = BtrfsChunk.SizeOf(rest[BtrfsKey.Size..]);
            if (key.Type != BtrfsItemType.Chunk || size < 0)
            {
                throw CorruptImageException.At("btrfs superblock", BtrfsSuperblock.Offset, "its chunks are damaged");
            }
            AddChunks([BtrfsChunk.Read(key.Offset, rest.Slice(BtrfsKey.Size, size), Super, Device.Length)]);
            rest = rest[(BtrfsKey.Size + size)..];
        }
    }

    private void AddChunks(IEnumerable<BtrfsChunk> chunks)
    {
        foreach (var chunk in chunks)
        {
            _chunks[chunk.Start] = chunk;
        }
    }
}
