using XenKube.Ignition.Generation2;
using XenKube.Ignition.Rules;

namespace XenKube.Ignition.ContainerLinux.Releases;

/// <summary>A release of the Container Linux Config Transpiler, <c>ct</c>, and what sets it apart.</summary>
/// <param name="Version">The release, such as <c>0.5.0</c>.</param>
/// <param name="Spec">The Ignition spec that it writes.</param>
/// <param name="Rules">The release of Ignition that checks what it writes.</param>
internal sealed record ClcRelease(string Version, IgnitionSpec Spec, Generation2Release Rules)
{
    /// <summary>The release of the guide, which images of 2017 understand.</summary>
    public static ClcRelease V050 { get; } = new("0.5.0", IgnitionSpec.V2_1, Generation2Release.InCt050)
    {
        NewestEtcdMinor = 2,
        RequiresRebootStrategy = true,
        EmptiesOutputFirst = true,
    };

    /// <summary>The last release.</summary>
    public static ClcRelease V090 { get; } = new("0.9.0", IgnitionSpec.V2_2, Generation2Release.InCt090)
    {
        NewestEtcdMinor = 3,
        KeepsZeros = true,
        HasLocalFiles = true,
        HasCustomPlatform = true,
        HasDefaultModes = true,
        EnablesMetadataKeys = true,
        ReportsBadUrls = true,
    };

    /// <summary>All releases known, oldest first.</summary>
    public static IReadOnlyList<ClcRelease> All { get; } = [V050, V090];

    /// <summary>The newest 3.x of etcd whose options are known.</summary>
    public int NewestEtcdMinor { get; private init; }

    /// <summary>Whether settings that are given as empty, zero or false are written, other than those that are not given.</summary>
    public bool KeepsZeros { get; private init; }

    /// <summary>Whether files can be read from a files directory, and only one source of contents be given.</summary>
    public bool HasLocalFiles { get; private init; }

    /// <summary>Whether there is the platform <c>custom</c>.</summary>
    public bool HasCustomPlatform { get; private init; }

    /// <summary>
    /// Whether a missing mode is warned about and set to 0644 or 0755, instead of left out, which Ignition takes for zero.
    /// </summary>
    public bool HasDefaultModes { get; private init; }

    /// <summary>Whether the unit that fetches keys by coreos-metadata is enabled where it gets a drop-in.</summary>
    public bool EnablesMetadataKeys { get; private init; }

    /// <summary>Whether the URL of a file that cannot be parsed is an error, instead of dropping the file without a word.</summary>
    public bool ReportsBadUrls { get; private init; }

    /// <summary>Whether locksmith needs a reboot strategy.</summary>
    public bool RequiresRebootStrategy { get; private init; }

    /// <summary>Whether the program empties its output before it looks at its input.</summary>
    public bool EmptiesOutputFirst { get; private init; }

    /// <summary>The platforms that are known, in the order of the usage text.</summary>
    public IReadOnlyList<string> Platforms => HasCustomPlatform ? [.. ClcPlatforms.Common, "custom"] : ClcPlatforms.Common;

    /// <summary>The release of that name, with or without a <c>v</c>; null if there is none.</summary>
    public static ClcRelease? TryFind(string version) =>
        All.FirstOrDefault(release => version == release.Version || version == "v" + release.Version);

    /// <summary>The release of that name.</summary>
    /// <exception cref="InvalidInputException">There is none.</exception>
    public static ClcRelease Find(string version) => TryFind(version) ?? throw new InvalidInputException(
        ErrorIds.TranspilerReleaseUnknown,
        null,
        null,
        $"no release {version} of the Container Linux Config Transpiler is known",
        $"Use {string.Join(" or ", All.Select(release => release.Version))}");

    /// <inheritdoc/>
    public override string ToString() => "clc " + Version;
}
