namespace XenKube.Posix;

/// <summary>l_type of struct flock.</summary>
internal enum FileLockKind : short
{
    /// <summary>F_RDLCK.</summary>
    Read = 0,

    /// <summary>F_WRLCK.</summary>
    Write = 1,

    /// <summary>F_UNLCK.</summary>
    None = 2,
}
