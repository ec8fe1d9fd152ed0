namespace XenKube.FileSystems.Btrfs;

/// <summary>Types of items (Linux, include/uapi/linux/btrfs_tree.h), and the numbers of trees and objects.</summary>
internal static class BtrfsItemType
{
    public const byte Inode = 1, ExtendedAttribute = 24, Directory = 84, DirectoryIndex = 96, FileExtent = 108, DataChecksum = 128,
        Root = 132, Chunk = 228;

    /// <summary>The tree of the checksums of data, and the tree of the files.</summary>
    public const ulong ChecksumTree = 7, FileTree = 5;

    /// <summary>The object of all checksums of data: -10.</summary>
    public const ulong ChecksumObject = unchecked((ulong)-10);

    /// <summary>The object of all chunks, and the root directory of a tree of files.</summary>
    public const ulong FirstChunk = 256, RootDirectory = 256;
}
