using XenKube.Ignition.Butane;
using XenKube.Ignition.ContainerLinux.Releases;
using XenKube.Ignition.Languages;
using XenKube.Ignition.Rules;
using XenKube.Ignition.Syntax;
using XenKube.Ignition.Validation;

namespace XenKube.Ignition.Decompiling;

/// <summary>A language and its version, as the target of decompiling.</summary>
/// <param name="Dialect">The language and its version, such as <c>clc 0.5.0</c> or <c>flatcar 1.1.0</c>.</param>
/// <param name="Spec">The Ignition spec that it is written to.</param>
/// <param name="Options">How a document of it is transpiled.</param>
/// <param name="Butane">Its version of Butane; null for a Container Linux Config.</param>
internal sealed record DecompilerTarget(string Dialect, IgnitionSpec Spec, TranspileOptions Options, ButaneVersion? Butane)
{
    /// <summary>The name of the language of generation 2.</summary>
    public const string ClcVariant = "clc";

    /// <summary>
    /// The variants that a document can be written in. OpenShift's are not among them: a MachineConfig has a name and labels, which
    /// Ignition JSON does not have.
    /// </summary>
    public static IReadOnlyList<string> Variants { get; } =
        [ClcVariant, .. ButaneVersion.All.Where(version => version.Machine is null).Select(version => version.Variant).Distinct()];

    /// <summary>The variants that are tried where none is asked for.</summary>
    private static readonly string[] Usual = ["flatcar", "fcos"];

    /// <summary>
    /// The targets for a version of Ignition, the best first: those that write this version; those of the next ones; the newest older ones.
    /// </summary>
    /// <param name="version">The version that the JSON declares.</param>
    /// <param name="variant">The variant asked for; null for the usual ones.</param>
    /// <exception cref="InvalidInputException">The variant is not known, or is one of the other generation.</exception>
    /// <exception cref="UnsupportedFeatureException">The version is not known.</exception>
    public static IReadOnlyList<DecompilerTarget> For(string version, string? variant)
    {
        if (variant is not null && !Variants.Contains(variant))
        {
            throw new InvalidInputException(
                ErrorIds.DialectUnknown,
                null,
                null,
                $"there is no variant {Printable.Of(variant, 64)}",
                $"Use one of {string.Join(", ", Variants)}");
        }
        if (GoSemver.Parse(version, out _) is not { Major: 2 or 3 } number || !IsKnown(number, version))
        {
            throw new UnsupportedFeatureException(
                null, null, $"decompiling Ignition {Printable.Of(version, 64)}", $"The versions are {IgnitionVersions.List}");
        }
        var wanted = new IgnitionSpec((int)number.Major, (int)number.Minor);
        if (variant is not null && (variant == ClcVariant) != (wanted.Major == 2))
        {
            throw new InvalidInputException(
                ErrorIds.DialectUnknown,
                null,
                null,
                $"Ignition {version} cannot be written as {variant}",
                wanted.Major == 2 ? $"Use {ClcVariant}" : $"Use one of {string.Join(", ", Variants.Skip(1))}");
        }
        var targets = wanted.Major == 2 ? OfClc() : OfButane(variant);
        return
        [
            .. targets.OrderBy(target => target.Spec.IsExperimental && !version.StartsWith($"{target.Spec}", StringComparison.Ordinal))
                .ThenBy(target => Distance(target.Spec, wanted)),
        ];
    }

    /// <summary>Steps up cost less than steps down, which may lose something.</summary>
    private static int Distance(IgnitionSpec spec, IgnitionSpec wanted) =>
        spec.Minor >= wanted.Minor ? spec.Minor - wanted.Minor : 100 + wanted.Minor - spec.Minor;

    /// <summary>Experimental versions that became stable are read as those.</summary>
    private static bool IsKnown(GoSemver number, string version) =>
        IgnitionVersions.Names.Contains(version)
        || IgnitionVersions.Names.Contains($"{number.Major}.{number.Minor}.0")
        || IgnitionVersions.Names.Contains($"{number.Major}.{number.Minor}.0-experimental");

    private static IEnumerable<DecompilerTarget> OfClc() => ClcRelease.All.Select(release => new DecompilerTarget(
        release.ToString(), release.Spec, new TranspileOptions { Release = release.Version, Dialect = ClcVariant }, null));

    /// <summary>Of versions of a variant that write the same spec, the newest; of variants, the one named first.</summary>
    private static IEnumerable<DecompilerTarget> OfButane(string? variant) =>
        (variant is null ? Usual : [variant]).SelectMany(name => ButaneVersion.All
            .Where(version => version.Variant == name && version.Last is null)
            .GroupBy(version => version.Spec)
            .Select(group => group.Last())
            .Select(version => new DecompilerTarget(
                version.ToString(), version.Spec, new TranspileOptions { Dialect = "butane" }, version)));
}
