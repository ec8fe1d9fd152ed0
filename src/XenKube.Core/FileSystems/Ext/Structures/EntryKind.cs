namespace XenKube.FileSystems.Ext.Structures;

/// <summary>What kind of file a directory entry names (EXT4_FT_*), where the file system has the filetype feature.</summary>
internal enum EntryKind : byte
{
    /// <summary>The file system does not note it.</summary>
    Unknown = 0,

    /// <summary>A regular file.</summary>
    RegularFile = 1,

    /// <summary>A directory.</summary>
    Directory = 2,

    /// <summary>A character device.</summary>
    CharacterDevice = 3,

    /// <summary>A block device.</summary>
    BlockDevice = 4,

    /// <summary>A named pipe.</summary>
    Pipe = 5,

    /// <summary>A socket.</summary>
    Socket = 6,

    /// <summary>A symbolic link.</summary>
    SymbolicLink = 7,

    /// <summary>Not a file: the checksum at the end of a block, in an entry that looks like free room.</summary>
    Checksum = 0xDE,
}
