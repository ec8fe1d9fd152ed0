using XenKube.Ignition.Model;
using XenKube.Ignition.Rules;

namespace XenKube.Ignition.Validation.Generation3;

/// <summary>The rules about units.</summary>
internal sealed class SystemdRules(List<ConfigFinding> findings)
{
    private const string UnitDirectory = "/etc/systemd/system/";

    /// <summary>A file, directory or link at the place of a unit or drop-in that the config writes itself.</summary>
    public void CheckPathConflicts(ConfigValue config, ConfigPath path)
    {
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (var unit in config["systemd"]["units"].Items)
        {
            var unitPath = UnitDirectory + unit["name"].Text;
            if (unit["contents"].HasText)
            {
                written.Add(unitPath);
            }
            foreach (var dropin in unit["dropins"].Items.Where(dropin => dropin["contents"].HasText))
            {
                written.Add($"{unitPath}.d/{dropin["name"].Text}");
            }
        }
        foreach (var list in (ReadOnlySpan<string>)["files", "directories", "links"])
        {
            var nodes = config["storage"][list].Items;
            for (var i = 0; i < nodes.Count; i++)
            {
                if (written.Contains(nodes[i]["path"].Text))
                {
                    findings.AddError(path.Field("storage").Field(list).Item(i).Field("path"), "path conflicts with systemd unit or dropin");
                }
            }
        }
    }

    /// <summary>An enabled instance of a template that the config holds, when the template cannot be enabled.</summary>
    public void CheckTemplates(ConfigValue systemd, ConfigPath path)
    {
        var units = systemd["units"].Items;
        var byName = new Dictionary<string, ConfigValue>(StringComparer.Ordinal);
        foreach (var unit in units)
        {
            byName[unit["name"].Text] = unit;
        }
        for (var i = 0; i < units.Count; i++)
        {
            var name = units[i]["name"].Text;
            if (!units[i]["enabled"].Flag || TemplateOf(name) is not { } template || !byName.TryGetValue(template, out var unit) || !unit["contents"].HasText)
            {
                continue;
            }
            var text = UnitText.Parse(unit["contents"].Text, UnitText.GarbageForm.Quoted);
            if (text.Error is null && !text.HasInstall)
            {
                findings.AddWarning(
                    path.Field("units").Item(i).Field("contents"),
                    $"template unit {GoQuote.Quote(template)} for {GoQuote.Quote(name)} doesn't have Install section");
            }
        }
    }

    /// <summary>One unit.</summary>
    public void CheckUnit(ConfigValue unit, ConfigPath path)
    {
        var name = unit["name"].Text;
        findings.AddError(path.Field("name"), UnitName.IsSystemd(name) ? null : "invalid systemd unit extension");
        var text = CheckContents(unit, path);
        if (unit["enabled"].Flag && unit["contents"].HasText && text.Error is null && !text.HasInstall)
        {
            findings.AddWarning(
                path.Field("contents"),
                $"unit {GoQuote.Quote(name)} is enabled, but has no install section so enable does nothing");
        }
    }

    /// <summary>One drop-in.</summary>
    public void CheckDropin(ConfigValue dropin, ConfigPath path)
    {
        CheckContents(dropin, path);
        findings.AddError(path.Field("name"), UnitName.IsDropin(dropin["name"].Text) ? null : "invalid systemd drop-in extension");
    }

    private UnitText CheckContents(ConfigValue unit, ConfigPath path)
    {
        var text = UnitText.Parse(unit["contents"].Text, UnitText.GarbageForm.Quoted);
        findings.AddError(path.Field("contents"), text.Error is null ? null : $"invalid unit content: {text.Error}");
        return text;
    }

    /// <summary>The template <c>x@.service</c> of an instance <c>x@1.service</c>; null if the name is no instance.</summary>
    private static string? TemplateOf(string name)
    {
        // Both sides of the @ must hold something, no line break, and the first @ that leaves something in front counts.
        const string suffix = ".service";
        if (name.Contains('\n', StringComparison.Ordinal) || !name.EndsWith(suffix, StringComparison.Ordinal))
        {
            return null;
        }
        var at = name.Length > 1 ? name.IndexOf('@', 1) : -1;
        return at > 0 && at + 1 < name.Length - suffix.Length ? name[..at] + "@" + suffix : null;
    }
}
