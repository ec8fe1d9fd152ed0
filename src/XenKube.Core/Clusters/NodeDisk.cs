using System.Diagnostics;
using XenKube.Disks;
using XenKube.Guests;

namespace XenKube.Clusters;

/// <summary>Opens disk images for all callers: the one door to them, which always asks Xen before it opens an image for writing.</summary>
public static class NodeDisk
{
    /// <summary>Between two looks at an image that is in use.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// The error for a disk on which XenKube's own code fails. That is a fault of XenKube, and ends the work on this disk alone.
    /// </summary>
    internal static OperationFailedException Unexpected(string path, Exception error) => new(
        ErrorIds.ImageNotReadable, path, null, $"it cannot be read: {error.GetType().Name}: {error.Message}",
        "This is a fault of XenKube; please report it with the image", error);

    /// <summary>Opens an image for editing, with the exclusive lock.</summary>
    /// <param name="path">The image.</param>
    /// <param name="offset">The byte at which the disk or the file system begins.</param>
    /// <param name="wait">How long to wait for an image that is in use; null not to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ItemInUseException">Another process, a loop device, a mount or a running domain uses it.</exception>
    public static DiskImage OpenWrite(string path, long offset = 0, TimeSpan? wait = null, CancellationToken cancellationToken = default)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return DiskImage.OpenWrite(path, new XenImageUseProbe(XlFor(path)), offset);
            }
            catch (ItemInUseException) when (Stopwatch.GetElapsedTime(start) < (wait ?? TimeSpan.Zero))
            {
                cancellationToken.WaitHandle.WaitOne(Pause);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>A disk in a XENDIR, guests/CLUSTER/NODE.img, has that XENDIR's settings.</summary>
    private static XlDriver XlFor(string path)
    {
        var guests = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetFullPath(path)));
        return guests is not null && Path.GetDirectoryName(guests) is { } directory && guests == new XenDirLayout(directory).GuestsPath
            ? new NodeGuests(new XenDirectory(directory, onWait: null)).Xl : new XlDriver();
    }
}
