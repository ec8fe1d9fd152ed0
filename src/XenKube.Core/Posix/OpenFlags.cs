namespace XenKube.Posix;

/// <summary>
/// How open(2) opens a file. The values are those of x86-64; <see cref="Libc.Native"/> translates the two that differ on ARM.
/// </summary>
[Flags]
internal enum OpenFlags
{
    /// <summary>O_RDONLY.</summary>
    ReadOnly = 0,

    /// <summary>O_WRONLY.</summary>
    WriteOnly = 0x1,

    /// <summary>O_RDWR.</summary>
    ReadWrite = 0x2,

    /// <summary>O_CREAT: a missing file is made.</summary>
    Create = 0x40,

    /// <summary>O_EXCL: with <see cref="Create"/>, fails if the file is there.</summary>
    Exclusive = 0x80,

    /// <summary>O_NOCTTY: a terminal does not become the process's own.</summary>
    NoTerminal = 0x100,

    /// <summary>O_NONBLOCK: opening a pipe does not wait for its other end.</summary>
    NonBlocking = 0x800,

    /// <summary>O_DIRECTORY: fails for anything but a directory.</summary>
    Directory = 0x10000,

    /// <summary>O_NOFOLLOW: fails if the last part of the path is a symbolic link.</summary>
    NoFollow = 0x20000,

    /// <summary>O_CLOEXEC: programs that are started do not inherit the file.</summary>
    CloseOnExec = 0x80000,

    /// <summary>O_PATH: a place in the tree is held, without opening what is there.</summary>
    Path = 0x200000,

    /// <summary>O_TMPFILE: a file without a name in the directory that is opened.</summary>
    Unnamed = 0x400000 | Directory,
}
