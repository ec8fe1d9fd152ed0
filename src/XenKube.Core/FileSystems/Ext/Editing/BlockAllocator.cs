using System.Globalization;
using XenKube.FileSystems.Ext.Mapping;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Editing;

/// <summary>
/// Takes and gives back blocks in the bitmaps, group descriptors and the superblock. A block that an edit gives back is not
/// used again by the same edit for the contents of files: until the edit commits, the old content has to stay.
/// </summary>
internal sealed partial class BlockAllocator(ExtVolume volume)
{
    private readonly Dictionary<int, byte[]> _before = [];
    private readonly Dictionary<int, MetadataMap> _structures = [];
    private readonly HashSet<int> _full = [];
    private int _lastTaken = -1;

    /// <summary>Blocks of bitmaps that this edit made: what lies there on the disk means nothing.</summary>
    public HashSet<long> NewBitmaps { get; } = [];

    /// <summary>Starts a new edit.</summary>
    public void Begin()
    {
        _before.Clear();
        _full.Clear();
        _lastTaken = -1;
        NewBitmaps.Clear();
    }

    /// <summary>A change was taken back: what it took is free again.</summary>
    public void LookAgain() => _full.Clear();

    /// <summary>True for a block that was free before the edit in progress.</summary>
    public bool WasFree(long block)
    {
        var group = volume.GroupOfBlock(block);
        return _before.TryGetValue(group, out var bits) && !Bitmap.Get(bits, (int)(block - volume.FirstBlockOf(group)));
    }

    /// <summary>Takes blocks, together where there is room, else in pieces.</summary>
    /// <param name="count">How many.</param>
    /// <param name="goal">The group to look in first.</param>
    /// <param name="mayReuse">True where the content goes through the journal, so that blocks freed by this very edit will do.</param>
    /// <returns>Runs of blocks with logical numbers from 0 on; null if there is not room enough.</returns>
    public List<BlockRun>? TryTake(long count, int goal, bool mayReuse)
    {
        var runs = new List<BlockRun>();
        if (count == 0)
        {
            return runs;
        }
        var found = FindTogether(count, goal, mayReuse) is { } start ? [(start, count)] : FindPieces(count, goal, mayReuse);
        if (found is null)
        {
            return null;
        }
        long logical = 0;
        foreach (var (first, length) in found)
        {
            Mark(first, (int)length);
            _lastTaken = volume.GroupOfBlock(first);
            runs.Add(new BlockRun(logical, first, length));
            logical += length;
        }
        return runs;
    }

    /// <summary>Takes one block for metadata, which always goes through the journal where there is one.</summary>
    public long TakeOne(int goal) =>
        (TryTake(1, goal, mayReuse: false) ?? (volume.Superblock.HasJournal ? TryTake(1, goal, mayReuse: true) : null)
            ?? throw Full())[0].Physical;

    /// <summary>Gives blocks back.</summary>
    public void Free(long first, long count) => Free([(first, count)]);

    /// <summary>Gives blocks back, in any order: each group is counted once.</summary>
    public void Free(List<(long First, long Count)> runs)
    {
        runs.Sort();
        var (group, bits, freed) = (-1, Array.Empty<byte>(), 0);
        foreach (var (start, length) in runs)
        {
            RefuseTables(start, length);
            for (var (first, left) = (start, length); left > 0;)
            {
                if (volume.GroupOfBlock(first) != group)
                {
                    End();
                    group = volume.GroupOfBlock(first);
                    bits = Open(group);
                    _full.Remove(group);
                }
                var index = (int)(first - volume.FirstBlockOf(group));
                var part = (int)Math.Min(left, volume.BlocksIn(group) - index);
                if (Bitmap.Next(bits, index, index + part, false) is var free && free < index + part)
                {
                    throw volume.Store.Corrupt("block bitmap", volume.ReadGroup(group).BlockBitmap,
                        string.Create(CultureInfo.InvariantCulture,
                            $"block {volume.FirstBlockOf(group) + free} belongs to a file, but is marked as free"));
                }
                Bitmap.ClearRange(bits, index, index + part);
                volume.Store.Forget(first, part);
                (first, left, freed) = (first + part, left - part, freed + part);
            }
        }
        End();

        void End()
        {
            if (freed > 0)
            {
                Count(group, bits, freed);
                freed = 0;
            }
        }
    }

    /// <summary>Throws where a file claims blocks that cannot be its.</summary>
    public void RefuseTables(long first, long count)
    {
        volume.Store.Check(first, count);
        if (first < volume.Superblock.FirstDataBlock || SystemStructure(first, count) is not null)
        {
            throw volume.Store.Corrupt("file map", first, "a file claims blocks of the file system's own tables");
        }
    }

    /// <summary>The error for a full file system.</summary>
    public OperationFailedException Full() => new(ErrorIds.FileSystemFull, volume.Store.Device.Name, null,
        "the file system has not enough free blocks to hold the old and the new content at once", "Remove files or enlarge it");

    private long? FindTogether(long count, int goal, bool mayReuse)
    {
        const int groupsToSearch = 32;
        var searched = 0;
        foreach (var (group, descriptor) in Groups(goal))
        {
            if (count > volume.BlocksIn(group) || descriptor.FreeBlocks < count || (!mayReuse && _full.Contains(group)))
            {
                continue;
            }
            if (++searched > groupsToSearch)
            {
                break;
            }
            var isFull = true;
            foreach (var (start, length) in FreeRuns(group, descriptor, mayReuse))
            {
                isFull = false;
                if (length >= count)
                {
                    return volume.FirstBlockOf(group) + start;
                }
            }
            Note(group, isFull && !mayReuse);
        }
        return null;
    }

    private List<(long Start, long Count)>? FindPieces(long count, int goal, bool mayReuse)
    {
        var found = new List<(long, long)>();
        foreach (var (group, descriptor) in Groups(goal))
        {
            if (descriptor.FreeBlocks == 0 || (!mayReuse && _full.Contains(group)))
            {
                continue;
            }
            var isFull = true;
            foreach (var (start, length) in FreeRuns(group, descriptor, mayReuse))
            {
                isFull = false;
                var part = Math.Min(length, count);
                found.Add((volume.FirstBlockOf(group) + start, part));
                count -= part;
                if (count == 0)
                {
                    return found;
                }
            }
            Note(group, isFull && !mayReuse);
        }
        return null;
    }

    // A descriptor may claim free blocks that its bitmap does not have; it is asked once.
    private void Note(int group, bool isFull)
    {
        if (isFull)
        {
            _full.Add(group);
        }
    }

    // The goal first, then from where there was room before and around; groups whose bitmap does not exist yet come last.
    private IEnumerable<(int Group, GroupDescriptor Descriptor)> Groups(int goal)
    {
        var count = volume.Superblock.GroupCount;
        var first = volume.ReadGroup(goal);
        if (!IsFresh(first))
        {
            yield return (goal, first);
        }
        var from = _lastTaken >= 0 ? _lastTaken : goal;
        for (var fresh = 0; fresh < 2; fresh++)
        {
            for (var i = 0; i < count; i++)
            {
                var group = (int)(((long)from + i) % count);
                var descriptor = volume.ReadGroup(group);
                if (IsFresh(descriptor) == (fresh == 1) && (group != goal || fresh == 1))
                {
                    yield return (group, descriptor);
                }
            }
        }
    }

    private IEnumerable<(int Start, int Length)> FreeRuns(int group, GroupDescriptor descriptor, bool mayReuse)
    {
        var used = IsFresh(descriptor) ? Fresh(group) : Verified(group, descriptor);
        var before = mayReuse ? null : _before.GetValueOrDefault(group);
        var blocks = volume.BlocksIn(group);
        for (var at = NextFree(0); at < blocks;)
        {
            var end = Bitmap.Next(used, at, blocks, true);
            end = before is null ? end : Bitmap.Next(before, at, end, true);
            yield return (at, end - at);
            at = NextFree(end);
        }

        int NextFree(int from)
        {
            while (true)
            {
                from = Bitmap.Next(used, from, blocks, false);
                if (before is null || from >= blocks || !Bitmap.Get(before, from))
                {
                    return from;
                }
                from = Bitmap.Next(before, from, blocks, false);
            }
        }
    }

    private void Mark(long first, int count)
    {
        if (SystemStructure(first, count) is { } structure)
        {
            throw volume.Store.Corrupt("block bitmap", first, $"a block of the {structure} is marked as free");
        }
        var group = volume.GroupOfBlock(first);
        var index = (int)(first - volume.FirstBlockOf(group));
        var bits = Open(group);
        Bitmap.SetRange(bits, index, index + count);
        Count(group, bits, -count);
    }

    private string? SystemStructure(long first, long count)
    {
        for (var group = volume.GroupOfBlock(first); group <= volume.GroupOfBlock(first + count - 1); group++)
        {
            var (start, backups) = (volume.FirstBlockOf(group), volume.BaseBlocks(group));
            if (backups > 0 && first < start + backups && first + count > start)
            {
                return "superblock or group descriptors";
            }
            if (MapOf(group).Find(first, count) is { } name)
            {
                return name;
            }
        }
        return null;
    }

    private IEnumerable<(long Start, long Count, string Name)> Structures(int group) => MapOf(group).All;

    // With flex_bg the bitmaps and inode tables of several groups are in one of them. They never move.
    private MetadataMap MapOf(int group)
    {
        var flex = volume.Superblock.GroupsPerFlex;
        var from = group / flex * flex;
        if (!_structures.TryGetValue(from, out var map))
        {
            map = new MetadataMap(volume, from, (int)Math.Min(volume.Superblock.GroupCount, (long)from + flex));
            _structures[from] = map;
        }
        return map;
    }
}
