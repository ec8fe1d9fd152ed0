using XenKube.Ignition.Model;
using XenKube.Ignition.Rules;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Generation3;

/// <summary>The rules about files, directories, links, file systems and RAID arrays.</summary>
/// <remarks>Held against Ignition 2.16.2 and Ignition 2.26.0.</remarks>
internal sealed class StorageRules(IgnitionSpec spec, Generation3Release release)
{
    private const int ModeBits = 0xFFF;
    private const int SpecialModeBits = 0xE00;

    private static readonly (string Owner, string Name)[] OwnerFields =
        [("user", "id"), ("user", "name"), ("group", "id"), ("group", "name")];

    /// <summary>The rules over all of the storage section.</summary>
    public void Storage(ConfigValue storage, FindingPlace at)
    {
        var links = LinkPaths(storage);
        CheckThroughLinks(storage, "directories", "directory path includes link in config", links, at);
        CheckThroughLinks(storage, "files", "file path includes link in config", links, at);
        CheckLinks(storage, links, at);
        CheckFilesystemsOnDisks(storage, at);
    }

    /// <summary>One file, directory or link.</summary>
    public static void Node(ConfigValue node, FindingPlace at) => at.Error("path", NodePath.Validate(node["path"].Text));

    /// <summary>One directory.</summary>
    public void Directory(ConfigValue directory, FindingPlace at)
    {
        Node(directory, at);
        CheckMode(directory["mode"].Number, at);
    }

    /// <summary>One file.</summary>
    public void File(ConfigValue file, FindingPlace at)
    {
        Directory(file, at);
        at.Error(
            "overwrite",
            file["overwrite"].Flag && !file["contents"]["source"].IsSet ? "overwrite must be false if source is unspecified" : null);
    }

    /// <summary>The owner of a node.</summary>
    public static void Owner(ConfigValue owner, FindingPlace at) =>
        at.Error(owner["id"].IsSet && owner["name"].HasText ? "cannot set both id and name" : null);

    /// <summary>One device of a RAID array.</summary>
    public static void Device(ConfigValue device, FindingPlace at) => at.Error(NodePath.Validate(device.Text));

    /// <summary>One RAID array.</summary>
    public void Raid(ConfigValue raid, FindingPlace at)
    {
        var level = raid["level"].Text;
        at.Error(
            "level",
            level.Length == 0 && spec >= IgnitionSpec.V3_3 ? "raid level is required"
            : !RaidLevel.IsKnown(level) ? "unrecognized raid level"
            : RaidLevel.AllowsNoSpares(level) && raid["spares"].Number != 0 ? "spares unsupported for linear and raid0 arrays"
            : null);
        at.Error("devices", raid["devices"].Items.Count == 0 ? "raid devices required" : null);
    }

    /// <summary>One file system.</summary>
    public void Filesystem(ConfigValue filesystem, FindingPlace at)
    {
        var format = filesystem["format"].Text;
        var label = filesystem["label"];
        at.Error("path", filesystem["path"].HasText ? NodePath.Validate(filesystem["path"].Text) : null);
        at.Error("device", NodePath.Validate(filesystem["device"].Text));
        at.Error("format", FormatFault(filesystem, format));
        at.Error(
            "label",
            !label.HasText ? null
            : format.Length == 0 ? "filesystem must specify format if label is specified"
            : FileSystemLabel.Validate(format, label.Text));
    }

    private void CheckMode(Int128 mode, FindingPlace at)
    {
        at.Error("mode", mode < 0 || mode > ModeBits ? "illegal file mode" : null);
        var (first, warning) = release == Generation3Release.Ignition2162
            ? (IgnitionSpec.V3_4, "setuid/setgid/sticky bits are not supported in spec versions older than 3.4.0")
            : (IgnitionSpec.V3_6, "setuid/setgid/sticky bits are not supported or functional in spec versions older than 3.6.0");
        at.Warning("mode", spec < first && ((uint)(UInt128)mode & SpecialModeBits) != 0 ? warning : null);
    }

    private string? FormatFault(ConfigValue filesystem, string format)
    {
        if (format.Length == 0)
        {
            var hasOthers = filesystem["path"].HasText || filesystem["label"].HasText || filesystem["uuid"].HasText
                || filesystem["wipeFilesystem"].Flag || filesystem["mountOptions"].Items.Count > 0 || filesystem["options"].Items.Count > 0;
            return hasOthers
                ? "format cannot be empty when path, label, uuid, wipeFilesystem, options, or mountOptions is specified"
                : null;
        }
        return format is "ext4" or "btrfs" or "xfs" or "swap" or "vfat" || (format == "none" && spec >= IgnitionSpec.V3_3)
            ? null
            : "invalid filesystem format";
    }

    /// <summary>How many links there are at each path.</summary>
    private static Dictionary<string, int> LinkPaths(ConfigValue storage)
    {
        var links = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var link in storage["links"].Items)
        {
            var path = link["path"].Text;
            links[path] = links.GetValueOrDefault(path) + 1;
        }
        return links;
    }

    /// <summary>How many links the path leads through.</summary>
    private static int LinksOnTheWay(string path, Dictionary<string, int> links)
    {
        if (links.Count == 0)
        {
            return 0;
        }
        var lookup = links.GetAlternateLookup<ReadOnlySpan<char>>();
        var count = 0;
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            count += lookup.TryGetValue(path.AsSpan(0, slash), out var number) ? number : 0;
        }
        return count;
    }

    private static void CheckThroughLinks(ConfigValue storage, string list, string message, Dictionary<string, int> links, FindingPlace at)
    {
        var nodes = storage[list].Items;
        for (var i = 0; i < nodes.Count; i++)
        {
            for (var n = LinksOnTheWay(nodes[i]["path"].Text, links); n > 0; n--)
            {
                at.Field(list).Item(i).Error(message);
            }
        }
    }

    private void CheckLinks(ConfigValue storage, Dictionary<string, int> links, FindingPlace at)
    {
        var directories = storage["directories"].Items.Select(directory => directory["path"].Text)
            .ToLookup(text => text, StringComparer.Ordinal);
        var items = storage["links"].Items;
        for (var i = 0; i < items.Count; i++)
        {
            var link = items[i];
            var place = at.Field("links").Item(i);
            for (var n = LinksOnTheWay(link["path"].Text, links); n > 0; n--)
            {
                place.Error("link path includes link in config");
            }
            var target = link["target"].Text;
            if (spec >= IgnitionSpec.V3_3 && target.Length == 0)
            {
                place.Error("target", "link target is required");
                continue;
            }
            if (!link["hard"].Flag)
            {
                continue;
            }
            // The reference joins a relative target to the link itself, not to its folder.
            var absolute = GoPath.Clean(target);
            absolute = absolute.StartsWith('/') ? absolute : GoPath.Join(link["path"].Text, target);
            foreach (var _ in directories[absolute])
            {
                place.Error("hard link target is a directory");
            }
            foreach (var (owner, name) in OwnerFields)
            {
                place.Field(owner).Warning(name, link[owner][name].IsSet ? "user/group ignored for hard link" : null);
            }
        }
    }

    private static void CheckFilesystemsOnDisks(ConfigValue storage, FindingPlace at)
    {
        var disks = new Dictionary<string, ConfigValue>(StringComparer.Ordinal);
        foreach (var disk in storage["disks"].Items)
        {
            disks[disk["device"].Text] = disk;
        }
        var filesystems = storage["filesystems"].Items;
        for (var i = 0; i < filesystems.Count; i++)
        {
            if (disks.TryGetValue(filesystems[i]["device"].Text, out var disk))
            {
                at.Field("filesystems").Item(i).Warning(
                    "device",
                    disk["partitions"].Items.Count > 0 ? "filesystem overwrites partitioned device"
                    : !filesystems[i]["wipeFilesystem"].Flag && disk["wipeTable"].Flag
                        ? "device matches disk with wipeTable enabled; filesystem will be wiped"
                    : null);
            }
        }
    }
}
