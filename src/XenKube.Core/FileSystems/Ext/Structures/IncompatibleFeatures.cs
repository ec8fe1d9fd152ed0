namespace XenKube.FileSystems.Ext.Structures;

/// <summary>s_feature_incompat: a driver that does not know one of these must not touch the file system.</summary>
[Flags]
internal enum IncompatibleFeatures : uint
{
    Compression = 0x1,
    FileType = 0x2,
    Recover = 0x4,
    JournalDevice = 0x8,
    MetaBlockGroups = 0x10,
    Extents = 0x40,
    SixtyFourBit = 0x80,
    MultiMountProtection = 0x100,
    FlexibleGroups = 0x200,
    LargeAttributes = 0x400,
    DirectoryData = 0x1000,
    ChecksumSeed = 0x2000,
    LargeDirectory = 0x4000,
    InlineData = 0x8000,
    Encrypt = 0x10000,
    CaseFold = 0x20000,

    /// <summary>What the reading half understands.</summary>
    Readable = FileType | Recover | MetaBlockGroups | Extents | SixtyFourBit | MultiMountProtection | FlexibleGroups
        | LargeAttributes | ChecksumSeed | LargeDirectory | InlineData | CaseFold,

    /// <summary>
    /// What the writing half understands. Multi-mount protection is left out on purpose: its block asks for a
    /// heartbeat while the file system is open.
    /// </summary>
    Writable = Readable & ~MultiMountProtection,
}
