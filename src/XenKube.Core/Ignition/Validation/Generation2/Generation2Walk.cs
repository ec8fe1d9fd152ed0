using XenKube.Ignition.Model;
using XenKube.Ignition.Validation.Json;

namespace XenKube.Ignition.Validation.Generation2;

/// <summary>
/// Walks a config of generation 2: an object's own rule before its fields, which are skipped if it gave an error; a field's rule
/// before the field's own walk; an object's unknown keys behind all its fields. What has no place of its own takes the nearest
/// enclosing one.
/// </summary>
internal sealed class Generation2Walk
{
    private readonly TextPositions? positions;
    private readonly Generation2Rules rules;
    private readonly List<ReportEntry> entries = [];
    private readonly List<string> shown = [];

    private Generation2Walk(int spec, TextPositions? positions)
    {
        this.positions = positions;
        rules = new Generation2Rules(spec);
    }

    /// <summary>Checks a config.</summary>
    /// <param name="spec">The version: 10 for the format of 2014, 20 to 24.</param>
    /// <param name="config">The config.</param>
    /// <param name="root">The JSON it was read from; null if there are no positions to be had.</param>
    /// <param name="positions">The JSON's lines.</param>
    /// <param name="version">The version as declared.</param>
    public static IgnitionValidation Validate(int spec, ConfigValue config, JsonNode? root, TextPositions? positions, string version)
    {
        var walk = new Generation2Walk(spec, positions);
        walk.Visit(config, root, default);
        if (spec == 10 && !walk.entries.Exists(entry => entry.Kind == ReportKind.Error))
        {
            walk.Add(ReportKind.Deprecated, "config format deprecated", default);
        }
        return new IgnitionValidation(walk.entries, walk.shown) { Generation = 2, Version = version };
    }

    /// <summary>A place, or none; the source is shown only at a value's own place.</summary>
    private readonly record struct Place(bool IsKnown, int Offset, bool IsOwn)
    {
        public Place Inherited => this with { IsOwn = false };
    }

    private static Place At(JsonNode? node, Place enclosing) => node is null ? enclosing.Inherited : new Place(true, node.End, IsOwn: true);

    private void Visit(ConfigValue value, JsonNode? node, Place enclosing)
    {
        var place = At(node, enclosing);
        if (Add(rules.Own(value), place))
        {
            return;
        }
        if (value.Type.Kind == ConfigKind.Object)
        {
            VisitFields(value, value, node, place);
            AddUnknownKeys(value.Type, node);
        }
        else if (value.Type.Kind == ConfigKind.List)
        {
            for (var i = 0; i < value.Items.Count; i++)
            {
                Visit(value.Items[i], node?.Kind == JsonKind.Array && i < node.Items.Count ? node.Items[i] : node, place);
            }
        }
    }

    private void VisitFields(ConfigValue value, ConfigValue owner, JsonNode? node, Place place)
    {
        foreach (var field in value.Type.Fields)
        {
            var child = value[field.Name];
            if (rules.IsFlattened(value.Type, field))
            {
                VisitFields(child, owner, node, place);
                continue;
            }
            var member = node?.Member(field.Name);
            Add(rules.Field(owner, field.Name), At(member, place));
            if (!field.IsOptional || child.IsSet)
            {
                Visit(child, member, place.Inherited);
            }
        }
    }

    private void AddUnknownKeys(ConfigType type, JsonNode? node)
    {
        if (node?.Kind != JsonKind.Object)
        {
            return;
        }
        var known = rules.FieldNames(type);
        foreach (var member in node.Items)
        {
            if (known.Contains(member.Key) || node.Member(member.Key) != member)
            {
                continue;
            }
            var place = new Place(true, member.KeyEnd, IsOwn: true);
            Add(ReportKind.Warning, $"Config has unrecognized key: {member.Key}", place);
            foreach (var name in known)
            {
                if (ConfigType.EqualsInAnyCase(name, member.Key))
                {
                    Add(ReportKind.Info, $"Did you mean {name} instead of {member.Key}", place);
                    break;
                }
            }
        }
    }

    /// <summary>Adds findings; whether there is an error among them.</summary>
    private bool Add(IEnumerable<(ReportKind Kind, string Message)> findings, Place place)
    {
        var isFatal = false;
        foreach (var (kind, message) in findings)
        {
            Add(kind, message, place);
            isFatal |= kind == ReportKind.Error;
        }
        return isFatal;
    }

    private void Add(ReportKind kind, string message, Place place)
    {
        if (positions is null || !place.IsKnown)
        {
            entries.Add(new ReportEntry(kind, message));
            shown.Add("");
            return;
        }
        var (line, column) = positions.Behind(place.Offset);
        entries.Add(new ReportEntry(kind, message, line, column));
        shown.Add(place.IsOwn ? positions.Show(place.Offset) : "");
    }
}
