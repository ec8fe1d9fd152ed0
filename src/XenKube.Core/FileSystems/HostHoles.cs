using XenKube.Posix;

namespace XenKube.FileSystems;

/// <summary>The holes of a file of the host.</summary>
internal sealed class HostHoles(FileStream file) : ISparseStream
{
    public long NextData(long offset)
    {
        var next = Libc.Seek(file.SafeFileHandle, offset, SeekOrigins.Data);
        return next >= 0 ? next : Libc.LastError == Errno.NoSuchAddress ? file.Length : offset;
    }

    public long NextHole(long offset)
    {
        var next = Libc.Seek(file.SafeFileHandle, offset, SeekOrigins.Hole);
        return next >= 0 ? next : file.Length;
    }
}
