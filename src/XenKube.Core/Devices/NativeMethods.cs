using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using XenKube.Disks;
using XenKube.Posix;

namespace XenKube.Devices;

/// <summary>Calls of Linux that .NET does not offer: locks and the identity of files.</summary>
internal static partial class NativeMethods
{
    public const int LockExclusive = 2;
    public const int LockNonBlocking = 4;

    /// <summary>F_OFD_SETLK: a lock that belongs to the open file, and conflicts with those of other programs and of our own.</summary>
    public const int SetOpenFileLock = 37;

    /// <summary>F_OFD_GETLK: asks who is in the way of a lock.</summary>
    public const int GetOpenFileLock = 36;

    public const short ReadLock = 0;
    public const short WriteLock = 1;
    public const short Unlock = 2;

    public const int TryAgain = 11;
    public const int PermissionDenied = 13;
    public const int Interrupted = 4;

    /// <summary>LOOP_GET_STATUS64.</summary>
    public const nuint LoopGetStatus = 0x4C05;

    public const int CurrentDirectory = -100;
    public const int EmptyPath = 0x1000;

    public const int ReadAndWrite = 2;
    public const int CloseOnExec = 0x80000;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int SynchronizeData(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int FileControl(SafeFileHandle file, int command, ref FileLock range);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int LoopControl(SafeFileHandle file, nuint request, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Stat(int directory, string path, int flags, uint mask, out FileStatus status);

    /// <summary>struct flock of a 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct FileLock
    {
        public short Type;
        public short Whence;
        public long Start;

        /// <summary>0 reaches to the end of the file, however it grows.</summary>
        public long Length;
        public int ProcessId;
    }

    /// <summary>The part of struct statx that is of use here.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct FileStatus
    {
        [FieldOffset(0x1C)]
        public ushort Mode;

        [FieldOffset(0x20)]
        public ulong Inode;

        [FieldOffset(0x80)]
        public uint SpecialMajor;

        [FieldOffset(0x84)]
        public uint SpecialMinor;

        [FieldOffset(0x88)]
        public uint DeviceMajor;

        [FieldOffset(0x8C)]
        public uint DeviceMinor;
    }
}
