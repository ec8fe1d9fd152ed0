namespace XenKube.FileSystems.Ext.Journal;

/// <summary>Flags of a <see cref="JournalTag"/>.</summary>
[Flags]
internal enum JournalTagFlags : uint
{
    None = 0,
    Escaped = 0x1,
    SameUuid = 0x2,
    Deleted = 0x4,
    Last = 0x8,
}
