using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace XenKube.Posix;

/// <summary>
/// Calls of Linux about processes: a program that inherits chosen files, and the rights that a process gives up for good. .NET can do
/// neither. fork(2) alone is not for a process with threads.
/// </summary>
internal static partial class Libc
{
    /// <summary>The first number for a file that is handed on, above all numbers that the started program has for its files.</summary>
    private const int FirstSpare = 64;

    /// <summary>Room for posix_spawn_file_actions_t (80 bytes) and posix_spawnattr_t (336 bytes) of any libc.</summary>
    private const int SpawnStructure = 1024;

    /// <summary>sizeof(sigset_t).</summary>
    private const int SignalSet = 128;

    /// <summary>
    /// posix_spawn(3): starts a program whose only files are the given ones, the first as descriptor 0. No signal is blocked or ignored
    /// in the program.
    /// </summary>
    /// <param name="path">The program.</param>
    /// <param name="arguments">Its arguments, its own name as the first one.</param>
    /// <param name="environment">Its environment, as NAME=VALUE.</param>
    /// <param name="files">Its files; all other files of this process close on exec, as all files of .NET do.</param>
    /// <returns>The process.</returns>
    /// <exception cref="IOException">It cannot be started.</exception>
    public static unsafe int Spawn(string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment,
        IReadOnlyList<SafeFileHandle> files)
    {
        const short setDefault = 0x04, setMask = 0x08;
        Span<byte> actions = stackalloc byte[SpawnStructure], attributes = stackalloc byte[SpawnStructure];
        Span<byte> none = stackalloc byte[SignalSet], all = stackalloc byte[SignalSet];
        none.Clear();
        all.Fill(0xFF);
        var spare = new List<SafeFileHandle>();
        fixed (byte* action = actions, attribute = attributes, empty = none, full = all)
        {
            Check(InitializeActions(action));
            Check(InitializeAttributes(attribute));
            try
            {
                // A number of the program may be that of another file here: all are moved out of the way first.
                for (var i = 0; i < files.Count; i++)
                {
                    spare.Add(Duplicate(files[i]));
                    Check(AddDuplicate(action, (int)spare[i].DangerousGetHandle(), i));
                }
                Check(SetSignalMask(attribute, empty));
                Check(SetDefaultSignals(attribute, full));
                Check(SetFlags(attribute, setDefault | setMask));
                Check(Spawn(out var process, path, action, attribute, [.. arguments, null], [.. environment, null]));
                return process;
            }
            finally
            {
                foreach (var handle in spare)
                {
                    handle.Dispose();
                }
                _ = DestroyActions(action);
                _ = DestroyAttributes(attribute);
            }
        }
    }

    /// <summary>waitpid(2) with WNOHANG.</summary>
    /// <param name="process">A process that this one started.</param>
    /// <returns>How it ended, as wait(2) encodes it; null while it runs.</returns>
    /// <exception cref="IOException">There is no such process.</exception>
    public static int? TryWait(int process)
    {
        const int noHang = 1;
        int ended, status;
        do
        {
            ended = WaitFor(process, out status, noHang);
        }
        while (ended < 0 && LastError == Errno.Interrupted);
        return ended == 0 ? null : ended > 0 ? status : throw LastFailure();
    }

    /// <summary>pipe2(2).</summary>
    /// <exception cref="IOException">There is none to be had.</exception>
    public static unsafe (SafeFileHandle Read, SafeFileHandle Write) MakePipe()
    {
        var ends = stackalloc int[2];
        return MakePipe(ends, (int)OpenFlags.CloseOnExec) == 0
            ? (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true)) : throw LastFailure();
    }

    /// <summary>poll(2) until a file can be read or has ended.</summary>
    /// <returns>False when the time is over, or a signal has arrived.</returns>
    public static unsafe bool WaitUntilReadable(SafeFileHandle file, int milliseconds)
    {
        // struct pollfd: the file, POLLIN, and what happened.
        var wanted = stackalloc int[2] { (int)file.DangerousGetHandle(), 1 };
        return Poll(wanted, 1, milliseconds) > 0;
    }

    /// <summary>Whether nobody can read any more what is written to a pipe: poll(2) then answers POLLERR unasked.</summary>
    public static unsafe bool HasLostItsReader(SafeFileHandle pipe)
    {
        var wanted = stackalloc int[2] { (int)pipe.DangerousGetHandle(), 0 };
        return Poll(wanted, 1, 0) > 0;
    }

    /// <summary>prctl(2) with one number.</summary>
    /// <exception cref="IOException">The kernel refuses it.</exception>
    public static void SetProcess(ProcessControl option, nuint value) => Check(Control((int)option, value, 0, 0, 0), LastFailure);

    /// <summary>setrlimit(2): from now on the process cannot raise the limit either.</summary>
    /// <exception cref="IOException">The kernel refuses it.</exception>
    public static void LimitResource(ResourceLimit resource, ulong value) => Check(SetLimit((int)resource, [value, value]), LastFailure);

    /// <summary>Makes an open directory the root of this process, and its current directory.</summary>
    /// <exception cref="IOException">The kernel refuses it.</exception>
    public static void ChangeRoot(SafeFileHandle directory)
    {
        Check(ChangeDirectory(directory), LastFailure);
        Check(ChangeRoot("."), LastFailure);
    }

    /// <summary>setgroups(2), setresgid(2), setresuid(2), in all threads: this process becomes a user without groups, for good.</summary>
    /// <exception cref="IOException">The kernel refuses it.</exception>
    public static void BecomeUser(uint user)
    {
        Check(SetGroups(0, 0), LastFailure);
        Check(SetGroups(user, user, user), LastFailure);
        Check(SetUsers(user, user, user), LastFailure);
    }

    /// <summary>seccomp(2): a filter of the system calls of all threads, for good.</summary>
    /// <param name="instructions">struct sock_filter, 8 bytes each.</param>
    /// <exception cref="IOException">The kernel refuses it.</exception>
    public static unsafe void FilterSystemCalls(ReadOnlySpan<ulong> instructions)
    {
        const nint seccomp = 317;
        const nuint setFilter = 1, allThreads = 1;
        fixed (ulong* pointer = instructions)
        {
            // struct sock_fprog: the count and the place of the instructions.
            var program = stackalloc ulong[2] { (ulong)instructions.Length, (ulong)pointer };
            Check((int)SystemCall(seccomp, setFilter, allThreads, (nuint)program), LastFailure);
        }
    }

    /// <summary>write(2) to a descriptor that this process did not open, such as standard output.</summary>
    /// <returns>False on failure.</returns>
    public static unsafe bool TryWrite(int descriptor, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* pointer = bytes)
        {
            for (nint done = 0; done < bytes.Length;)
            {
                var count = WriteTo(descriptor, pointer + done, (nuint)(bytes.Length - done));
                if (count < 0 && LastError != Errno.Interrupted)
                {
                    return false;
                }
                done += Math.Max(0, count);
            }
        }
        return true;
    }

    private static SafeFileHandle Duplicate(SafeFileHandle file)
    {
        const int duplicate = 1030; // F_DUPFD_CLOEXEC
        var copy = Control((SafeHandle)file, duplicate, FirstSpare);
        return copy < 0 ? throw LastFailure() : new SafeFileHandle(copy, ownsHandle: true);
    }

    private static IOException LastFailure() => new(LastErrorText, (int)LastError);

    // posix_spawn and its kin return the error.
    private static void Check(int error)
    {
        if (error != 0)
        {
            throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
        }
    }

    private static void Check(int result, Func<IOException> failure)
    {
        if (result < 0)
        {
            throw failure();
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static unsafe partial int InitializeActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static unsafe partial int AddDuplicate(byte* actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static unsafe partial int DestroyActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static unsafe partial int InitializeAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static unsafe partial int SetSignalMask(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static unsafe partial int SetDefaultSignals(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static unsafe partial int SetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static unsafe partial int DestroyAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Spawn(out int process, string path, byte* actions, byte* attributes, string?[] arguments,
        string?[] environment);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitFor(int process, out int status, int options);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    private static unsafe partial int MakePipe(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static unsafe partial int Poll(int* files, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Control(int option, nuint first, nuint second, nuint third, nuint fourth);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, ulong[] limit);

    [LibraryImport("libc", EntryPoint = "fchdir", SetLastError = true)]
    private static partial int ChangeDirectory(SafeFileHandle directory);

    [LibraryImport("libc", EntryPoint = "chroot", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeRoot(string path);

    [LibraryImport("libc", EntryPoint = "setgroups", SetLastError = true)]
    private static partial int SetGroups(nuint count, nint groups);

    [LibraryImport("libc", EntryPoint = "setresgid", SetLastError = true)]
    private static partial int SetGroups(uint real, uint effective, uint saved);

    [LibraryImport("libc", EntryPoint = "setresuid", SetLastError = true)]
    private static partial int SetUsers(uint real, uint effective, uint saved);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nuint first, nuint second, nuint third);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static unsafe partial nint WriteTo(int descriptor, byte* buffer, nuint size);
}
