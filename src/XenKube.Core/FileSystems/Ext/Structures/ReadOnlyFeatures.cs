namespace XenKube.FileSystems.Ext.Structures;

/// <summary>s_feature_ro_compat: a driver that does not know one of these may read, but not write.</summary>
[Flags]
internal enum ReadOnlyFeatures : uint
{
    SparseSuper = 0x1,
    LargeFile = 0x2,
    BinaryTreeDirectory = 0x4,
    HugeFile = 0x8,
    GroupChecksums = 0x10,
    DirectoryLinks = 0x20,
    ExtraInodeSize = 0x40,
    Snapshot = 0x80,
    Quota = 0x100,
    BigAllocation = 0x200,
    MetadataChecksums = 0x400,
    Replica = 0x800,
    ReadOnly = 0x1000,
    Project = 0x2000,
    SharedBlocks = 0x4000,
    Verity = 0x8000,
    OrphanPresent = 0x10000,

    /// <summary>What the writing half keeps true. Quotas, clusters and shared blocks are not among it.</summary>
    Writable = SparseSuper | LargeFile | HugeFile | GroupChecksums | DirectoryLinks | ExtraInodeSize
        | MetadataChecksums | Verity | OrphanPresent,
}
