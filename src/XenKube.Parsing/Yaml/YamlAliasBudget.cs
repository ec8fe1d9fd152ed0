namespace XenKube.Parsing.Yaml;

/// <summary>
/// Bounds what aliases may expand to. A decoder spends one unit for each node it visits below an alias; a document whose
/// aliases multiply is refused after a fixed number of them, however large the whole would become.
/// </summary>
/// <param name="limit">The most visits below aliases.</param>
public sealed class YamlAliasBudget(int limit)
{
    private int left = limit;

    /// <summary>Spends one visit.</summary>
    /// <param name="node">The node visited, for the position of the error.</param>
    /// <exception cref="YamlException">The document expands to more than the limit.</exception>
    public void Spend(YamlNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (--left < 0)
        {
            throw new YamlException("document contains excessive aliasing", node.Line, node.Column);
        }
    }
}
