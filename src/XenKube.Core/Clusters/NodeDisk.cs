using XenKube.Disks;
using XenKube.Guests;

namespace XenKube.Clusters;

/// <summary>Opens disk images for all callers: the one door to them, which always asks Xen before it opens an image for writing.</summary>
public static class NodeDisk
{
    /// <summary>Opens an image for reading.</summary>
    /// <param name="path">The image.</param>
    public static DiskImage OpenRead(string path) => DiskImage.OpenRead(path);

    /// <summary>Opens an image for editing, with the exclusive lock.</summary>
    /// <param name="path">The image.</param>
    /// <exception cref="ItemInUseException">Another process, a loop device, a mount or a running domain uses it.</exception>
    public static DiskImage OpenWrite(string path) => DiskImage.OpenWrite(path, new XenImageUseProbe(new XlDriver()));
}
