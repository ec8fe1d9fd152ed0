namespace XenKube.FileSystems.Ext.Directories;

/// <summary>A block of a directory, or the part of an inode that takes its place.</summary>
/// <param name="Logical">Which block of the directory; -1 for entries inside the inode.</param>
/// <param name="Physical">Its physical block; -1 for entries inside the inode.</param>
/// <param name="Bytes">Its bytes.</param>
/// <param name="End">Where the entries end: before the checksum, if there is one.</param>
/// <param name="Kind">Entries, or part of the index.</param>
internal sealed record DirectoryBlock(long Logical, long Physical, byte[] Bytes, int End, DirectoryBlockKind Kind);
