namespace XenKube.Posix;

/// <summary>What flock(2) does.</summary>
[Flags]
internal enum FlockOperation
{
    /// <summary>LOCK_SH.</summary>
    Shared = 1,

    /// <summary>LOCK_EX.</summary>
    Exclusive = 2,

    /// <summary>LOCK_NB: fails instead of waiting.</summary>
    NonBlocking = 4,

    /// <summary>LOCK_UN.</summary>
    Unlock = 8,
}
