using XenKube.Ignition.Reporting;

namespace XenKube.Ignition.Model;

/// <summary>Entries of one list, or of lists that share their names, must differ: the rule of Ignition 3.</summary>
internal static class DuplicateRules
{
    /// <summary>Adds a finding for each entry that was there before.</summary>
    public static void Check(ConfigValue config, List<ConfigFinding> findings) => Check(config, ConfigPath.Root, findings);

    private static void Check(ConfigValue value, ConfigPath path, List<ConfigFinding> findings)
    {
        for (var i = 0; i < value.Items.Count && value.Type.Element!.HasDuplicateGroups; i++)
        {
            Check(value.Items[i], path.Item(i), findings);
        }
        Dictionary<string, HashSet<string>>? groups = null;
        foreach (var (field, list) in value.Present)
        {
            if (field.DuplicateGroup is null || list.Items.Count == 0)
            {
                continue;
            }
            groups ??= new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
            if (!groups.TryGetValue(field.DuplicateGroup, out var keys))
            {
                groups[field.DuplicateGroup] = keys = new HashSet<string>(StringComparer.Ordinal);
            }
            for (var i = 0; i < list.Items.Count; i++)
            {
                var item = list.Items[i];
                if (!keys.Add(item.Type.KeyOf(item)))
                {
                    findings.Add(new ConfigFinding(ReportKind.Error, path.Field(field.Name).Item(i), "duplicate entry defined"));
                }
            }
        }
        foreach (var (field, child) in value.Present)
        {
            if (child.IsSet && child.Type.HasDuplicateGroups)
            {
                Check(child, path.Field(field.Name), findings);
            }
        }
    }
}
