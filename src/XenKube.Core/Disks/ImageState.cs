using System.Diagnostics;
using XenKube.Devices;
using XenKube.Posix;

namespace XenKube.Disks;

/// <summary>
/// The marks by which a change of an image is seen: the file that its path leads to, its length and its times. Every write changes the
/// times,
/// but Linux takes them from a clock that ticks; a state is valid only when its last change is older than a tick. A guest writes to a
/// block device without a change of the times of its node: there, the kernel's count of written sectors is a mark too.
/// </summary>
internal readonly record struct ImageState(
    ulong Device, ulong Inode, long Size, long ModifiedNanoseconds, long ChangedNanoseconds, long WrittenSectors = 0)
{
    private const long Second = 1_000_000_000;

    /// <summary>Twice the longest tick of Linux, 10 ms at 100 Hz.</summary>
    private const long Tick = Second / 50;

    /// <summary>How long an image is given to come to rest: a guest must not decide how long a command takes.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    /// <summary>The state now.</summary>
    /// <exception cref="ItemNotFoundException">There is no such image any more.</exception>
    public static ImageState Of(string path) => FileStatus.Of(path) is { } status
        ? new ImageState(
            status.Device, status.Inode, status.Size, status.ModifiedNanoseconds, status.ChangedNanoseconds,
            status.IsBlockDevice ? DeviceFamily.WrittenSectors(status.Identity) : 0)
        : throw new ItemNotFoundException(ErrorIds.ImageNotFound, path, null, "there is no such image");

    /// <summary>The state once any later write is sure to show; null if the image is written all the time.</summary>
    /// <param name="path">Path of the image.</param>
    /// <param name="patience">How long to wait for it.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public static ImageState? Settled(string path, TimeSpan patience, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < patience)
        {
            var state = Of(path);
            var last = Math.Max(state.ModifiedNanoseconds, state.ChangedNanoseconds);
            // Times in whole seconds come from a file system that keeps no finer ones.
            var age = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100 - last;
            var needed = last % Second == 0 ? Second + Tick : Tick;
            if (age < 0 || age > needed)
            {
                return state;
            }
            cancellationToken.WaitHandle.WaitOne(TimeSpan.FromMilliseconds((needed - age) / 1_000_000 + 1));
            cancellationToken.ThrowIfCancellationRequested();
        }
        return null;
    }
}
