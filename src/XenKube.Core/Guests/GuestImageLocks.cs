using XenKube.Devices;
using XenKube.Posix;

namespace XenKube.Guests;

/// <summary>
/// Holds the images of a guest while xl starts it, so that no edit begins in that moment, and refuses the start while an edit
/// is under way. Once the guest runs, its loop device and its domain keep edits away.
/// </summary>
internal sealed class GuestImageLocks : IDisposable
{
    private readonly List<IDisposable> _held = [];

    public static GuestImageLocks Take(XenGuestConfig config)
    {
        var locks = new GuestImageLocks();
        try
        {
            foreach (var disk in config.Disks.Where(disk => !disk.IsReadOnly
                && FileStatus.Of(disk.Target) is { IsRegularFile: true } or { IsBlockDevice: true }))
            {
                var device = FileDevice.Open(disk.Target, writable: true);
                locks._held.Add(device);
                locks._held.Add(ImageLock.Take(device));
            }
            if (config.Type != GuestType.PV || BootLoaders.IsXenKube(config.BootLoader))
            {
                // QEMU, which serves the disks of such a guest, takes locks of the same kind itself, and so does XenKube's boot loader.
                locks.Dispose();
            }
            return locks;
        }
        catch
        {
            locks.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var held in _held.AsEnumerable().Reverse())
        {
            held.Dispose();
        }
        _held.Clear();
    }
}
