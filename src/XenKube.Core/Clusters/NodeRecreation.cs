namespace XenKube.Clusters;

/// <summary>How disks of nodes are made again before they are reset: what is on them is lost, and the nodes keep their other files, and
/// with the guest configuration address and name.</summary>
public sealed record NodeRecreation
{
    /// <summary>A version in the store, or the path of a file; null for the image of the release that is on the disk now, or, where that
    /// is not in the store, the newest image of the same distribution.</summary>
    public string? Image { get; init; }

    /// <summary>True to take the image unproven.</summary>
    public bool SkipVerification { get; init; }
}
