using XenKube.Booting.Grub;
using XenKube.Booting.Kernels;
using XenKube.Compression.Detection;
using XenKube.Disks;

namespace XenKube.Booting;

/// <summary>Makes the plan of one disk.</summary>
/// <param name="image">The disk.</param>
/// <param name="options">How it should be booted.</param>
internal sealed class BootPlanner(DiskImage image, BootPlanOptions options)
{
    private readonly BootPlan _empty = new() { DiskPath = image.Path };

    /// <summary>Makes the plan.</summary>
    public BootPlan Make()
    {
        using var disk = new BootDisk(image, options);
        try
        {
            var system = BootSystem.Find(disk.Partitions, disk.Open);
            switch (system.Rules)
            {
                case BootRules.Slots:
                    return MakeFromSlots(disk, system.Partition!, system.Distribution);
                case BootRules.Entries:
                    return Finish(disk, new EntryBoot(disk, system.Partition!, options).Choose());
                default:
                    break;
            }
        }
        catch (XenKubeException e) when (e is CorruptImageException or UnsupportedFeatureException)
        {
            return _empty with { Problem = e.Place is null ? e.Reason : $"{e.Place}: {e.Reason}", Warnings = disk.Warnings };
        }
        return _empty with
        {
            Problem = "the disk has neither /coreos or /flatcar on EFI-SYSTEM nor boot entries on a partition 'boot'",
            Advice = "pygrub may know how to boot the image",
            Warnings = disk.Warnings,
        };
    }

    // As GRUB's fallback entries: a slot whose kernel cannot be loaded is passed over.
    private BootPlan MakeFromSlots(BootDisk disk, DiskPartition system, string distribution)
    {
        BootPlan? first = null;
        while (true)
        {
            var plan = Finish(disk, new SlotBoot(disk, system, distribution, options).Choose());
            first ??= plan;
            if (plan.IsBootable)
            {
                return plan;
            }
            if (disk.Slot is null || options.Slot is not null)
            {
                // The first slot is the one that a person has to look at.
                return first with { Warnings = disk.Warnings };
            }
            disk.Warnings.Add($"{disk.Slot.Partition.Label} is passed over: {plan.Problem}");
            disk.ExcludeSlot();
        }
    }

    private BootPlan Finish(BootDisk disk, BootChoice choice)
    {
        var plan = _empty with
        {
            Rules = choice.Rules,
            Slot = disk.Slot?.Partition.Label,
            Entry = choice.Entry,
            Tries = disk.Slot?.Tries ?? choice.Tries,
            TriesAfter = disk.Slot?.TriesAfter ?? (choice.Tries is { } tries ? Math.Max(0, tries - 1) : null),
            Problem = choice.Problem,
            Advice = choice.Advice,
            Warnings = disk.Warnings,
        };
        if (choice.Kernel is not { } loaded)
        {
            return plan;
        }
        plan = plan with
        {
            KernelPartition = disk.PartitionOf(loaded.Path.Device)?.Label ?? loaded.Path.Device,
            KernelPath = loaded.Path.Path,
            InitrdPaths = [.. loaded.Initrds.Select(path => path.Path)],
        };
        if (disk.ReadFile(loaded.Path.Device, loaded.Path.Path, LinuxKernel.MaximumFileSize) is not { } file)
        {
            return plan with { Problem = $"there is no kernel {Printable.Of(plan.KernelPath)} on {plan.KernelPartition}" };
        }
        foreach (var initrd in loaded.Initrds)
        {
            if (!disk.Test('f', initrd.Device, initrd.Path))
            {
                return plan with { Problem = $"there is no initrd {Printable.Of(initrd.Path)} on {plan.KernelPartition}" };
            }
        }
        try
        {
            return WithKernel(plan, LinuxKernel.Read(file), loaded);
        }
        catch (XenKubeException e) when (e is CorruptImageException or UnsupportedFeatureException)
        {
            return plan with { Problem = $"{Printable.Of(plan.KernelPath)}: {e.Reason}" };
        }
    }

    private BootPlan WithKernel(BootPlan plan, LinuxKernel kernel, GrubKernel loaded)
    {
        var arguments = ArgumentsOf(loaded, kernel);
        plan = plan with
        {
            KernelVersion = kernel.Version,
            Compression = CompressionFormats.NameOf(kernel.Format),
            Arguments = arguments,
            WillIgnite = arguments.Any(argument => FirstBoot.IsWanted(argument.Text)),
        };
        var limit = Math.Min(options.GuestType == BootGuestType.Pv
            ? BootLimits.PvArguments : BootLimits.PvhArguments, kernel.ArgumentLimit);
        if (plan.CommandLine.Length > limit)
        {
            return plan with
            {
                Problem = $"the command line has {plan.CommandLine.Length} characters, {limit} are the most that the guest takes",
                Advice = "Take arguments out of the guest's configuration or of the OEM partition's grub.cfg",
            };
        }
        if (!options.ReadNotes)
        {
            return plan;
        }
        var notes = XenNotes.Read(kernel.Unpack());
        var isPv = options.GuestType == BootGuestType.Pv;
        plan = plan with { CanRun = isPv ? notes.CanPv : notes.CanPvh };
        return plan.CanRun == true ? plan : plan with
        {
            Problem = isPv ? "this kernel cannot run as PV: it has no notes for it (CONFIG_XEN_PV)"
                : "this kernel cannot run as PVH: it has no PHYS32_ENTRY note (CONFIG_XEN_PVH)",
            Advice = (isPv ? notes.CanPvh : notes.CanPv) ? $"Make the guest {(isPv ? "PVH" : "PV")}, which the kernel can run as" : "",
        };
    }

    private List<BootArgument> ArgumentsOf(GrubKernel loaded, LinuxKernel kernel)
    {
        var arguments = loaded.Arguments.SelectMany(word => word.Split())
            .Select(word => new BootArgument(word.ToString(), word.Pieces[0].Origin.ToString())).ToList();
        if (kernel.VerityHash is { } hash && !arguments.Any(argument =>
            argument.Text.StartsWith("verity.usrhash=", StringComparison.Ordinal)))
        {
            arguments.Add(new BootArgument($"verity.usrhash={hash}", "the kernel file, byte 64"));
        }
        if (arguments.Any(argument => FirstBoot.IsWanted(argument.Text))
            && arguments.Any(argument => argument.Text.StartsWith("root=", StringComparison.Ordinal)))
        {
            // systemd looks at the presets of the config's units though the root file system has a machine-id already. Fedora CoreOS names
            // root= only after its first boot (coreos-boot-edit).
            arguments.Add(new BootArgument(FirstBoot.Condition, "the first boot"));
        }
        arguments.AddRange(options.Arguments.Select(argument => new BootArgument(argument, "the guest's configuration")));
        return arguments;
    }
}
