namespace XenKube.Parsing.Yaml;

/// <summary>
/// A node of a YAML document, with its place. Its position is that of go-yaml: the first character of the text or of the
/// anchor or tag in front of it; the first key of a block mapping; the bracket of a flow collection; the first <c>-</c> of a
/// block sequence; directly after the colon for an empty value.
/// </summary>
/// <remarks>Held against ajeddeloh/yaml 6b94386 in ct 0.5.0 and 0.9.0, and gopkg.in/yaml.v3 v3.0.1 in Butane 0.19.0.</remarks>
public sealed class YamlNode
{
    // A large document has millions of nodes, and few of them have any of the rare things.
    private readonly byte kind;
    private readonly byte style;
    private RareParts? rare;

    internal YamlNode(YamlNodeKind kind, int line, int column)
    {
        this.kind = (byte)kind;
        Line = line;
        Column = column;
    }

    /// <summary>What it is.</summary>
    public YamlNodeKind Kind => (YamlNodeKind)kind;

    /// <summary>Its line, from 1.</summary>
    public int Line { get; }

    /// <summary>Its column in characters (code points), from 1.</summary>
    public int Column { get; }

    /// <summary>The explicit tag in its long form (<c>tag:yaml.org,2002:int</c>, <c>!mine</c>), or empty.</summary>
    public string Tag
    {
        get => rare?.Tag ?? "";
        internal init
        {
            if (value.Length > 0)
            {
                (rare ??= new RareParts()).Tag = value;
            }
        }
    }

    /// <summary>The text of a scalar; the name an alias refers to.</summary>
    public string Value { get; internal init; } = "";

    /// <summary>The anchor it bears, or empty.</summary>
    public string Anchor
    {
        get => rare?.Anchor ?? "";
        internal init
        {
            if (value.Length > 0)
            {
                (rare ??= new RareParts()).Anchor = value;
            }
        }
    }

    /// <summary>How a scalar was written.</summary>
    public YamlScalarStyle Style
    {
        get => (YamlScalarStyle)style;
        internal init => style = (byte)value;
    }

    /// <summary>Whether a collection was written with brackets.</summary>
    public bool IsFlow { get; internal init; }

    /// <summary>Whether the text of a scalar decides its type: it is plain and untagged, or bears the tag <c>!</c>.</summary>
    public bool IsImplicit { get; internal init; }

    /// <summary>The items of a sequence; the keys and values of a mapping, in turn.</summary>
    public IReadOnlyList<YamlNode> Children => Items;

    /// <summary>For an alias: the node it stands for, or null where the document has no such anchor.</summary>
    public YamlNode? Target
    {
        get => rare?.Target;
        internal set => (rare ??= new RareParts()).Target = value;
    }

    internal List<YamlNode> Items { get; init; } = Nothing;

    private static readonly List<YamlNode> Nothing = [];

    private sealed class RareParts
    {
        public string Tag { get; set; } = "";

        public string Anchor { get; set; } = "";

        public YamlNode? Target { get; set; }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Kind} at {Line}:{Column} {Value}";
}
