using XenKube.Devices;

namespace XenKube.FileSystems.Fat;

/// <summary>An open FAT volume: boot sector, table, and the directories read so far.</summary>
internal sealed class FatVolume
{
    /// <summary>Directories kept in memory, each of at most 2 MB.</summary>
    private const int MostDirectories = 16;

    /// <summary>Sixteen directories of the largest size.</summary>
    private const long MostSlotsOnTheWay = 16L * FatDirectory.MostSlots;

    private readonly Dictionary<uint, FatDirectory> _directories = [];
    private readonly HashSet<uint> _new = [];
    private long _slots;

    private FatVolume(BlockDevice device, FatBootSector boot)
    {
        Device = device;
        Boot = boot;
        Table = new FatTable(device, boot);
        Info = FatInfoSector.Read(device, boot);
    }

    public BlockDevice Device { get; }

    public FatBootSector Boot { get; }

    public FatTable Table { get; }

    public FatInfoSector Info { get; private set; }

    /// <summary>True while directories in memory may differ from those on the disk.</summary>
    public bool KeepsDirectories { get; set; }

    /// <summary>How many directories are in memory.</summary>
    public int DirectoryCount => _directories.Count;

    public bool IsDirty => (Boot.State & FatBootSector.DirtyState) != 0;

    public static FatVolume Open(BlockDevice device)
    {
        Span<byte> sector = stackalloc byte[512];
        if (device.Length < sector.Length)
        {
            throw CorruptImageException.At("FAT boot sector", 0, "the partition is too short");
        }
        device.Read(0, sector);
        var boot = FatBootSector.TryRead(sector) ?? throw CorruptImageException.At("FAT boot sector", 0, "it makes no sense");
        if (boot.Bits == 12)
        {
            throw new UnsupportedFeatureException(null, "FAT boot sector", "FAT12", "Make the partition larger, so that it becomes FAT16");
        }
        if (boot.Length > device.Length)
        {
            throw CorruptImageException.At("FAT boot sector", 0,
                $"the file system's {boot.Length} bytes reach beyond the end of the partition at {device.Length}");
        }
        if (boot.ActiveFat >= boot.FatCount)
        {
            throw CorruptImageException.At("FAT boot sector", 0x28, $"the active FAT {boot.ActiveFat} is none of the {boot.FatCount}");
        }
        if (boot.Bits == 32 && !boot.IsCluster(boot.RootCluster))
        {
            throw CorruptImageException.At("FAT boot sector", 0x2C, $"the root directory's cluster {boot.RootCluster} does not exist");
        }
        return new FatVolume(device, boot);
    }

    /// <summary>True for the root directory, which its children call cluster 0 also where it is another.</summary>
    public bool IsRoot(FatDirectory directory) => directory.IsFixed || (Boot.Bits == 32 && directory.FirstCluster == Boot.RootCluster);

    /// <summary>The directory that the first parts of a path lead to; null where one of them does not exist.</summary>
    public FatDirectory? FindDirectory(IReadOnlyList<string> parts, int count)
    {
        if (count > ImageLimits.Levels)
        {
            throw ImageLimits.Exceeded(Device.Name, FatPath.Join([.. parts.Take(count)]),
                $"the path has more than {ImageLimits.Levels} names");
        }
        var directory = Load(0);
        HashSet<uint> seen = [directory.FirstCluster];
        long slots = directory.SlotCount;
        for (var i = 0; i < count; i++)
        {
            var entry = directory.Find(parts[i]);
            if (entry is null || !entry.IsDirectory)
            {
                return null;
            }
            directory = Load(entry.Cluster, passing: directory);
            slots += directory.SlotCount;
            if (slots > MostSlotsOnTheWay)
            {
                throw ImageLimits.Exceeded(Device.Name, FatPath.Join([.. parts.Take(count)]),
                    $"on the way are directories with room for more than {ImageLimits.Text(MostSlotsOnTheWay)} entries together");
            }
            if (!seen.Add(directory.FirstCluster))
            {
                throw CorruptImageException.At("FAT directory", Boot.ClusterOffset(directory.FirstCluster),
                    $"the directory '{parts[i]}' contains itself");
            }
        }
        return directory;
    }

    public FatDirectory GetDirectory(IReadOnlyList<string> parts, int count)
    {
        var path = FatPath.Join([.. parts.Take(count)]);
        var directory = FindDirectory(parts, count);
        if (directory is not null)
        {
            return directory;
        }
        var isFile = FindDirectory(parts, count - 1)?.Find(parts[count - 1]) is not null;
        throw isFile ? FileSystemErrors.NotADirectory(path) : FileSystemErrors.DirectoryNotFound(path);
    }

    /// <summary>Forgets what was read, after an edit that failed.</summary>
    public void Reset()
    {
        _directories.Clear();
        _slots = 0;
        Table.Reset();
        Info = FatInfoSector.Read(Device, Boot);
    }

    /// <summary>Called before an operation, never within one, so that each directory is in memory only once.</summary>
    public void Trim()
    {
        if ((_directories.Count > MostDirectories || _slots > ImageLimits.FatSlots) && !KeepsDirectories)
        {
            _directories.Clear();
            _slots = 0;
        }
        _new.Clear();
    }

    /// <summary>Forgets a directory that was removed.</summary>
    public void Forget(uint cluster)
    {
        if (_directories.Remove(cluster, out var directory))
        {
            _slots -= directory.SlotCount;
        }
    }

    /// <summary>The directory that begins at a cluster; 0 is the root directory.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="passing">
    /// The directory that led here. Where too much is in memory already, and this operation has read that one only to pass through it,
    /// it is dropped.
    /// </param>
    public FatDirectory Load(uint cluster, FatDirectory? passing = null)
    {
        if (_directories.TryGetValue(cluster, out var directory))
        {
            return directory;
        }
        if (passing is not null && !KeepsDirectories && _slots > ImageLimits.FatSlots && _new.Contains(passing.FirstCluster))
        {
            Forget(passing.FirstCluster);
        }
        directory = FatDirectory.Read(Device, Boot, Table, cluster);
        _directories.Add(cluster, directory);
        _new.Add(cluster);
        _slots += directory.SlotCount;
        return directory;
    }
}
