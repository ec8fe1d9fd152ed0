using XenKube.Ignition.Model;
using XenKube.Ignition.Rules;

namespace XenKube.Ignition.Validation.Generation3;

/// <summary>The rules about files, directories, links and file systems.</summary>
internal sealed class StorageRules(int spec, List<ConfigFinding> findings)
{
    /// <summary>The rules over all of the storage section.</summary>
    public void Check(ConfigValue storage, ConfigPath path)
    {
        var links = LinkPaths(storage);
        CheckThroughLinks(storage, "directories", "directory path includes link in config", links, path);
        CheckThroughLinks(storage, "files", "file path includes link in config", links, path);
        CheckLinks(storage, links, path);
        CheckFilesystemsOnDisks(storage, path);
    }

    /// <summary>One file, directory or link.</summary>
    public void CheckNode(ConfigValue node, ConfigPath path)
    {
        findings.AddError(path.Field("path"), NodePath.Validate(node["path"].Text));
        if (node.Type.Name == "Link")
        {
            return;
        }
        var mode = node["mode"];
        findings.AddError(path.Field("mode"), mode.Number < 0 || mode.Number > 0xFFF ? "illegal file mode" : null);
        if (spec < 34)
        {
            findings.AddWarning(
                path.Field("mode"),
                ((uint)(UInt128)mode.Number & 0xE00) != 0 ? "setuid/setgid/sticky bits are not supported in spec versions older than 3.4.0" : null);
        }
        if (node.Type.Name == "File")
        {
            findings.AddError(
                path.Field("overwrite"),
                node["overwrite"].Flag && !node["contents"]["source"].IsSet ? "overwrite must be false if source is unspecified" : null);
        }
    }

    /// <summary>One file system.</summary>
    public void CheckFilesystem(ConfigValue filesystem, ConfigPath path)
    {
        var format = filesystem["format"].Text;
        var label = filesystem["label"];
        findings.AddError(path.Field("path"), filesystem["path"].HasText ? NodePath.Validate(filesystem["path"].Text) : null);
        findings.AddError(path.Field("device"), NodePath.Validate(filesystem["device"].Text));
        findings.AddError(path.Field("format"), FormatFault(filesystem, format));
        findings.AddError(
            path.Field("label"),
            !label.HasText ? null
            : format.Length == 0 ? "filesystem must specify format if label is specified"
            : FileSystemLabel.Validate(format, label.Text));
    }

    private string? FormatFault(ConfigValue filesystem, string format)
    {
        if (format.Length == 0)
        {
            var hasOthers = filesystem["path"].HasText || filesystem["label"].HasText || filesystem["uuid"].HasText
                || filesystem["wipeFilesystem"].Flag || filesystem["mountOptions"].Items.Count > 0 || filesystem["options"].Items.Count > 0;
            return hasOthers ? "format cannot be empty when path, label, uuid, wipeFilesystem, options, or mountOptions is specified" : null;
        }
        return format is "ext4" or "btrfs" or "xfs" or "swap" or "vfat" || (format == "none" && spec >= 33) ? null : "invalid filesystem format";
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

    private void CheckThroughLinks(ConfigValue storage, string list, string message, Dictionary<string, int> links, ConfigPath path)
    {
        var nodes = storage[list].Items;
        for (var i = 0; i < nodes.Count; i++)
        {
            for (var n = LinksOnTheWay(nodes[i]["path"].Text, links); n > 0; n--)
            {
                findings.AddError(path.Field(list).Item(i), message);
            }
        }
    }

    private void CheckLinks(ConfigValue storage, Dictionary<string, int> links, ConfigPath path)
    {
        var directories = storage["directories"].Items.Select(directory => directory["path"].Text).ToLookup(text => text, StringComparer.Ordinal);
        var items = storage["links"].Items;
        for (var i = 0; i < items.Count; i++)
        {
            var link = items[i];
            var place = path.Field("links").Item(i);
            for (var n = LinksOnTheWay(link["path"].Text, links); n > 0; n--)
            {
                findings.AddError(place, "link path includes link in config");
            }
            var target = link["target"].Text;
            if (spec >= 33 && target.Length == 0)
            {
                findings.AddError(place.Field("target"), "link target is required");
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
                findings.AddError(place, "hard link target is a directory");
            }
            foreach (var (owner, name) in (ReadOnlySpan<(string, string)>)[("user", "id"), ("user", "name"), ("group", "id"), ("group", "name")])
            {
                findings.AddWarning(place.Field(owner).Field(name), link[owner][name].IsSet ? "user/group ignored for hard link" : null);
            }
        }
    }

    private void CheckFilesystemsOnDisks(ConfigValue storage, ConfigPath path)
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
                findings.AddWarning(
                    path.Field("filesystems").Item(i).Field("device"),
                    disk["partitions"].Items.Count > 0 ? "filesystem overwrites partitioned device"
                    : !filesystems[i]["wipeFilesystem"].Flag && disk["wipeTable"].Flag ? "device matches disk with wipeTable enabled; filesystem will be wiped"
                    : null);
            }
        }
    }
}
