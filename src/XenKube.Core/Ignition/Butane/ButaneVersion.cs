using XenKube.Ignition.Rules;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Butane;

/// <summary>
/// One version of Butane: which Ignition it is written to and what the variant adds or refuses. A new version is a line in this
/// table and, where Ignition grew, in <see cref="ButaneTypes"/>.
/// </summary>
/// <param name="Variant">The document's <c>variant</c>.</param>
/// <param name="Version">The document's <c>version</c>.</param>
/// <param name="Spec">The Ignition spec written.</param>
/// <remarks>Held against Butane 0.19.0 and Butane 0.29.0.</remarks>
internal sealed record ButaneVersion(string Variant, string Version, IgnitionSpec Spec)
{
    private const string RemovedRhcos =
        "rhcos variant has been removed; use openshift variant instead: https://coreos.github.io/butane/upgrading-openshift/";

    /// <summary>The settings that guests of the edge variants cannot do.</summary>
    private static readonly Dictionary<string, string> EdgeLimits = new(StringComparer.Ordinal)
    {
        ["kernelArguments"] = "kernel argument customization is not supported in this spec version",
        ["storage.disks"] = "disk customization is not supported in this spec version",
        ["storage.filesystems"] = "filesystem customization is not supported in this spec version",
        ["storage.luks"] = "luks is not supported in this spec version",
        ["storage.raid"] = "raid is not supported in this spec version",
    };

    private static readonly Dictionary<string, string> NoClevis =
        new(StringComparer.Ordinal) { ["storage.luks.clevis"] = "clevis is not supported in this spec version" };

    private static readonly Dictionary<string, string> NoCex =
        new(StringComparer.Ordinal) { ["storage.luks.cex"] = "cex is not currently supported on the target platform" };

    /// <summary>The spec that was experimental in 0.19.0, and had nothing that the one before it had not.</summary>
    private static readonly IgnitionSpec Early = IgnitionSpec.V3_5 with { IsExperimental = true };

    /// <summary>All versions known.</summary>
    public static IReadOnlyList<ButaneVersion> All { get; } =
    [
        new("fcos", "1.0.0", IgnitionSpec.V3_0) { ChecksReservedLabels = true },
        new("fcos", "1.1.0", IgnitionSpec.V3_1) { ChecksReservedLabels = true },
        new("fcos", "1.2.0", IgnitionSpec.V3_2) { ChecksReservedLabels = true },
        new("fcos", "1.3.0", IgnitionSpec.V3_2) { ChecksReservedLabels = true, HasBootDevice = true },
        new("fcos", "1.4.0", IgnitionSpec.V3_3) { ChecksReservedLabels = true, HasBootDevice = true },
        new("fcos", "1.5.0", IgnitionSpec.V3_4) { ChecksReservedLabels = true, HasBootDevice = true, HasGrub = true },
        new("fcos", "1.6.0-experimental", Early)
            { ChecksReservedLabels = true, HasBootDevice = true, HasGrub = true, Last = ButaneRelease.V0190 },
        new("fcos", "1.6.0", IgnitionSpec.V3_5) { ChecksReservedLabels = true, HasBootDevice = true, HasGrub = true },
        new("fcos", "1.7.0", IgnitionSpec.V3_6) { ChecksReservedLabels = true, HasBootDevice = true, HasGrub = true },
        new("fcos", "1.8.0-experimental", IgnitionSpec.V3_7) { ChecksReservedLabels = true, HasBootDevice = true, HasGrub = true },
        new("flatcar", "1.0.0", IgnitionSpec.V3_3) { Refused = NoClevis },
        new("flatcar", "1.1.0", IgnitionSpec.V3_4) { Refused = NoClevis },
        new("flatcar", "1.2.0-experimental", Early) { Refused = NoClevis, Last = ButaneRelease.V0190 },
        new("flatcar", "1.2.0-experimental", IgnitionSpec.V3_7) { Refused = NoCex },
        new("r4e", "1.0.0", IgnitionSpec.V3_3) { Refused = EdgeLimits },
        new("r4e", "1.1.0", IgnitionSpec.V3_4) { Refused = EdgeLimits },
        new("r4e", "1.2.0-experimental", Early) { Refused = EdgeLimits, Last = ButaneRelease.V0190 },
        new("r4e", "1.2.0-experimental", IgnitionSpec.V3_7) { Refused = EdgeLimits },
        new("fiot", "1.0.0", IgnitionSpec.V3_4) { Refused = EdgeLimits, First = ButaneRelease.V0290 },
        new("fiot", "1.1.0-experimental", IgnitionSpec.V3_7) { Refused = EdgeLimits },
        .. Enumerable.Range(OpenShiftRelease.FirstMinor, OpenShiftRelease.LastMinor - OpenShiftRelease.FirstMinor + 1)
            .Select(minor => OpenShift(new OpenShiftRelease(minor))),
        OpenShift(OpenShiftRelease.Early),
    ];

    private readonly ButaneRelease? first;

    /// <summary>The first release that knows the version: with a spec that came after 0.19.0, a later one.</summary>
    public ButaneRelease First
    {
        get => first ?? Last ?? (Spec > IgnitionSpec.V3_4 ? ButaneRelease.V0290 : ButaneRelease.V0190);
        init => first = value;
    }

    /// <summary>The last release that knows the version, as that of an experimental one; null where all later ones do.</summary>
    public ButaneRelease? Last { get; init; }

    /// <summary>The spec whose fields the document can have.</summary>
    public IgnitionSpec Fields => Spec == Early ? IgnitionSpec.V3_4 : Spec;

    /// <summary>What OpenShift adds to Fedora CoreOS' config and refuses of it; null for all other variants.</summary>
    public OpenShiftRelease? Machine { get; init; }

    /// <summary>Whether there is a <c>boot_device</c> section.</summary>
    public bool HasBootDevice { get; init; }

    /// <summary>Whether there is a <c>grub</c> section.</summary>
    public bool HasGrub { get; init; }

    /// <summary>Whether labels of the system's own partitions are expected on their numbers.</summary>
    public bool ChecksReservedLabels { get; init; }

    /// <summary>Places of the Ignition config that must stay empty, each with the reason.</summary>
    public IReadOnlyDictionary<string, string> Refused { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The name of the package of the types that all variants share, as the reference's messages have it.</summary>
    public string BasePackage => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"v0_{Spec.Minor + 1}{(Spec.IsExperimental ? "_exp" : "")}");

    /// <summary>The name of the package of the variant's own types.</summary>
    public string VariantPackage => PackageOf(Machine?.FedoraVersion ?? Version);

    /// <summary>The name of the package of what OpenShift adds to the variant that it builds on.</summary>
    public string OuterPackage => PackageOf(Version);

    /// <summary>Whether a release knows the version.</summary>
    public bool IsOf(ButaneRelease release) => release.Knows(First) && Last?.Knows(release) != false;

    /// <summary>The version of a document, or null with the reference's reason.</summary>
    public static ButaneVersion? Find(string variant, string version, ButaneRelease release, out string? reason)
    {
        if (variant.Length == 0)
        {
            reason = "error parsing variant; must be specified";
            return null;
        }
        if (GoSemver.Parse(version, out _, checkIdentifiers: true) is not { } number)
        {
            reason = "error parsing version; must be a valid semver";
            return null;
        }
        var text = number.ToString();
        var found = All.FirstOrDefault(known => known.Variant == variant && known.Version == text && known.IsOf(release));
        reason = found is not null ? null
            : (variant, text) == ("rhcos", "0.1.0") ? RemovedRhcos
            : $"No translator exists for variant {variant} with version {text}";
        return found;
    }

    /// <summary>The versions of a variant that a release knows; for a variant that it does not know, all variants with theirs.</summary>
    public static string Known(string variant, ButaneRelease release)
    {
        var variants = All.Where(known => known.IsOf(release)).ToLookup(known => known.Variant, known => known.Version);
        return variants.Contains(variant)
            ? $"The versions of {variant} are {string.Join(", ", variants[variant])}"
            : "The variants and their versions are "
                + string.Join("; ", variants.Select(known => $"{known.Key} {string.Join(", ", known)}"));
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Variant} {Version}";

    private static ButaneVersion OpenShift(OpenShiftRelease machine) => new("openshift", machine.Version, machine.Spec)
    {
        Machine = machine,
        First = machine.Minor < 15 || machine.IsEarly ? ButaneRelease.V0190 : ButaneRelease.V0290,
        Last = machine.IsEarly ? ButaneRelease.V0190 : null,
        ChecksReservedLabels = true,
        HasBootDevice = true,
        HasGrub = machine.Spec >= IgnitionSpec.V3_4,
        Refused = machine.Refused,
    };

    private string PackageOf(string version)
    {
        var parts = version.Split('.');
        return $"v{parts[0]}_{parts[1]}{(Spec.IsExperimental ? "_exp" : "")}";
    }
}
