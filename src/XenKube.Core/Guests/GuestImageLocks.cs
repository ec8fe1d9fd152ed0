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

    /// <summary>The first disk of the guest, while it is held; null where that is none which can be held.</summary>
    public FileDevice? First { get; private set; }

    /// <summary>Takes all disks of a guest that can be written.</summary>
    public static GuestImageLocks Take(XenGuestConfig config)
    {
        var locks = new GuestImageLocks();
        try
        {
            foreach (var (index, disk) in config.Disks.Index().Where(each => IsHeld(each.Item)))
            {
                var device = FileDevice.Open(disk.Target, writable: true);
                locks._held.Add(device);
                locks._held.Add(ImageLock.Take(device));
                locks.First ??= index == 0 ? device : null;
            }
            return locks;
        }
        catch
        {
            locks.Dispose();
            throw;
        }
    }

    /// <summary>Lets go where the programs that xl starts for this configuration take locks of the same kind themselves.</summary>
    public void ReleaseBefore(XenGuestConfig config)
    {
        // QEMU, which serves the disks of a guest that is not PV, does so, and XenKube's boot loader.
        if (config.Type != GuestType.PV || BootLoaders.IsXenKube(config.BootLoader))
        {
            Dispose();
        }
    }

    public void Dispose()
    {
        foreach (var held in _held.AsEnumerable().Reverse())
        {
            held.Dispose();
        }
        _held.Clear();
        First = null;
    }

    private static bool IsHeld(XenDisk disk) => !disk.IsReadOnly
        && FileStatus.Of(disk.Target) is { IsRegularFile: true } or { IsBlockDevice: true };
}
