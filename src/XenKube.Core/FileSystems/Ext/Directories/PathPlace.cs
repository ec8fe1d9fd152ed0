namespace XenKube.FileSystems.Ext.Directories;

/// <summary>Where a path leads.</summary>
/// <param name="Parent">Inode of the directory that holds the last name.</param>
/// <param name="Name">The last name; empty for the root.</param>
/// <param name="Inode">What it stands for; 0 if there is nothing by that name.</param>
internal readonly record struct PathPlace(uint Parent, string Name, uint Inode);
