using XenKube.Devices;

namespace XenKube.FileSystems.Fat;

/// <summary>An open FAT volume: boot sector, table, and the directories read so far.</summary>
internal sealed class FatVolume
{
    /// <summary>Directories kept in memory, each of at most 2 MB.</summary>
    private const int MostDirectories = 16;

    private readonly Dictionary<uint, FatDirectory> _directories = [];

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
            throw CorruptImageException.At("FAT boot sector", 0, $"the file system's {boot.Length} bytes reach beyond the end of the partition at {device.Length}");
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
        var directory = Load(0);
        HashSet<uint> seen = [directory.FirstCluster];
        for (var i = 0; i < count; i++)
        {
            var entry = directory.Find(parts[i]);
            if (entry is null || !entry.IsDirectory)
            {
                return null;
            }
            directory = Load(entry.Cluster);
            if (!seen.Add(directory.FirstCluster))
            {
                throw CorruptImageException.At("FAT directory", Boot.ClusterOffset(directory.FirstCluster), $"the directory '{parts[i]}' contains itself");
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
        Table.Reset();
        Info = FatInfoSector.Read(Device, Boot);
    }

    /// <summary>Called before an operation, never within one, so that each directory is in memory only once.</summary>
    public void Trim()
    {
        if (_directories.Count > MostDirectories && !KeepsDirectories)
        {
            _directories.Clear();
        }
    }

    /// <summary>Forgets a directory that was removed.</summary>
    public void Forget(uint cluster) => _directories.Remove(cluster);

    /// <summary>The directory that begins at a cluster; 0 is the root directory.</summary>
    public FatDirectory Load(uint cluster)
    {
        if (!_directories.TryGetValue(cluster, out var directory))
        {
            directory = FatDirectory.Read(Device, Boot, Table, cluster);
            _directories.Add(cluster, directory);
        }
        return directory;
    }
}
