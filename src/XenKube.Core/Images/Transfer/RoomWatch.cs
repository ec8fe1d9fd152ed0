using System.Globalization;

namespace XenKube.Images.Transfer;

/// <summary>Bounds a file whose size the server does not say: it must not fill the disk, nor grow for ever.</summary>
/// <param name="target">The file.</param>
/// <param name="start">Its size at the beginning.</param>
internal sealed class RoomWatch(string target, long start)
{
    /// <summary>Larger than any image that is offered, compressed; Flatcar's are below 1 GiB.</summary>
    public const long LargestImage = 16L << 30;

    /// <summary>How often the disk is looked at.</summary>
    private const long Step = 4 << 20;

    /// <summary>The part of the disk that is left to others.</summary>
    private const double KeptFree = 0.05;

    private long _next = start;

    /// <summary>Why the file must not grow on; null where it may.</summary>
    /// <param name="length">The size it would have.</param>
    public (bool IsFull, string Reason)? FindEnd(long length)
    {
        if (length > LargestImage)
        {
            return (false, string.Create(CultureInfo.InvariantCulture,
                $"the server sends more than {LargestImage >> 30} GiB, which is larger than any image"));
        }
        if (length < _next)
        {
            return null;
        }
        _next = length + Step;
        var drive = new DriveInfo(Path.GetDirectoryName(Path.GetFullPath(target))!);
        return drive.AvailableFreeSpace - Step < drive.TotalSize * KeptFree
            ? (true, string.Create(CultureInfo.InvariantCulture,
                $"the server has sent {length:N0} bytes without an end, and the disk of {Path.GetDirectoryName(target)} is nearly full"))
            : null;
    }
}
