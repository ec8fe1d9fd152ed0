namespace XenKube.FileSystems.Fat;

/// <summary>
/// What several changes have in common: they are brought to the disk together, in the order of a single one. Content is in free
/// clusters already; then the table links it, then the sectors of directories make it visible, and then what they replaced is freed.
/// </summary>
internal sealed class FatBatch(FatVolume volume, FatEditor editor)
{
    private const int MostDirectories = 512;
    private const int MostSectors = 8192;
    private const int MostFreed = 1 << 20;

    private readonly Dictionary<FatDirectory, SortedSet<int>> _units = [];
    private readonly HashSet<(FatDirectory Directory, int Unit)> _first = [];
    private readonly HashSet<(FatDirectory Directory, int Unit)> _before = [];
    private readonly List<(uint Last, uint Next)> _links = [];
    private readonly List<uint> _freed = [];
    private readonly HashSet<uint> _taken = [];

    /// <summary>True where nothing is to be written.</summary>
    public bool IsEmpty => _units.Count == 0 && _taken.Count == 0 && _freed.Count == 0;

    /// <summary>True where much is kept in memory.</summary>
    public bool IsLarge => volume.DirectoryCount > MostDirectories || volume.Table.ChangedSectors > MostSectors || _freed.Count > MostFreed
        || _taken.Count > MostFreed;

    /// <summary>Notes clusters that were free before the batch.</summary>
    public void Took(IEnumerable<uint> clusters) => _taken.UnionWith(clusters);

    /// <summary>Notes clusters that are free after it.</summary>
    public void Free(IEnumerable<uint> clusters) => _freed.AddRange(clusters);

    /// <summary>Notes that the sector of a slot has to be written.</summary>
    public void Add(FatDirectory directory, int slot)
    {
        if (!_units.TryGetValue(directory, out var units))
        {
            _units.Add(directory, units = []);
        }
        units.Add(slot / FatDirectory.SlotsPerUnit);
    }

    /// <summary>Notes that the sector of a slot has to be on the disk before all others of its directory.</summary>
    public void First(FatDirectory directory, int slot) => _first.Add((directory, slot / FatDirectory.SlotsPerUnit));

    /// <summary>Notes that the sector of a slot has to be on the disk before the next one.</summary>
    public void Before(FatDirectory directory, int slot) => _before.Add((directory, slot / FatDirectory.SlotsPerUnit));

    /// <summary>
    /// Links a cluster to the end of a directory: at once where nothing leads to that end yet, else when the content is safe.
    /// </summary>
    public void Link(uint last, uint next, List<uint> taken)
    {
        if (_taken.Contains(last) || taken.Contains(last))
        {
            volume.Table.Set(last, next);
        }
        else
        {
            _links.Add((last, next));
        }
    }

    /// <summary>Brings everything to the disk.</summary>
    public void Write()
    {
        if (_taken.Count > 0 || _freed.Count > 0 || _links.Count > 0)
        {
            editor.Begin();
            foreach (var (directory, units) in _units)
            {
                WriteUnits(directory, units.Where(unit => IsNew(directory, unit)));
            }
            editor.Flush();
            editor.CommitTable();
        }
        foreach (var (directory, units) in _units)
        {
            var first = units.Where(unit => !IsNew(directory, unit) && _first.Contains((directory, unit))).ToList();
            WriteUnits(directory, first);
            if (first.Count > 0)
            {
                editor.Flush();
            }
            foreach (var unit in units.Where(unit => !IsNew(directory, unit)).Except(first))
            {
                editor.WriteUnit(directory, unit * FatDirectory.SlotsPerUnit);
                if (_before.Contains((directory, unit)))
                {
                    editor.Flush();
                }
            }
        }
        editor.Flush();
        if (_links.Count > 0)
        {
            foreach (var (last, next) in _links)
            {
                volume.Table.Set(last, next);
            }
            editor.CommitTable();
        }
        editor.Free([.. _freed]);
    }

    private void WriteUnits(FatDirectory directory, IEnumerable<int> units)
    {
        foreach (var unit in units)
        {
            editor.WriteUnit(directory, unit * FatDirectory.SlotsPerUnit);
        }
    }

    // A sector in a cluster that nothing leads to yet is content like any other.
    private bool IsNew(FatDirectory directory, int unit) =>
        !directory.IsFixed && _taken.Contains(directory.Clusters[(int)((long)unit * FatDirectory.UnitSize / volume.Boot.ClusterSize)]);
}
