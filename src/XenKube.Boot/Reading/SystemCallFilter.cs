namespace XenKube.Boot.Reading;

/// <summary>
/// The system calls that a confined reader may make, as a program for seccomp(2): files that are open already, memory, threads that
/// wait, the end. Any other call ends the process.
/// </summary>
internal static class SystemCallFilter
{
    // include/uapi/linux/seccomp.h
    private const uint KillProcess = 0x8000_0000;
    private const uint Allow = 0x7FFF_0000;
    private const uint Refuse = 0x0005_0000 | (uint)Posix.Errno.PermissionDenied;

    // Classic BPF, include/uapi/linux/bpf_common.h: load a word, jump where equal, where not less, where a bit is set, return.
    private const ushort Load = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort JumpIfNotLess = 0x35;
    private const ushort JumpIfSet = 0x45;
    private const ushort Return = 0x06;

    // struct seccomp_data
    private const uint NumberOffset = 0;
    private const uint ArchitectureOffset = 4;
    private const uint ThirdArgumentOffset = 32;

    private const uint X86Machine = 0xC000_003E; // AUDIT_ARCH_X86_64
    private const uint FirstX32Call = 0x4000_0000;
    private const uint Execute = 4; // PROT_EXEC

    /// <summary>The calls that are allowed, by their numbers on x86-64, and their names.</summary>
    public static IReadOnlyDictionary<uint, string> Allowed { get; } = new Dictionary<uint, string>
    {
        [0] = "read", [1] = "write", [3] = "close", [5] = "fstat", [8] = "lseek", [11] = "munmap", [12] = "brk", [13] = "rt_sigaction",
        [14] = "rt_sigprocmask", [15] = "rt_sigreturn", [17] = "pread64", [18] = "pwrite64", [24] = "sched_yield", [25] = "mremap",
        [28] = "madvise", [39] = "getpid", [60] = "exit", [77] = "ftruncate", [99] = "sysinfo", [131] = "sigaltstack", [186] = "gettid",
        [202] = "futex", [204] = "sched_getaffinity", [228] = "clock_gettime", [230] = "clock_nanosleep", [231] = "exit_group",
        [309] = "getcpu", [318] = "getrandom", [324] = "membarrier",
    };

    /// <summary>The calls that are allowed unless they make memory that can be executed.</summary>
    public static IReadOnlyDictionary<uint, string> AllowedForData { get; } = new Dictionary<uint, string>
    {
        [9] = "mmap", [10] = "mprotect",
    };

    /// <summary>
    /// The calls that fail and do not end the process: .NET looks at files of /proc and at limits, and goes on without them.
    /// </summary>
    public static IReadOnlyDictionary<uint, string> Refused { get; } = new Dictionary<uint, string>
    {
        [257] = "openat", [302] = "prlimit64",
    };

    /// <summary>The program, an instruction in each number: struct sock_filter.</summary>
    public static ulong[] Program { get; } =
    [
        Instruction(Load, ArchitectureOffset),
        Instruction(JumpIfEqual, X86Machine, ifTrue: 1),
        Instruction(Return, KillProcess),
        Instruction(Load, NumberOffset),
        Instruction(JumpIfNotLess, FirstX32Call, ifFalse: 1),
        Instruction(Return, KillProcess),
        .. Allowed.Keys.SelectMany(number => (ulong[])[Instruction(JumpIfEqual, number, ifFalse: 1), Instruction(Return, Allow)]),
        .. Refused.Keys.SelectMany(number => (ulong[])[Instruction(JumpIfEqual, number, ifFalse: 1), Instruction(Return, Refuse)]),
        .. AllowedForData.Keys.SelectMany(number => (ulong[])
        [
            Instruction(JumpIfEqual, number, ifFalse: 4),
            Instruction(Load, ThirdArgumentOffset),
            Instruction(JumpIfSet, Execute, ifFalse: 1),
            Instruction(Return, Refuse),
            Instruction(Return, Allow),
        ]),
        Instruction(Return, KillProcess),
    ];

    private static ulong Instruction(ushort code, uint value, byte ifTrue = 0, byte ifFalse = 0) =>
        code | ((ulong)ifTrue << 16) | ((ulong)ifFalse << 24) | ((ulong)value << 32);
}
