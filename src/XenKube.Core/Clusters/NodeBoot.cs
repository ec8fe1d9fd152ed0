using XenKube.Booting;
using XenKube.Disks;
using XenKube.FileSystems;
using XenKube.Guests;

namespace XenKube.Clusters;

/// <summary>
/// Which boot loader fetches a node's kernel: the one that its guest configuration names; without one, the one that its disk needs.
/// XenKube's boot loader gives the guest the URL of its config, so that nothing on OEM and ROOT is written for it.
/// </summary>
internal static class NodeBoot
{
    /// <summary>
    /// Whether XenKube's boot loader starts a node, by its guest configuration; null where that does not say how the node starts.
    /// </summary>
    public static bool? IsOwnByConfig(Node node) => TryReadConfig(node) switch
    {
        { BootLoader: { } program } => BootLoaders.IsXenKube(program),
        { Kernel: not null } or { Type: GuestType.HVM } => false,
        _ => null,
    };

    /// <summary>
    /// Whether a disk needs XenKube's boot loader: pygrub boots Container Linux' own Xen images and no others. Of a disk of another kind
    /// pygrub may know more.
    /// </summary>
    public static bool IsOwnByDisk(DiskImage disk)
    {
        var layout = GuestLayout.Find(disk);
        if (layout is null || layout != GuestLayout.CoreOS)
        {
            return layout is not null;
        }
        using var system = disk.OpenFileSystem(GuestLayout.BootLabel);
        return system.Find(GuestLayout.PygrubMenu) is not { Kind: FileSystemEntryKind.File };
    }

    /// <summary>Whether XenKube's boot loader starts a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="disk">Its disk.</param>
    public static bool IsOwn(Node node, DiskImage disk) => IsOwnByConfig(node) ?? IsOwnByDisk(disk);

    /// <summary>The node's guest configuration; null where there is none, or none that xl could read.</summary>
    public static XenGuestConfig? TryReadConfig(Node node)
    {
        try
        {
            return File.Exists(node.GuestConfigPath) ? XenGuestConfig.Read(node.GuestConfigPath) : null;
        }
        catch (XenKubeException)
        {
            return null;
        }
    }

    /// <summary>The kernel arguments by which XenKube's boot loader points a node at its config.</summary>
    /// <param name="layout">What the disk holds; null where that is not known.</param>
    /// <param name="node">The node.</param>
    /// <param name="uri">Where the config is, in place of where the node has it; null for that.</param>
    public static IReadOnlyList<string> ArgumentsOf(GuestLayout? layout, Node node, Uri? uri = null)
    {
        var place = new ConfigPlace(node, layout ?? GuestLayout.Flatcar);
        return place.ArgumentsFor(uri ?? place.Uri);
    }

    /// <summary>What a node boots next, as its guest configuration has it booted.</summary>
    /// <param name="node">The node that it belongs to; null where that is not known.</param>
    /// <param name="asked">What is asked for in place of what the guest configuration says.</param>
    public static BootPlanOptions OptionsOf(Node? node, NodeBootPlanOptions asked) =>
        OptionsOf(node is null ? null : TryReadConfig(node), asked);

    /// <summary>The same for a guest configuration; null if it does not exist.</summary>
    public static BootPlanOptions OptionsOf(XenGuestConfig? config, NodeBootPlanOptions asked)
    {
        var loader = BootLoaders.IsXenKube(config?.BootLoader) ? config : null;
        string? Told(string option) => (loader is null ? [] : GuestArguments.OfBootLoader(loader))
            .LastOrDefault(text => text.StartsWith($"--{option}=", StringComparison.Ordinal))?[(option.Length + 3)..];
        static string? Rooted(string? path) => path is null || path.StartsWith('/') ? path : "/" + path;
        return new BootPlanOptions
        {
            GuestType = asked.GuestType ?? (config?.Type == GuestType.PV ? BootGuestType.Pv : BootGuestType.Pvh),
            Slot = asked.Slot ?? Told("slot"),
            Entry = asked.Entry ?? Told("entry"),
            Arguments = [.. loader is null ? [] : GuestArguments.Of(loader), .. asked.Arguments],
            ReadNotes = asked.ReadNotes,
            KernelPath = Rooted(loader?.Kernel),
            InitrdPath = Rooted(loader?.GetText("ramdisk")),
            Platform = Told("platform"),
        };
    }
}
