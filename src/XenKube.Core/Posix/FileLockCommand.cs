namespace XenKube.Posix;

/// <summary>What fcntl(2) does with locks that belong to an open file and not to a process.</summary>
internal enum FileLockCommand
{
    /// <summary>F_OFD_GETLK: shows which lock is in the way.</summary>
    Get = 36,

    /// <summary>F_OFD_SETLK: takes or drops a lock without waiting.</summary>
    Set = 37,
}
