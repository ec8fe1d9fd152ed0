namespace XenKube.FileSystems.Ext.Structures;

/// <summary>bg_flags. They are used only where group descriptors have checksums.</summary>
[Flags]
internal enum GroupFlags : ushort
{
    None = 0,
    InodesUninitialized = 0x1,
    BlocksUninitialized = 0x2,
    InodeTableZeroed = 0x4,
}
