namespace XenKube.Ignition.ContainerLinux;

/// <summary>A release of the Container Linux Config Transpiler, and what sets it apart.</summary>
/// <param name="Version">The release, such as <c>0.5.0</c>.</param>
/// <param name="IgnitionVersion">The Ignition version it writes.</param>
internal sealed record ClcRelease(string Version, string IgnitionVersion)
{
    /// <summary>The release of the guide, which images of 2017 understand.</summary>
    public static ClcRelease V050 { get; } = new("0.5.0", "2.1.0");

    /// <summary>The last release.</summary>
    public static ClcRelease V090 { get; } = new("0.9.0", "2.2.0");

    /// <summary>Whether it is the newer one: local files, default modes, explicit zeros.</summary>
    public bool IsNew => this == V090;

    /// <summary>The platforms that are known, in the order of the usage text.</summary>
    public IReadOnlyList<string> Platforms => IsNew ? [.. ClcPlatforms.Common, "custom"] : ClcPlatforms.Common;

    /// <summary>The release of that name.</summary>
    /// <exception cref="InvalidInputException">There is none.</exception>
    public static ClcRelease Find(string version) => version switch
    {
        "0.5.0" or "v0.5.0" => V050,
        "0.9.0" or "v0.9.0" => V090,
        _ => throw new InvalidInputException(
            "UnknownRelease", null, null, $"no release {version} of the Container Linux Config Transpiler is known", "Use 0.5.0 or 0.9.0"),
    };
}
