namespace XenKube.Posix;

/// <summary>Reasons why a system call failed, by their numbers on Linux (errno(3)).</summary>
internal enum Errno
{
    /// <summary>EPERM.</summary>
    NotPermitted = 1,

    /// <summary>ENOENT.</summary>
    NoEntry = 2,

    /// <summary>EINTR.</summary>
    Interrupted = 4,

    /// <summary>ENXIO; from lseek(2): there is no data after this offset.</summary>
    NoSuchAddress = 6,

    /// <summary>E2BIG.</summary>
    ArgumentsTooLong = 7,

    /// <summary>ENOEXEC.</summary>
    NotExecutable = 8,

    /// <summary>EAGAIN, which is also EWOULDBLOCK.</summary>
    TryAgain = 11,

    /// <summary>ENOMEM.</summary>
    OutOfMemory = 12,

    /// <summary>EACCES.</summary>
    PermissionDenied = 13,

    /// <summary>EBUSY.</summary>
    Busy = 16,

    /// <summary>EEXIST.</summary>
    Exists = 17,

    /// <summary>ENOTDIR.</summary>
    NotADirectory = 20,

    /// <summary>EISDIR.</summary>
    IsADirectory = 21,

    /// <summary>EINVAL.</summary>
    InvalidArgument = 22,

    /// <summary>ENFILE.</summary>
    TooManyOpenFilesInSystem = 23,

    /// <summary>EMFILE.</summary>
    TooManyOpenFiles = 24,

    /// <summary>ETXTBSY: a program that is open for writing.</summary>
    FileBusy = 26,

    /// <summary>EFBIG: the file would be larger than its file system, or a limit of the process, allows.</summary>
    FileTooLarge = 27,

    /// <summary>ENOSPC.</summary>
    NoSpace = 28,

    /// <summary>ENAMETOOLONG.</summary>
    NameTooLong = 36,

    /// <summary>ENOTEMPTY.</summary>
    NotEmpty = 39,

    /// <summary>ELOOP.</summary>
    TooManyLinks = 40,

    /// <summary>EOPNOTSUPP.</summary>
    NotSupported = 95,

    /// <summary>EDQUOT.</summary>
    QuotaExceeded = 122,
}
