using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace XenKube.Images;

/// <summary>The parts of a sparse file that are no holes (SEEK_DATA, SEEK_HOLE).</summary>
internal static partial class DataExtents
{
    private const int SeekData = 3;
    private const int SeekHole = 4;
    private const int NoSuchAddress = 6;

    /// <summary>The parts in order; where the file system knows of no holes, one part that is the whole file.</summary>
    public static List<(long Start, long Length)> Of(SafeFileHandle file)
    {
        var extents = new List<(long Start, long Length)>();
        var length = RandomAccess.GetLength(file);
        long end = 0;
        while (end < length)
        {
            var start = Seek((int)file.DangerousGetHandle(), end, SeekData);
            if (start < 0)
            {
                if (Marshal.GetLastPInvokeError() != NoSuchAddress)
                {
                    extents.Add((end, length - end));
                }
                break;
            }
            end = Seek((int)file.DangerousGetHandle(), start, SeekHole);
            end = end < 0 ? length : end;
            extents.Add((start, end - start));
        }
        return extents;
    }

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long Seek(int descriptor, long offset, int origin);
}
