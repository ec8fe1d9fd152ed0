using System.Text;
using XenKube.Ignition.ContainerLinux.Decoding;
using XenKube.Parsing.Yaml;

namespace XenKube.Ignition.ContainerLinux.Translation;

/// <summary>
/// The YAML tree seen with Ignition's names, to find the place of something in the output. Keys become camelCase; where the
/// contents of a file are remote, the object <c>remote</c> takes the place of <c>contents</c> and its <c>url</c> is <c>source</c>.
/// </summary>
internal sealed class SourceTree(YamlNode? root)
{
    private readonly Dictionary<YamlNode, YamlNode> replaced = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<YamlNode> renamedKeys = new(ReferenceEqualityComparer.Instance);

    /// <summary>The place of the whole document.</summary>
    public YamlPlace Top { get; } = YamlPlace.Top(root);

    /// <summary>The place of a member, by its name in the output.</summary>
    public YamlPlace Child(YamlPlace place, string name) => place.Child(name, FindChild(place.Node, name));

    /// <summary>The place that a path of output names and indexes leads to.</summary>
    public YamlPlace At(params ReadOnlySpan<object> path)
    {
        var place = Top;
        foreach (var step in path)
        {
            place = step is int index ? place.Item(index) : Child(place, (string)step);
        }
        return place;
    }

    /// <summary>The node a path leads to, or null where the document has none.</summary>
    public YamlNode? Find(YamlNode? node, params ReadOnlySpan<object> path)
    {
        foreach (var step in path)
        {
            node = step is int index
                ? node is { Kind: YamlNodeKind.Sequence } && index < node.Children.Count ? node.Children[index] : null
                : FindChild(node, (string)step);
        }
        return node;
    }

    /// <summary>Lets the remote contents of a file stand for its contents.</summary>
    public void UseRemoteContents(YamlNode? file)
    {
        var remote = Find(file, "contents", "remote");
        if (remote is null || FindKey(file, "contents") is not { } contents || FindChild(remote, "url") is null)
        {
            return;
        }
        replaced[contents.Value] = remote;
        if (FindKey(remote, "url") is { } url)
        {
            renamedKeys.Add(url.Key);
        }
    }

    private static (YamlNode Key, YamlNode Value)? FindKey(YamlNode? mapping, string key)
    {
        for (var index = 0; mapping is { Kind: YamlNodeKind.Mapping } && index + 1 < mapping.Children.Count; index += 2)
        {
            if (mapping.Children[index].Value == key)
            {
                return (mapping.Children[index], mapping.Children[index + 1]);
            }
        }
        return null;
    }

    private YamlNode? FindChild(YamlNode? node, string name)
    {
        if (node is null)
        {
            return null;
        }
        node = replaced.GetValueOrDefault(node, node);
        if (node.Kind != YamlNodeKind.Mapping)
        {
            return null;
        }
        YamlNode? found = null;
        for (var index = 0; index + 1 < node.Children.Count; index += 2)
        {
            var key = node.Children[index];
            if (name == (renamedKeys.Contains(key) ? "source" : ToCamelCase(key.Value)))
            {
                found = node.Children[index + 1];
            }
        }
        return found is null ? null : replaced.GetValueOrDefault(found, found);
    }

    private static string ToCamelCase(string key)
    {
        if (!key.Contains('_', StringComparison.Ordinal))
        {
            return key;
        }
        var camel = new StringBuilder(key.Length);
        var words = key.Split('_');
        camel.Append(words[0]);
        foreach (var word in words.AsSpan(1))
        {
            if (word.Length > 0)
            {
                camel.Append(char.ToUpperInvariant(word[0])).Append(word.AsSpan(1));
            }
        }
        return camel.ToString();
    }
}
