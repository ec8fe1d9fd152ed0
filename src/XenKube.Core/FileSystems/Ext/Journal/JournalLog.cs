using XenKube.FileSystems.Ext.Mapping;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Journal;

/// <summary>The journal's blocks by their number within it.</summary>
internal sealed class JournalLog
{
    private readonly ExtVolume _volume;
    private readonly List<BlockRun> _runs;

    private JournalLog(ExtVolume volume, List<BlockRun> runs, JournalSuperblock superblock)
    {
        _volume = volume;
        _runs = runs;
        Superblock = superblock;
    }

    public JournalSuperblock Superblock { get; }

    /// <summary>Finds and opens the journal of a file system.</summary>
    public static JournalLog Open(ExtVolume volume, FileMap map)
    {
        var number = volume.Superblock.JournalInode;
        if (number == 0 || volume.Superblock.JournalDevice != 0)
        {
            throw new UnsupportedFeatureException(volume.Store.Device.Name, "superblock", "external journal",
                "Detach it where both devices are present: tune2fs -O ^has_journal, then tune2fs -j");
        }
        var inode = volume.ReadInode(number);
        if (!inode.IsFile || inode.Links == 0 || inode.Has(InodeFlags.InlineData))
        {
            throw Broken(volume, "its inode is not a file");
        }
        var runs = map.Collect(inode).Runs;
        long mapped = 0;
        foreach (var run in runs)
        {
            if (run.Logical != mapped || run.Unwritten)
            {
                throw Broken(volume, "there is a hole in it");
            }
            mapped += run.Count;
        }
        if (mapped == 0)
        {
            throw Broken(volume, "it is empty");
        }
        var bytes = new byte[JournalSuperblock.Size];
        volume.Store.Device.Read(runs[0].Physical * volume.BlockSize, bytes);
        var superblock = JournalSuperblock.Read(bytes, volume.BlockSize, mapped, out var problem) ?? throw Broken(volume, problem!);
        if ((superblock.Features & ~JournalFeatures.Known) != 0)
        {
            throw new UnsupportedFeatureException(volume.Store.Device.Name, "journal",
                $"journal feature {superblock.Features & ~JournalFeatures.Known:x}");
        }
        return new JournalLog(volume, runs, superblock);
    }

    /// <summary>Where a block of the journal lies, and how many follow it there.</summary>
    public (long Block, long Count) Place(long position)
    {
        var (low, high) = (0, _runs.Count - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = position < _runs[middle].End ? (low, middle) : (middle + 1, high);
        }
        if (position < _runs[low].End)
        {
            return (_runs[low].Physical + position - _runs[low].Logical, _runs[low].End - position);
        }
        throw Broken(_volume, "a position in it is past its end");
    }

    public void Read(long position, byte[] bytes) => _volume.Store.Device.Read(Place(position).Block * _volume.BlockSize, bytes);

    public XenKubeException Broken(string reason) => Broken(_volume, reason);

    private static CorruptImageException Broken(ExtVolume volume, string reason) =>
        new(ErrorIds.CorruptImage, volume.Store.Device.Name, "journal", reason, "Repair the file system with e2fsck -f");
}
