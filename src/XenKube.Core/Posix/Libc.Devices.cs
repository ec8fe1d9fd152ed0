using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace XenKube.Posix;

/// <summary>Calls of Linux for block devices (linux/fs.h).</summary>
internal static partial class Libc
{
    /// <summary>ioctl BLKSSZGET: the size of a logical sector in bytes.</summary>
    /// <returns>The size; null where the device does not say.</returns>
    public static unsafe int? SectorSize(SafeFileHandle device)
    {
        const nuint getSectorSize = 0x1268;
        var size = 0;
        return Control(device, getSectorSize, (nint)(&size)) == 0 ? size : null;
    }

    /// <summary>ioctl BLKZEROOUT: the bytes of a range are zeros afterwards, by whichever means is fastest for the device.</summary>
    /// <param name="device">The device, open for writing.</param>
    /// <param name="offset">The first byte, on the boundary of a sector.</param>
    /// <param name="length">Number of bytes, in whole sectors.</param>
    /// <returns>False on failure: <see cref="LastError"/> has the reason.</returns>
    public static unsafe bool TryZero(SafeFileHandle device, long offset, long length)
    {
        const nuint zeroOut = 0x127F;
        Span<byte> range = stackalloc byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(range, offset);
        BinaryPrimitives.WriteInt64LittleEndian(range[8..], length);
        fixed (byte* pointer = range)
        {
            return Control(device, zeroOut, (nint)pointer) == 0;
        }
    }

    /// <summary>
    /// posix_fadvise(2) with POSIX_FADV_DONTNEED: forgets what is cached of a device, because a guest writes to the device without
    /// this kernel's cache.
    /// </summary>
    public static void DropCache(SafeFileHandle device)
    {
        const int dontNeed = 4;
        _ = Advise(device, 0, 0, dontNeed);
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);
}
