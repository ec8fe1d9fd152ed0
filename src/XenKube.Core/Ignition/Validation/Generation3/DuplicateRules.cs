using System.Globalization;
using XenKube.Ignition.Model;

namespace XenKube.Ignition.Validation.Generation3;

/// <summary>Entries of one list, or of lists that share their names, must differ.</summary>
internal static class DuplicateRules
{
    /// <summary>Adds a finding for each entry that was there before.</summary>
    public static void Check(ConfigValue config, List<ConfigFinding> findings) => Check(config, ConfigPath.Root, findings);

    private static void Check(ConfigValue value, ConfigPath path, List<ConfigFinding> findings)
    {
        if (value.Type.Kind == ConfigKind.List)
        {
            for (var i = 0; i < value.Items.Count; i++)
            {
                Check(value.Items[i], path.Item(i), findings);
            }
            return;
        }
        if (value.Type.Kind != ConfigKind.Object)
        {
            return;
        }
        var groups = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var (field, list) in value.Present)
        {
            if (field.DuplicateGroup is null)
            {
                continue;
            }
            if (!groups.TryGetValue(field.DuplicateGroup, out var keys))
            {
                groups[field.DuplicateGroup] = keys = new HashSet<string>(StringComparer.Ordinal);
            }
            var items = list.Items;
            for (var i = 0; i < items.Count; i++)
            {
                if (!keys.Add(Key(items[i])))
                {
                    findings.Add(new ConfigFinding(ReportKind.Error, path.Field(field.Name).Item(i), "duplicate entry defined"));
                }
            }
        }
        foreach (var (field, child) in value.Present)
        {
            if (child.IsSet)
            {
                Check(child, path.Field(field.Name), findings);
            }
        }
    }

    /// <summary>What an entry of a list is told from the others by.</summary>
    public static string Key(ConfigValue item) => item.Type.Name switch
    {
        "File" or "Directory" or "Link" => item["path"].Text,
        "Disk" or "Filesystem" => item["device"].Text,
        "Resource" or "ConfigReference" or "CaReference" => item["source"].Text,
        "Tang" => item["url"].Text,
        "Partition" => item["number"].Number != 0 ? string.Create(CultureInfo.InvariantCulture, $"number:{item["number"].Number}")
            : item["label"].IsSet ? $"label:{item["label"].Text}"
            : "",
        _ => item.Type.Kind == ConfigKind.Text ? item.Text : item["name"].Text,
    };
}
