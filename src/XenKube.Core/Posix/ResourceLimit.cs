namespace XenKube.Posix;

/// <summary>A resource of setrlimit(2), as x86-64 and ARM number them.</summary>
internal enum ResourceLimit
{
    /// <summary>RLIMIT_CPU: seconds of processor time.</summary>
    ProcessorSeconds = 0,

    /// <summary>RLIMIT_FSIZE: bytes of each file that is written.</summary>
    FileSize = 1,

    /// <summary>RLIMIT_CORE: bytes of a core dump.</summary>
    Core = 4,

    /// <summary>RLIMIT_NPROC: processes and threads of the user.</summary>
    Processes = 6,

    /// <summary>RLIMIT_NOFILE: one more than the highest number of an open file that can be opened.</summary>
    Files = 7,

    /// <summary>RLIMIT_MEMLOCK: bytes of locked memory.</summary>
    LockedMemory = 8,

    /// <summary>RLIMIT_AS: bytes of the address space.</summary>
    AddressSpace = 9,

    /// <summary>RLIMIT_MSGQUEUE: bytes of message queues.</summary>
    MessageQueues = 12,
}
