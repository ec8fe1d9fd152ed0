using XenKube.FileSystems.Ext.Mapping;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Editing;

/// <summary>
/// Changes the contents of files. New content goes to blocks that were free: what is in place stays until the edit commits.
/// </summary>
internal sealed class FileEditor(
    ExtVolume volume, FileMap map, ExtContent content, FileMapEditor maps, BlockAllocator allocator, DirectoryEditor entries)
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
        if (allocator.TryTake(count, goal, mayReuse: false) is { } runs)
        {
            Put(runs, bytes, throughJournal: false);
            maps.Write(inode, runs, old.Total);
            maps.Release(old);
        }
        else
        {
            // A full disk: the blocks of the old content may take the new one if it goes through the journal.
            maps.Release(old);
            runs = (volume.Superblock.HasJournal ? allocator.TryTake(count, goal, mayReuse: true) : null) ?? throw allocator.Full();
            Put(runs, bytes, throughJournal: true);
            maps.Write(inode, runs, old.Total);
        }
        SetSize(inode, bytes.Length);
    }

    /// <summary>Adds to the end of a file.</summary>
    public void Append(ExtInode inode, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 0)
        {
            return;
        }
        // The last block, if it is not full, moves: in place it is part of the old content.
        var tail = (int)(inode.Size % volume.BlockSize);
        var moved = new byte[tail + bytes.Length];
        var start = inode.Size - tail;
        content.Read(inode, start, moved.AsSpan(0, tail));
        bytes.CopyTo(moved.AsSpan(tail));
        Rewrite(inode, start, moved, start + moved.Length);
    }

    /// <summary>Cuts a file, or lengthens it by a hole.</summary>
    public void Truncate(ExtInode inode, long length)
    {
        if (length > MaximumLength)
        {
            throw new OperationFailedException(ErrorIds.FileTooLarge, volume.Store.Device.Name, null, "a file cannot be that long");
        }
        if (length == inode.Size)
        {
            return;
        }
        // The block that the shorter of the two ends in is rewritten with zeros behind that end.
        var end = Math.Min(length, inode.Size);
        var tail = new byte[(int)(end % volume.BlockSize)];
        content.Read(inode, end - tail.Length, tail);
        Rewrite(inode, end - tail.Length, tail, length);
    }

    /// <summary>Gives back the blocks behind the end of a file, which an interrupted truncation left.</summary>
    public void CutBlocksBehindEnd(ExtInode inode)
    {
        var size = inode.Size;
        var tail = new byte[(int)(size % volume.BlockSize)];
        content.Read(inode, size - tail.Length, tail);
        Rewrite(inode, size - tail.Length, tail, size);
    }

    // Keeps the blocks before a place, puts new ones from there on.
    private void Rewrite(ExtInode inode, long start, ReadOnlySpan<byte> bytes, long length)
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
        var count = ((long)bytes.Length + size - 1) / size;
        var added = allocator.TryTake(count, volume.GroupOfInode(inode.Number), mayReuse: false);
        var throughJournal = false;
        if (added is null)
        {
            maps.Release(dropped);
            throughJournal = true;
            added = (volume.Superblock.HasJournal ? allocator.TryTake(count, volume.GroupOfInode(inode.Number), mayReuse: true) : null) ?? throw allocator.Full();
        }
        Put(added, bytes, throughJournal);
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

    // ext4_max_size and ext4_max_bitmap_size: a 32-bit number of blocks with extents; else what the pointers reach, and
    // without huge_file no more than a 32-bit number of sectors can count.
    private long MaximumLength
    {
        get
        {
            var size = (long)volume.BlockSize;
            if (volume.Superblock.Is(IncompatibleFeatures.Extents))
            {
                // A map that is changed is written as extents, whatever it was.
                return (FileMap.MaximumBlocks - 1) * size;
            }
            var each = size / 4;
            var reach = BlockPointers.DirectCount + each + each * each + each * each * each;
            var map = 3 + 2 * each + each * each;
            var countable = volume.Superblock.Is(ReadOnlyFeatures.HugeFile) ? FileMap.MaximumBlocks - 1 : uint.MaxValue / (size / 512);
            return Math.Min(reach, countable - map) * size;
        }
    }

    private void SetSize(ExtInode inode, long length)
    {
        inode.Size = length;
        if (length > int.MaxValue && !volume.Superblock.Is(ReadOnlyFeatures.LargeFile))
        {
            // As the kernel: the first file of 2 GiB brings the feature with it.
            ExtSuperblock.SetLargeFile(volume.ChangeSuperblock());
        }
    }
}
