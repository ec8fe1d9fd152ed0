using XenKube.Disks;
using XenKube.Files;
using XenKube.FileSystems;
using XenKube.FileSystems.Fat;
using XenKube.Guests;

namespace XenKube.Clusters;

/// <summary>
/// The second disk of a guest that holds nothing but its config: FAT16, which only root of dom0 can read, and which the guest cannot write
/// to. Ignition finds it by the label of its file system (coreos/ignition, internal/providers/cmdline).
/// </summary>
internal static class ConfigDisk
{
    /// <summary>Label of the file system.</summary>
    public const string Label = "IGNCONFIG";

    /// <summary>The config's path in the file system.</summary>
    public const string FilePath = "/config.ign";

    private const string ShortName = "CONFIG  IGN";

    /// <summary>The kernel arguments by which Ignition finds the config.</summary>
    public static IReadOnlyList<string> Arguments { get; } =
        [$"{GuestArguments.DeviceParameter}={Label}", $"{GuestArguments.PathParameter}={FilePath}"];

    /// <summary>Writes the disk, if it is another one than is there.</summary>
    /// <param name="path">The disk.</param>
    /// <param name="json">The config.</param>
    /// <returns>Whether the disk was changed.</returns>
    public static bool Write(string path, byte[] json)
    {
        if (json.Length > FatFormatter.LongestFile)
        {
            throw new InvalidInputException(ErrorIds.IgnitionInvalid, path, null,
                $"the config has {json.Length} bytes, and a second disk holds {FatFormatter.LongestFile} at most",
                "Bring large files to the guest in another way, as by a URL in the config");
        }
        var disk = FatFormatter.Format(Label, ShortName, json);
        if (!IsOpen(path) && WholeFile.TryRead(path, disk.Length + 1, regularOnly: true) is { } old && old.AsSpan().SequenceEqual(disk))
        {
            return false;
        }
        AtomicFile.Write(path, disk, PrivateFile.OwnerOnly);
        return true;
    }

    /// <summary>The config on a disk; null for a disk that does not exist or does not hold a config.</summary>
    public static byte[]? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }
        using var disk = DiskImage.OpenRead(path);
        using var files = disk.OpenFileSystem("1");
        return SmallFile.TryRead(files, FilePath, FatFormatter.LongestFile);
    }

    /// <summary>Whether anybody but its owner can read the disk.</summary>
    public static bool IsOpen(string path) =>
        Posix.FileStatus.TryRead(path) is { } status && (status.Permissions & ~PrivateFile.OwnerOnly) != 0;

    /// <summary>The guest configuration with the disk attached, or without it.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="path">The disk.</param>
    /// <param name="isWanted">Whether it is to be attached.</param>
    public static XenGuestConfig Attach(XenGuestConfig config, string path, bool isWanted)
    {
        var disks = SecondDisk.Attach(config.Disks, path, isWanted);
        return ReferenceEquals(disks, config.Disks) || disks.SequenceEqual(config.Disks) ? config
            : config.With("disk", XenConfigValue.OfTexts(disks.Select(disk => disk.ToString())));
    }
}
