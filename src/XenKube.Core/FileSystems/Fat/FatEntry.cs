namespace XenKube.FileSystems.Fat;

/// <summary>A file or directory as its directory describes it.</summary>
/// <param name="Name">The long name, or the short one where there is no long one.</param>
/// <param name="ShortName">The short name as shown: <c>FIRST_~1</c>.</param>
/// <param name="FirstSlot">Index of the first slot that belongs to it: of its long name, or its short entry.</param>
/// <param name="Slot">Index of its short entry.</param>
/// <param name="Attributes">The attribute byte.</param>
/// <param name="Cluster">First cluster; 0 for an empty file, and for the root directory of FAT16.</param>
/// <param name="Size">Size in bytes; 0 for a directory.</param>
/// <param name="ModifiedUtc">Time of the last change.</param>
internal sealed record FatEntry(
    string Name, string ShortName, int FirstSlot, int Slot, byte Attributes, uint Cluster, uint Size, DateTime ModifiedUtc)
{
    public bool IsDirectory => (Attributes & FatSlot.Directory) != 0;

    public FileSystemEntry ToEntry(string path) => IsDirectory
        ? new FileSystemEntry(path, FileSystemEntryKind.Directory, 0, FileModes.Directory, 0, 0, ModifiedUtc, null) { Id = Cluster }
        : new FileSystemEntry(path, FileSystemEntryKind.File, Size, (Attributes & FatSlot.ReadOnly) != 0
            ? FileModes.ReadOnlyFile : FileModes.File, 0, 0, ModifiedUtc, null) { Id = Cluster };
}
