using XenKube.FileSystems.Ext.Mapping;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Editing;

/// <summary>
/// Changes the contents of files. New content goes to blocks that were free: what is in place stays until the edit commits.
/// </summary>
internal sealed class FileEditor(
    ExtVolume volume, FileMap map, ExtContent content, FileMapEditor maps, BlockAllocator allocator, DirectoryEditor entries,
    OldContents oldContents)
{
    /// <summary>Replaces all of a file.</summary>
    public void Replace(ExtInode inode, ReadOnlySpan<byte> bytes)
    {
        var old = map.Collect(inode);
        if (inode.Has(InodeFlags.InlineData))
        {
            entries.DropInlineData(inode);
        }
        var goal = volume.GroupOfInode(inode.Number);
        var count = ((long)bytes.Length + volume.BlockSize - 1) / volume.BlockSize;
        var isLarge = oldContents.IsLarge(old);
        if (allocator.TryTake(count, goal, mayReuse: false) is { } runs)
        {
            Put(runs, bytes, throughJournal: false);
            if (isLarge)
            {
                oldContents.HandOver(inode, old);
            }
            maps.Write(inode, runs, old.Total);
            if (!isLarge)
            {
                maps.Release(old);
            }
        }
        else
        {
            // A full disk: the blocks of the old content may take the new one if it goes through the journal.
            if (isLarge)
            {
                new OrphanTrimmer(volume, allocator).Trim(oldContents.HandOver(inode, old), oldContents.Limit);
            }
            else
            {
                maps.Release(old);
            }
            runs = (volume.Superblock.HasJournal ? allocator.TryTake(count, goal, mayReuse: true) : null) ?? throw allocator.Full();
            Put(runs, bytes, throughJournal: true);
            maps.Write(inode, runs, old.Total);
        }
        SetSize(inode, bytes.Length);
    }

    /// <summary>Fills the last block of a file with zeros from the end of the file on, by the journal.</summary>
    public void ClearAfterEnd(ExtInode inode)
    {
        var end = (int)(inode.Size % volume.BlockSize);
        if (end > 0 && map.Find(inode, inode.Size / volume.BlockSize) is { IsHole: false, Unwritten: false } run)
        {
            allocator.RefuseTables(run.Physical, 1);
            volume.Store.Change(run.Physical).AsSpan(end).Clear();
        }
    }

    /// <summary>Gives back the blocks after the end of a file, which an interrupted truncation left.</summary>
    public void CutBlocksAfterEnd(ExtInode inode) => Rewrite(inode, inode.Size, [], inode.Size);

    /// <summary>Keeps the content before an offset, puts new content from there on, and sets the length.</summary>
    internal void Rewrite(ExtInode inode, long start, ReadOnlySpan<byte> bytes, long length)
    {
        var size = volume.BlockSize;
        if (inode.Has(InodeFlags.InlineData))
        {
            var all = new byte[(int)Math.Min(length, start + bytes.Length)];
            content.Read(inode, 0, all.AsSpan(0, (int)Math.Min(inode.Size, start)));
            bytes.CopyTo(all.AsSpan((int)start));
            Replace(inode, all);
            SetSize(inode, length);
            return;
        }
        // The block that the kept content ends in moves: in place it is part of the old content.
        var tail = (int)(start % size);
        var moved = new byte[tail + bytes.Length];
        start -= tail;
        content.Read(inode, start, moved.AsSpan(0, tail));
        bytes.CopyTo(moved.AsSpan(tail));
        var old = map.Collect(inode);
        var first = start / size;
        var runs = new List<BlockRun>();
        var dropped = new MappedBlocks(volume.Superblock.BlockCount, volume.Store.Device.Name, inode.Number);
        foreach (var run in old.Runs)
        {
            var keep = Math.Clamp(first - run.Logical, 0, run.Count);
            if (keep > 0)
            {
                runs.Add(run with { Count = keep });
            }
            if (keep < run.Count)
            {
                dropped.AddRun(run with { Logical = run.Logical + keep, Physical = run.Physical + keep, Count = run.Count - keep });
            }
        }
        dropped.MapBlocks.AddRange(old.MapBlocks);
        var count = ((long)moved.Length + size - 1) / size;
        var added = allocator.TryTake(count, volume.GroupOfInode(inode.Number), mayReuse: false);
        var throughJournal = false;
        if (added is null)
        {
            maps.Release(dropped);
            throughJournal = true;
            added = (volume.Superblock.HasJournal ? allocator.TryTake(count, volume.GroupOfInode(inode.Number), mayReuse: true) : null)
                ?? throw allocator.Full();
        }
        Put(added, moved, throughJournal);
        runs.AddRange(added.Select(run => run with { Logical = run.Logical + first }));
        maps.Write(inode, runs, old.Total);
        if (!throughJournal)
        {
            maps.Release(dropped);
        }
        SetSize(inode, length);
    }

    private void Put(List<BlockRun> runs, ReadOnlySpan<byte> bytes, bool throughJournal)
    {
        var size = volume.BlockSize;
        var copy = throughJournal ? [] : new byte[(bytes.Length + size - 1) / size * size];
        if (!throughJournal)
        {
            bytes.CopyTo(copy);
        }
        var at = 0;
        foreach (var run in runs)
        {
            for (long i = 0; i < run.Count; i++, at += size)
            {
                if (throughJournal)
                {
                    bytes[at..Math.Min(bytes.Length, at + size)].CopyTo(volume.Store.Create(run.Physical + i));
                }
                else
                {
                    volume.Store.PutData(run.Physical + i, copy.AsMemory(at, size));
                }
            }
        }
    }

    /// <summary>Sets the length of a file.</summary>
    internal void SetSize(ExtInode inode, long length)
    {
        inode.Size = length;
        if (length > int.MaxValue && !volume.Superblock.Is(ReadOnlyFeatures.LargeFile))
        {
            // As the kernel: the first file of 2 GiB brings the feature with it.
            ExtSuperblock.SetLargeFile(volume.ChangeSuperblock());
        }
    }
}
