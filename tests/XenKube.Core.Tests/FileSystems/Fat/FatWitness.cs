using System.Buffers.Binary;
using System.Text;

namespace XenKube.Tests.FileSystems.Fat;

/// <summary>
/// A second reader of FAT, of its own, by Microsoft's "FAT32 File System Specification" (fatgen103): what a volume holds,
/// and everything that fsck.fat would complain of. It replaces fsck.fat and mtools where a test starts no program;
/// FatFileSystemTests and FatMatrixTests ask those.
/// </summary>
internal sealed class FatWitness
{
    private const int SlotSize = 32;
    private readonly byte[] _image;
    private readonly int _sector;
    private readonly int _cluster;
    private readonly int _reserved;
    private readonly int _fats;
    private readonly int _fatSize;
    private readonly int _rootEntries;
    private readonly int _data;
    private readonly bool _is32;
    private readonly int _clusters;
    private readonly Dictionary<int, string> _owner = [];

    public FatWitness(byte[] image)
    {
        _image = image;
        _sector = Word(0x0B);
        _cluster = image[0x0D] * _sector;
        _reserved = Word(0x0E) * _sector;
        _fats = image[0x10];
        _rootEntries = Word(0x11);
        _is32 = Word(0x16) == 0;
        _fatSize = (_is32 ? (int)Long(0x24) : Word(0x16)) * _sector;
        _data = _reserved + _fats * _fatSize + _rootEntries * SlotSize;
        var total = (Word(0x13) != 0 ? Word(0x13) : (long)Long(0x20)) * _sector;
        _clusters = (int)((total - _data) / _cluster);
    }

    public SortedDictionary<string, byte[]?> Tree { get; } = new(StringComparer.Ordinal);

    /// <summary>Attributes, and local date and time as they are stored, of each path.</summary>
    public Dictionary<string, (byte Attributes, int Date, int Time, string ShortName)> Entries { get; } = [];

    /// <summary>Clusters that no file has.</summary>
    public int Free => Enumerable.Range(2, _clusters).Count(cluster => Next(0, cluster) == 0);

    public int ClusterSize => _cluster;

    /// <summary>Reads a volume, and fails where anything is not as it should be.</summary>
    public static FatWitness Check(byte[] image)
    {
        var witness = new FatWitness(image);
        witness.CheckAll();
        return witness;
    }

    private void CheckAll()
    {
        for (var copy = 1; copy < _fats; copy++)
        {
            Assert.True(_image.AsSpan(_reserved, _fatSize).SequenceEqual(_image.AsSpan(_reserved + copy * _fatSize, _fatSize)), $"FAT {copy + 1} differs from FAT 1");
        }
        Assert.True((_image[_is32 ? 0x41 : 0x25] & 1) == 0, "the volume is dirty");
        if (_is32)
        {
            var root = (int)Long(0x2C);
            ReadDirectory("", Content("/", root), root, parent: 0);
        }
        else
        {
            ReadDirectory("", _image.AsMemory(_data - _rootEntries * SlotSize, _rootEntries * SlotSize), 0, parent: 0);
        }
        for (var cluster = 2; cluster < _clusters + 2; cluster++)
        {
            Assert.True(Next(0, cluster) == 0 || _owner.ContainsKey(cluster) || IsBad(cluster), $"cluster {cluster} is in use, but belongs to nothing");
        }
        if (_is32 && Word(0x30) is > 0 and < 0xFFFF and var sector)
        {
            var info = sector * _sector;
            Assert.Equal((0x41615252u, 0x61417272u, 0xAA550000u), (Long(info), Long(info + 0x1E4), Long(info + 0x1FC)));
            Assert.Equal((uint)Free, Long(info + 0x1E8));
        }
    }

    private void ReadDirectory(string path, ReadOnlyMemory<byte> content, int cluster, int parent)
    {
        var shortNames = new HashSet<string>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var longName = new List<byte[]>();
        var isEnd = false;
        for (var at = 0; at < content.Length; at += SlotSize)
        {
            var slot = content.Slice(at, SlotSize).ToArray();
            if (slot[0] == 0 || isEnd)
            {
                Assert.True(slot[0] == 0, $"{path}: something comes after the end of the directory");
                isEnd = true;
                Assert.Empty(longName);
                continue;
            }
            if (slot[0] == 0xE5)
            {
                Assert.True(longName.Count == 0, $"{path}: a long name without its file");
                continue;
            }
            if (slot[11] == 0x0F)
            {
                longName.Add(slot);
                continue;
            }
            var raw = Encoding.Latin1.GetString(slot, 0, 11);
            if ((slot[11] & 0x08) != 0)
            {
                Assert.True(path.Length == 0 && longName.Count == 0, "a label outside of the root");
                continue;
            }
            Assert.True(shortNames.Add(raw), $"{path}: '{raw}' is there twice");
            var first = BinaryPrimitives.ReadUInt16LittleEndian(slot.AsSpan(0x1A)) | (_is32 ? BinaryPrimitives.ReadUInt16LittleEndian(slot.AsSpan(0x14)) << 16 : 0);
            if (raw is ".          " or "..         ")
            {
                Assert.Equal((path.Length > 0, at / SlotSize, raw[1] == '.' ? parent : cluster, 0x10), (true, raw[1] == '.' ? 1 : 0, first, slot[11]));
                continue;
            }
            Assert.DoesNotContain(raw, c => c is >= 'a' and <= 'z' or < ' ' or '"' or '*' or '+' or ',' or '/' or ':' or ';' or '<' or '=' or '>' or '?' or '[' or '\\' or ']' or '|' or '.');
            var name = longName.Count > 0 ? JoinName(path, longName, slot) : ShortName(raw, slot[12]);
            longName.Clear();
            Assert.True(names.Add(name), $"{path}: '{name}' is there twice");
            ReadEntry($"{path}/{name}", slot, first, cluster, raw);
        }
        Assert.True(path.Length == 0 || content.Length >= 2 * SlotSize && content.Span[0] == '.' && content.Span[SlotSize + 1] == '.', $"{path}: no '.' and '..'");
    }

    private void ReadEntry(string path, byte[] slot, int first, int directory, string raw)
    {
        var size = (int)BinaryPrimitives.ReadUInt32LittleEndian(slot.AsSpan(0x1C));
        Entries[path] = (slot[11], BinaryPrimitives.ReadUInt16LittleEndian(slot.AsSpan(0x18)), BinaryPrimitives.ReadUInt16LittleEndian(slot.AsSpan(0x16)), raw);
        if ((slot[11] & 0x10) != 0)
        {
            Assert.Equal(0, size);
            Tree[path] = null;
            // '..' of a directory in the root says 0, whatever the root's cluster.
            ReadDirectory(path, Content(path, first), first, _is32 && directory == (int)Long(0x2C) ? 0 : directory);
            return;
        }
        Assert.Equal(size == 0, first == 0);
        var content = size == 0 ? default : Content(path, first);
        Assert.Equal((size + _cluster - 1) / _cluster * _cluster, content.Length);
        Tree[path] = content[..size].ToArray();
    }

    private ReadOnlyMemory<byte> Content(string path, int first)
    {
        var bytes = new MemoryStream();
        for (var cluster = first; !IsEnd(cluster); cluster = Next(0, cluster))
        {
            Assert.True(cluster >= 2 && cluster < _clusters + 2, $"{path}: cluster {cluster} is outside of the volume");
            Assert.True(_owner.TryAdd(cluster, path), $"{path}: cluster {cluster} belongs to {_owner.GetValueOrDefault(cluster)}");
            bytes.Write(_image, _data + (cluster - 2) * _cluster, _cluster);
        }
        return bytes.ToArray();
    }

    private static string JoinName(string path, List<byte[]> slots, byte[] entry)
    {
        byte sum = 0;
        for (var i = 0; i < 11; i++)
        {
            sum = (byte)((sum << 7 | sum >> 1) + entry[i]);
        }
        Assert.Equal(Enumerable.Range(1, slots.Count).Reverse().Select(number => number == slots.Count ? number | 0x40 : number), slots.Select(slot => (int)slot[0]));
        Assert.All(slots, slot => Assert.Equal((sum, 0, 0, 0), (slot[13], slot[12], slot[0x1A], slot[0x1B])));
        slots.Reverse();
        var text = Encoding.Unicode.GetString([.. slots.SelectMany(slot => slot[1..11].Concat(slot[14..26]).Concat(slot[28..32]))]);
        var end = text.IndexOf('\0', StringComparison.Ordinal);
        Assert.True(end < 0 ? text.Length % 13 == 0 : text[(end + 1)..].All(c => c == '\uFFFF') && end > (slots.Count - 1) * 13 - 1, $"{path}: a long name is not filled as it should be");
        return end < 0 ? text : text[..end];
    }

    // Windows NT keeps in byte 12 that a part was in lower case.
    private static string ShortName(string raw, byte lower)
    {
        var (name, extension) = (raw[..8].TrimEnd(), raw[8..].TrimEnd());
        name = (lower & 0x08) != 0 ? name.ToLowerInvariant() : name;
        extension = (lower & 0x10) != 0 ? extension.ToLowerInvariant() : extension;
        return extension.Length > 0 ? $"{name}.{extension}" : name;
    }

    private int Next(int copy, int cluster) => _is32
        ? (int)(Long(_reserved + copy * _fatSize + cluster * 4) & 0x0FFFFFFF)
        : Word(_reserved + copy * _fatSize + cluster * 2);

    private bool IsEnd(int cluster) => cluster >= (_is32 ? 0x0FFFFFF8 : 0xFFF8);

    private bool IsBad(int cluster) => Next(0, cluster) == (_is32 ? 0x0FFFFFF7 : 0xFFF7);

    private int Word(int at) => BinaryPrimitives.ReadUInt16LittleEndian(_image.AsSpan(at));

    private uint Long(int at) => BinaryPrimitives.ReadUInt32LittleEndian(_image.AsSpan(at));
}
