namespace XenKube.Clusters;

/// <summary>A group of nodes: a directory under <c>$XENDIR/guests</c>.</summary>
/// <param name="Name">The cluster's name, which is the directory's.</param>
/// <param name="Path">The directory.</param>
/// <param name="XenDir">The XENDIR it belongs to.</param>
/// <param name="NodeCount">How many nodes it has.</param>
public sealed record Cluster(string Name, string Path, string XenDir, int NodeCount)
{
    /// <inheritdoc/>
    public override string ToString() => Name;
}
