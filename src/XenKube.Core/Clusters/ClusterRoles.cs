namespace XenKube.Clusters;

/// <summary>What the nodes of a cluster are for: the part <c>etcd</c> of <c>cluster.json</c> in the cluster's directory.</summary>
/// <param name="Etcd">The nodes that are members of the etcd cluster, in their order; empty for all nodes.</param>
/// <param name="Token">The token of the etcd cluster; null for the usual one.</param>
/// <param name="Joining">The members that join a cluster which runs.</param>
public sealed record ClusterRoles(IReadOnlyList<string> Etcd, string? Token, IReadOnlyList<string> Joining)
{
    /// <summary>A cluster that says nothing.</summary>
    public static ClusterRoles None { get; } = new([], null, []);

    /// <summary>Reads the roles; those of <see cref="None"/> where the file, or its part, is not there.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidInputException">It is not such a file.</exception>
    public static ClusterRoles Read(string path) => Find(path) ?? None;

    /// <summary>Reads the roles; null for a cluster that names none.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidInputException">It is not such a file.</exception>
    internal static ClusterRoles? Find(string path)
    {
        if (ClusterSettings.Read(path).Etcd is not { } etcd)
        {
            return null;
        }
        return new ClusterRoles(Names(etcd.Members), etcd.Token, Names(etcd.Joining));

        IReadOnlyList<string> Names(IReadOnlyList<string>? names) => names?.FirstOrDefault(name => !ItemName.IsValid(name)) is { } wrong
            ? throw ClusterSettings.Invalid(path, null, $"'{Printable.Of(wrong)}' is not the name of a node", null) : names ?? [];
    }

    /// <summary>Writes the roles; what else the file says stays.</summary>
    /// <param name="path">The file.</param>
    public void Write(string path) => (ClusterSettings.Read(path) with
    {
        Etcd = new EtcdSettings { Members = Etcd, Token = Token, Joining = Joining.Count > 0 ? Joining : null },
    }).Write(path);
}
