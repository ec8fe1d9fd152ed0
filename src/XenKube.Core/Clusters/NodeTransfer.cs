namespace XenKube.Clusters;

/// <summary>A node that was renamed or copied.</summary>
/// <param name="Source">The node as it was named.</param>
/// <param name="Node">The node under its new name.</param>
public sealed record NodeTransfer(Node Source, Node Node)
{
    /// <summary>Notes for a person: things that still have the old name, and things that the copy does not have.</summary>
    public IReadOnlyList<CheckResult> Notes { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => $"{Source} -> {Node}";
}
