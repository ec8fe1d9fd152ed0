using System.Buffers.Binary;
using XenKube.Devices;

namespace XenKube.FileSystems.Fat;

/// <summary>
/// The file allocation table. Entries are read by pages as they are needed; changes are kept until <see cref="Commit"/>
/// writes them to every copy, the first copy last, since that is the one everybody reads.
/// </summary>
internal sealed class FatTable(BlockDevice device, FatBootSector boot)
{
    /// <summary>Marks the last cluster of a chain.</summary>
    public const uint EndOfChain = 0x0FFFFFFF;

    private const int PageSize = 4096;

    /// <summary>Pages kept while nothing is changed in them: 4 MB.</summary>
    private const int MostPages = 1024;

    private readonly Dictionary<long, byte[]> _pages = [];
    private readonly SortedSet<long> _dirtySectors = [];
    private long _lastDirty = -1;
    private readonly int _entrySize = boot.Bits / 8;

    private uint EndMark => boot.Bits == 16 ? 0xFFF8u : 0x0FFFFFF8u;

    /// <summary>True where the value ends a chain.</summary>
    public bool IsEnd(uint value) => value >= EndMark;

    /// <summary>The entry of a cluster: 0 free, another cluster, or an end of chain.</summary>
    public uint Get(uint cluster)
    {
        var (page, offset) = Locate(cluster);
        return boot.Bits == 16
            ? BinaryPrimitives.ReadUInt16LittleEndian(page.AsSpan(offset))
            : BinaryPrimitives.ReadUInt32LittleEndian(page.AsSpan(offset)) & 0x0FFFFFFF;
    }

    /// <summary>Changes an entry in memory. The upper four bits of a 32-bit one are kept, as the specification asks.</summary>
    public void Set(uint cluster, uint value)
    {
        var (page, offset) = Locate(cluster);
        if (boot.Bits == 16)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(offset), (ushort)value);
        }
        else
        {
            var old = BinaryPrimitives.ReadUInt32LittleEndian(page.AsSpan(offset));
            BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(offset), old & 0xF0000000 | value & 0x0FFFFFFF);
        }
        // Neighbours in a chain are mostly neighbours in the table.
        var sector = cluster * (long)_entrySize / boot.SectorSize;
        if (sector != _lastDirty)
        {
            _dirtySectors.Add(sector);
            _lastDirty = sector;
        }
    }

    /// <summary>Writes the changed sectors to all copies and flushes.</summary>
    public void Commit()
    {
        if (_dirtySectors.Count == 0)
        {
            return;
        }
        for (var copy = boot.FatCount - 1; copy >= 0; copy--)
        {
            foreach (var sector in _dirtySectors)
            {
                var at = sector * boot.SectorSize;
                var page = _pages[at / PageSize];
                device.Write(boot.FatOffset(copy) + at, page.AsSpan((int)(at % PageSize), boot.SectorSize));
            }
        }
        device.Flush();
        _dirtySectors.Clear();
        _lastDirty = -1;
    }

    /// <summary>How many sectors are changed in memory only.</summary>
    public int ChangedSectors => _dirtySectors.Count;

    /// <summary>Forgets everything that was read and changed, after an edit that failed.</summary>
    public void Reset()
    {
        _pages.Clear();
        _dirtySectors.Clear();
        _lastDirty = -1;
    }

    /// <summary>The clusters of a chain, in order.</summary>
    /// <param name="first">The first cluster.</param>
    /// <param name="most">How many clusters are believed; a longer chain is an error.</param>
    public IEnumerable<uint> Chain(uint first, long most)
    {
        var count = 0L;
        for (var cluster = first; ;)
        {
            if (!boot.IsCluster(cluster))
            {
                throw CorruptImageException.At("FAT", EntryOffset(first),
                    $"the chain from cluster {first} leads to cluster {cluster}, which does not exist");
            }
            if (++count > most)
            {
                throw CorruptImageException.At("FAT", EntryOffset(first), $"the chain from cluster {first} has more than {most} clusters");
            }
            yield return cluster;
            var next = Get(cluster);
            if (IsEnd(next))
            {
                yield break;
            }
            cluster = next;
        }
    }

    private long EntryOffset(uint cluster) => boot.FatOffset(boot.ActiveFat) + cluster * (long)_entrySize;

    private (byte[] Page, int Offset) Locate(uint cluster)
    {
        var at = cluster * (long)_entrySize;
        var number = at / PageSize;
        if (!_pages.TryGetValue(number, out var page))
        {
            if (_pages.Count >= MostPages && _dirtySectors.Count == 0)
            {
                _pages.Clear();
            }
            page = new byte[PageSize];
            var length = (int)Math.Min(PageSize, boot.FatSize - number * PageSize);
            device.Read(boot.FatOffset(boot.ActiveFat) + number * PageSize, page.AsSpan(0, length));
            _pages.Add(number, page);
        }
        return (page, (int)(at % PageSize));
    }
}
