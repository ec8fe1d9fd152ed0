using XenKube.Ignition.Rules;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Butane;

/// <summary>
/// One version of Butane: which Ignition it is written to and what the variant adds or refuses. A new version is a line in this
/// table and, where Ignition grew, in <see cref="ButaneTypes"/>.
/// </summary>
/// <remarks>Held against Butane 0.19.0.</remarks>
/// <param name="Variant">The document's <c>variant</c>.</param>
/// <param name="Version">The document's <c>version</c>.</param>
/// <param name="Spec">The Ignition spec written.</param>
internal sealed record ButaneVersion(string Variant, string Version, IgnitionSpec Spec)
{
    private const string RemovedRhcos =
        "rhcos variant has been removed; use openshift variant instead: https://coreos.github.io/butane/upgrading-openshift/";

    /// <summary>All versions known.</summary>
    public static IReadOnlyList<ButaneVersion> All { get; } =
    [
        new("fcos", "1.0.0", IgnitionSpec.V3_0) { ChecksReservedLabels = true },
        new("fcos", "1.1.0", IgnitionSpec.V3_1) { ChecksReservedLabels = true },
        new("fcos", "1.2.0", IgnitionSpec.V3_2) { ChecksReservedLabels = true },
        new("fcos", "1.3.0", IgnitionSpec.V3_2) { ChecksReservedLabels = true, HasBootDevice = true },
        new("fcos", "1.4.0", IgnitionSpec.V3_3) { ChecksReservedLabels = true, HasBootDevice = true },
        new("fcos", "1.5.0", IgnitionSpec.V3_4) { ChecksReservedLabels = true, HasBootDevice = true, HasGrub = true },
        new("flatcar", "1.0.0", IgnitionSpec.V3_3) { RefusesClevis = true },
        new("flatcar", "1.1.0", IgnitionSpec.V3_4) { RefusesClevis = true },
    ];

    /// <summary>Whether there is a <c>boot_device</c> section.</summary>
    public bool HasBootDevice { get; init; }

    /// <summary>Whether there is a <c>grub</c> section.</summary>
    public bool HasGrub { get; init; }

    /// <summary>Whether the guests cannot unlock volumes by clevis.</summary>
    public bool RefusesClevis { get; init; }

    /// <summary>Whether labels of the system's own partitions are expected on their numbers.</summary>
    public bool ChecksReservedLabels { get; init; }

    /// <summary>The name of the package of the types that all variants share, as the reference's messages have it.</summary>
    public string BasePackage => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"v0_{Spec.Minor + 1}");

    /// <summary>The name of the package of the variant's own types.</summary>
    public string VariantPackage => "v" + Version[..Version.LastIndexOf('.')].Replace('.', '_');

    /// <summary>The version of a document, or null with the reference's reason.</summary>
    public static ButaneVersion? Find(string variant, string version, out string? reason)
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
        var found = All.FirstOrDefault(known => known.Variant == variant && known.Version == text);
        reason = found is not null ? null
            : (variant, text) == ("rhcos", "0.1.0") ? RemovedRhcos
            : $"No translator exists for variant {variant} with version {text}";
        return found;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Variant} {Version}";
}
