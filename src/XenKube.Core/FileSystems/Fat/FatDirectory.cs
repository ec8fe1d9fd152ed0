using XenKube.Devices;

namespace XenKube.FileSystems.Fat;

/// <summary>
/// The content of one directory: its slots as they are on the disk, and the entries they hold by long and by short name,
/// which like all names of FAT know no case.
/// </summary>
internal sealed class FatDirectory
{
    /// <summary>The specification's limit, which keeps a chain that loops from being read for ever.</summary>
    public const int MostSlots = 65536;

    /// <summary>A disk writes its sectors whole or not at all; 512 bytes are the smallest there are.</summary>
    public const int UnitSize = 512;

    public const int SlotsPerUnit = UnitSize / FatSlot.Size;

    private readonly FatBootSector _boot;
    private readonly List<uint> _clusters;
    private readonly Dictionary<string, FatEntry> _byName = new(StringComparer.OrdinalIgnoreCase);
    private readonly SortedDictionary<int, FatEntry> _bySlot = [];
    private byte[] _content;

    /// <summary>No slot before this one is free: large directories are not searched from the start for every file.</summary>
    private int _firstFree;

    private FatDirectory(FatBootSector boot, List<uint> clusters, byte[] content)
    {
        _boot = boot;
        _clusters = clusters;
        _content = content;
    }

    /// <summary>The first cluster; 0 for the root directory of FAT16.</summary>
    public uint FirstCluster => _clusters.Count > 0 ? _clusters[0] : 0;

    /// <summary>True for the root directory of FAT16, which cannot grow.</summary>
    public bool IsFixed => _clusters.Count == 0;

    public IReadOnlyList<uint> Clusters => _clusters;

    public int SlotCount => _content.Length / FatSlot.Size;

    public IEnumerable<FatEntry> Entries => _bySlot.Values;

    public bool IsEmpty => _bySlot.Count == 0;

    /// <summary>Reads a directory.</summary>
    /// <param name="device">The partition.</param>
    /// <param name="boot">Its boot sector.</param>
    /// <param name="table">Its table.</param>
    /// <param name="cluster">First cluster, or 0 for the root directory.</param>
    public static FatDirectory Read(BlockDevice device, FatBootSector boot, FatTable table, uint cluster)
    {
        if (cluster == 0 && boot.Bits == 32)
        {
            cluster = boot.RootCluster;
        }
        List<uint> clusters = [];
        byte[] content;
        if (cluster == 0)
        {
            content = new byte[boot.RootSize];
            device.Read(boot.RootOffset, content);
        }
        else
        {
            clusters.AddRange(table.Chain(cluster, MostClusters(boot)));
            content = new byte[clusters.Count * boot.ClusterSize];
            for (var i = 0; i < clusters.Count; i++)
            {
                device.Read(boot.ClusterOffset(clusters[i]), content.AsSpan(i * boot.ClusterSize, boot.ClusterSize));
            }
        }
        var directory = new FatDirectory(boot, clusters, content);
        directory.Parse();
        return directory;
    }

    private static long MostClusters(FatBootSector boot) => Math.Max(1, MostSlots * (long)FatSlot.Size / boot.ClusterSize);

    /// <summary>Where the root directory is.</summary>
    internal static IEnumerable<(long Start, int Length)> RootExtents(FatBootSector boot, FatTable table) => boot.Bits == 32
        ? table.Chain(boot.RootCluster, MostClusters(boot)).Select(cluster => (boot.ClusterOffset(cluster), boot.ClusterSize))
        : [(boot.RootOffset, boot.RootSize)];

    /// <summary>The slot that ends the directory: the first that was never used.</summary>
    public int End { get; private set; }

    public FatEntry? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>True if a short name is taken, also by something whose long name hides it.</summary>
    public bool HasName(string name) => _byName.ContainsKey(name);

    public Span<byte> GetSlot(int index) => _content.AsSpan(index * FatSlot.Size, FatSlot.Size);

    /// <summary>The offset of a slot in the partition.</summary>
    public long OffsetOf(int index)
    {
        var at = index * FatSlot.Size;
        return IsFixed ? _boot.RootOffset + at : _boot.ClusterOffset(_clusters[at / _boot.ClusterSize]) + at % _boot.ClusterSize;
    }

    /// <summary>
    /// Finds room for an entry, within one sector wherever that can be, since a sector is written whole or not at all: among
    /// the slots in use, in the sector after them, or in a cluster to be added, whose link is one sector as well. Some readers
    /// stop at the first slot that was never used and some (Linux, fsck.fat) do not, so nothing can be hidden after it.
    /// </summary>
    /// <param name="count">Slots that are needed.</param>
    /// <param name="canGrow">False where the volume has no cluster left.</param>
    /// <returns>The place, or null where there is none.</returns>
    public FatPlace? FindPlace(int count, bool canGrow)
    {
        if (FindRun(count, withinUnit: true) is { } place)
        {
            return place;
        }
        var start = count <= SlotsPerUnit ? (End + SlotsPerUnit - 1) / SlotsPerUnit * SlotsPerUnit : End;
        if (start + count <= SlotCount)
        {
            return new FatPlace(start, count, 0);
        }
        var slotsPerCluster = _boot.ClusterSize / FatSlot.Size;
        var newClusters = (count + slotsPerCluster - 1) / slotsPerCluster;
        if (!IsFixed && canGrow && SlotCount + newClusters * slotsPerCluster <= Math.Max(MostSlots, slotsPerCluster))
        {
            return new FatPlace(SlotCount, count, newClusters);
        }
        return FindRun(count, withinUnit: false);
    }

    /// <summary>Room within the sector of an entry that is about to go, its own slots counted as free.</summary>
    public FatPlace? FindPlaceBeside(FatEntry leaving, int count)
    {
        var unit = leaving.Slot / SlotsPerUnit;
        if (leaving.FirstSlot / SlotsPerUnit != unit)
        {
            return null;
        }
        var run = 0;
        for (var i = unit * SlotsPerUnit; i < Math.Min(SlotCount, (unit + 1) * SlotsPerUnit); i++)
        {
            run = IsFree(i) || (i >= leaving.FirstSlot && i <= leaving.Slot) ? run + 1 : 0;
            if (run == count && i - count + 1 <= End)
            {
                return new FatPlace(i - count + 1, count, 0);
            }
        }
        return null;
    }

    /// <summary>The offset and the bytes of the sector that holds a slot.</summary>
    public (long Offset, ReadOnlyMemory<byte> Bytes) GetUnit(int slot)
    {
        var first = slot / SlotsPerUnit * SlotsPerUnit;
        return (OffsetOf(first), _content.AsMemory(first * FatSlot.Size, Math.Min(UnitSize, _content.Length - first * FatSlot.Size)));
    }

    /// <summary>Moves the end mark after the given slot; true if the slot there had to be cleared.</summary>
    public bool MoveEnd(int lastSlot)
    {
        if (lastSlot < End)
        {
            return false;
        }
        End = lastSlot + 1;
        if (End >= SlotCount || GetSlot(End)[0] == FatSlot.EndMark)
        {
            return false;
        }
        GetSlot(End).Clear();
        return true;
    }

    private bool IsFree(int slot) => slot >= End || GetSlot(slot)[0] == FatSlot.FreeMark;

    private FatPlace? FindRun(int count, bool withinUnit)
    {
        var run = 0;
        while (_firstFree < SlotCount && !IsFree(_firstFree))
        {
            _firstFree++;
        }
        for (var i = _firstFree; i < SlotCount; i++)
        {
            if (!IsFree(i))
            {
                run = 0;
                continue;
            }
            run = withinUnit && i % SlotsPerUnit == 0 ? 1 : run + 1;
            if (run == count)
            {
                var first = i - count + 1;
                // At or after the end mark no slot may be left out: readers stop at it.
                return first > End ? null : new FatPlace(first, count, 0);
            }
        }
        return null;
    }

    /// <summary>Takes a cluster of empty slots that was linked to the end of the directory.</summary>
    public void Grow(uint cluster)
    {
        _clusters.Add(cluster);
        Array.Resize(ref _content, _content.Length + _boot.ClusterSize);
    }

    /// <summary>Takes up an entry whose slots were written.</summary>
    public FatEntry Add(int firstSlot, int slot, string? longName)
    {
        var entry = ReadEntry(firstSlot, slot, longName);
        _bySlot[slot] = entry;
        _byName.TryAdd(entry.Name, entry);
        _byName.TryAdd(entry.ShortName, entry);
        return entry;
    }

    /// <summary>Forgets an entry whose slots were given back.</summary>
    public void Remove(FatEntry entry)
    {
        _bySlot.Remove(entry.Slot);
        _firstFree = Math.Min(_firstFree, entry.FirstSlot);
        RemoveName(entry.Name, entry);
        RemoveName(entry.ShortName, entry);
    }

    private void RemoveName(string name, FatEntry entry)
    {
        if (_byName.TryGetValue(name, out var found) && found.Slot == entry.Slot)
        {
            _byName.Remove(name);
        }
    }

    private void Parse()
    {
        var longName = new FatLongNameReader();
        End = SlotCount;
        for (var i = 0; i < SlotCount; i++)
        {
            var slot = GetSlot(i);
            if (slot[0] == FatSlot.EndMark)
            {
                End = i;
                return;
            }
            if (slot[0] == FatSlot.FreeMark)
            {
                longName.Clear();
            }
            else if (FatSlot.IsLongName(slot))
            {
                longName.Add(slot, i);
            }
            else
            {
                if ((slot[11] & FatSlot.VolumeId) == 0 && !FatName.IsDot(slot))
                {
                    var name = longName.TakeFor(slot);
                    Add(name is null ? i : longName.FirstSlot, i, name);
                }
                longName.Clear();
            }
        }
    }

    private FatEntry ReadEntry(int firstSlot, int slotIndex, string? longName)
    {
        var slot = GetSlot(slotIndex);
        var shortName = FatName.Read(slot);
        return new FatEntry(
            longName ?? shortName, shortName, firstSlot, slotIndex, slot[11], FatSlot.GetCluster(slot, _boot.Bits), FatSlot.GetSize(slot),
            FatTime.GetModified(slot));
    }
}
