using XenKube.Parsing.Yaml;

namespace XenKube.Ignition.ContainerLinux.Decoding;

/// <summary>The keys of a kind of object, in the order in which they are checked.</summary>
/// <param name="name">The type's name in messages, such as <c>types.File</c>.</param>
/// <param name="fields">The keys.</param>
internal sealed class ClcShape<T>(string name, params ClcField<T>[] fields)
    where T : class, new()
{
    /// <summary>More merges in merges than this are refused; they cost stack.</summary>
    private const int MaxMergeDepth = 200;

    private readonly Dictionary<string, ClcField<T>> byKey = fields.ToDictionary(field => field.Key, StringComparer.Ordinal);

    public string Name { get; } = name;

    /// <summary>The rule about an object as a whole; an error ends its visit.</summary>
    public Func<T, ClcFinding?>? Rule { get; init; }

    /// <summary>Reads a value that is no alias into an object, on top of what it holds.</summary>
    public ClcReadResult ReadHere(ClcDecoder decoder, YamlNode node, T target)
    {
        switch (node.Kind)
        {
            case YamlNodeKind.Mapping:
                Fill(decoder, node, target, 0);
                return ClcReadResult.Filled;
            case YamlNodeKind.Scalar:
                var scalar = ClcDecoder.Resolve(node);
                if (scalar.Kind == YamlScalarKind.Null)
                {
                    return ClcReadResult.Reset;
                }
                decoder.AddMismatch(node, scalar.Tag, Name);
                return ClcReadResult.Mismatch;
            default:
                decoder.AddMismatch(node, YamlTags.Seq, Name);
                return ClcReadResult.Mismatch;
        }
    }

    private void Fill(ClcDecoder decoder, YamlNode node, T target, int mergeDepth)
    {
        if (mergeDepth > MaxMergeDepth)
        {
            throw new ClcDecodeException($"yaml: more than {MaxMergeDepth} merges in each other");
        }
        decoder.ReadMapping(
            node,
            (key, value) =>
            {
                if (byKey.TryGetValue(key, out var field))
                {
                    field.Read(decoder, value, target);
                }
            },
            other => Fill(decoder, other, target, mergeDepth + 1));
    }

    /// <summary>Checks an object: itself, its fields in order, and the keys that are none.</summary>
    public void Validate(T value, YamlPlace place, Report report)
    {
        if (Rule?.Invoke(value) is { } finding)
        {
            report.Add(place.Entry(finding.Kind, finding.Message));
            if (finding.Kind == ReportKind.Error)
            {
                return;
            }
        }
        var keys = ClcKeys.Of(place.Node);
        foreach (var field in fields)
        {
            field.Validate(value, place.Child(field.Key, keys.Find(field.Key)), report);
        }
        keys.ReportUnknown(place, fields.Select(field => field.Key), report);
    }
}
