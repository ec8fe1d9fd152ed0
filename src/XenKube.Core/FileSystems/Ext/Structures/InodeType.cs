namespace XenKube.FileSystems.Ext.Structures;

/// <summary>The kind of file that an inode is: the upper four bits of i_mode, which are those of st_mode.</summary>
internal enum InodeType
{
    /// <summary>No inode in use has it.</summary>
    None = 0,

    /// <summary>S_IFIFO.</summary>
    Pipe = 0x1000,

    /// <summary>S_IFCHR.</summary>
    CharacterDevice = 0x2000,

    /// <summary>S_IFDIR.</summary>
    Directory = 0x4000,

    /// <summary>S_IFBLK.</summary>
    BlockDevice = 0x6000,

    /// <summary>S_IFREG.</summary>
    RegularFile = 0x8000,

    /// <summary>S_IFLNK.</summary>
    SymbolicLink = 0xA000,

    /// <summary>S_IFSOCK.</summary>
    Socket = 0xC000,
}
