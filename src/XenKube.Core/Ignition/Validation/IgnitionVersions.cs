using XenKube.Ignition.Generation2;
using XenKube.Ignition.Generation3;
using XenKube.Ignition.Json;
using XenKube.Ignition.Model;
using XenKube.Ignition.Rules;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Validation;

/// <summary>The versions of Ignition configs and the types by which each is read.</summary>
internal static class IgnitionVersions
{
    /// <summary>The part of a config that holds its version.</summary>
    public static ConfigType Stub { get; } =
        ConfigType.Object(
            "versionStub", FieldTable.Of("Ignition", ConfigType.Object("struct { Version string }", FieldTable.Text("Version"))));

    /// <summary>The versions of generation 2, newest first, with the config by which each is read.</summary>
    public static IReadOnlyList<(GoSemver Version, ConfigType Config)> Generation2 { get; } =
    [
        (new GoSemver(2, 5, 0, "experimental"), Ignition2Types.Config(IgnitionSpec.V2_4)),
        (new GoSemver(2, 4, 0), Ignition2Types.Config(IgnitionSpec.V2_4)),
        (new GoSemver(2, 3, 0), Ignition2Types.Config(IgnitionSpec.V2_3)),
        (new GoSemver(2, 2, 0), Ignition2Types.Config(IgnitionSpec.V2_2)),
        (new GoSemver(2, 1, 0), Ignition2Types.Config(IgnitionSpec.V2_1)),
        (new GoSemver(2, 0, 0), Ignition20Types.Config20),
    ];

    /// <summary>Every version that is known, oldest first; that of 2014 is called 1.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "1",
        .. Generation2.Reverse().Select(known => known.Version.ToText()),
        .. Ignition3Types.Specs(Generation3Release.Ignition2260).Select(spec => spec.ToString()),
    ];

    /// <summary>The versions that a config can declare, for a sentence.</summary>
    public static string List { get; } = string.Join(", ", Names.Skip(1));

    /// <summary>The generation of a config: 2 or 3; 3 for one that does not say.</summary>
    public static int GenerationOf(JsonNode root, string version) =>
        GoSemver.Parse(version, out _) is { } number ? (number.Major <= 2 ? 2 : 3)
        : root.Member("ignitionVersion") is not null ? 2
        : 3;

    /// <summary>The version that a config declares; empty if it declares none.</summary>
    public static string Declared(JsonNode root) => ConfigReader.Read(root, Stub, out _)["Ignition"]["Version"].Text;

    /// <summary>The type by which a config is read; for a version that is not known, the newest of its generation.</summary>
    public static ConfigType TypeOf(JsonNode root, string version)
    {
        var number = GoSemver.Parse(version, out _);
        if (GenerationOf(root, version) == 2)
        {
            return number is null ? Ignition20Types.Config1
                : Generation2.FirstOrDefault(known => known.Version == number).Config ?? Generation2[0].Config;
        }
        const Generation3Release newest = Generation3Release.Ignition2260;
        var specs = Ignition3Types.Specs(newest);
        var spec = specs.Where(known => known.ToString() == version).DefaultIfEmpty(specs[^1]).First();
        return Ignition3Types.Config(spec, newest);
    }
}
