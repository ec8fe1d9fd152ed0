namespace XenKube.FileSystems.Ext.Structures;

/// <summary>i_flags of an inode, as far as they change what we do.</summary>
[Flags]
internal enum InodeFlags : uint
{
    None = 0,
    Immutable = 0x10,
    AppendOnly = 0x20,
    Encrypted = 0x800,
    Indexed = 0x1000,
    HugeFile = 0x40000,
    Extents = 0x80000,
    Verity = 0x100000,
    AttributeInode = 0x200000,
    InlineData = 0x10000000,
    ProjectInherit = 0x20000000,
    CaseFold = 0x40000000,

    /// <summary>What a new file takes from its directory: SYNC, NODUMP, NOATIME, JOURNAL_DATA and the project.</summary>
    InheritedByFiles = 0x8 | 0x40 | 0x80 | 0x4000 | ProjectInherit,

    /// <summary>A new directory takes DIRSYNC as well.</summary>
    InheritedByDirectories = InheritedByFiles | 0x10000,
}
