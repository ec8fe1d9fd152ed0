using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace XenKube.Posix;

/// <summary>The calls of Linux that .NET does not offer. Every import of the library is here, and takes named flags.</summary>
internal static partial class Libc
{
    /// <summary>AT_FDCWD: a relative path begins in the current directory.</summary>
    public const int CurrentDirectory = -100;

    /// <summary>The reason why the last call failed.</summary>
    public static Errno LastError => (Errno)Marshal.GetLastPInvokeError();

    /// <summary>The same in words, as strerror(3) has them.</summary>
    public static string LastErrorText => Marshal.GetLastPInvokeErrorMessage();

    /// <summary>The user whose rights this process has.</summary>
    public static uint UserId => GetEffectiveUserId();

    /// <summary>
    /// open(2). .NET's own way of opening takes a shared flock even for FileShare.ReadWrite, cannot refuse links, and waits for
    /// the other end of a pipe.
    /// </summary>
    /// <param name="path">The path.</param>
    /// <param name="flags">How to open it; O_CLOEXEC is always added.</param>
    /// <param name="mode">Permissions of a file that is made, less the umask.</param>
    /// <returns>The open file, or null: <see cref="LastError"/> has the reason.</returns>
    public static SafeFileHandle? Open(string path, OpenFlags flags, UnixFileMode mode = UnixFileMode.None)
    {
        ListenFor(flags);
        var descriptor = Open(path, Native(flags | OpenFlags.CloseOnExec, RuntimeInformation.ProcessArchitecture), (uint)mode);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private static void ListenFor(OpenFlags flags)
    {
        if ((flags & (OpenFlags.WriteOnly | OpenFlags.ReadWrite)) != 0)
        {
            FileSizeLimit.TakeAsError();
        }
    }

    /// <summary>
    /// The flags as the kernel of an architecture numbers them (arch/arm64/include/uapi/asm/fcntl.h, the same for 32-bit ARM).
    /// </summary>
    internal static int Native(OpenFlags flags, Architecture architecture)
    {
        if (architecture is not (Architecture.Arm64 or Architecture.Arm or Architecture.Armv6))
        {
            return (int)flags;
        }
        const int directory = 0x4000, noFollow = 0x8000;
        return (int)(flags & ~(OpenFlags.Directory | OpenFlags.NoFollow))
            | (flags.HasFlag(OpenFlags.Directory) ? directory : 0) | (flags.HasFlag(OpenFlags.NoFollow) ? noFollow : 0);
    }

    /// <summary>access(2) with X_OK: true if this process may execute a file.</summary>
    public static bool MayExecute(string path)
    {
        const int execute = 1;
        return Access(path, execute) == 0;
    }

    /// <summary>flock(2), tried again when a signal interrupts it.</summary>
    /// <returns>False when another process holds the lock.</returns>
    /// <exception cref="IOException">The file system has no locks, or another reason.</exception>
    public static bool TryLock(SafeFileHandle file, FlockOperation operation)
    {
        while (Flock(file, operation) != 0)
        {
            switch (LastError)
            {
                case Errno.Interrupted:
                    continue;
                case Errno.TryAgain:
                    return false;
                default:
                    throw new IOException(LastErrorText, (int)LastError);
            }
        }
        return true;
    }

    /// <summary>
    /// Lets a lock of flock(2) go before its file is closed. Closing alone would not do: a process that this one is starting holds
    /// copies of all open files, and with them the lock, until it becomes the program that it was started for.
    /// </summary>
    /// <param name="file">The file, which is still open.</param>
    public static void Unlock(SafeFileHandle file) => _ = Flock(file, FlockOperation.Unlock);

    /// <summary>ioctl FICLONE: a file shares all blocks of another one.</summary>
    /// <returns>False where the file system cannot.</returns>
    public static bool TryClone(SafeFileHandle file, SafeFileHandle source)
    {
        const nuint clone = 0x40049409;
        return Control(file, clone, source.DangerousGetHandle()) == 0;
    }

    /// <summary>ioctl LOOP_GET_STATUS64: what a loop device is attached to, as struct loop_info64.</summary>
    /// <returns>False on failure.</returns>
    public static unsafe bool TryGetLoopStatus(SafeFileHandle device, Span<byte> status)
    {
        const nuint getStatus = 0x4C05;
        fixed (byte* pointer = status)
        {
            return Control(device, getStatus, (nint)pointer) == 0;
        }
    }

    /// <summary>statx(2) of a path.</summary>
    /// <returns>0, or -1 on failure.</returns>
    public static unsafe int Stat(string path, bool follow, Span<byte> status)
    {
        fixed (byte* pointer = status)
        {
            return StatX(CurrentDirectory, path, follow ? 0 : NoFollow, BasicStatus, pointer);
        }
    }

    /// <summary>statx(2) of a name in an open directory, links not followed.</summary>
    /// <returns>0, or -1 on failure.</returns>
    public static unsafe int Stat(int directory, byte[] name, Span<byte> status)
    {
        fixed (byte* pointer = status)
        {
            return StatX(directory, name, NoFollow, BasicStatus, pointer);
        }
    }

    /// <summary>statx(2) of an open file.</summary>
    /// <returns>0, or -1 on failure.</returns>
    public static unsafe int Stat(SafeHandle file, Span<byte> status)
    {
        const int emptyPath = 0x1000; // AT_EMPTY_PATH
        fixed (byte* pointer = status)
        {
            return StatX((int)file.DangerousGetHandle(), "", emptyPath, BasicStatus, pointer);
        }
    }

    /// <summary>A netlink socket for routes and neighbours; null on failure: <see cref="LastError"/> has the reason.</summary>
    public static SafeFileHandle? OpenRouteSocket()
    {
        const int netlink = 16, raw = 3, closeOnExec = 0x80000, route = 0;
        var descriptor = Socket(netlink, raw | closeOnExec, route);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>write(2), as one message.</summary>
    /// <returns>False on failure: <see cref="LastError"/> has the reason.</returns>
    public static unsafe bool TrySend(SafeFileHandle socket, ReadOnlySpan<byte> message)
    {
        fixed (byte* pointer = message)
        {
            return Write(socket, pointer, (nuint)message.Length) == message.Length;
        }
    }

    /// <summary>read(2) of one message, tried again when a signal interrupts it.</summary>
    /// <returns>Its length; below zero on failure: <see cref="LastError"/> has the reason.</returns>
    public static unsafe int Receive(SafeFileHandle socket, Span<byte> buffer)
    {
        fixed (byte* pointer = buffer)
        {
            int count;
            do
            {
                count = (int)Read(socket, pointer, (nuint)buffer.Length);
            }
            while (count < 0 && LastError == Errno.Interrupted);
            return count;
        }
    }

    /// <summary>AT_SYMLINK_NOFOLLOW.</summary>
    private const int NoFollow = 0x100;

    /// <summary>AT_SYMLINK_FOLLOW.</summary>
    private const int FollowLink = 0x400;

    /// <summary>RENAME_NOREPLACE.</summary>
    private const uint NoReplace = 1;

    /// <summary>STATX_BASIC_STATS.</summary>
    private const uint BasicStatus = 0x7ff;

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int LockRange(SafeFileHandle file, FileLockCommand command, ref FileLockRange range);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int SynchronizeData(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    public static partial long Seek(SafeFileHandle file, long offset, SeekOrigins origin);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int process, Signal signal);

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle file, FlockOperation operation);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Synchronize(SafeHandle file);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(SafeFileHandle file, nuint request, nint argument);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int StatX(int directory, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static unsafe partial int StatX(int directory, byte[] name, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static unsafe partial nint Write(SafeFileHandle file, byte* buffer, nuint size);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static unsafe partial nint Read(SafeFileHandle file, byte* buffer, nuint size);
}
