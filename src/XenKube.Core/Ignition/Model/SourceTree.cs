using XenKube.Ignition.Reporting;

namespace XenKube.Ignition.Model;

/// <summary>
/// The document that a config was read from, as a tree of nodes with places. A value that has no node of its own in the document
/// takes the place of the nearest enclosing one.
/// </summary>
/// <remarks>Held against coreos/vcontext d72178a, Butane 0.19.0 and 0.29.0, Ignition 2.16.2 and 2.26.0.</remarks>
/// <typeparam name="TNode">A node of the document.</typeparam>
/// <param name="root">The top node; null if there is nothing to look at.</param>
internal abstract class SourceTree<TNode>(TNode? root)
    where TNode : class
{
    /// <summary>The top node; null if there is nothing to look at.</summary>
    public TNode? Root { get; } = root;

    /// <summary>Whether the node is an object, whose keys can be seen.</summary>
    public abstract bool IsObject(TNode node);

    /// <summary>The value of a key of an object, the last if the key is repeated; null if there is none.</summary>
    public abstract TNode? Member(TNode node, string name);

    /// <summary>An item of a list; null if there is none.</summary>
    public abstract TNode? Item(TNode node, int index);

    /// <summary>The keys of an object in order, each with the node that stands for the key's place.</summary>
    public abstract IEnumerable<(string Name, TNode Key)> Keys(TNode node);

    /// <summary>Reports something.</summary>
    /// <param name="finding">What was found.</param>
    /// <param name="node">The node at its place, or the nearest enclosing one; null if there is none.</param>
    /// <param name="part">The part of the node that is meant.</param>
    public abstract void Report(ConfigFinding finding, TNode? node, SourcePart part = SourcePart.Value);

    /// <summary>Reports something at the nearest node to its place.</summary>
    public void Report(ConfigFinding finding) => Report(finding, Nearest(finding.Path));

    /// <summary>The node at exactly this place, or null.</summary>
    public TNode? Find(ConfigPath path) => Follow(path, exactly: true);

    /// <summary>The keys of an object that its type does not have, in order; of repeated ones the last.</summary>
    public IEnumerable<(string Name, TNode Key)> UnknownKeys(TNode node, ConfigType type)
    {
        Dictionary<string, TNode>? unknown = null;
        if (IsObject(node))
        {
            foreach (var (name, key) in Keys(node))
            {
                if (!type.Knows(name))
                {
                    (unknown ??= new Dictionary<string, TNode>(StringComparer.Ordinal))[name] = key;
                }
            }
        }
        return unknown is null ? [] : unknown.Select(pair => (pair.Key, pair.Value));
    }

    /// <summary>
    /// Warns of keys that the document's type does not have, and of values whose keys cannot be seen, in the words of Ignition 2.x
    /// and Butane.
    /// </summary>
    /// <param name="config">The config that was read from the document.</param>
    /// <param name="asSentences">Whether the messages are sentences, as they were until Ignition 2.16.2 and Butane 0.19.0.</param>
    public void ReportUnknownKeys(ConfigValue config, bool asSentences)
    {
        if (Root is not null)
        {
            ReportUnknownKeys(config.Type, config, Root, ConfigPath.Root, asSentences);
        }
    }

    private void ReportUnknownKeys(ConfigType type, ConfigValue value, TNode node, ConfigPath path, bool asSentences)
    {
        if (type.Kind == ConfigKind.List)
        {
            for (var i = 0; i < value.Items.Count && Item(node, i) is { } item; i++)
            {
                ReportUnknownKeys(type.Element!, value.Items[i], item, path.Item(i), asSentences);
            }
        }
        if (type.Kind != ConfigKind.Object)
        {
            return;
        }
        if (!IsObject(node))
        {
            var message = $"context tree does not match content tree at {path.ToDollarString()}. "
                + "Line and column reporting may be inconsistent. Unused keys may not be reported";
            Report(new ConfigFinding(ReportKind.Warning, path, message + (asSentences ? "." : "")), node);
            return;
        }
        foreach (var (name, key) in UnknownKeys(node, type))
        {
            var message = $"{(asSentences ? "Unused" : "unused")} key {name}";
            Report(new ConfigFinding(ReportKind.Warning, path.Field(name), message), key, SourcePart.Key);
        }
        foreach (var field in type.Fields)
        {
            if (Member(node, field.Name) is { } member && (!field.IsOptional || value[field.Name].IsSet))
            {
                ReportUnknownKeys(field.Type, value[field.Name], member, path.Field(field.Name), asSentences);
            }
        }
    }

    private TNode? Nearest(ConfigPath path) => Follow(path, exactly: false);

    private TNode? Follow(ConfigPath path, bool exactly)
    {
        var node = Root;
        foreach (var step in path.Steps())
        {
            var next = node is null ? null : step.Name is not null ? Member(node, step.Name) : Item(node, step.Index);
            if (next is null)
            {
                return exactly ? null : node;
            }
            node = next;
        }
        return node;
    }
}
