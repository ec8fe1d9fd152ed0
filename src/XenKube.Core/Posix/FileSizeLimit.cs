using System.Runtime.InteropServices;

namespace XenKube.Posix;

/// <summary>
/// The limit of the size of files that this process writes (<c>ulimit -f</c>, RLIMIT_FSIZE of setrlimit(2)). At a write beyond the limit
/// the kernel sends SIGXFSZ, which ends a process that does not listen. Where the process listens, the write fails with EFBIG, which is
/// an error like others. Programs that are started do not inherit the listening.
/// </summary>
public static class FileSizeLimit
{
    // signal(7) on x86 and ARM. A write can also cause SIGPIPE, which .NET ignores.
    private const PosixSignal FileSizeExceeded = (PosixSignal)25;

    private static readonly Lazy<PosixSignalRegistration> Listening = new(() =>
        PosixSignalRegistration.Create(FileSizeExceeded, context => context.Cancel = true));

    /// <summary>
    /// Begins to listen, for the rest of the process. Opening a file for writing does so; a program that writes to what it inherited
    /// does so at its start.
    /// </summary>
    public static void TakeAsError() => _ = Listening.Value;
}
