using System.Globalization;
using XenKube.Devices;

namespace XenKube.FileSystems.Ext.Mapping;

/// <summary>The blocks of one file, as <see cref="FileMap.Collect"/> found them.</summary>
internal sealed class MappedBlocks(long limit, string file, uint inode)
{
    private readonly HashSet<long> _seen = [];
    private long _count;
    private long _pieces;

    public List<BlockRun> Runs { get; } = [];

    public List<long> MapBlocks { get; } = [];

    /// <summary>How many blocks content and map take.</summary>
    public long Total => _count;

    /// <summary>Notes a block of the map; one that comes up twice would make a walk without end.</summary>
    public void AddMapBlock(long block)
    {
        if (!_seen.Add(block))
        {
            throw Broken(block, "the map of the file uses this block twice");
        }
        MapBlocks.Add(block);
        Count(1, block);
        // Each block of a map leads to content; those on the way to it are the few levels above.
        if (MapBlocks.Count > 3L * _pieces + ImageLimits.IdleMapBlocks)
        {
            throw Broken(block, "the map of the file has more blocks than it maps");
        }
    }

    public void AddRun(BlockRun run)
    {
        Count(run.Count, run.Physical);
        _pieces++;
        if (Runs.Count > 0)
        {
            var last = Runs[^1];
            if (run.Logical < last.End)
            {
                throw Broken(run.Physical, "the map of the file is not in order");
            }
            if (run.Logical == last.End && run.Physical == last.Physical + last.Count && run.Unwritten == last.Unwritten)
            {
                Runs[^1] = last with { Count = last.Count + run.Count };
                return;
            }
        }
        if (Runs.Count >= ImageLimits.FilePieces)
        {
            throw ImageLimits.Exceeded(file, string.Create(CultureInfo.InvariantCulture, $"inode {inode}"),
                $"the file is in more than {ImageLimits.Text(ImageLimits.FilePieces)} pieces");
        }
        Runs.Add(run);
    }

    private void Count(long blocks, long place)
    {
        _count += blocks;
        if (_count > limit)
        {
            throw Broken(place, "the file claims more blocks than there are");
        }
    }

    private CorruptImageException Broken(long block, string reason) =>
        new(ErrorIds.CorruptImage, file, string.Create(CultureInfo.InvariantCulture, $"inode {inode}, block {block}"), reason);
}
