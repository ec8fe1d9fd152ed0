namespace XenKube.Clusters;

/// <summary>How a file is taken into the store of images.</summary>
public sealed record ImageImport
{
    /// <summary>The file with the signature; null for the file's name with <c>.sig</c>, else <c>.asc</c>.</summary>
    public string? SignatureFile { get; init; }

    /// <summary>The release that the image has to be, such as <c>4593.2.5</c>; needed where the image does not say. Null for what it says.
    /// </summary>
    public string? Version { get; init; }

    /// <summary>What comes before the version in the store, such as <c>flatcar-arm64</c>; null for the distribution's name.</summary>
    public string? Name { get; init; }

    /// <summary>True to take the image unproven.</summary>
    public bool SkipVerification { get; init; }

    /// <summary>True to replace another image of the same name and version.</summary>
    public bool Force { get; init; }
}
