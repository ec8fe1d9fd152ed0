using XenKube.Disks;

namespace XenKube.Booting;

/// <summary>
/// What a disk boots next, and why: the choice of the guest's own boot loader, made by reading alone. Nothing is written by making a
/// plan, not even the try that a boot would take.
/// </summary>
public sealed record BootPlan
{
    /// <summary>The disk image.</summary>
    public required string DiskPath { get; init; }

    /// <summary>By which rules the disk boots.</summary>
    public BootRules Rules { get; init; }

    /// <summary>The label of the USR partition that is booted, such as <c>USR-A</c>; null where the rules have no slots.</summary>
    public string? Slot { get; init; }

    /// <summary>The menu entry: its id, or its title.</summary>
    public string Entry { get; init; } = "";

    /// <summary>The label of the partition with the kernel.</summary>
    public string KernelPartition { get; init; } = "";

    /// <summary>The kernel's path on that partition; empty where there is none to boot.</summary>
    public string KernelPath { get; init; } = "";

    /// <summary>The paths of the initial file systems in memory; none where they are in the kernel file.</summary>
    public IReadOnlyList<string> InitrdPaths { get; init; } = [];

    /// <summary>The version of the kernel; empty where the file does not say it.</summary>
    public string KernelVersion { get; init; } = "";

    /// <summary>
    /// How the kernel is compressed: <c>zstd</c>, <c>xz</c>, <c>gzip</c>, … or <c>none</c>; empty where no kernel was found.
    /// </summary>
    public string Compression { get; init; } = "";

    /// <summary>The command line, an argument each with its origin.</summary>
    public IReadOnlyList<BootArgument> Arguments { get; init; } = [];

    /// <summary>The whole command line.</summary>
    public string CommandLine => string.Join(' ', Arguments);

    /// <summary>Whether Ignition will run.</summary>
    public bool WillIgnite { get; init; }

    /// <summary>Tries of the slot before the boot; null where nothing counts tries.</summary>
    public int? Tries { get; init; }

    /// <summary>Tries of the slot after the boot; null where nothing counts tries.</summary>
    public int? TriesAfter { get; init; }

    /// <summary>
    /// Whether the kernel can run as the guest's type; null where its notes were not read.
    /// </summary>
    public bool? CanRun { get; init; }

    /// <summary>Why the disk would not boot, without a final stop; null where it would.</summary>
    public string? Problem { get; init; }

    /// <summary>What to do about the problem; empty where nothing is known, or there is no problem.</summary>
    public string Advice { get; init; } = "";

    /// <summary>What a person should know though the disk boots, such as a slot that was passed over.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>True where nothing is known that keeps the disk from booting.</summary>
    public bool IsBootable => Problem is null;

    /// <summary>Makes the plan of a disk.</summary>
    /// <param name="diskPath">The disk image; it may belong to a running guest.</param>
    /// <param name="options">How it should be booted; null for the usual.</param>
    /// <exception cref="ItemNotFoundException">There is no such image.</exception>
    /// <exception cref="CorruptImageException">The image has no usable partition table.</exception>
    public static BootPlan Make(string diskPath, BootPlanOptions? options = null) =>
        ImageReader.ReadOnce(diskPath, disk => new BootPlanner(disk, options ?? new BootPlanOptions()).Make());

    /// <inheritdoc/>
    public override string ToString() => IsBootable ? $"{Slot ?? Entry}, kernel {KernelVersion}" : Problem!;
}
