using Microsoft.Win32.SafeHandles;
using XenKube.Posix;

namespace XenKube.Files;

/// <summary>
/// Brings a file to stable storage, or fails with the reason. .NET's own Flush(true) and FlushToDisk pass over the errors of fsync(2).
/// </summary>
internal static class DurableFile
{
    private const Errno NoSuchCall = (Errno)38; // ENOSYS

    /// <summary>fsync(2) of an open file or directory.</summary>
    /// <exception cref="IOException">The system could not write all of it.</exception>
    public static void Synchronize(SafeFileHandle file)
    {
        while (Libc.Synchronize(file) != 0)
        {
            switch (Libc.LastError)
            {
                case Errno.Interrupted:
                    continue;
                case Errno.InvalidArgument or Errno.NotSupported or NoSuchCall:
                    return; // what this file system has no notion of
                default:
                    throw SystemFailure.Last("");
            }
        }
    }
}
