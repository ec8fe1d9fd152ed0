namespace XenKube.Parsing.Yaml;

/// <summary>The tags of YAML 1.1 that matter here, in their long form.</summary>
public static class YamlTags
{
    /// <summary>The prefix of the tags that have a short form: <c>!!int</c> is this and the name.</summary>
    public const string Prefix = "tag:yaml.org,2002:";

    /// <summary>Nothing.</summary>
    public const string Null = Prefix + "null";

    /// <summary>True or false.</summary>
    public const string Boolean = Prefix + "bool";

    /// <summary>A whole number.</summary>
    public const string Whole = Prefix + "int";

    /// <summary>A number.</summary>
    public const string Real = Prefix + "float";

    /// <summary>A text.</summary>
    public const string Str = Prefix + "str";

    /// <summary>Bytes, written in base64.</summary>
    public const string Binary = Prefix + "binary";

    /// <summary>The key <c>&lt;&lt;</c>.</summary>
    public const string Merge = Prefix + "merge";

    /// <summary>A list.</summary>
    public const string Seq = Prefix + "seq";

    /// <summary>Keys and values.</summary>
    public const string Map = Prefix + "map";

    /// <summary>The short form of a tag, as messages give it.</summary>
    /// <param name="tag">A tag in its long form.</param>
    /// <returns><c>!!int</c> for the tag of integers; other tags as they are.</returns>
    public static string Shorten(string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        return tag.StartsWith(Prefix, StringComparison.Ordinal) ? "!!" + tag[Prefix.Length..] : tag;
    }
}
