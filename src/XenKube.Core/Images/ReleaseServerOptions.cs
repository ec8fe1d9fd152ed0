namespace XenKube.Images;

/// <summary>Which releases, from where.</summary>
public sealed record ReleaseServerOptions
{
    /// <summary>Who made the images.</summary>
    public ImageDistribution Distribution { get; init; }

    /// <summary>
    /// <c>stable</c>, <c>beta</c> or <c>alpha</c>, for Fedora CoreOS <c>stable</c>, <c>testing</c> or <c>next</c>; other names are handed
    /// on to the server as they are.
    /// </summary>
    public string Channel { get; init; } = "stable";

    /// <summary>The kind of machine: <c>amd64-usr</c> or <c>arm64-usr</c>.</summary>
    public string Board { get; init; } = "amd64-usr";

    /// <summary>
    /// The place that holds <c>BOARD/VERSION/IMAGE</c>: an <c>http(s)</c> or <c>file</c> URI or a directory.
    /// <c>{channel}</c> in it stands for the channel, and <c>{distribution}</c> for the <see cref="Prefix"/>. Null for the distribution's
    /// own server.
    /// </summary>
    public string? BaseUri { get; init; }

    /// <summary>
    /// The image's file name; null for the Xen image of Container Linux, and for Flatcar's image for all machines, which XenKube's boot
    /// loader starts. The metadata of Fedora CoreOS name its image.
    /// </summary>
    public string? ImageName { get; init; }

    /// <summary>The image's file name, the default filled in.</summary>
    public string EffectiveImageName => ImageName ?? Distribution switch
    {
        ImageDistribution.FedoraCoreOS => "metal.raw.xz",
        ImageDistribution.Flatcar => "flatcar_production_image.bin.bz2",
        _ => "coreos_production_xen_image.bin.bz2",
    };

    /// <summary>The start of file names: <c>coreos</c>, <c>flatcar</c> or <c>fedora-coreos</c>.</summary>
    public string Prefix => DistributionNames.FileNameOf(Distribution);

    /// <summary>Where releases are looked for, the default filled in.</summary>
    public string EffectiveBaseUri => (BaseUri ?? Distribution switch
    {
        ImageDistribution.FedoraCoreOS => FedoraStream.Server,
        ImageDistribution.Flatcar => "https://{channel}.release.flatcar-linux.net",
        _ => "https://{channel}.release.core-os.net",
    })
        .Replace("{channel}", Channel, StringComparison.Ordinal).Replace("{distribution}", Prefix, StringComparison.Ordinal);
}
