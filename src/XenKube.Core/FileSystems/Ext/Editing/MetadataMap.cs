using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Editing;

/// <summary>
/// Where the bitmaps and inode tables of some groups are, to be asked for each run of blocks that is taken or given back.
/// </summary>
internal sealed class MetadataMap
{
    private readonly (long Start, long Count, string Name)[] _all;
    private readonly (long End, string Name)[] _furthest;

    /// <summary>Collects the places of the groups from one on up to another.</summary>
    public MetadataMap(ExtVolume volume, int from, int to)
    {
        var all = new List<(long Start, long Count, string Name)>();
        for (var group = from; group < to; group++)
        {
            var descriptor = volume.ReadGroup(group);
            all.Add((descriptor.BlockBitmap, 1, "block bitmaps"));
            all.Add((descriptor.InodeBitmap, 1, "inode bitmaps"));
            all.Add((descriptor.InodeTable, volume.InodeTableBlocks, "inode tables"));
        }
        all.Sort();
        _all = [.. all];
        _furthest = new (long, string)[_all.Length];
        var furthest = (End: 0L, Name: "");
        for (var i = 0; i < _all.Length; i++)
        {
            var (start, count, name) = _all[i];
            furthest = start + count > furthest.End ? (start + count, name) : furthest;
            _furthest[i] = furthest;
        }
    }

    /// <summary>All places, in their order.</summary>
    public IReadOnlyList<(long Start, long Count, string Name)> All => _all;

    /// <summary>What is stored in a run of blocks; null if nothing does.</summary>
    public string? Find(long first, long count)
    {
        // The last place that begins before the end of the run.
        var (low, high) = (0, _all.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            (low, high) = _all[middle].Start < first + count ? (middle + 1, high) : (low, middle - 1);
        }
        return high >= 0 && _furthest[high].End > first ? _furthest[high].Name : null;
    }
}
