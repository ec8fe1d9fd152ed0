using XenKube.Ignition.Languages;
using XenKube.Ignition.Model;
using XenKube.Ignition.Reporting;
using XenKube.Parsing.Yaml;

namespace XenKube.Ignition.ContainerLinux;

/// <summary>
/// The YAML document seen with Ignition's names, as ct finds the place of something in its output. Keys become camelCase; where the
/// contents of a file are remote, the object <c>remote</c> takes the place of <c>contents</c> and its <c>url</c> is <c>source</c>.
/// Items of lists have the places of the items of the same index, right or wrong.
/// </summary>
/// <remarks>Held against ct 0.5.0 and 0.9.0.</remarks>
internal sealed class IgnitionNamesSource(YamlNode? root, Report report) : YamlSource(root, report)
{
    private readonly Dictionary<YamlNode, YamlNode> replaced = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<YamlNode> renamedKeys = new(ReferenceEqualityComparer.Instance);

    public override YamlNode? Member(YamlNode node, string name)
    {
        node = replaced.GetValueOrDefault(node, node);
        if (node.Kind != YamlNodeKind.Mapping)
        {
            return null;
        }
        YamlNode? found = null;
        for (var i = 0; i + 1 < node.Children.Count; i += 2)
        {
            var key = node.Children[i];
            if (renamedKeys.Contains(key) ? name == "source" : ConfigNames.IsCamel(name, key.Value))
            {
                found = node.Children[i + 1];
            }
        }
        return found is null ? null : replaced.GetValueOrDefault(found, found);
    }

    /// <summary>Lets the remote contents of a file stand for its contents.</summary>
    /// <param name="file">The place of the file in the document.</param>
    public void UseRemoteContents(ConfigPath file)
    {
        var contents = file.Field("contents");
        if (Find(contents.Field("remote")) is { } remote && Find(file) is { } node && base.Member(node, "contents") is { } plain
            && base.Member(remote, "url") is not null)
        {
            replaced[plain] = remote;
            renamedKeys.Add(Keys(remote).First(key => key.Name == "url").Key);
        }
    }
}
