using XenKube.Ignition;

namespace XenKube.Clusters;

/// <summary>What a reset did to one node, after which its Ignition runs again at the next boot.</summary>
/// <param name="Node">The node.</param>
/// <param name="Steps">The steps that were taken, in order.</param>
/// <param name="Grub">The OEM partition's grub.cfg as it is now; null where it was not edited.</param>
/// <param name="Config">The config that was published; null where that step was not taken.</param>
/// <param name="Duration">How long it took in all.</param>
public sealed record IgnitionReset(Node Node, IReadOnlyList<IgnitionResetStepResult> Steps, OemGrubConfig? Grub, IgnitionConfig? Config,
    TimeSpan Duration)
{
    /// <summary>Name of the node.</summary>
    public string Name => Node.Name;

    /// <summary>Name of the node's cluster.</summary>
    public string Cluster => Node.Cluster;

    /// <summary>The node's XENDIR.</summary>
    public string XenDir => Node.XenDir;

    /// <summary>Where the guest fetches its config.</summary>
    public Uri IgnitionUri => Node.IgnitionUri;

    /// <summary>True where /etc/machine-id is gone now.</summary>
    public bool MachineIdRemoved => Has<MachineIdStep>();

    /// <summary>True where first_boot is there now.</summary>
    public bool FirstBoot => Has<FirstBootStep>();

    /// <summary>The image that the disk was made again from; null where the disk was kept.</summary>
    public string? RecreatedFrom { get; init; }

    /// <summary>What a person should know about the next boot, with what can be done.</summary>
    public IReadOnlyList<CheckResult> Notes { get; init; } = [];

    /// <summary>The names of the steps that changed something.</summary>
    public IReadOnlyList<string> ChangedSteps => [.. Steps.Where(result => result.Changed).Select(result => result.Step.Name)];

    /// <inheritdoc/>
    public override string ToString() => $"{Node}: {string.Join("; ", Steps)}";

    private bool Has<TStep>() => Steps.Any(result => result.Step is TStep);
}
