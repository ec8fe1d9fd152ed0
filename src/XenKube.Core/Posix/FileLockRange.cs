using System.Runtime.InteropServices;

namespace XenKube.Posix;

/// <summary>struct flock of a 64-bit Linux (fcntl(2)): a range of an open file's bytes, and who locks it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FileLockRange
{
    /// <summary>F_RDLCK, F_WRLCK or F_UNLCK.</summary>
    public FileLockKind Kind;

    /// <summary>SEEK_SET is 0: <see cref="Start"/> is counted from the beginning of the file.</summary>
    public short Origin;

    /// <summary>Offset of the first byte.</summary>
    public long Start;

    /// <summary>Number of bytes; 0 reaches to the end of the file, however it grows.</summary>
    public long Length;

    /// <summary>The process that holds the lock; -1 for a lock that belongs to an open file.</summary>
    public int ProcessId;
}
