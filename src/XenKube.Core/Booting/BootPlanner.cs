using System.Text;
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
    private BootTarget? _target;

    /// <summary>Makes the plan.</summary>
    public BootPlan Make()
    {
        using var disk = new BootDisk(image, options);
        return Make(disk);
    }

    /// <summary>Makes the plan and loads what it boots. Nothing is written to the disk, also no try.</summary>
    /// <param name="target">Receives kernel and initrd.</param>
    public LoadedBoot Load(BootTarget target)
    {
        _target = target;
        using var disk = new BootDisk(image, options);
        var plan = Make(disk);
        return new LoadedBoot(plan, disk.Taken.Values);
    }

    private BootPlan Make(BootDisk disk)
    {
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
        if (choice.Kernel is not { } chosen)
        {
            return plan;
        }
        var loaded = Override(chosen);
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
        // The sum does not overflow: no file system here has files of more than 2^60 bytes.
        var initrdSize = 0L;
        foreach (var initrd in loaded.Initrds)
        {
            initrdSize += disk.SizeOf(initrd);
            if (!disk.Test('f', initrd.Device, initrd.Path))
            {
                return plan with { Problem = $"there is no initrd {Printable.Of(initrd.Path)} on {plan.KernelPartition}" };
            }
        }
        if (initrdSize > BootTarget.MaximumInitrd)
        {
            return plan with { Problem = $"the initrd has {initrdSize} bytes, {BootTarget.MaximumInitrd} are the most" };
        }
        try
        {
            return WithKernel(disk, plan, LinuxKernel.Read(file), loaded);
        }
        catch (XenKubeException e) when (e is CorruptImageException or UnsupportedFeatureException)
        {
            return plan with { Problem = $"{Printable.Of(plan.KernelPath)}: {e.Fault}" };
        }
    }

    // Files that the guest's configuration names are on the partition of the guest's own choice.
    private GrubKernel Override(GrubKernel chosen) => chosen with
    {
        Path = options.KernelPath is { } kernel ? chosen.Path with { Path = kernel } : chosen.Path,
        Initrds = options.InitrdPath is { } initrd ? [chosen.Path with { Path = initrd }] : chosen.Initrds,
    };

    private BootPlan WithKernel(BootDisk disk, BootPlan plan, LinuxKernel kernel, GrubKernel loaded)
    {
        var arguments = ArgumentsOf(loaded, kernel, plan.Rules);
        plan = plan with
        {
            KernelVersion = kernel.Version,
            Compression = CompressionFormats.NameOf(kernel.Format),
            Arguments = arguments,
            WillIgnite = arguments.Any(argument => FirstBoot.IsWanted(argument.Text)),
        };
        var mayBePv = options.GuestType == BootGuestType.Pv || options.IsGuestTypeOpen;
        var limit = Math.Min(mayBePv ? BootLimits.PvArguments : BootLimits.PvhArguments, kernel.ArgumentLimit);
        var length = Encoding.UTF8.GetByteCount(plan.CommandLine);
        if (length > limit)
        {
            return plan with
            {
                Problem = $"the command line has {length} characters, {limit} are the most that the guest takes",
                Advice = "Take arguments out of the guest's configuration or of the OEM partition's grub.cfg",
            };
        }
        return _target is null && !options.ReadNotes ? plan : WithNotes(disk, plan, kernel, loaded);
    }

    private BootPlan WithNotes(BootDisk disk, BootPlan plan, LinuxKernel kernel, GrubKernel loaded)
    {
        _target?.Clear();
        using var memory = _target is null ? new MemoryStream(kernel.UnpackedSize) : null;
        var unpacked = memory ?? _target!.Kernel;
        kernel.Unpack(unpacked);
        var notes = XenNotes.Read(unpacked);
        var isPv = options.GuestType == BootGuestType.Pv;
        var canRun = options.IsGuestTypeOpen ? notes.CanPv || notes.CanPvh : isPv ? notes.CanPv : notes.CanPvh;
        plan = plan with { CanRun = canRun };
        if (!canRun)
        {
            return plan with
            {
                Problem = options.IsGuestTypeOpen ? "this kernel has no notes for Xen: it can run neither as PV nor as PVH"
                    : isPv ? "this kernel cannot run as PV: it has no notes for it (CONFIG_XEN_PV)"
                    : "this kernel cannot run as PVH: it has no PHYS32_ENTRY note (CONFIG_XEN_PVH)",
                Advice = (isPv ? notes.CanPvh : notes.CanPv) ? $"Make the guest {(isPv ? "PVH" : "PV")}, which the kernel can run as" : "",
            };
        }
        foreach (var initrd in _target is null ? [] : loaded.Initrds)
        {
            disk.Append(initrd, _target!.Initrd);
        }
        return plan;
    }

    private List<BootArgument> ArgumentsOf(GrubKernel loaded, LinuxKernel kernel, BootRules rules)
    {
        var arguments = loaded.Arguments.SelectMany(word => word.Split())
            .Select(word => new BootArgument(word.ToString(), word.Pieces[0].Origin.ToString())).ToList();
        if (options.Platform is { } platform)
        {
            BootPlatform.Set(arguments, platform, rules);
        }
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
