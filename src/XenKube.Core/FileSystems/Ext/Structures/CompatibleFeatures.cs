namespace XenKube.FileSystems.Ext.Structures;

/// <summary>s_feature_compat: a driver that does not know one of these may still read and write.</summary>
[Flags]
internal enum CompatibleFeatures : uint
{
    HasJournal = 0x4,
    ExtendedAttributes = 0x8,
    ResizeInode = 0x10,
    DirectoryIndex = 0x20,
    SparseSuper2 = 0x200,
    FastCommit = 0x400,
    StableInodes = 0x800,
    OrphanFile = 0x1000,
}
