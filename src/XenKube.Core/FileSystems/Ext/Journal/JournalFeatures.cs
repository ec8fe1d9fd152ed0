namespace XenKube.FileSystems.Ext.Journal;

/// <summary>The journal's own incompatible features.</summary>
[Flags]
internal enum JournalFeatures : uint
{
    None = 0,
    Revoke = 0x1,
    SixtyFourBit = 0x2,
    AsyncCommit = 0x4,
    ChecksumsV2 = 0x8,
    ChecksumsV3 = 0x10,
    FastCommit = 0x20,
    Known = 0x3F,
}
