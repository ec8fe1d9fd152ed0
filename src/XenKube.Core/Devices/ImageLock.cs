using System.Diagnostics;
using XenKube.Posix;

namespace XenKube.Devices;

/// <summary>
/// The exclusive locks on an open image: <c>flock</c>, which flock(1) and libguestfs users take, and an open-file-description
/// lock on the whole file. QEMU takes shared locks of that kind on bytes from 100 (what it does) and from 200 (what it does
/// not let others do); an exclusive one on all bytes meets every one of them, in both directions. Both go with the open file,
/// so that they end with the process whatever happens to it.
/// </summary>
internal sealed class ImageLock : IDisposable
{
    /// <summary>udev looks at a device under a shared lock whenever a program that wrote to the device closes it.</summary>
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(1);

    private const int PauseMilliseconds = 20;

    private readonly FileDevice _device;

    private ImageLock(FileDevice device) => _device = device;

    /// <summary>Takes the locks, or says who is in the way.</summary>
    public static ImageLock Take(FileDevice device)
    {
        Lock(device, FlockOperation.Exclusive, FileLockKind.Write);
        return new ImageLock(device);
    }

    /// <summary>
    /// Takes locks for a look that no edit may change: others may look as well, and nobody who asks for the locks may edit.
    /// </summary>
    /// <param name="device">The image, open for reading at least.</param>
    public static ImageLock TakeShared(FileDevice device)
    {
        Lock(device, FlockOperation.Shared, FileLockKind.Read);
        return new ImageLock(device);
    }

    /// <summary>
    /// Makes shared locks exclusive. No edit that asks for the locks comes in between: the second of the two locks is never let go.
    /// </summary>
    public void MakeExclusive() => Lock(_device, FlockOperation.Exclusive, FileLockKind.Write);

    private static void Lock(FileDevice device, FlockOperation operation, FileLockKind kind)
    {
        try
        {
            var start = Stopwatch.GetTimestamp();
            while (!Libc.TryLock(device.Handle, operation | FlockOperation.NonBlocking))
            {
                if (!device.IsBlockDevice || Stopwatch.GetElapsedTime(start) > LongestLook)
                {
                    throw Locked(device);
                }
                Thread.Sleep(PauseMilliseconds);
            }
        }
        catch (IOException e)
        {
            throw CannotLock(device, e.Message);
        }
        var range = new FileLockRange { Kind = kind };
        if (Libc.LockRange(device.Handle, FileLockCommand.Set, ref range) != 0)
        {
            throw Libc.LastError is Errno.TryAgain or Errno.PermissionDenied
                ? Locked(device, WhoLocks(device)) : CannotLock(device, Libc.LastErrorText);
        }
        RefuseReplaced(device);
    }

    /// <summary>Lets the image go before the file is closed.</summary>
    public void Dispose()
    {
        if (_device.Handle.IsClosed)
        {
            return;
        }
        var range = new FileLockRange { Kind = FileLockKind.None };
        _ = Libc.LockRange(_device.Handle, FileLockCommand.Set, ref range);
        Libc.Unlock(_device.Handle);
    }

    /// <summary>Somebody may have put another file in this one's place before the lock was ours.</summary>
    private static void RefuseReplaced(FileDevice device)
    {
        if (FileIdentity.Of(device.Name) is { } now && now != FileStatus.Read(device.Handle).Identity)
        {
            throw new ItemInUseException(ErrorIds.ImageInUse, device.Name, null, "another process has just replaced it", "Try again");
        }
    }

    private static string WhoLocks(FileDevice device)
    {
        var range = new FileLockRange { Kind = FileLockKind.Write };
        if (Libc.LockRange(device.Handle, FileLockCommand.Get, ref range) != 0 || range.Kind == FileLockKind.None)
        {
            return "another process holds a lock on it";
        }
        var isQemu = range is { Kind: FileLockKind.Read, Start: >= 100 and < 300 };
        return (isQemu, range.ProcessId > 0) switch
        {
            (true, _) => "QEMU uses it",
            (false, true) => $"process {range.ProcessId} holds a lock on it",
            _ => "another process holds a lock on it",
        };
    }

    // Both locks are taken together by every XenKube, and /proc/locks shows who has the first.
    private static ItemInUseException Locked(FileDevice device)
    {
        var holder = LockHolder.Find(device);
        return holder?.Id == Environment.ProcessId
            ? new(ErrorIds.ImageInUse, device.Name, null, "this process holds it already",
                $"End what it does there first, such as a writable drive of another session or job: {RemedyActionKind.DismountDisk}") { ProcessId = Environment.ProcessId }
            : new(ErrorIds.ImageInUse, device.Name, null,
                $"{(holder is { } found ? found.ToString() : "another process")} holds its lock (flock)",
                "Wait until it is done, or stop the guest") { ProcessId = holder?.Id ?? 0 };
    }

    private static ItemInUseException Locked(FileDevice device, string reason) =>
        new(ErrorIds.ImageInUse, device.Name, null, reason, "Wait until it is done, or stop the guest");

    private static OperationFailedException CannotLock(FileDevice device, string reason) =>
        new(ErrorIds.ImageNotLockable, device.Name, null, $"it cannot be locked: {reason}", "Keep images on a file system with locks");
}
