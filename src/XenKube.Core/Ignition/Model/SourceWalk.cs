using XenKube.Ignition.Reporting;

namespace XenKube.Ignition.Model;

/// <summary>
/// Applies the rules of the types as the package <c>validate</c> of Ignition 0.x does, which ct uses too: the rule of an object
/// before its fields, which are skipped if the rule gave an error; the rule of a field before the walk of its value; the unknown
/// keys of an object after its fields.
/// </summary>
/// <remarks>Held against Ignition 0.35.0, and 01c039a in ct 0.5.0 and 8bc8a13 in ct 0.9.0.</remarks>
/// <typeparam name="TNode">A node of the document.</typeparam>
/// <param name="source">The document, which takes the findings.</param>
/// <param name="reportUnknownKeys">Whether to warn of keys that a type does not have.</param>
internal sealed class SourceWalk<TNode>(SourceTree<TNode> source, bool reportUnknownKeys = true)
    where TNode : class
{
    private readonly List<ConfigFinding> found = [];

    /// <summary>Whether an error was found.</summary>
    public bool HasErrors { get; private set; }

    /// <summary>Checks a config.</summary>
    public void Check(ConfigValue config) =>
        Visit(config, config.Type, source.Root, new Place(source.Root, SourcePart.Value), ConfigPath.Root);

    /// <summary>The nearest node that exists, and whether it is the value's own.</summary>
    private readonly record struct Place(TNode? Node, SourcePart Part)
    {
        public Place Of(TNode? node) => node is null ? this with { Part = SourcePart.Inner } : new Place(node, SourcePart.Value);
    }

    /// <summary>Visits a value, or with null a field that nobody touched, which need not be made just to be looked at.</summary>
    private void Visit(ConfigValue value, ConfigType type, TNode? node, Place place, ConfigPath path)
    {
        if (type.Rule is { } rule && Apply(rule, value, place, path))
        {
            return;
        }
        if (type.Kind == ConfigKind.Object)
        {
            VisitFields(value, value, node, place, path);
            if (reportUnknownKeys && node is not null)
            {
                ReportUnknownKeys(value.Type, node, path);
            }
        }
        for (var i = 0; i < value.Items.Count && IsWorthIt(type.Element!); i++)
        {
            var item = node is null ? null : source.Item(node, i) ?? node;
            Visit(value.Items[i], type.Element!, item, place.Of(item), path.Item(i));
        }
    }

    private void VisitFields(ConfigValue value, ConfigValue owner, TNode? node, Place place, ConfigPath path)
    {
        for (var i = 0; i < value.Type.Fields.Count; i++)
        {
            var field = value.Type.Fields[i];
            if (field.IsFlattened)
            {
                VisitFields(value[field.Name], owner, node, place, path);
                continue;
            }
            var child = value.Touched(i);
            var isWalked = IsWorthIt(field.Type) && (field.IsOptional
                ? child is { IsSet: true }
                : child is not null || field.Type.Rule is not null || field.Type.HasFieldRules);
            if (field.Rule is null && !isWalked)
            {
                continue;
            }
            var member = node is null ? null : source.Member(node, field.Name);
            var (memberPlace, memberPath) = (place.Of(member), path.Field(field.Name));
            if (field.Rule is { } rule)
            {
                Apply(rule, owner, memberPlace, memberPath);
            }
            if (isWalked)
            {
                Visit(child ?? value[field.Name], field.Type, member, memberPlace, memberPath);
            }
        }
    }

    /// <summary>Whether something can be found in a value of a type: by a rule, or a key that is not known.</summary>
    private static bool IsWorthIt(ConfigType type) => type.HasRules || type.HasObjects;

    /// <summary>Applies a rule; returns whether it found an error.</summary>
    private bool Apply(ConfigRule rule, ConfigValue value, Place place, ConfigPath path)
    {
        rule(value, new FindingPlace(found, path));
        var isFatal = false;
        foreach (var finding in found)
        {
            source.Report(finding, place.Node, place.Part);
            isFatal |= finding.Kind == ReportKind.Error;
        }
        found.Clear();
        HasErrors |= isFatal;
        return isFatal;
    }

    private void ReportUnknownKeys(ConfigType type, TNode node, ConfigPath path)
    {
        foreach (var (name, key) in source.UnknownKeys(node, type))
        {
            source.Report(new ConfigFinding(ReportKind.Warning, path, $"Config has unrecognized key: {name}"), key, SourcePart.Key);
            if (type.KnownKeys().FirstOrDefault(known => ConfigType.EqualsInAnyCase(known, name)) is { } meant)
            {
                source.Report(new ConfigFinding(ReportKind.Info, path, $"Did you mean {meant} instead of {name}"), key, SourcePart.Key);
            }
        }
    }
}
