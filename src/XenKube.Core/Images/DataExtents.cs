using Microsoft.Win32.SafeHandles;
using XenKube.Posix;

namespace XenKube.Images;

/// <summary>The parts of a sparse file that are not holes (SEEK_DATA, SEEK_HOLE).</summary>
internal static class DataExtents
{
    /// <summary>The parts in order; where the file system knows of no holes, one part that is the whole file.</summary>
    public static List<(long Start, long Length)> Of(SafeFileHandle file)
    {
        var extents = new List<(long Start, long Length)>();
        var length = RandomAccess.GetLength(file);
        long end = 0;
        while (end < length)
        {
            var start = Libc.Seek(file, end, SeekOrigins.Data);
            if (start < 0)
            {
                if (Libc.LastError != Errno.NoSuchAddress)
                {
                    extents.Add((end, length - end));
                }
                break;
            }
            end = Libc.Seek(file, start, SeekOrigins.Hole);
            end = end < 0 ? length : end;
            extents.Add((start, end - start));
        }
        return extents;
    }
}
