namespace XenKube.FileSystems.Ext.Directories;

/// <summary>What a block of a directory holds.</summary>
internal enum DirectoryBlockKind
{
    /// <summary>Entries.</summary>
    Leaf,

    /// <summary>The root of a hash index after the entries for <c>.</c> and <c>..</c>.</summary>
    IndexRoot,

    /// <summary>A node of a hash index after one empty entry.</summary>
    IndexNode,
}
