using XenKube.Ignition.Model;
using XenKube.Ignition.Rules;

namespace XenKube.Ignition.Butane;

/// <summary>Butane's own rules about a document, before it is translated.</summary>
/// <remarks>Held against Butane 0.19.0 and Butane 0.29.0.</remarks>
internal sealed class ButaneRules(ButaneVersion version)
{
    private const string OneSource = "only one of the following can be set: inline, local, source";
    private static readonly string[] Sources = ["local", "inline", "source"];

    /// <summary>The contents of a file where there are no local files yet.</summary>
    public static void Contents(ConfigValue contents, FindingPlace at) =>
        at.Error("inline", contents["inline"].IsSet && contents["source"].IsSet ? OneSource : null);

    /// <summary>Something that is fetched, read from a local file or given in place.</summary>
    public static void Resource(ConfigValue resource, FindingPlace at) => CheckSources(resource, at);

    /// <summary>Whether no more than one source is given.</summary>
    public static bool CheckSources(ConfigValue resource, FindingPlace at)
    {
        var given = Array.FindAll(Sources, name => resource[name].IsSet);
        if (given.Length > 1)
        {
            at.Error(given[^1], OneSource);
        }
        return given.Length < 2;
    }

    /// <summary>One file.</summary>
    public static void File(ConfigValue file, FindingPlace at) => CheckMode(file["mode"], isDirectory: false, at);

    /// <summary>One directory.</summary>
    public static void Directory(ConfigValue directory, FindingPlace at) => CheckMode(directory["mode"], isDirectory: true, at);

    /// <summary>One file system: what its mount unit needs.</summary>
    public void Filesystem(ConfigValue filesystem, FindingPlace at)
    {
        if (!filesystem["with_mount_unit"].Flag)
        {
            return;
        }
        var noPath = filesystem["path"].HasText ? null : "path is required if with_mount_unit is true and format is not swap";
        var noFormat = filesystem["format"].HasText ? null : "format is required if with_mount_unit is true";
        if (version.Spec < IgnitionSpec.V3_3)
        {
            // Swap units came with Ignition 3.3.0.
            at.Error("path", noPath);
            at.Error("format", noFormat);
            return;
        }
        at.Error("format", noFormat);
        at.Error("path", noFormat is null && filesystem["format"].Text != "swap" ? noPath : null);
    }

    /// <summary>One tree of local files.</summary>
    public static void Tree(ConfigValue tree, FindingPlace at) => at.Error(tree["local"].Text.Length == 0 ? "local is required" : null);

    /// <summary>A unit or drop-in whose contents can be in a local file.</summary>
    public static void LocalContents(ConfigValue unit, FindingPlace at) => at.Error(
        "contents_local",
        unit["contents"].IsSet && unit["contents_local"].IsSet ? "only one of the following can be set: contents, contents_local" : null);

    /// <summary>One user of GRUB.</summary>
    public static void GrubUser(ConfigValue user, FindingPlace at)
    {
        at.Error("name", user["name"].Text.Length == 0 ? "field \"name\" is required" : null);
        at.Error("password_hash", user["password_hash"].HasText ? null : "field \"password_hash\" is required");
    }

    private static void CheckMode(ConfigValue mode, bool isDirectory, FindingPlace at) => at.Warning(
        "mode",
        mode.IsSet && FileModeSense.LooksDecimal(mode.Number, isDirectory)
            ? "unreasonable mode would be reasonable if specified in octal; remember to add a leading zero"
            : null);
}
