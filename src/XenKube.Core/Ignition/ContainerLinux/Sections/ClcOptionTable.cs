using System.Globalization;
using XenKube.Ignition.ContainerLinux.Releases;
using XenKube.Ignition.Model;
using static XenKube.Ignition.Model.FieldTable;

namespace XenKube.Ignition.ContainerLinux.Sections;

/// <summary>Reads the tables of options, and has what the sections with options share: a version, which decides on the options.</summary>
internal static class ClcOptionTable
{
    /// <summary>
    /// The options of a table that a minor version knows; an item is <c>KEY[:KIND[:SINCE]]</c>, with the kinds <c>i</c> and <c>b</c>.
    /// </summary>
    public static IReadOnlyList<ConfigField> Read(string table, int minor, ClcRelease release)
    {
        var options = new List<ConfigField>();
        foreach (var item in table.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = item.Split(':');
            if (parts.Length > 2 && int.Parse(parts[2], CultureInfo.InvariantCulture) > minor)
            {
                continue;
            }
            var type = (parts.Length > 1 ? parts[1] : "") switch
            {
                "i" => ConfigType.Number,
                "b" => ConfigType.Flag,
                _ => ConfigType.Text,
            };
            options.Add(new ConfigField(parts[0], type, IsOptional: release.KeepsZeros));
        }
        return options;
    }

    /// <summary>The type of a section.</summary>
    /// <param name="name">The name of its type in messages.</param>
    /// <param name="commonName">The name in messages of what every version has.</param>
    /// <param name="common">The fields that every version has.</param>
    /// <param name="sets">The sets of options that there are.</param>
    /// <param name="choose">The set of a version, or of none; null where the version is not known.</param>
    /// <param name="rule">The rule about the section as a whole.</param>
    public static ConfigType Section(
        string name,
        string commonName,
        ConfigField[] common,
        IReadOnlyList<IReadOnlyList<ConfigField>> sets,
        Func<ClcVersion?, int?> choose,
        ConfigRule? rule = null)
    {
        ConfigType[] types = [];
        var refinement = new ConfigRefinement(
            commonName, common.Length, section => choose(VersionOf(section)) is { } set ? types[set] : null);
        types = [.. sets.Select(options => ConfigType.Object(name, [.. common, .. options]).Refined(refinement).Ruled(rule))];
        return ConfigType.Object(name, common).Refined(refinement).Ruled(rule);
    }

    /// <summary>The field <c>version</c>. What is not a version at all ends the run without a position.</summary>
    public static ConfigField Version(string typeName, Action<ClcVersion, FindingPlace> check)
    {
        var type = ConfigType.NamedText(typeName).Parsed("a version", text => ClcVersion.Parse(text, out var error) is null ? error : null);
        return Optional("version", type).Ruled((section, at) =>
        {
            if (VersionOf(section) is { } version)
            {
                check(version, at);
            }
        });
    }

    /// <summary>The version of a section; null if none was given.</summary>
    public static ClcVersion? VersionOf(ConfigValue section) =>
        section["version"].IsSet ? ClcVersion.Parse(section["version"].Text, out _) : null;

    /// <summary>The options of a section that were given, in the order of the arguments.</summary>
    public static IEnumerable<(string Argument, ConfigValue Value)> Given(ConfigValue section, ClcRelease release)
    {
        for (var i = section.Type.Refinement!.CommonFields; i < section.Type.Fields.Count; i++)
        {
            if (section.Touched(i) is { IsSet: true } value && (release.KeepsZeros || !value.IsZero()))
            {
                yield return (section.Type.Fields[i].Name.Replace('_', '-'), value);
            }
        }
    }
}
