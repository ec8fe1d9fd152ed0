using System.Globalization;
using XenKube.Networks;
using XenKube.Posix;

namespace XenKube.Guests;

/// <summary>
/// What xl 4.17 does not check before it makes a domain: it swallows a bad MAC address (the guest gets another one), memory
/// that is not a number (the guest gets a default), a name that is a number, and a second guest on one image.
/// </summary>
internal static class GuestPreflight
{
    /// <summary>Checks configurations that are to be started together, each against those before it as if they ran already.</summary>
    /// <param name="paths">The configurations.</param>
    /// <param name="uses">What guests do now.</param>
    /// <returns>Why a guest cannot be started, by its path; the others can.</returns>
    public static IReadOnlyDictionary<string, XenKubeException> CheckAll(IReadOnlyList<string> paths, GuestUses uses)
    {
        var refused = new Dictionary<string, XenKubeException>();
        var planned = new List<XenDomain>();
        foreach (var path in paths.Distinct())
        {
            try
            {
                var config = XenGuestConfig.Read(path, isTrusted: true);
                Check(config, uses.With(planned));
                var disks = config.Disks;
                planned.Add(new XenDomain(-1, config.Name!, XenGuestState.Running, 0, 0, TimeSpan.Zero)
                {
                    MacAddresses = [.. config.Vifs.Select(vif => vif.MacText).OfType<string>()],
                    Disks = [.. disks.Select(disk => disk.Target)],
                    WritableDisks = [.. disks.Where(disk => !disk.IsReadOnly).Select(disk => disk.Target)],
                });
            }
            catch (XenKubeException e)
            {
                refused[path] = e;
            }
        }
        return refused;
    }

    /// <summary>Checks a configuration by itself, whatever guests do.</summary>
    public static void Check(XenGuestConfig config) => Check(config, null);

    /// <summary>Checks a configuration that is to be started.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="uses">What guests do now; null to check the configuration by itself.</param>
    public static void Check(XenGuestConfig config, GuestUses? uses)
    {
        var file = config.Path ?? "";
        var domains = uses?.Domains ?? [];
        CheckName(config, file);
        CheckNumber(config, file, "memory", 1);
        CheckNumber(config, file, "maxmem", 1);
        CheckNumber(config, file, "vcpus", 1);
        CheckNumber(config, file, "maxvcpus", 1);
        if (config.Kernel is null && config.BootLoader is null && config.Type != GuestType.HVM)
        {
            throw Invalid(config, file, "bootloader", "neither a boot loader nor a kernel is given",
                "Add bootloader = \"pygrub\", as the guide has it");
        }
        if (domains.FirstOrDefault(domain => domain.Name == config.Name) is { } running)
        {
            throw new ItemInUseException(ErrorIds.GuestNameInUse, file, null,
                string.Create(CultureInfo.InvariantCulture,
                    $"the guest {running.Name} is {GuestWords.Of(running.State)} already, as domain {running.Id}"),
                        "Stop that guest first, or give this one another name");
        }
        CheckVifs(config, file, domains);
        CheckDisks(config, file, uses);
    }

    private static void CheckName(XenGuestConfig config, string file)
    {
        if (config.Name is null)
        {
            throw Invalid(config, file, "name", "the guest has no name", "Add name = \"CLUSTER-NODE\"");
        }
        if (GuestName.Refusal(config.Name) is { } reason)
        {
            throw new InvalidInputException(ErrorIds.GuestNameInvalid, file, config.PlaceOf("name"),
                $"'{Printable.Of(config.Name)}' cannot be a guest's name: {reason}",
                "Use letters, digits, '-', '_' and '.', beginning with a letter, as in etcd-node-1");
        }
    }

    private static void CheckNumber(XenGuestConfig config, string file, string key, long least)
    {
        if (config.Get(key) is { } value && (!value.TryGetNumber(out var number) || number < least))
        {
            throw Invalid(config, file, key,
                $"{key} = {Printable.Of(value.ToString())} is not a number in range; xl would take its own default",
                "Write a whole number");
        }
    }

    private static void CheckVifs(XenGuestConfig config, string file, IReadOnlyList<XenDomain> domains)
    {
        var seen = new HashSet<MacAddress>();
        foreach (var vif in config.Vifs)
        {
            if (vif.IgnoredOption is { } ignored)
            {
                throw Invalid(config, file, "vif",
                    $"'{Printable.Of(ignored)}=' has a blank before the '=': xl ignores the option, and the card gets a default in its place (another MAC address, the usual bridge)",
                    "Write vif options without blanks: mac=…,bridge=…");
            }
            if (vif.MacText is null)
            {
                continue;
            }
            if (!XlMacAddress.TryParse(vif.MacText, out var mac, out var reason))
            {
                throw new InvalidInputException(ErrorIds.MacAddressInvalid, file, config.PlaceOf("vif"),
                    $"'{Printable.Of(vif.MacText)}' is not a MAC address for a guest: {reason}",
                    $"Write it like {GuideDefaults.MacPrefix}:11");
            }
            if (!seen.Add(mac))
            {
                throw new ItemInUseException(ErrorIds.MacAddressInUse, file, config.PlaceOf("vif"), $"{mac} is there twice",
                    "Give each network card an address of its own");
            }
            if (domains.FirstOrDefault(domain => domain.MacAddresses.Any(text =>
                MacAddress.TryParse(text, out var other) && other == mac)) is { } user)
            {
                throw new ItemInUseException(ErrorIds.MacAddressInUse, file, config.PlaceOf("vif"),
                    $"{mac} is the address of the running guest {user.Name}", "Stop that guest, or give this one another address");
            }
        }
    }

    private static void CheckDisks(XenGuestConfig config, string file, GuestUses? uses)
    {
        var seen = new HashSet<string>();
        var devices = new HashSet<string>();
        foreach (var disk in config.Disks.Where(disk => disk.Target.Length > 0))
        {
            CheckTarget(config, file, disk);
            if (disk.Device.Length > 0 && !devices.Add(disk.Device))
            {
                throw Invalid(config, file, "disk", $"two disks are called {Printable.Of(disk.Device)}",
                    "Give each disk a device of its own: xvda, xvdb, …");
            }
            var identity = FileIdentity.TextOf(disk.Target);
            if (!seen.Add(identity))
            {
                throw new ItemInUseException(ErrorIds.DiskInUse, file, config.PlaceOf("disk"),
                    $"the image {Printable.Of(disk.Target)} is there twice", "Name each image once");
            }
            if (uses?.UserOf(disk.Target, writing: disk.IsReadOnly) is { } user)
            {
                throw new ItemInUseException(ErrorIds.DiskInUse, file, config.PlaceOf("disk"),
                    $"the image {Printable.Of(disk.Target)} is in use: {user}; two guests on one image destroy its file systems",
                    user.Remedy);
            }
            if (uses is not null && !disk.IsReadOnly && LoopDevice.Of(disk.Target) is { } loop)
            {
                throw new ItemInUseException(ErrorIds.DiskInUse, file, config.PlaceOf("disk"),
                    $"the image {Printable.Of(disk.Target)} is attached to {loop}",
                    $"Unmount what is mounted from it and run 'losetup -d {loop}'");
            }
        }
    }

    /// <summary>
    /// A disk of this host is there and is what the configuration calls it. Of others, their script or driver domain knows.
    /// </summary>
    private static void CheckTarget(XenGuestConfig config, string file, XenDisk disk)
    {
        if (!disk.IsLocal)
        {
            return;
        }
        if (FileStatus.TryRead(disk.Target) is not { } status)
        {
            throw new ItemNotFoundException(ErrorIds.ImageNotFound, file, config.PlaceOf("disk"),
                $"the disk image {Printable.Of(disk.Target)} does not exist",
                ForMissing(disk.Target));
        }
        if (status.IsDirectory)
        {
            throw Invalid(config, file, "disk", $"the disk {Printable.Of(disk.Target)} is a directory", "Name an image file");
        }
        // A guest may have written the beginning of a container to its raw disk. So the disk is refused, and not attached by that format.
        if (disk is { IsReadOnly: false, Format: "raw" } && status.IsRegularFile && DiskFormat.Find(disk.Target) is { } found)
        {
            throw Invalid(config, file, "disk",
                $"the disk {Printable.Of(disk.Target)} is a {found.Name} file and is attached as raw: the guest would write over the container",
                found.XlFormat is { } format
                ? $"Write format={format} in disk=, or {format} in place of raw" : "Convert it first: qemu-img convert -O raw");
        }
    }

    private static Remedy ForMissing(string disk)
    {
        if (!disk.EndsWith(XenDirLayout.ConfigDiskExtension, StringComparison.Ordinal))
        {
            return $"Make the node's disk ({RemedyActionKind.MakeNode}), or correct disk= in the configuration";
        }
        var node = $"{Path.GetFileName(Path.GetDirectoryName(disk))}/{Path.GetFileName(disk)[..^XenDirLayout.ConfigDiskExtension.Length]}";
        return $"A refresh of the node writes the disk with its config: {new RemedyAction(RemedyActionKind.Refresh, node)}";
    }

    private static InvalidInputException Invalid(XenGuestConfig config, string file, string key, string reason, string remedy) =>
        new(ErrorIds.GuestConfigInvalid, file, config.PlaceOf(key), reason, remedy);
}
