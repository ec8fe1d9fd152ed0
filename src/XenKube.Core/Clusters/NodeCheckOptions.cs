namespace XenKube.Clusters;

/// <summary>How thoroughly a node is checked.</summary>
public sealed record NodeCheckOptions
{
    /// <summary>False to leave the image's signature alone, which takes about a second for each 600 MB.</summary>
    public bool Signature { get; init; } = true;

    /// <summary>True to fetch the config as the guest would, which needs the bridge to be up.</summary>
    public bool Endpoint { get; init; }

    /// <summary>How the node's config is transpiled, to be compared with what is published; null for as the settings say.</summary>
    public NodeConfigOverrides? Config { get; init; }
}
