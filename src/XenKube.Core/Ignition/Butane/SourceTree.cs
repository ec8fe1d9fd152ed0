using XenKube.Ignition.Model;
using XenKube.Parsing.Yaml;

namespace XenKube.Ignition.Butane;

/// <summary>Where things stand in a YAML document. Nothing behind an alias or brought by a merge has a place of its own.</summary>
internal sealed class SourceTree(YamlNode root)
{
    /// <summary>Makes an entry of a finding, at its place or the nearest enclosing one that exists.</summary>
    public ReportEntry Place(ConfigFinding finding)
    {
        var node = Nearest(finding.Path);
        return new ReportEntry(finding.Kind, finding.Message, node.Line, node.Column, finding.Path.ToString());
    }

    /// <summary>Warns of keys that the document's type does not have, and of values whose keys cannot be seen.</summary>
    public void AddUnknownKeys(ConfigValue config, Report report) => AddUnknownKeys(config.Type, config, root, ConfigPath.Root, report);

    private static void AddUnknownKeys(ConfigType type, ConfigValue value, YamlNode node, ConfigPath path, Report report)
    {
        if (type.Kind == ConfigKind.List && node.Kind == YamlNodeKind.Sequence)
        {
            for (var i = 0; i < Math.Min(value.Items.Count, node.Children.Count); i++)
            {
                AddUnknownKeys(type.Element!, value.Items[i], node.Children[i], path.Item(i), report);
            }
        }
        if (type.Kind != ConfigKind.Object)
        {
            return;
        }
        if (node.Kind != YamlNodeKind.Mapping)
        {
            report.Add(new ReportEntry(
                ReportKind.Warning,
                $"context tree does not match content tree at {path.ToDollarString()}. Line and column reporting may be inconsistent. Unused keys may not be reported.",
                node.Line,
                node.Column,
                path.ToString()));
            return;
        }
        for (var i = 0; i < node.Children.Count; i += 2)
        {
            var key = node.Children[i];
            if (type.Field(key.Value) is null)
            {
                report.Add(new ReportEntry(ReportKind.Warning, $"Unused key {key.Value}", key.Line, key.Column, path.Field(key.Value).ToString()));
            }
        }
        foreach (var field in type.Fields)
        {
            if (Member(node, field.Name) is { } member && (!field.IsOptional || value[field.Name].IsSet))
            {
                AddUnknownKeys(field.Type, value[field.Name], member, path.Field(field.Name), report);
            }
        }
    }

    private YamlNode Nearest(ConfigPath path)
    {
        var node = root;
        foreach (var step in path.Steps())
        {
            var next = step.Name is not null ? Member(node, step.Name)
                : node.Kind == YamlNodeKind.Sequence && step.Index < node.Children.Count ? node.Children[step.Index]
                : null;
            if (next is null)
            {
                break;
            }
            node = next;
        }
        return node;
    }

    private static YamlNode? Member(YamlNode node, string name)
    {
        if (node.Kind != YamlNodeKind.Mapping)
        {
            return null;
        }
        for (var i = node.Children.Count - 2; i >= 0; i -= 2)
        {
            if (node.Children[i].Value == name)
            {
                return node.Children[i + 1];
            }
        }
        return null;
    }
}
