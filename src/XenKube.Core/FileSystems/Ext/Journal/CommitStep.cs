namespace XenKube.FileSystems.Ext.Journal;

/// <summary>The step that a commit has taken: everything that it wrote must be flushed before the next one.</summary>
internal enum CommitStep
{
    /// <summary>Contents of files in free blocks, and the copies of changed blocks in the log.</summary>
    Logged,

    /// <summary>The commit block: once it is on the disk, the edit takes effect.</summary>
    Committed,

    /// <summary>The changed blocks, where they belong.</summary>
    InPlace,

    /// <summary>The journal's superblock, which says that there is nothing to replay.</summary>
    JournalEmpty,
}
