using XenKube.Disks;
using XenKube.FileSystems;

namespace XenKube.Clusters;

/// <summary>The differences between the guests' boot chains: where first_boot is and which kernel parameter names the config.</summary>
/// <param name="Distribution"><c>coreos</c> or <c>flatcar</c>.</param>
/// <param name="FirstBootPath">The file on EFI-SYSTEM whose presence makes Ignition run.</param>
/// <param name="ConfigUriParameter">The kernel parameter that holds the config's URL.</param>
public sealed record GuestLayout(string Distribution, string FirstBootPath, string ConfigUriParameter)
{
    /// <summary>Label of the partition that GRUB and first_boot stand on.</summary>
    public const string BootLabel = "EFI-SYSTEM";

    /// <summary>Label of the partition with the guest's own files.</summary>
    public const string RootLabel = "ROOT";

    /// <summary>The file on ROOT that systemd writes at the first boot; without it systemd applies its presets at the next one.</summary>
    public const string MachineIdPath = "/etc/machine-id";

    /// <summary>Container Linux, the guide's guest.</summary>
    public static GuestLayout CoreOS { get; } = new("coreos", "/coreos/first_boot", "coreos.config.url");

    /// <summary>Flatcar: reads both parameters, and has a directory of its own beside (or instead of) coreos.</summary>
    public static GuestLayout Flatcar { get; } = new("flatcar", "/flatcar/first_boot", "flatcar.config.url");

    /// <summary>Tells by the directories of the EFI system partition what kind of guest an image holds.</summary>
    /// <param name="disk">The image.</param>
    public static GuestLayout Detect(DiskImage disk)
    {
        ArgumentNullException.ThrowIfNull(disk);
        using var boot = disk.OpenFileSystem(BootLabel);
        return Detect(boot);
    }

    internal static GuestLayout Detect(IFileSystem boot) =>
        boot.Find("/flatcar") is { Kind: FileSystemEntryKind.Directory } ? Flatcar : CoreOS;
}
