using XenKube.Ignition.Model;
using XenKube.Ignition.Rules;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Generation3;

/// <summary>The rules about units.</summary>
/// <remarks>Held against Ignition 2.16.2 and Ignition 2.26.0.</remarks>
internal static class SystemdRules
{
    private const string UnitDirectory = "/etc/systemd/system/";

    /// <summary>A file, directory or link at the place of a unit or drop-in that the config writes itself.</summary>
    public static void PathConflicts(ConfigValue config, FindingPlace at)
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
                    at.Field("storage").Field(list).Item(i).Error("path", "path conflicts with systemd unit or dropin");
                }
            }
        }
    }

    /// <summary>An enabled instance of a template that the config holds, when the template cannot be enabled.</summary>
    public static void Templates(ConfigValue systemd, FindingPlace at)
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
            if (!units[i]["enabled"].Flag || TemplateOf(name) is not { } template || !byName.TryGetValue(template, out var unit)
                || !unit["contents"].HasText)
            {
                continue;
            }
            var text = UnitText.Parse(unit["contents"].Text, UnitText.GarbageForm.Quoted);
            if (text.Error is null && !text.HasInstall)
            {
                at.Field("units").Item(i).Warning(
                    "contents",
                    $"template unit {GoQuote.Quote(template)} for {GoQuote.Quote(name)} doesn't have Install section");
            }
        }
    }

    /// <summary>One unit.</summary>
    public static void Unit(ConfigValue unit, FindingPlace at)
    {
        var name = unit["name"].Text;
        at.Error("name", UnitName.IsSystemd(name) ? null : "invalid systemd unit extension");
        var text = CheckContents(unit, at);
        if (unit["enabled"].Flag && unit["contents"].HasText && text.Error is null && !text.HasInstall)
        {
            at.Warning(
                "contents",
                $"unit {GoQuote.Quote(name)} is enabled, but has no install section so enable does nothing");
        }
    }

    /// <summary>One drop-in.</summary>
    public static void Dropin(ConfigValue dropin, FindingPlace at)
    {
        CheckContents(dropin, at);
        at.Error("name", UnitName.IsDropin(dropin["name"].Text) ? null : "invalid systemd drop-in extension");
    }

    private static UnitText CheckContents(ConfigValue unit, FindingPlace at)
    {
        var text = UnitText.Parse(unit["contents"].Text, UnitText.GarbageForm.Quoted);
        at.Error("contents", text.Error is null ? null : $"invalid unit content: {text.Error}");
        return text;
    }

    /// <summary>The template <c>x@.service</c> of an instance <c>x@1.service</c>; null if the name is not an instance.</summary>
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
