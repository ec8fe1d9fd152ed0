using XenKube.FileSystems.Ext.Journal;
using XenKube.FileSystems.Ext.Mapping;
using XenKube.FileSystems.Ext.Structures;
using XenKube.FileSystems.Ext.Volumes;

namespace XenKube.FileSystems.Ext.Editing;

/// <summary>Makes a file system ready to be changed, as a mount would, and brings edits to the disk.</summary>
internal sealed class EditCommitter(ExtVolume volume, FileMap map, EditTables tables, TimeProvider clock)
{
    /// <summary>How many changed blocks an edit of many changes gathers before it is committed.</summary>
    private const int MostBlocks = 2048;

    private JournalWriter? _journal;
    private bool _ready;
    private bool _counted;
    private Exception? _failure;

    public DateTime NowUtc => clock.GetUtcNow().UtcDateTime;

    /// <summary>True where an edit of several changes is one transaction.</summary>
    public bool HasJournal => volume.Superblock.HasJournal;

    /// <summary>True where the edit in progress fills a good part of the journal, or of the memory that an edit may take.</summary>
    public bool IsLarge => volume.Store.Changed.Count > Math.Min(MostBlocks, (_journal?.Room ?? long.MaxValue) / 2);

    // What gives blocks back shares its transaction with what the edit changes besides. Each transaction must give something back:
    // the nodes on the way to one extent, its bitmap, its descriptor and the inode are fewer than the least.
    private long MostToFree => Math.Clamp(_journal!.Room / 3, 16, MostBlocks);

    /// <summary>True where the journal cannot hold the edit in progress.</summary>
    public bool IsTooLarge => _journal is not null && _journal.Needed(volume.Store.Changed.Count + 1) > _journal.Room;

    /// <summary>Refuses the edit in progress where the journal cannot hold it.</summary>
    public void RequireFit() => _journal?.Check(volume.Store.Changed.Count + 1);

    /// <summary>Writes contents of files to their free blocks, where many wait for the commit. Not within a change.</summary>
    public void SpillData()
    {
        if (volume.Store.HoldsMuchData)
        {
            DataWriter.Write(volume.Store);
            volume.Store.DropWrittenData();
        }
    }

    /// <summary>Starts an edit: the first time the journal is replayed and what was left unfinished is finished.</summary>
    public void Begin()
    {
        if (_failure is not null)
        {
            throw new OperationFailedException(ErrorIds.EditInterrupted, volume.Store.Device.Name, null,
                "an edit before this one was interrupted while it was written",
                "Open the image again: what the journal holds is replayed then", _failure);
        }
        if (!_ready)
        {
            Prepare();
            _ready = true;
        }
        volume.Store.Discard();
        tables.Begin();
        CountFree();
    }

    /// <summary>Brings the edit in progress to the disk.</summary>
    public void Commit(bool inodesFirst = false)
    {
        if (_journal is not null)
        {
            using var steps = BeginCommit();
            JointCommit.Run(volume.Store.Device, [steps]);
        }
        else if (HasChanges)
        {
            CommitInOrder(inodesFirst);
        }
    }

    /// <summary>Begins to bring the edit in progress to the disk by the journal.</summary>
    /// <exception cref="OperationFailedException">The journal cannot hold the edit; nothing was written.</exception>
    public CommitInSteps BeginCommit()
    {
        if (!HasChanges)
        {
            return CommitInSteps.Nothing;
        }
        // The superblock is part of every transaction, and is counted with it.
        volume.ChangeSuperblock();
        _journal!.Check(volume.Store.Changed.Count);
        return new CommitInSteps(_journal.Commit(NowUtc), End, error => Fail(error, _journal.HasWritten));
    }

    private bool HasChanges => volume.Store.Changed.Count > 0 || volume.Store.Data.Count > 0;

    private void CommitInOrder(bool inodesFirst)
    {
        volume.ChangeSuperblock();
        var ordered = new OrderedWriter(volume, tables.Blocks, tables.Inodes, tables.Entries);
        try
        {
            ordered.Commit(NowUtc, inodesFirst);
            volume.ReloadSuperblock();
        }
        catch (Exception e)
        {
            Fail(e, ordered.HasWritten);
            throw;
        }
        End();
    }

    private void Fail(Exception error, bool hasWritten) => _failure = hasWritten ? error : null;

    private void End()
    {
        _counted = true;
        tables.Begin();
    }

    // The kernel keeps the superblock's counts of what is free at a mount and an unmount only, and sums up the groups at each mount
    // (ext4_count_free_clusters, ext4_count_free_inodes): in the image of a running guest they are old, and right all the same.
    private void CountFree()
    {
        if (_counted)
        {
            return;
        }
        long clusters = 0, inodes = 0;
        for (var group = 0; group < volume.Superblock.GroupCount; group++)
        {
            var descriptor = volume.ReadGroup(group);
            clusters += descriptor.FreeBlocks;
            inodes += descriptor.FreeInodes;
        }
        var blocks = clusters * volume.Superblock.ClusterRatio;
        var wide = volume.Superblock.Is(IncompatibleFeatures.SixtyFourBit);
        if (ExtSuperblock.FreeBlocks(volume.SuperblockBytes, wide) != blocks || ExtSuperblock.FreeInodes(volume.SuperblockBytes) != inodes)
        {
            var superblock = volume.ChangeSuperblock();
            ExtSuperblock.SetFreeBlocks(superblock, wide, blocks);
            ExtSuperblock.SetFreeInodes(superblock, (uint)inodes);
        }
    }

    private void Prepare()
    {
        Gate();
        if (volume.Superblock.HasJournal)
        {
            var log = JournalLog.Open(volume, map);
            var journal = new JournalWriter(volume, log);
            if (volume.NeedsRecovery || log.Superblock.Start != 0)
            {
                // Without the flag in the superblock the log is ignored, as at a mount.
                var recovery = JournalRecovery.Run(volume, log);
                journal.Replay(volume.NeedsRecovery ? recovery : recovery.WithoutView());
                Gate();
            }
            _journal = journal;
            tables.OldContents.Limit = MostToFree;
        }
        else if (!volume.Superblock.IsClean)
        {
            throw Damaged("it has no journal and was not unmounted cleanly");
        }
        FinishOrphans();
    }

    /// <summary>
    /// Removes the files that have no name any more, and ends truncations. Content that is too large for a transaction is given back
    /// from the end of the file on, in several.
    /// </summary>
    public void FinishOrphans()
    {
        var orphans = new OrphanCleaner(volume, map, tables);
        if (!orphans.HasWork)
        {
            return;
        }
        if (_journal is not null)
        {
            var trimmer = new OrphanTrimmer(volume, tables.Blocks);
            foreach (var number in orphans.Listed().Concat(orphans.InFile()).Where(number => number >= volume.Superblock.FirstInode
                && volume.ReadInode(number) is { IsFile: true } inode && !inode.Has(InodeFlags.InlineData)).ToList())
            {
                var goesOn = true;
                while (goesOn)
                {
                    StartOver();
                    var inode = volume.ReadInode(number);
                    goesOn = trimmer.Trim(inode, MostToFree);
                    if (goesOn || inode.Links > 0)
                    {
                        Commit();
                    }
                }
            }
        }
        StartOver();
        orphans.Clean(NowUtc);
        Commit(inodesFirst: true);
    }

    private void StartOver()
    {
        volume.Store.Discard();
        tables.Begin();
        CountFree();
    }

    private void Gate()
    {
        var superblock = volume.Superblock;
        var names = FeatureNames.Of(superblock.Incompatible & ~IncompatibleFeatures.Writable)
            .Concat(FeatureNames.Of(superblock.ReadOnly & ~ReadOnlyFeatures.Writable)).ToList();
        if (names.Count > 0)
        {
            throw new UnsupportedFeatureException(volume.Store.Device.Name, "superblock", string.Join(", ", names) + " (for writing)",
                "The file system can be read; mount it to change it");
        }
        if (superblock.HasErrors)
        {
            throw Damaged("errors were found in it before");
        }
    }

    private OperationFailedException Damaged(string reason) =>
        new(ErrorIds.FileSystemNotClean, volume.Store.Device.Name, "superblock", reason, "Repair it with e2fsck -f first");
}
