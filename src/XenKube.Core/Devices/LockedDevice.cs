namespace XenKube.Devices;

/// <summary>An image file or a block device, open for writing: locked, and found to be in use by nothing else.</summary>
internal sealed class LockedDevice : IDisposable
{
    private const int MostAttempts = 4;
    private const int PauseMilliseconds = 10;

    private readonly ImageLock _lock;

    private LockedDevice(FileDevice device, ImageLock heldLock)
    {
        Device = device;
        _lock = heldLock;
    }

    /// <summary>The device.</summary>
    public FileDevice Device { get; }

    /// <summary>Opens and locks.</summary>
    /// <param name="path">Path of the image or the block device.</param>
    /// <param name="domains">Determines whether a running domain has the image; null where that is not known here.</param>
    /// <exception cref="ItemInUseException">It is locked, mounted, attached to a loop device, part of another device, or used by a
    /// domain.</exception>
    /// <exception cref="ItemNotFoundException">There is no such image.</exception>
    public static LockedDevice Take(string path, IImageUseProbe? domains)
    {
        for (var attempt = 1; ; attempt++)
        {
            var writers = WriterProbe.Look(path);
            var device = FileDevice.Open(path, writable: true);
            ImageLock? heldLock = null;
            try
            {
                heldLock = TakeLock(device, domains);
                ImageGuard.Check(device, domains, writers: writers);
                ImageGuard.Claim(device);
                return new LockedDevice(device, heldLock);
            }
            catch (ItemInUseException e) when (e.ProcessId == ImageGuard.UnseenProcess && attempt < MostAttempts)
            {
                // It was another XenKube perhaps, which has ended since the kernel was asked.
                heldLock?.Dispose();
                device.Dispose();
                Thread.Sleep(PauseMilliseconds);
            }
            catch
            {
                heldLock?.Dispose();
                device.Dispose();
                throw;
            }
        }
    }

    /// <summary>A program that starts a guest holds its image: then the guest is named, and not the lock.</summary>
    private static ImageLock TakeLock(FileDevice device, IImageUseProbe? domains)
    {
        try
        {
            return ImageLock.Take(device);
        }
        catch (ItemInUseException)
        {
            ImageGuard.RefuseGuest(device.Name, domains);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _lock.Dispose();
        Device.Dispose();
    }
}
