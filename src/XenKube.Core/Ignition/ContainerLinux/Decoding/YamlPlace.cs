using XenKube.Parsing.Yaml;

namespace XenKube.Ignition.ContainerLinux.Decoding;

/// <summary>
/// Where in the document a part of the model is. A part that is not in the document has the position of the nearest one
/// around it that is.
/// </summary>
/// <param name="Node">The part's node; null where it is not in the document.</param>
/// <param name="Line">The line, or 0 in an empty document.</param>
/// <param name="Column">The column.</param>
/// <param name="Path">The keys and indexes that lead there.</param>
internal readonly record struct YamlPlace(YamlNode? Node, int Line, int Column, string Path)
{
    /// <summary>The top of a document, which may be empty.</summary>
    public static YamlPlace Top(YamlNode? root) => new(root, root?.Line ?? 0, root?.Column ?? 0, "");

    /// <summary>The value of a key.</summary>
    public YamlPlace Child(string key, YamlNode? child) => At(child, key);

    /// <summary>An item of a list; where the list has no such item, the list itself.</summary>
    public YamlPlace Item(int index)
    {
        var path = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{index}");
        return Node is { Kind: YamlNodeKind.Sequence } && index < Node.Children.Count
            ? At(Node.Children[index], path)
            : this with { Path = Join(path) };
    }

    private YamlPlace At(YamlNode? node, string step) =>
        node is null ? new YamlPlace(null, Line, Column, Join(step)) : new YamlPlace(node, node.Line, node.Column, Join(step));

    private string Join(string step) => Path.Length == 0 ? step : Path + "." + step;

    /// <summary>An entry about this place.</summary>
    public ReportEntry Entry(ReportKind kind, string message) => new(kind, message, Line, Column, Path);
}
