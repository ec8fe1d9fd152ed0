namespace XenKube.Clusters;

/// <summary>What a person types to name nodes: <c>etcd</c>, <c>etcd/node-1</c>, <c>etcd/node-*</c>, <c>*/node-1</c>.</summary>
/// <param name="Cluster">Name or pattern of the cluster.</param>
/// <param name="Node">Name or pattern of the node; <c>*</c> for all.</param>
public readonly record struct NodeName(string Cluster, string Node)
{
    /// <summary>True where a pattern is meant, so that finding nothing is not an error.</summary>
    public bool IsPattern => NamePattern.IsPattern(Cluster) || NamePattern.IsPattern(Node);

    /// <summary>Takes the text apart.</summary>
    /// <param name="text">Cluster, or cluster and node with a slash between; the guide's <c>NODE.cfg</c> is understood too.</param>
    /// <exception cref="InvalidInputException">There is more than one slash, or a part is empty.</exception>
    public static NodeName Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split('/');
        if (parts.Length > 2 || parts.Any(part => part.Length == 0))
        {
            throw new InvalidInputException(ErrorIds.NameInvalid, null, null, $"'{text}' does not name nodes",
                "Write CLUSTER or CLUSTER/NODE");
        }
        return new NodeName(parts[0], parts.Length == 2 ? WithoutExtension(parts[1]) : "*");
    }

    /// <summary>The name of a copy of a node.</summary>
    /// <param name="text">The name within the cluster, or cluster and node with a slash between.</param>
    /// <param name="cluster">The cluster where the text names none.</param>
    /// <exception cref="InvalidInputException">It is not the name of one node.</exception>
    public static NodeName ParseCopy(string text, string cluster)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split('/');
        return parts.Length > 2
            ? throw new InvalidInputException(ErrorIds.NameInvalid, null, null, $"'{Printable.Of(text)}' does not name a node",
                "Write NODE or CLUSTER/NODE")
            : new NodeName(parts.Length == 2 ? ItemName.Check(parts[0], "cluster") : cluster, ItemName.Check(parts[^1], "node"));
    }

    /// <summary>The name of a node's guest where no configuration says another, as the guide has it.</summary>
    internal static string UsualGuestName(string cluster, string node) => $"{cluster}-{node}";

    // kgen takes NODE.cfg as well as NODE, so that tab completion of file names serves.
    private static string WithoutExtension(string node) =>
        node.EndsWith(XenDirLayout.GuestConfigExtension, StringComparison.Ordinal)
            ? node[..^XenDirLayout.GuestConfigExtension.Length] : node;

    /// <inheritdoc/>
    public override string ToString() => $"{Cluster}/{Node}";
}
