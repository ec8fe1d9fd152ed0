using XenKube.Ignition.Generation3;

namespace XenKube.Ignition.Butane;

/// <summary>A release of Butane, and what sets it apart. Each has a release of Ignition built in.</summary>
/// <param name="Version">The release, such as <c>0.29.0</c>.</param>
/// <param name="Ignition">The release of Ignition that checks what is generated.</param>
/// <remarks>Held against Butane 0.19.0 and Butane 0.29.0.</remarks>
internal sealed record ButaneRelease(string Version, Generation3Release Ignition)
{
    /// <summary>Release 0.19.0 of 2023.</summary>
    public static ButaneRelease V0190 { get; } = new("0.19.0", Generation3Release.Ignition2162);

    /// <summary>Release 0.29.0 of 2026.</summary>
    public static ButaneRelease V0290 { get; } = new("0.29.0", Generation3Release.Ignition2260);

    /// <summary>All releases known, oldest first.</summary>
    public static IReadOnlyList<ButaneRelease> All { get; } = [V0190, V0290];

    /// <summary>Whether this is 0.29.0 or later: with further warnings, and checks of configs that are merged.</summary>
    public bool IsRecent => Ignition >= Generation3Release.Ignition2260;

    /// <summary>Whether the release knows what came with another one.</summary>
    public bool Knows(ButaneRelease other) => Ignition >= other.Ignition;

    /// <summary>The release of that name, such as <c>0.29</c>, <c>0.29.0</c> or <c>v0.29.0</c>; null if there is none.</summary>
    public static ButaneRelease? TryFind(string name) =>
        All.FirstOrDefault(release => name.TrimStart('v') is var number && (number == release.Version || number + ".0" == release.Version));

    /// <summary>The release of that name.</summary>
    /// <exception cref="InvalidInputException">There is none.</exception>
    public static ButaneRelease Find(string name) => TryFind(name) ?? throw new InvalidInputException(
        ErrorIds.TranspilerReleaseUnknown,
        null,
        null,
        $"no release {name} of Butane is known",
        $"Use {string.Join(" or ", All.Select(release => release.Version))}");
}
