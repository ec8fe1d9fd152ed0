using XenKube.Ignition.Model;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Comparing;

/// <summary>
/// A thing of a config that is compared with the same thing of another: a file, a disk, a user, or the settings at a place.
/// </summary>
/// <param name="Kind">What it is, in the words of <see cref="IgnitionChange.Kind"/>.</param>
/// <param name="Place">The list or object that it is in, such as <c>storage.files</c>.</param>
/// <param name="Key">What tells it from others at its place.</param>
/// <param name="Name">What it is called, for a person.</param>
/// <param name="Value">The thing.</param>
/// <param name="Parts">What it consists of.</param>
internal sealed record ComparedItem(string Kind, string Place, string Key, string Name, ConfigValue Value, IReadOnlyList<ConfigPart> Parts)
{
    /// <summary>The kind of the things that are neither in a list nor of any of its kinds.</summary>
    public const string Setting = "Setting";

    private static readonly Dictionary<string, string> Kinds = new(StringComparer.Ordinal)
    {
        ["storage.files"] = "File",
        ["storage.directories"] = "Directory",
        ["storage.links"] = "Link",
        ["storage.disks"] = "Disk",
        ["storage.raid"] = "Raid",
        ["storage.luks"] = "Luks",
        ["storage.filesystems"] = "Filesystem",
        ["systemd.units"] = "Unit",
        ["networkd.units"] = "Unit",
        ["passwd.users"] = "User",
        ["passwd.groups"] = "Group",
        ["ignition.config.merge"] = "Config",
        ["ignition.config.append"] = "Config",
        ["ignition.config.replace"] = "Config",
        ["ignition.security.tls.certificateAuthorities"] = "Authority",
    };

    /// <summary>The things of a config.</summary>
    public static List<ComparedItem> Of(ConfigValue config)
    {
        var items = new List<ComparedItem>();
        Collect(config, "", items);
        return items;
    }

    /// <summary>The key of an entry of a list; empty if nothing names it.</summary>
    /// <param name="entry">The entry.</param>
    public static string KeyOf(ConfigValue entry)
    {
        var names = entry.Type.Field("wipeTable") is not null || entry.Type.Field("wipeFilesystem") is not null
            ? (ReadOnlySpan<string>)["device", "name"]
            : ["path", "name", "source", "label", "url"];
        if (entry["number"].Number != 0)
        {
            return entry["number"].Number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
        foreach (var name in names)
        {
            if (entry[name].Text is { Length: > 0 } text)
            {
                // Before generation 3, paths counted from the root of a named file system, usually called root.
                return entry["filesystem"].Text is { Length: > 0 } and not "root" ? $"{entry["filesystem"].Text}:{text}" : text;
            }
        }
        return entry["mount"]["device"].Text;
    }

    private static void Collect(ConfigValue value, string place, List<ComparedItem> items)
    {
        var settings = new List<ConfigPart>();
        foreach (var (field, child) in value.Present)
        {
            var here = place.Length == 0 ? field.Name : $"{place}.{field.Name}";
            if (child.Type is { Kind: ConfigKind.List, Element.Kind: ConfigKind.Object })
            {
                foreach (var entry in child.Items)
                {
                    var key = KeyOf(entry);
                    items.Add(new ComparedItem(KindOf(here), here, key, NameOf(key), entry, ConfigPart.Of(entry, field.Secret)));
                }
            }
            else if (child.Type.Kind == ConfigKind.Object && !ConfigPart.IsResource(child.Type))
            {
                Collect(child, here, items);
            }
            else if (child.Type.Kind == ConfigKind.Object)
            {
                var parts = ConfigPart.Of(child, field.Secret);
                if (parts.Count > 0 || (field.IsOptional && child.IsSet))
                {
                    items.Add(new ComparedItem(KindOf(here), here, "", here, child, parts));
                }
            }
            else
            {
                ConfigPart.AddScalar(field, child, value, "", field.Secret, settings);
            }
        }
        if (settings.Count > 0)
        {
            items.Add(new ComparedItem(Setting, place, "", place, value, settings));
        }
    }

    private static string KindOf(string place) => Kinds.GetValueOrDefault(place, Setting);

    /// <summary>A source may be a whole content.</summary>
    private static string NameOf(string key) =>
        key.StartsWith("data:", StringComparison.OrdinalIgnoreCase)
            ? Secrets.SecretPlaceholder.Of("data URL", DataUrl.Decode(key, out _) ?? ByteText.ToBytes(key))
            : Secrets.SecretText.Redact(key);
}
