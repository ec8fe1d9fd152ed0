using XenKube.Ignition.Model;
using XenKube.Ignition.Reporting;
using XenKube.Parsing.Yaml;

namespace XenKube.Ignition.Languages;

/// <summary>
/// A YAML document as the source of a config. Nothing that comes through an alias or a merge has a place of its own.
/// </summary>
/// <param name="root">Its top node; null if the document is empty.</param>
/// <param name="report">Takes what is reported.</param>
internal class YamlSource(YamlNode? root, Report report) : SourceTree<YamlNode>(root)
{
    public override bool IsObject(YamlNode node) => node.Kind == YamlNodeKind.Mapping;

    public override YamlNode? Item(YamlNode node, int index) =>
        node.Kind == YamlNodeKind.Sequence && index < node.Children.Count ? node.Children[index] : null;

    public override YamlNode? Member(YamlNode node, string name)
    {
        if (node.Kind == YamlNodeKind.Mapping)
        {
            for (var i = node.Children.Count - 2; i >= 0; i -= 2)
            {
                if (node.Children[i].Value == name)
                {
                    return node.Children[i + 1];
                }
            }
        }
        return null;
    }

    public override IEnumerable<(string Name, YamlNode Key)> Keys(YamlNode node)
    {
        for (var i = 0; i + 1 < node.Children.Count; i += 2)
        {
            yield return (node.Children[i].Value, node.Children[i]);
        }
    }

    public override void Report(ConfigFinding finding, YamlNode? node, SourcePart part = SourcePart.Value) =>
        report.Add(new ReportEntry(finding.Kind, finding.Message, node?.Line ?? 0, node?.Column ?? 0, finding.Path.ToString()));
}
