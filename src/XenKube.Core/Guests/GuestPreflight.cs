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
    public static void Check(XenGuestConfig config, IReadOnlyList<XenDomain> domains)
    {
        var file = config.Path ?? "";
        CheckName(config, file);
        CheckNumber(config, file, "memory", 1);
        CheckNumber(config, file, "maxmem", 1);
        CheckNumber(config, file, "vcpus", 1);
        CheckNumber(config, file, "maxvcpus", 1);
        if (config.Kernel is null && config.BootLoader is null && config.Type != GuestType.HVM)
        {
            throw Invalid(config, file, "bootloader", "neither a boot loader nor a kernel is given", "Add bootloader = \"pygrub\", as the guide has it");
        }
        if (domains.FirstOrDefault(domain => domain.Name == config.Name) is { } running)
        {
            throw new ItemInUseException(ErrorIds.GuestNameInUse, file, null, string.Create(CultureInfo.InvariantCulture, $"the domain {running.Name} runs already, as number {running.Id} ({running.State})"), "Stop that guest first, or give this one another name");
        }
        CheckVifs(config, file, domains);
        CheckDisks(config, file, domains);
    }

    private static void CheckName(XenGuestConfig config, string file)
    {
        if (config.Name is null)
        {
            throw Invalid(config, file, "name", "the guest has no name", "Add name = \"CLUSTER-NODE\"");
        }
        if (GuestName.Refusal(config.Name) is { } reason)
        {
            throw new InvalidInputException(ErrorIds.GuestNameInvalid, file, config.PlaceOf("name"), $"'{Printable.Of(config.Name)}' cannot be a guest's name: {reason}", "Use letters, digits, '-', '_' and '.', beginning with a letter, as in etcd-node-1");
        }
    }

    private static void CheckNumber(XenGuestConfig config, string file, string key, long least)
    {
        if (config.Get(key) is { } value && (!value.TryGetNumber(out var number) || number < least))
        {
            throw Invalid(config, file, key, $"{key} = {Printable.Of(value.ToString())} is not a number in range; xl would take its own default", "Write a whole number");
        }
    }

    private static void CheckVifs(XenGuestConfig config, string file, IReadOnlyList<XenDomain> domains)
    {
        var seen = new HashSet<MacAddress>();
        foreach (var vif in config.Vifs)
        {
            if (vif.MacText is null)
            {
                continue;
            }
            if (!MacAddress.TryParse(vif.MacText, out var mac, out var reason))
            {
                throw new InvalidInputException(ErrorIds.MacAddressInvalid, file, config.PlaceOf("vif"), $"'{Printable.Of(vif.MacText)}' is not a MAC address for a guest: {reason}; xl would make up another one", $"Write it like {GuideDefaults.MacPrefix}:11");
            }
            if (!seen.Add(mac))
            {
                throw new ItemInUseException(ErrorIds.MacAddressInUse, file, config.PlaceOf("vif"), $"{mac} is there twice", "Give each network card an address of its own");
            }
            if (domains.FirstOrDefault(domain => domain.MacAddresses.Any(text => MacAddress.TryParse(text, out var other) && other == mac)) is { } user)
            {
                throw new ItemInUseException(ErrorIds.MacAddressInUse, file, config.PlaceOf("vif"), $"{mac} is the address of the running guest {user.Name}", "Stop that guest, or give this one another address");
            }
        }
    }

    private static void CheckDisks(XenGuestConfig config, string file, IReadOnlyList<XenDomain> domains)
    {
        var seen = new HashSet<string>();
        var devices = new HashSet<string>();
        foreach (var disk in config.Disks.Where(disk => disk.Target.Length > 0))
        {
            if (FileStatus.Of(disk.Target) is not { } status)
            {
                throw new ItemNotFoundException(ErrorIds.ImageNotFound, file, config.PlaceOf("disk"), $"the disk image {Printable.Of(disk.Target)} does not exist", $"Make the node's disk ({RemedyActionKind.MakeNode}), or correct disk= in the configuration");
            }
            if (status.IsDirectory)
            {
                throw Invalid(config, file, "disk", $"the disk {Printable.Of(disk.Target)} is a directory", "Name an image file");
            }
            if (disk.Device.Length > 0 && !devices.Add(disk.Device))
            {
                throw Invalid(config, file, "disk", $"two disks are called {Printable.Of(disk.Device)}", "Give each disk a device of its own: xvda, xvdb, …");
            }
            var identity = FileIdentity.TextOf(disk.Target);
            if (!seen.Add(identity))
            {
                throw new ItemInUseException(ErrorIds.DiskInUse, file, config.PlaceOf("disk"), $"the image {Printable.Of(disk.Target)} is there twice", "Name each image once");
            }
            if (domains.FirstOrDefault(domain => (disk.IsReadOnly ? domain.WritableDisks : domain.Disks).Any(path => FileIdentity.TextOf(path) == identity)) is { } user)
            {
                throw new ItemInUseException(ErrorIds.DiskInUse, file, config.PlaceOf("disk"), $"the image {Printable.Of(disk.Target)} is in use by the running guest {(user.Name.Length > 0 ? user.Name : "that is being removed")}; two guests on one image destroy its file systems", "Stop that guest first");
            }
            if (!disk.IsReadOnly && LoopDevice.Of(disk.Target) is { } loop)
            {
                throw new ItemInUseException(ErrorIds.DiskInUse, file, config.PlaceOf("disk"), $"the image {Printable.Of(disk.Target)} is attached to {loop}", $"Unmount what is mounted from it and run 'losetup -d {loop}'");
            }
        }
    }

    private static InvalidInputException Invalid(XenGuestConfig config, string file, string key, string reason, string remedy) =>
        new(ErrorIds.GuestConfigInvalid, file, config.PlaceOf(key), reason, remedy);
}
