using System.Runtime.InteropServices;
using XenKube.Disks;

namespace XenKube.Devices;

/// <summary>
/// The exclusive locks on an open image: <c>flock</c>, which flock(1) and libguestfs users take, and an open-file-description
/// lock on the whole file. QEMU takes shared locks of that kind on bytes from 100 (what it does) and from 200 (what it does
/// not let others do); an exclusive one on all bytes meets every one of them, in both directions. Both go with the open file,
/// so that they end with the process whatever happens to it.
/// </summary>
internal sealed class ImageLock : IDisposable
{
    private readonly FileDevice _device;

    private ImageLock(FileDevice device) => _device = device;

    /// <summary>Takes the locks, or says who is in the way.</summary>
    public static ImageLock Take(FileDevice device)
    {
        int result;
        while ((result = NativeMethods.Lock(device.Handle, NativeMethods.LockExclusive | NativeMethods.LockNonBlocking)) != 0
            && Marshal.GetLastPInvokeError() == NativeMethods.Interrupted)
        {
            // A signal came between: once more.
        }
        if (result != 0)
        {
            throw Marshal.GetLastPInvokeError() == NativeMethods.TryAgain ? Locked(device, "another process holds its lock (flock)") : CannotLock(device);
        }
        var range = new NativeMethods.FileLock { Type = NativeMethods.WriteLock };
        if (NativeMethods.FileControl(device.Handle, NativeMethods.SetOpenFileLock, ref range) != 0)
        {
            throw Marshal.GetLastPInvokeError() is NativeMethods.TryAgain or NativeMethods.PermissionDenied ? Locked(device, WhoLocks(device)) : CannotLock(device);
        }
        RefuseReplaced(device);
        return new ImageLock(device);
    }

    /// <summary>Lets the image go before the file is closed.</summary>
    public void Dispose()
    {
        if (_device.Handle.IsClosed)
        {
            return;
        }
        const int unlock = 8;
        var range = new NativeMethods.FileLock { Type = NativeMethods.Unlock };
        _ = NativeMethods.FileControl(_device.Handle, NativeMethods.SetOpenFileLock, ref range);
        _ = NativeMethods.Lock(_device.Handle, unlock);
    }

    /// <summary>Somebody may have put another file in this one's place before the lock was ours.</summary>
    private static void RefuseReplaced(FileDevice device)
    {
        if (FileIdentity.Of(device.Name) is { } now && now != FileIdentity.Of(device.Handle))
        {
            throw new ItemInUseException("ImageInUse", device.Name, null, "another process has just replaced it", "Try again");
        }
    }

    private static string WhoLocks(FileDevice device)
    {
        var range = new NativeMethods.FileLock { Type = NativeMethods.WriteLock };
        if (NativeMethods.FileControl(device.Handle, NativeMethods.GetOpenFileLock, ref range) != 0 || range.Type == NativeMethods.Unlock)
        {
            return "another process holds a lock on it";
        }
        var isQemu = range is { Type: NativeMethods.ReadLock, Start: >= 100 and < 300 };
        return (isQemu, range.ProcessId > 0) switch
        {
            (true, _) => "QEMU uses it",
            (false, true) => $"process {range.ProcessId} holds a lock on it",
            _ => "another process holds a lock on it",
        };
    }

    private static ItemInUseException Locked(FileDevice device, string reason) =>
        new("ImageInUse", device.Name, null, reason, "Wait until it is done, or stop the guest");

    private static OperationFailedException CannotLock(FileDevice device) =>
        new("ImageNotLockable", device.Name, null, $"it cannot be locked: {Marshal.GetLastPInvokeErrorMessage()}", "Keep images on a file system with locks");
}
