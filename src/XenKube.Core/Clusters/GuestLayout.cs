using XenKube.Booting;
using XenKube.Disks;
using XenKube.FileSystems;
using XenKube.Guests;
using XenKube.Images;

namespace XenKube.Clusters;

/// <summary>The differences between the guests' boot chains: where first_boot is and which kernel parameter names the config.</summary>
/// <param name="Distribution">Who made the image.</param>
/// <param name="FirstBootPath">The file whose presence makes Ignition run.</param>
/// <param name="ConfigUriParameter">The kernel parameter that holds the config's URL.</param>
public sealed record GuestLayout(ImageDistribution Distribution, string FirstBootPath, string ConfigUriParameter)
{
    /// <summary>Label of the partition that GRUB and first_boot of Container Linux and Flatcar are on.</summary>
    public const string BootLabel = "EFI-SYSTEM";

    /// <summary>Label of the partition with the guest's own files.</summary>
    public const string RootLabel = "ROOT";

    /// <summary>The file on ROOT that systemd writes at the first boot; without it systemd applies its presets at the next one.</summary>
    public const string MachineIdPath = "/etc/machine-id";

    /// <summary>Where etcd keeps its data on ROOT.</summary>
    internal const string EtcdDataPath = "/var/lib/etcd";

    /// <summary>etcd's data of the member that it is: a member without it starts as a new one.</summary>
    internal const string EtcdMemberPath = $"{EtcdDataPath}/member";

    /// <summary>The menu from which pygrub takes the kernel of Container Linux' Xen images.</summary>
    internal const string PygrubMenu = "/boot/grub/menu.lst";

    private const string EntriesLabel = "boot";

    /// <summary>Container Linux, the guide's guest.</summary>
    public static GuestLayout CoreOS { get; } = new(ImageDistribution.CoreOS, "/coreos/first_boot", "coreos.config.url")
        { Partitions = [BootLabel, "USR-A", OemGrubConfig.PartitionLabel, RootLabel] };

    /// <summary>Flatcar: reads both parameters, and has a directory of its own beside (or instead of) coreos.</summary>
    public static GuestLayout Flatcar { get; } = new(ImageDistribution.Flatcar, "/flatcar/first_boot", "flatcar.config.url")
        { Partitions = CoreOS.Partitions };

    /// <summary>Fedora CoreOS: the stamp is on the partition <c>boot</c>, and root has a file system that is never edited.</summary>
    public static GuestLayout FedoraCoreOS { get; } = new(ImageDistribution.FedoraCoreOS, "/ignition.firstboot", "ignition.config.url")
        { FirstBootLabel = EntriesLabel, Partitions = [BootLabel, EntriesLabel, "root"] };

    /// <summary>Label of the partition that <see cref="FirstBootPath"/> is on.</summary>
    public string FirstBootLabel { get; private init; } = BootLabel;

    /// <summary>Labels of the partitions without which the guest does not come up.</summary>
    public required IReadOnlyList<string> Partitions { get; init; }

    /// <summary>
    /// The kernel parameter by which a guest that XenKube's boot loader starts gets its URL: Ignition's own, which all Ignitions of
    /// Flatcar since 3185 and of Fedora CoreOS take.
    /// </summary>
    public string LoaderUriParameter => this == CoreOS ? ConfigUriParameter : FedoraCoreOS.ConfigUriParameter;

    /// <summary>
    /// The kernel parameters that this guest's Ignition takes for the URL: Container Linux' knows its own, Flatcar's all three (its patch
    /// of Ignition), Fedora CoreOS' the one of Ignition (internal/providers/cmdline).
    /// </summary>
    internal IReadOnlyList<string> ConfigUriParameters =>
        this == Flatcar ? GuestArguments.ConfigUriParameters : [ConfigUriParameter];

    /// <summary>Whether a kernel argument names a config for this guest's Ignition.</summary>
    internal bool TakesConfigUri(string argument) =>
        ConfigUriParameters.Any(parameter => argument.StartsWith(parameter + "=", StringComparison.Ordinal));

    /// <summary>Tells by an image's partitions and the directories of the EFI system partition what kind of guest it holds.</summary>
    /// <param name="disk">The image.</param>
    public static GuestLayout Detect(DiskImage disk)
    {
        ArgumentNullException.ThrowIfNull(disk);
        return Find(disk) ?? CoreOS;
    }

    /// <summary>The same, or null for an image that holds none of them.</summary>
    internal static GuestLayout? Find(DiskImage disk)
    {
        var name = BootSystem.Find(disk).Distribution;
        return Array.Find([CoreOS, Flatcar, FedoraCoreOS], layout => DistributionNames.FileNameOf(layout.Distribution) == name);
    }

    /// <summary>Whether the next boot is a first boot: GRUB searches for a file, and passes over a directory of that name.</summary>
    internal bool HasFirstBoot(IFileSystem boot) => boot.Find(FirstBootPath) is { Kind: FileSystemEntryKind.File };

    /// <summary>Refuses to go on where something else has the name of the file.</summary>
    /// <param name="boot">The file system that the mark belongs to.</param>
    /// <param name="diskPath">The image.</param>
    internal void RequireRoomForFirstBoot(IFileSystem boot, string diskPath)
    {
        if (boot.Find(FirstBootPath, followLink: false) is { } other && !HasFirstBoot(boot))
        {
            throw new ItemExistsException(ErrorIds.FileExists, diskPath, $"{FirstBootLabel}:{FirstBootPath}",
                other.Kind == FileSystemEntryKind.Directory
                    ? "it is a directory, which the guest's GRUB does not take for the mark of a first boot" : "it is not a regular file",
                $"Rename {FirstBootPath} on {FirstBootLabel}, or remove it");
        }
    }
}
