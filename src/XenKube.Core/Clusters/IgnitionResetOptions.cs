namespace XenKube.Clusters;

/// <summary>How nodes are reset.</summary>
public sealed record IgnitionResetOptions
{
    /// <summary>The steps to take, in the order of the enumeration; empty for all of them.</summary>
    public IReadOnlyList<IgnitionResetStep> Steps { get; init; } = [];

    /// <summary>How many nodes are worked on at once, 1 or more.</summary>
    public int ThrottleLimit { get; init; } = Environment.ProcessorCount;

    /// <summary>Makes NODE.ct from its template even if it is newer.</summary>
    public bool ForceTemplate { get; init; }

    /// <summary>Where the guest fetches its config, in place of the node's own URL; null for that.</summary>
    public Uri? ConfigUri { get; init; }

    /// <summary>Kernel arguments to add beside the URL, or patterns of those on the line to keep.</summary>
    public IReadOnlyList<string> LinuxAppend { get; init; } = [];

    internal bool Includes(IgnitionResetStep step) => Steps.Count == 0 || Steps.Contains(step);

    internal bool TouchesDisk => Includes(IgnitionResetStep.Grub) || Includes(IgnitionResetStep.MachineId) || Includes(IgnitionResetStep.FirstBoot);
}
