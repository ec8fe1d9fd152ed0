namespace XenKube.Parsing.Yaml;

/// <summary>How a scalar was written.</summary>
public enum YamlScalarStyle
{
    /// <summary>Without quotes; the only style whose text decides its type.</summary>
    Plain,

    /// <summary>Between apostrophes.</summary>
    SingleQuoted,

    /// <summary>Between quotation marks.</summary>
    DoubleQuoted,

    /// <summary>A block after <c>|</c>.</summary>
    Literal,

    /// <summary>A block after <c>&gt;</c>.</summary>
    Folded,
}
