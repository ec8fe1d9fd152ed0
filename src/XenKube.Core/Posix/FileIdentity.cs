using System.Globalization;

namespace XenKube.Posix;

/// <summary>
/// Which file a path or an open file is, whatever the path: the device it is on, and its inode there. A block device is known by its
/// own number, whichever node in whichever directory leads to it.
/// </summary>
/// <param name="Major">Major number of the device.</param>
/// <param name="Minor">Minor number of the device.</param>
/// <param name="Inode">Number of the inode; 0, which no file has, for a block device.</param>
internal readonly record struct FileIdentity(uint Major, uint Minor, ulong Inode)
{
    /// <summary>The device's number as the kernel's loop driver encodes it (new_encode_dev).</summary>
    public ulong EncodedDevice => Minor & 0xFF | Major << 8 | (ulong)(Minor & ~0xFFu) << 12;

    /// <summary>The identity of what a path leads to, links followed; null where nothing can be looked at.</summary>
    public static FileIdentity? Of(string path) => FileStatus.TryRead(path)?.Identity;

    /// <summary>
    /// A text that two paths share exactly if they lead to the same file. A file that cannot be looked at is known by its path.
    /// </summary>
    public static string TextOf(string path) => Of(path)?.ToString() ?? Path.GetFullPath(path);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major:x}:{Minor:x}:{Inode:x}");
}
