using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace XenKube.Parsing.Yaml;

/// <summary>Builds the nodes of one document from the parser's events, without recursion.</summary>
internal sealed class YamlTreeBuilder(YamlOptions options)
{
    private readonly Dictionary<string, YamlNode> anchors = new(StringComparer.Ordinal);
    private readonly List<YamlNode> aliases = [];
    private readonly Stack<YamlNode> open = new();
    private YamlNode? root;

    /// <summary>Reads up to the end of the document; the parser stands on its first node.</summary>
    public YamlNode Build(IParser parser)
    {
        do
        {
            Take(parser.Current!, parser);
        }
        while (root is null || open.Count > 0);
        // go-yaml resolves names when all anchors of the document are known: the last anchor of a name wins everywhere.
        foreach (var alias in aliases)
        {
            alias.Target = anchors.GetValueOrDefault(alias.Value);
        }
        return root;
    }

    private void Take(ParsingEvent current, IParser parser)
    {
        var (line, column) = ((int)current.Start.Line, (int)current.Start.Column);
        switch (current)
        {
            case Scalar scalar:
                Add(new YamlNode(YamlNodeKind.Scalar, line, column)
                {
                    Value = scalar.Value,
                    Tag = scalar.Tag.IsEmpty ? "" : scalar.Tag.Value,
                    Anchor = scalar.Anchor.IsEmpty ? "" : scalar.Anchor.Value,
                    IsImplicit = scalar.IsPlainImplicit,
                    Style = scalar.Style switch
                    {
                        ScalarStyle.SingleQuoted => YamlScalarStyle.SingleQuoted,
                        ScalarStyle.DoubleQuoted => YamlScalarStyle.DoubleQuoted,
                        ScalarStyle.Literal => YamlScalarStyle.Literal,
                        ScalarStyle.Folded => YamlScalarStyle.Folded,
                        _ => YamlScalarStyle.Plain,
                    },
                });
                break;
            case AnchorAlias alias:
                var node = new YamlNode(YamlNodeKind.Alias, line, column) { Value = alias.Value.Value };
                aliases.Add(node);
                Add(node);
                break;
            case SequenceStart sequence:
                Open(new YamlNode(YamlNodeKind.Sequence, line, column)
                {
                    Tag = sequence.Tag.IsEmpty ? "" : sequence.Tag.Value,
                    Anchor = sequence.Anchor.IsEmpty ? "" : sequence.Anchor.Value,
                    IsFlow = sequence.Style == SequenceStyle.Flow,
                    Items = [],
                });
                break;
            case MappingStart mapping:
                Open(new YamlNode(YamlNodeKind.Mapping, line, column)
                {
                    Tag = mapping.Tag.IsEmpty ? "" : mapping.Tag.Value,
                    Anchor = mapping.Anchor.IsEmpty ? "" : mapping.Anchor.Value,
                    IsFlow = mapping.Style == MappingStyle.Flow,
                    Items = [],
                });
                break;
            case SequenceEnd or MappingEnd:
                open.Pop();
                break;
        }
        parser.MoveNext();
    }

    private void Open(YamlNode node)
    {
        Add(node);
        if (open.Count >= options.MaxDepth)
        {
            throw new YamlException($"exceeded max depth of {options.MaxDepth}", node.Line, node.Column);
        }
        open.Push(node);
    }

    private void Add(YamlNode node)
    {
        if (node.Anchor.Length > 0)
        {
            anchors[node.Anchor] = node;
        }
        if (open.TryPeek(out var parent))
        {
            parent.Items.Add(node);
        }
        else
        {
            root = node;
        }
    }
}
