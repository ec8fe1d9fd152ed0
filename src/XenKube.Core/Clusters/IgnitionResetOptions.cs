namespace XenKube.Clusters;

/// <summary>How nodes are reset.</summary>
public sealed record IgnitionResetOptions
{
    /// <summary>The steps to take, in whatever order they are named; empty for all of them.</summary>
    public IReadOnlyList<IgnitionResetStep> Steps { get; init; } = [];

    /// <summary>How many nodes are worked on at once, 1 or more.</summary>
    public int ThrottleLimit { get; init; } = Environment.ProcessorCount;

    /// <summary>Makes NODE.ct from its template even if it is newer.</summary>
    public bool ForceTemplate { get; init; }

    /// <summary>Where the guest fetches its config, in place of the node's own URL; null for that.</summary>
    public Uri? ConfigUri { get; init; }

    /// <summary>Kernel arguments to add beside the URL, or patterns of those on the line to keep.</summary>
    public IReadOnlyList<string> LinuxAppend { get; init; } = [];

    /// <summary>How configs are transpiled, where it is to be other than the settings say.</summary>
    public NodeConfigOverrides Config { get; init; } = new();

    /// <summary>
    /// What Flatcar keeps when its next boot empties ROOT: absolute paths, or regular expressions (egrep) of them, none to keep nothing;
    /// null to leave ROOT as it is.
    /// </summary>
    public IReadOnlyList<string>? Keep { get; init; }

    /// <summary>How configs come to the guests from now on, which is remembered for each node; null for as it is.</summary>
    public ConfigSource? ConfigSource { get; init; }

    /// <summary>Makes the disks again before all else; null to keep them.</summary>
    public NodeRecreation? Recreation { get; init; }

    /// <summary>The steps that are taken, in their order. Where a guest is emptied, or its config comes in another
    /// way, more steps are needed than are named.</summary>
    public IEnumerable<IgnitionResetStep> ChosenSteps =>
        IgnitionResetStep.Choose(Recreation is null ? Steps : [],
        [
            .. Keep is null ? Array.Empty<IgnitionResetStep>() : [new CleanStep(), new FirstBootStep()],
            .. ConfigSource is null ? Array.Empty<IgnitionResetStep>() : [new GrubStep(), new PublishStep()],
        ]);
}
