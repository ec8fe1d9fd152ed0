using XenKube.Parsing.Yaml;

namespace XenKube.Ignition.ContainerLinux.Decoding;

/// <summary>The keys of a mapping by their text; of two that are alike, the last one.</summary>
internal readonly struct ClcKeys
{
    private readonly Dictionary<string, (YamlNode Key, YamlNode Value)>? keys;

    private ClcKeys(Dictionary<string, (YamlNode Key, YamlNode Value)> keys) => this.keys = keys;

    /// <summary>The keys of a node; none where it is no mapping, an alias among them.</summary>
    public static ClcKeys Of(YamlNode? node)
    {
        if (node is not { Kind: YamlNodeKind.Mapping })
        {
            return default;
        }
        var keys = new Dictionary<string, (YamlNode, YamlNode)>(node.Children.Count / 2, StringComparer.Ordinal);
        for (var index = 0; index + 1 < node.Children.Count; index += 2)
        {
            keys[node.Children[index].Value] = (node.Children[index], node.Children[index + 1]);
        }
        return new ClcKeys(keys);
    }

    public YamlNode? Find(string key) => keys is not null && keys.TryGetValue(key, out var found) ? found.Value : null;

    /// <summary>Warns of each key that is no field, and says which field may have been meant.</summary>
    public void ReportUnknown(YamlPlace place, IEnumerable<string> known, Report report)
    {
        if (keys is null)
        {
            return;
        }
        foreach (var (name, (key, _)) in keys)
        {
            if (known.Contains(name, StringComparer.Ordinal))
            {
                continue;
            }
            var at = place with { Line = key.Line, Column = key.Column };
            report.Add(at.Entry(ReportKind.Warning, "Config has unrecognized key: " + name));
            if (known.FirstOrDefault(field => string.Equals(Fold(name), field, StringComparison.OrdinalIgnoreCase)) is { } meant)
            {
                report.Add(at.Entry(ReportKind.Info, $"Did you mean {meant} instead of {name}"));
            }
        }
    }

    /// <summary>The long s and the Kelvin sign are the two non-ASCII characters that fold to ASCII letters.</summary>
    private static string Fold(string text) => text.Replace('\u017F', 's').Replace('\u212A', 'k');
}
