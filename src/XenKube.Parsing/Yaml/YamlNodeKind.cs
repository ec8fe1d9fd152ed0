namespace XenKube.Parsing.Yaml;

/// <summary>What a node of a YAML document is.</summary>
public enum YamlNodeKind
{
    /// <summary>A text, quoted or not.</summary>
    Scalar,

    /// <summary>A list.</summary>
    Sequence,

    /// <summary>Keys and values.</summary>
    Mapping,

    /// <summary>A reference to an anchored node.</summary>
    Alias,
}
