namespace XenKube.Parsing.Yaml;

/// <summary>
/// A node of a YAML document, with its place. Its position is that of go-yaml: the first character of the text or of the
/// anchor or tag in front of it; the first key of a block mapping; the bracket of a flow collection; the first <c>-</c> of a
/// block sequence; directly behind the colon for an empty value.
/// </summary>
public sealed class YamlNode
{
    internal YamlNode(YamlNodeKind kind, int line, int column)
    {
        Kind = kind;
        Line = line;
        Column = column;
    }

    /// <summary>What it is.</summary>
    public YamlNodeKind Kind { get; }

    /// <summary>Its line, from 1.</summary>
    public int Line { get; }

    /// <summary>Its column in characters (code points), from 1.</summary>
    public int Column { get; }

    /// <summary>The explicit tag in its long form (<c>tag:yaml.org,2002:int</c>, <c>!mine</c>), or empty.</summary>
    public string Tag { get; internal init; } = "";

    /// <summary>The text of a scalar; the name an alias refers to.</summary>
    public string Value { get; internal init; } = "";

    /// <summary>The anchor it bears, or empty.</summary>
    public string Anchor { get; internal init; } = "";

    /// <summary>How a scalar was written.</summary>
    public YamlScalarStyle Style { get; internal init; }

    /// <summary>Whether a collection was written with brackets.</summary>
    public bool IsFlow { get; internal init; }

    /// <summary>Whether the text of a scalar decides its type: it is plain and untagged, or bears the tag <c>!</c>.</summary>
    public bool IsImplicit { get; internal init; }

    /// <summary>The items of a sequence; the keys and values of a mapping, in turn.</summary>
    public IReadOnlyList<YamlNode> Children => Items;

    /// <summary>For an alias: the node it stands for, or null where the document has no such anchor.</summary>
    public YamlNode? Target { get; internal set; }

    internal List<YamlNode> Items { get; init; } = Nothing;

    private static readonly List<YamlNode> Nothing = [];

    /// <inheritdoc/>
    public override string ToString() => $"{Kind} at {Line}:{Column} {Value}";
}
