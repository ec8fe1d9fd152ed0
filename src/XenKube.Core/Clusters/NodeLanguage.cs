using XenKube.Ignition.Butane;
using XenKube.Ignition.Languages;
using XenKube.Ignition.Rules;
using XenKube.Images;

namespace XenKube.Clusters;

/// <summary>
/// The language of a node's config that does not name one: Container Linux' is a Container Linux Config, Flatcar's and Fedora CoreOS' are
/// Butane, in the newest version whose Ignition config the release on the node's disk takes.
/// </summary>
/// <param name="Distribution">Who made the node's disk.</param>
/// <param name="Variant">The variant of Butane; empty for a Container Linux Config.</param>
/// <param name="Version">The version of Butane; empty for a Container Linux Config.</param>
internal sealed record NodeLanguage(ImageDistribution Distribution, string Variant, string Version)
{
    /// <summary>The spec for a disk that does not name its release: all releases since 2023 take it.</summary>
    private static readonly IgnitionSpec Common = IgnitionSpec.V3_4;

    /// <summary>The language for a release.</summary>
    /// <param name="guest">What a disk holds.</param>
    /// <returns>The language; null where nothing is known about the disk.</returns>
    public static NodeLanguage? Of(GuestOfImage? guest)
    {
        if (guest?.Distribution is not { } distribution)
        {
            return null;
        }
        var variant = distribution switch
        {
            ImageDistribution.FedoraCoreOS => "fcos",
            ImageDistribution.Flatcar => "flatcar",
            _ => "",
        };
        var newest = ButaneVersion.All.LastOrDefault(version => version.Variant == variant && !version.Spec.IsExperimental
            && (guest.Version.Length > 0 || version.Spec <= Common) && guest.Refuses(3, version.Spec.ToString()) is null);
        // Flatcar before 3185 takes no config of Butane's.
        return new NodeLanguage(distribution, newest is null ? "" : variant, newest?.Version ?? "");
    }

    /// <summary>The options by which a config of the node is read.</summary>
    /// <param name="options">The options without the node.</param>
    /// <remarks>Flatcar still takes what Container Linux Configs become, and has been set up by them: these are told from Butane.</remarks>
    public TranspileOptions On(TranspileOptions options) => options with
    {
        DefaultVariant = Variant,
        DefaultVersion = Version,
        TakesContainerLinux = Distribution != ImageDistribution.FedoraCoreOS,
    };

    /// <summary>The language's name: <c>Butane flatcar 1.1.0</c>.</summary>
    public override string ToString() => Variant.Length == 0 ? "Container Linux Config" : $"Butane {Variant} {Version}";
}
