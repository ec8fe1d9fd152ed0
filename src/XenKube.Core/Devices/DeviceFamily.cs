using System.Globalization;
using XenKube.Posix;

namespace XenKube.Devices;

/// <summary>
/// What shares bytes with an image: the file itself; for a block device, its partitions too, and the disk that the device is a
/// partition of. Other partitions of that disk share nothing with it.
/// </summary>
internal sealed class DeviceFamily
{
    private readonly HashSet<FileIdentity> _members;

    private DeviceFamily(IReadOnlyList<FileIdentity> devices, FileIdentity image)
    {
        Devices = devices;
        _members = [image, .. devices];
    }

    /// <summary>The block devices; none where the image is a file.</summary>
    public IReadOnlyList<FileIdentity> Devices { get; }

    /// <summary>True for the image and whatever shares bytes with it.</summary>
    public bool Contains(FileIdentity? other) => other is { } identity && _members.Contains(identity);

    /// <summary>True where a path leads to the image or to what shares bytes with it.</summary>
    public bool ContainsPath(string path) => Contains(FileIdentity.Of(path));

    /// <summary>The family of an image.</summary>
    public static DeviceFamily Of(FileStatus image, SystemFiles system)
    {
        if (!image.IsBlockDevice)
        {
            return new DeviceFamily([], image.Identity);
        }
        var folder = FolderOf(image.Identity);
        var devices = new List<FileIdentity> { image.Identity };
        var others = system.List(folder).Select(part => $"{folder}/{Path.GetFileName(part)}").Where(part => system.Has($"{part}/partition"))
            .Select(part => $"{part}/dev");
        // The folder is a link, so that the one above is that of the disk.
        foreach (var number in system.Has($"{folder}/partition") ? others.Append($"{folder}/../dev") : others)
        {
            if (Parse(system.Read(number)) is { } device)
            {
                devices.Add(device);
            }
        }
        return new DeviceFamily(devices, image.Identity);
    }

    /// <summary>Where /sys describes a block device.</summary>
    public static string FolderOf(FileIdentity device) => $"sys/dev/block/{NumberOf(device)}";

    /// <summary>
    /// How many sectors of a device were written or discarded so far, by this kernel and by guests (Documentation/block/stat.rst).
    /// </summary>
    public static long WrittenSectors(FileIdentity device)
    {
        const int written = 6, discarded = 13;
        var numbers = new SystemFiles("/").Read($"{FolderOf(device)}/stat").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        long Number(int index) => index < numbers.Length && long.TryParse(numbers[index], NumberStyles.None, CultureInfo.InvariantCulture,
            out var number) ? number : 0;
        return Number(written) + Number(discarded);
    }

    /// <summary>A device's number as mountinfo and /sys write it.</summary>
    public static string NumberOf(FileIdentity device) => string.Create(CultureInfo.InvariantCulture, $"{device.Major}:{device.Minor}");

    private static FileIdentity? Parse(string number) =>
        number.Trim().Split(':') is [var major, var minor]
        && uint.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out var high)
        && uint.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out var low)
            ? new FileIdentity(high, low, Inode: 0)
            : null;
}
