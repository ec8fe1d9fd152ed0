namespace XenKube.Images;

/// <summary>Which releases, from where.</summary>
public sealed record ReleaseServerOptions
{
    /// <summary>Who made the images.</summary>
    public ImageDistribution Distribution { get; init; }

    /// <summary><c>stable</c>, <c>beta</c> or <c>alpha</c>; other names are handed on to the server as they are.</summary>
    public string Channel { get; init; } = "stable";

    /// <summary>The kind of machine: <c>amd64-usr</c> or <c>arm64-usr</c>.</summary>
    public string Board { get; init; } = "amd64-usr";

    /// <summary>
    /// The place that holds <c>BOARD/VERSION/IMAGE</c>: an <c>http(s)</c> or <c>file</c> URI or a directory.
    /// <c>{channel}</c> in it stands for the channel. Null for the distribution's own server.
    /// </summary>
    public string? BaseUri { get; init; }

    /// <summary>The image's file name; null for the Xen image of the distribution.</summary>
    public string? ImageName { get; init; }

    /// <summary>The image's file name, the default filled in.</summary>
    public string EffectiveImageName => ImageName ?? $"{Prefix}_production_xen_image.bin.bz2";

    /// <summary>The start of file names: <c>coreos</c> or <c>flatcar</c>.</summary>
    public string Prefix => Distribution == ImageDistribution.Flatcar ? "flatcar" : "coreos";

    /// <summary>Where releases are looked for, the default filled in.</summary>
    public string EffectiveBaseUri => (BaseUri ?? (Distribution == ImageDistribution.Flatcar
        ? "https://{channel}.release.flatcar-linux.net" : "https://{channel}.release.core-os.net"))
        .Replace("{channel}", Channel, StringComparison.Ordinal);
}
