using XenKube.Ignition.Model;
using XenKube.Ignition.Validation.Json;

namespace XenKube.Ignition.Validation.Generation3;

/// <summary>Checks a JSON config of generation 3: all rules, then all duplicates, then all unknown keys.</summary>
internal static class Generation3Validation
{
    /// <summary>Checks a config.</summary>
    /// <param name="spec">The version: 30 to 34.</param>
    /// <param name="config">The config.</param>
    /// <param name="root">The JSON it was read from; null if there are no positions to be had.</param>
    /// <param name="positions">The JSON's lines.</param>
    /// <param name="version">The version as declared.</param>
    public static IgnitionValidation Validate(int spec, ConfigValue config, JsonNode? root, TextPositions positions, string version)
    {
        var findings = new List<ConfigFinding>();
        new Generation3Rules(spec, findings).Check(config);
        DuplicateRules.Check(config, findings);
        var entries = new List<ReportEntry>();
        if (root is null)
        {
            entries.AddRange(findings.Select(finding => new ReportEntry(finding.Kind, finding.Message, Path: finding.Path.ToString())));
        }
        else
        {
            entries.AddRange(findings.Select(finding => Place(finding.Kind, finding.Message, finding.Path, Nearest(root, finding.Path).Start, positions)));
            AddUnknownKeys(config.Type, config, root, ConfigPath.Root, entries, positions);
        }
        return new IgnitionValidation(entries) { Generation = 3, Version = version };
    }

    private static ReportEntry Place(ReportKind kind, string message, ConfigPath path, int offset, TextPositions positions)
    {
        var (line, column) = positions.At(offset);
        return new ReportEntry(kind, message, line, column, path.ToString());
    }

    /// <summary>The node at the path, or the nearest enclosing one that exists.</summary>
    private static JsonNode Nearest(JsonNode root, ConfigPath path)
    {
        var node = root;
        foreach (var step in path.Steps())
        {
            var next = step.Name is not null ? node.Member(step.Name)
                : node.Kind == JsonKind.Array && step.Index < node.Items.Count ? node.Items[step.Index]
                : null;
            if (next is null)
            {
                break;
            }
            node = next;
        }
        return node;
    }

    private static void AddUnknownKeys(ConfigType type, ConfigValue value, JsonNode node, ConfigPath path, List<ReportEntry> entries, TextPositions positions)
    {
        if (type.Kind == ConfigKind.List)
        {
            for (var i = 0; i < value.Items.Count && node.Kind == JsonKind.Array && i < node.Items.Count; i++)
            {
                AddUnknownKeys(type.Element!, value.Items[i], node.Items[i], path.Item(i), entries, positions);
            }
        }
        if (type.Kind != ConfigKind.Object)
        {
            return;
        }
        if (node.Kind != JsonKind.Object)
        {
            entries.Add(Place(
                ReportKind.Warning,
                $"context tree does not match content tree at {path.ToDollarString()}. Line and column reporting may be inconsistent. Unused keys may not be reported.",
                path,
                node.Start,
                positions));
            return;
        }
        foreach (var member in node.Items)
        {
            if (type.Field(member.Key) is null && node.Member(member.Key) == member)
            {
                entries.Add(Place(ReportKind.Warning, $"Unused key {member.Key}", path.Field(member.Key), member.KeyStart, positions));
            }
        }
        foreach (var field in type.Fields)
        {
            if (node.Member(field.Name) is { } member && (!field.IsOptional || value[field.Name].IsSet))
            {
                AddUnknownKeys(field.Type, value[field.Name], member, path.Field(field.Name), entries, positions);
            }
        }
    }
}
