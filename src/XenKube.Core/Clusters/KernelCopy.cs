using XenKube.Booting;
using XenKube.Devices;
using XenKube.Disks;
using XenKube.Files;
using XenKube.Guests;
using XenKube.Posix;

namespace XenKube.Clusters;

/// <summary>
/// Starts a guest without a boot loader: the kernel that its disk would boot is copied to dom0 before the start, and xl gets a
/// configuration with the copies. xl keeps that configuration at each reboot of the guest, so that an update inside the guest is not
/// followed.
/// </summary>
internal static class KernelCopy
{
    private const string KernelName = "kernel";
    private const string InitrdName = "initrd";
    private const string DirectoryEnding = ".boot";

    /// <summary>Keys that are for a boot loader, or that the copies replace.</summary>
    private static readonly string[] NotForCopies =
        ["bootloader", "bootloader_args", "bootloader_restrict", "bootloader_user", "ramdisk", "root", "extra"];

    /// <summary>Where the copies of a guest are: beside its configuration, with a name that is neither a node's nor a cluster's.</summary>
    /// <param name="configPath">The guest's configuration.</param>
    public static string DirectoryOf(string configPath) =>
        Path.Combine(Path.GetDirectoryName(Path.GetFullPath(configPath))!,
            "." + Path.GetFileNameWithoutExtension(configPath) + DirectoryEnding);

    /// <summary>Copies kernel and initrd, takes the try of the slot, and writes the configuration for xl.</summary>
    /// <param name="config">The guest's configuration.</param>
    /// <param name="device">Its first disk, held exclusively.</param>
    /// <param name="warn">Told what is different from a guest with a boot loader.</param>
    /// <returns>The configuration for xl.</returns>
    /// <exception cref="OperationFailedException">The disk would not boot (<c>BootFailed</c>), or the host has no room for the
    /// copies.</exception>
    public static XenGuestConfig Make(XenGuestConfig config, BlockDevice device, Action<string> warn)
    {
        if (config.Type == GuestType.HVM)
        {
            throw new InvalidInputException(ErrorIds.GuestConfigInvalid, config.Path, null,
                "an HVM guest boots from its disk by itself: no kernel can be copied for it",
                "Start it as it is, or make it a PVH guest");
        }
        var (boot, steps) = Load(config, device, out var kernel, out var initrd);
        foreach (var warning in boot.Warnings)
        {
            warn(warning);
        }
        var made = Write(config, boot, kernel, initrd);
        DiskWrite.Apply(device, steps);
        warn(boot.WillIgnite
            ? "the guest boots a copy of its kernel and ends at its first reboot: the copied command line would have Ignition run again; start the guest again then"
            : "the guest boots a copy of its kernel: at a reboot the same copy boots, and an update inside the guest is not followed until the guest is started in this way again");
        return made;
    }

    private static (BootPlan Plan, IReadOnlyList<IReadOnlyList<DiskWrite>> Steps) Load(XenGuestConfig config, BlockDevice device,
        out MemoryStream kernel, out MemoryStream initrd)
    {
        (kernel, initrd) = (new MemoryStream(), new MemoryStream());
        // The image is not closed: that would close the device, and let go of its lock.
        var image = DiskImage.Open(device);
        var loaded = new BootPlanner(image, NodeBoot.OptionsOf(config, new NodeBootPlanOptions())).Load(new BootTarget(kernel, initrd));
        if (!loaded.Plan.IsBootable)
        {
            throw new OperationFailedException(ErrorIds.BootFailed, device.Name, null, loaded.Plan.Problem!,
                loaded.Plan.Advice.Length > 0 ? loaded.Plan.Advice : null);
        }
        var attributes = loaded.Taken.Where(slot => slot.TriesAfter != slot.Tries)
            .ToDictionary(slot => slot.Partition.Number, slot => slot.AttributesAfter);
        return (loaded.Plan, attributes.Count == 0 ? [] : GptEdit.SetAttributes(device, attributes));
    }

    private static XenGuestConfig Write(XenGuestConfig config, BootPlan boot, MemoryStream kernel, MemoryStream initrd)
    {
        var directory = DirectoryOf(config.Path!);
        var made = NotForCopies.Aggregate(config, (changed, key) => changed.Without(key))
            .With("kernel", XenConfigValue.OfText(Path.Combine(directory, KernelName)))
            .With("cmdline", XenConfigValue.OfText(boot.CommandLine));
        if (initrd.Length > 0)
        {
            made = made.With("ramdisk", XenConfigValue.OfText(Path.Combine(directory, InitrdName)));
        }
        if (boot.WillIgnite)
        {
            made = made.With("on_reboot", XenConfigValue.OfText("destroy"));
        }
        try
        {
            HostFile.RemoveTree(directory);
            HostFile.MakeDirectory(directory, PrivateFile.OwnerOnlyDirectory);
            AtomicFile.Write(Path.Combine(directory, KernelName), kernel.GetBuffer().AsSpan(0, (int)kernel.Length), PrivateFile.OwnerOnly);
            if (initrd.Length > 0)
            {
                AtomicFile.Write(Path.Combine(directory, InitrdName), initrd.GetBuffer().AsSpan(0, (int)initrd.Length),
                    PrivateFile.OwnerOnly);
            }
            var path = Path.Combine(directory, Path.GetFileName(config.Path!));
            AtomicFile.Write(path, made.ToBytes(), PrivateFile.OwnerOnly);
            return XenGuestConfig.Read(path);
        }
        catch (Exception e) when (e.IsFileTrouble())
        {
            throw new OperationFailedException(ErrorIds.FileNotWritable, directory, null, e.FileReason(), SystemFailure.AdviceFor(e), e);
        }
    }
}
