using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace XenKube.Tests.FileSystems.Ext;

/// <summary>
/// A second reader of ext2, ext3 and ext4, of its own, by the kernel's Documentation/filesystems/ext4: what a file system
/// holds, and what e2fsck -fn would complain of: counts, bitmaps, links, checksums, maps. It replaces e2fsck where a
/// test starts no program, for the features of tests/fixtures/ext; ExtWriteTests and ExtCrashTests ask e2fsck itself.
/// </summary>
internal sealed class ExtWitness
{
    private const uint Extents = 0x80000;
    private const uint Indexed = 0x1000;
    private readonly byte[] _image;
    private readonly int _block;
    private readonly int _inodeSize;
    private readonly int _perGroup;
    private readonly int _inodesPerGroup;
    private readonly int _firstBlock;
    private readonly int _blocks;
    private readonly int _groups;
    private readonly int _descriptorSize;
    private readonly bool _hasChecksums;
    private readonly bool _hasOldChecksums;
    private readonly uint _seed;
    private readonly Dictionary<long, string> _owner = [];
    private readonly Dictionary<int, int> _names = [];
    private readonly Dictionary<int, int> _subdirectories = [];
    private readonly HashSet<int> _directories = [];

    private ExtWitness(byte[] image)
    {
        _image = image;
        _block = 1024 << Long(1024 + 0x18);
        _inodeSize = Word(1024 + 0x58);
        _perGroup = Long(1024 + 0x20);
        _inodesPerGroup = Long(1024 + 0x28);
        _firstBlock = Long(1024 + 0x14);
        _blocks = Long(1024 + 0x04);
        _groups = (_blocks - _firstBlock + _perGroup - 1) / _perGroup;
        _descriptorSize = (Long(1024 + 0x60) & 0x80) != 0 ? Word(1024 + 0xFE) : 32;
        _hasChecksums = (Long(1024 + 0x64) & 0x400) != 0;
        _hasOldChecksums = (Long(1024 + 0x64) & 0x10) != 0;
        _seed = Crc(~0u, image.AsSpan(1024 + 0x68, 16));
    }

    /// <summary>Content of files; null for directories; the target of links, with "-> " before it.</summary>
    public SortedDictionary<string, byte[]?> Tree { get; } = new(StringComparer.Ordinal);

    /// <summary>Mode, owner, group, time of change in seconds, and number of names of each path.</summary>
    public Dictionary<string, (int Mode, int User, int Group, int Time, int Links)> Entries { get; } = [];

    /// <summary>Directories that have an index, by path.</summary>
    public HashSet<string> IndexedDirectories { get; } = [];

    public int FreeBlocks => Long(1024 + 0x0C);

    public int FreeInodes => Long(1024 + 0x10);

    public static ExtWitness Check(byte[] image)
    {
        var witness = new ExtWitness(image);
        witness.CheckAll();
        return witness;
    }

    private void CheckAll()
    {
        Assert.Equal(0xEF53, Word(1024 + 0x38));
        Assert.True((Word(1024 + 0x3A) & 1) == 1 && (Word(1024 + 0x3A) & 2) == 0, "not clean, or with errors");
        Assert.True((Long(1024 + 0x60) & 4) == 0, "the journal still has to be replayed");
        Assert.Equal(0, Long(1024 + 0xE8));
        if (_hasChecksums)
        {
            Assert.Equal((uint)Long(1024 + 0x3FC), Crc(~0u, _image.AsSpan(1024, 0x3FC)));
        }
        ClaimTables();
        if ((Long(1024 + 0x5C) & 4) != 0)
        {
            ReadContent("journal", 8);
        }
        ReadDirectory("", 2, 2);
        CheckGroups();
        foreach (var (number, names) in _names)
        {
            var expected = _directories.Contains(number) ? 2 + _subdirectories.GetValueOrDefault(number) : names;
            Assert.True(Word(Inode(number) + 0x1A) == expected, $"inode {number}: {Word(Inode(number) + 0x1A)} links, where {expected} are");
        }
    }

    private int Descriptor(int group) => (_firstBlock + 1) * _block + group * _descriptorSize;

    private static bool HasSuperblock(int group) => group < 2 || IsPower(group, 3) || IsPower(group, 5) || IsPower(group, 7);

    private static bool IsPower(int number, int of)
    {
        while (number % of == 0)
        {
            number /= of;
        }
        return number == 1;
    }

    private void ClaimTables()
    {
        for (var group = 0; group < _groups; group++)
        {
            if (HasSuperblock(group))
            {
                Claim(_firstBlock + (long)group * _perGroup, 1 + (_groups * _descriptorSize + _block - 1) / _block, "superblock");
            }
            Claim(Long(Descriptor(group)), 1, "block bitmap");
            Claim(Long(Descriptor(group) + 4), 1, "inode bitmap");
            Claim(Long(Descriptor(group) + 8), _inodesPerGroup * _inodeSize / _block, "inode table");
        }
    }

    private void CheckGroups()
    {
        var (freeBlocks, freeInodes) = (0, 0);
        for (var group = 0; group < _groups; group++)
        {
            var at = Descriptor(group);
            // Without checksums of groups nobody believes the flags.
            var flags = _hasChecksums || _hasOldChecksums ? Word(at + 0x12) : 0;
            var first = _firstBlock + group * _perGroup;
            var count = Math.Min(_perGroup, _blocks - first);
            var bitmap = _image.AsSpan(Long(at) * _block, _block);
            var used = 0;
            for (var i = 0; i < count; i++)
            {
                var isUsed = _owner.ContainsKey(first + i);
                used += isUsed ? 1 : 0;
                Assert.True((flags & 2) != 0 || Bit(bitmap, i) == isUsed, $"block {first + i} of {_owner.GetValueOrDefault(first + i) ?? "nothing"} is marked {(Bit(bitmap, i) ? "used" : "free")}");
            }
            var inodes = _image.AsSpan(Long(at + 4) * _block, _block);
            var (usedInodes, directories) = (0, 0);
            for (var i = 0; i < _inodesPerGroup; i++)
            {
                var number = group * _inodesPerGroup + i + 1;
                var isUsed = number < 11 || _names.ContainsKey(number);
                usedInodes += isUsed ? 1 : 0;
                directories += _directories.Contains(number) ? 1 : 0;
                Assert.True((flags & 1) != 0 ? !isUsed : Bit(inodes, i) == isUsed, $"inode {number} is marked wrong");
                Assert.True(isUsed || Word(Inode(number) + 0x1A) == 0 || (flags & 1) != 0, $"inode {number} is free, but has links");
            }
            Assert.Equal((count - used, _inodesPerGroup - usedInodes, directories), (Word(at + 0x0C), Word(at + 0x0E), Word(at + 0x10)));
            Assert.True(Enumerable.Range(_inodesPerGroup - Word(at + 0x1C), Word(at + 0x1C)).All(i => !_names.ContainsKey(group * _inodesPerGroup + i + 1)), $"group {group} uses inodes that it calls never used");
            freeBlocks += count - used;
            freeInodes += _inodesPerGroup - usedInodes;
            CheckGroupSums(group, at, flags, count, bitmap, inodes);
        }
        Assert.Equal((freeBlocks, freeInodes), (FreeBlocks, FreeInodes));
    }

    private void CheckGroupSums(int group, int at, int flags, int count, ReadOnlySpan<byte> bitmap, ReadOnlySpan<byte> inodes)
    {
        for (var i = count; i < _block * 8 && (flags & 2) == 0; i++)
        {
            Assert.True(Bit(bitmap, i), $"group {group}: the bitmap has room beyond the group");
        }
        for (var i = _inodesPerGroup; i < _block * 8 && (flags & 1) == 0; i++)
        {
            Assert.True(Bit(inodes, i), $"group {group}: the inode bitmap has room beyond the group");
        }
        var descriptor = _image.AsSpan(at, _descriptorSize).ToArray();
        descriptor.AsSpan(0x1E, 2).Clear();
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(number, group);
        if (_hasChecksums)
        {
            Assert.Equal(Word(at + 0x1E), (int)(Crc(Crc(_seed, number), descriptor) & 0xFFFF));
            var wide = _descriptorSize >= 64;
            if ((flags & 2) == 0)
            {
                Assert.Equal(Crc(_seed, bitmap[..(_perGroup / 8)]) & (wide ? ~0u : 0xFFFF), (uint)(Word(at + 0x18) | (wide ? Word(at + 0x38) << 16 : 0)));
            }
            if ((flags & 1) == 0)
            {
                Assert.Equal(Crc(_seed, inodes[..(_inodesPerGroup / 8)]) & (wide ? ~0u : 0xFFFF), (uint)(Word(at + 0x1A) | (wide ? Word(at + 0x3A) << 16 : 0)));
            }
        }
        else if (_hasOldChecksums)
        {
            var crc = Crc16(Crc16(Crc16(0xFFFF, _image.AsSpan(1024 + 0x68, 16)), number), descriptor.AsSpan(0, 0x1E));
            Assert.Equal(Word(at + 0x1E), _descriptorSize > 32 ? Crc16(crc, descriptor.AsSpan(0x20)) : crc);
        }
    }

    private int Inode(int number)
    {
        var group = (number - 1) / _inodesPerGroup;
        return Long(Descriptor(group) + 8) * _block + (number - 1) % _inodesPerGroup * _inodeSize;
    }

    private void ReadDirectory(string path, int number, int parent)
    {
        Name(path.Length == 0 ? "/" : path, number);
        Assert.True(_directories.Add(number), $"{path} is there twice");
        var content = ReadContent(path, number);
        Assert.True(content.Length > 0 && content.Length % _block == 0, $"{path}: {content.Length} bytes");
        var isIndexed = (Long(Inode(number) + 0x20) & Indexed) != 0;
        if (isIndexed)
        {
            IndexedDirectories.Add(path);
        }
        var names = new HashSet<string>();
        var found = new List<(string Name, int Inode, int Kind)>();
        for (var at = 0; at < content.Length; at += _block)
        {
            ReadLeaf(path, number, content.AsSpan(at, _block), isIndexed && at == 0, found);
        }
        Assert.Equal([(".", number), ("..", parent)], found.Take(2).Select(entry => (entry.Name, entry.Inode)));
        foreach (var (name, inode, kind) in found.Skip(2))
        {
            Assert.True(name.Length > 0 && !name.Contains('/', StringComparison.Ordinal) && name is not ("." or "..") && names.Add(name), $"{path}: '{name}'");
            var mode = Word(Inode(inode)) & 0xF000;
            Assert.Equal(mode switch { 0x4000 => 2, 0x8000 => 1, 0xA000 => 7, _ => -1 }, kind);
            if (mode == 0x4000)
            {
                _subdirectories[number] = _subdirectories.GetValueOrDefault(number) + 1;
                Tree[$"{path}/{name}"] = null;
                ReadDirectory($"{path}/{name}", inode, number);
                continue;
            }
            var isFirst = !_names.ContainsKey(inode);
            Name($"{path}/{name}", inode);
            Tree[$"{path}/{name}"] = mode == 0xA000 ? [.. "-> "u8, .. ReadLink($"{path}/{name}", inode)] : isFirst ? ReadContent($"{path}/{name}", inode) : [];
        }
    }

    private void Name(string path, int number)
    {
        _names[number] = _names.GetValueOrDefault(number) + 1;
        var at = Inode(number);
        Entries[path] = (Word(at), Word(at + 2), Word(at + 0x18), Long(at + 0x10), Word(at + 0x1A));
        if (_hasChecksums)
        {
            var inode = _image.AsSpan(at, _inodeSize).ToArray();
            inode.AsSpan(0x7C, 2).Clear();
            inode.AsSpan(0x82, 2).Clear();
            var crc = Crc(SeedOf(number), inode);
            Assert.True(Word(at + 0x7C) == (crc & 0xFFFF) && Word(at + 0x82) == crc >> 16, $"{path}: the checksum of inode {number} is wrong");
        }
    }

    private uint SeedOf(int number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        _image.AsSpan(Inode(number) + 0x64, 4).CopyTo(bytes[4..]);
        return Crc(_seed, bytes);
    }

    private void ReadLeaf(string path, int number, ReadOnlySpan<byte> block, bool isRoot, List<(string, int, int)> found)
    {
        var tail = _hasChecksums ? 12 : 0;
        var isNode = !isRoot && BinaryPrimitives.ReadInt32LittleEndian(block) == 0 && BinaryPrimitives.ReadUInt16LittleEndian(block[4..]) == _block;
        if (_hasChecksums && (isRoot || isNode))
        {
            var start = isRoot ? 0x20 : 8;
            var (limit, count) = (BinaryPrimitives.ReadUInt16LittleEndian(block[start..]), BinaryPrimitives.ReadUInt16LittleEndian(block[(start + 2)..]));
            Assert.InRange(count, 1, limit);
            Assert.Equal((_block - start - 8) / 8, limit);
            var sum = block[(start + limit * 8)..];
            Assert.Equal(BinaryPrimitives.ReadUInt32LittleEndian(sum[4..]), Crc(Crc(Crc(SeedOf(number), block[..(start + count * 8)]), sum[..4]), [0, 0, 0, 0]));
            tail = 0;
        }
        else if (_hasChecksums)
        {
            Assert.True(block[^12..^4].SequenceEqual<byte>([0, 0, 0, 0, 12, 0, 0, 0xDE]), $"{path}: a block without a checksum");
            Assert.Equal(BinaryPrimitives.ReadUInt32LittleEndian(block[^4..]), Crc(SeedOf(number), block[..^12]));
        }
        for (var at = 0; at < _block - tail;)
        {
            var (inode, length, nameLength, kind) = (BinaryPrimitives.ReadInt32LittleEndian(block[at..]), BinaryPrimitives.ReadUInt16LittleEndian(block[(at + 4)..]), block[at + 6], block[at + 7]);
            Assert.True(length >= 8 && length % 4 == 0 && at + length <= _block - tail && (inode == 0 || length >= ((8 + nameLength + 3) & ~3)), $"{path}: an entry of {length} bytes at {at}");
            if (inode != 0)
            {
                Assert.InRange(inode, 2, _inodesPerGroup * _groups);
                found.Add((Encoding.UTF8.GetString(block.Slice(at + 8, nameLength)), inode, kind));
            }
            at += length;
        }
    }

    private byte[] ReadLink(string path, int number)
    {
        var (at, size) = (Inode(number), Long(Inode(number) + 4));
        return size < 60 ? _image.AsSpan(at + 0x28, size).ToArray() : ReadContent(path, number);
    }

    private byte[] ReadContent(string path, int number)
    {
        var at = Inode(number);
        var size = Long(at + 4);
        var content = new byte[(size + _block - 1) / _block * _block];
        var before = _owner.Count;
        if ((Long(at + 0x20) & (int)Extents) != 0)
        {
            ReadExtents(path, number, at + 0x28, 60, content, 0);
        }
        else
        {
            for (var i = 0; i < 12; i++)
            {
                Copy(path, Long(at + 0x28 + i * 4), i, content);
            }
            ReadPointers(path, Long(at + 0x28 + 48), 12, 1, content);
            ReadPointers(path, Long(at + 0x28 + 52), 12 + _block / 4, 2, content);
        }
        Assert.Equal((_owner.Count - before) * (_block / 512), Long(at + 0x1C));
        Assert.True(content.AsSpan(size).ContainsAnyExcept((byte)0) is false || number == 8, $"{path}: something comes after its end");
        return content[..size];
    }

    private void ReadExtents(string path, int number, int at, int room, byte[] content, int depth)
    {
        Assert.Equal(0xF30A, Word(at));
        var (count, most) = (Word(at + 2), Word(at + 4));
        Assert.True(count <= most && most == (room - 12) / 12, $"{path}: {count} of {most} extents");
        if (_hasChecksums && room == _block)
        {
            Assert.Equal((uint)Long(at + 12 + most * 12), Crc(SeedOf(number), _image.AsSpan(at, 12 + most * 12)));
        }
        var next = 0;
        for (var entry = at + 12; entry < at + 12 + count * 12; entry += 12)
        {
            Assert.True(Long(entry) >= next, $"{path}: extents are out of order");
            if (Word(at + 6) > 0)
            {
                Claim(Long(entry + 4), 1, path);
                ReadExtents(path, number, Long(entry + 4) * _block, _block, content, depth + 1);
                next = Long(entry) + 1;
                continue;
            }
            var (length, start) = (Word(entry + 4), Long(entry + 8));
            Assert.InRange(length, 1, 32768);
            for (var i = 0; i < length; i++)
            {
                Copy(path, start + i, Long(entry) + i, content);
            }
            next = Long(entry) + length;
        }
    }

    private void ReadPointers(string path, int block, long logical, int depth, byte[] content)
    {
        if (block == 0)
        {
            return;
        }
        Claim(block, 1, path);
        for (var i = 0; i < _block / 4; i++)
        {
            var pointer = Long(block * _block + i * 4);
            if (depth == 1)
            {
                Copy(path, pointer, logical + i, content);
            }
            else
            {
                ReadPointers(path, pointer, logical + (long)i * (_block / 4), depth - 1, content);
            }
        }
    }

    private void Copy(string path, int block, long logical, byte[] content)
    {
        if (block == 0)
        {
            return;
        }
        Claim(block, 1, path);
        Assert.True((logical + 1) * _block <= content.Length, $"{path}: block {logical} is beyond its end");
        _image.AsSpan(block * _block, _block).CopyTo(content.AsSpan((int)logical * _block));
    }

    private void Claim(long first, int count, string owner)
    {
        for (var block = first; block < first + count; block++)
        {
            Assert.True(block >= _firstBlock && block < _blocks, $"{owner}: block {block} is outside of the file system");
            Assert.True(_owner.TryAdd(block, owner), $"{owner}: block {block} belongs to {_owner.GetValueOrDefault(block)}");
        }
    }

    private static bool Bit(ReadOnlySpan<byte> bits, int index) => (bits[index / 8] & 1 << index % 8) != 0;

    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }
        return crc;
    }

    private static int Crc16(int crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var i = 0; i < 8; i++)
            {
                crc = (crc & 1) != 0 ? crc >> 1 ^ 0xA001 : crc >> 1;
            }
        }
        return crc;
    }

    private int Word(int at) => BinaryPrimitives.ReadUInt16LittleEndian(_image.AsSpan(at));

    private int Long(int at) => BinaryPrimitives.ReadInt32LittleEndian(_image.AsSpan(at));
}
