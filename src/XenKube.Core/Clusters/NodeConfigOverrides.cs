using XenKube.Ignition.Languages;

namespace XenKube.Clusters;

/// <summary>How a node's config is transpiled, where it is to be other than the settings of XENDIR say.</summary>
public sealed record NodeConfigOverrides
{
    /// <summary>The platform whose metadata fill variables such as <c>{PRIVATE_IPV4}</c>; null for that of the settings.</summary>
    public string? Platform { get; init; }

    /// <summary>The directory of local files; null for that of the config.</summary>
    public string? FilesDirectory { get; init; }

    /// <summary>Whether warnings are fatal; null for as the settings say.</summary>
    public bool? Strict { get; init; }

    /// <summary>The options of a config: those of the settings, but for what is overridden here.</summary>
    /// <param name="settings">The options that the settings give.</param>
    /// <param name="configPath">The config, in whose directory local files are otherwise.</param>
    public TranspileOptions On(TranspileOptions settings, string configPath)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(configPath);
        return settings with
        {
            FilesDirectory = FilesDirectory ?? Path.GetDirectoryName(configPath)!,
            Platform = Platform ?? settings.Platform,
            Strict = Strict ?? settings.Strict,
        };
    }
}
