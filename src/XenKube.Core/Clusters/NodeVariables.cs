using System.Globalization;
using XenKube.Ignition.Templates;

namespace XenKube.Clusters;

/// <summary>
/// The variables that templates of nodes may use: the properties of the node (<c>Node.Name</c>) and of its cluster that are texts,
/// addresses, numbers or yes and no, what the cluster's people wrote down, and <c>Etcd.*</c>.
/// </summary>
public static class NodeVariables
{
    /// <summary>The variables of a node alone.</summary>
    /// <param name="node">The node.</param>
    public static TemplateVariables Of(Node node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return new(Named("Node", ForNode(node)));
    }

    /// <summary>All variables of a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="cluster">Its cluster.</param>
    /// <param name="clusterValues">Further values of <c>Cluster.*</c>; the cluster's own properties come first.</param>
    /// <param name="etcd">The values of <c>Etcd.*</c>; null for one that has no value.</param>
    internal static TemplateVariables Of(Node node, Cluster cluster, IReadOnlyDictionary<string, string> clusterValues,
        IReadOnlyDictionary<string, string?> etcd) => new(
        [
            .. Named("Node", ForNode(node)),
            .. Named("Cluster", ForCluster(cluster)),
            .. Named("Cluster", clusterValues.Select(pair => Value(pair.Key, () => pair.Value))),
            .. Named("Etcd", etcd.Select(pair => Value(pair.Key, () => pair.Value))),
        ]);

    /// <summary>The variables of a node by the names of its properties.</summary>
    internal static IEnumerable<KeyValuePair<string, Func<string?>>> ForNode(Node node) =>
    [
        Value(nameof(node.Cluster), () => node.Cluster),
        Value(nameof(node.Name), () => node.Name),
        Value(nameof(node.XenDir), () => node.XenDir),
        Value(nameof(node.DiskPath), () => node.DiskPath),
        Value(nameof(node.ConfigPath), () => node.ConfigPath),
        Value(nameof(node.TemplatePath), () => node.TemplatePath),
        Value(nameof(node.GuestConfigPath), () => node.GuestConfigPath),
        Value(nameof(node.IgnitionPath), () => node.IgnitionPath),
        Value(nameof(node.IgnitionUri), () => node.IgnitionUri.AbsoluteUri),
        Value(nameof(node.GuestName), () => node.GuestName),
        Value(nameof(node.MacAddress), () => node.MacAddress),
        Value(nameof(node.IPAddress), () => node.IPAddress),
        Value(nameof(node.ConfigDiskPath), () => node.ConfigDiskPath),
        Value(nameof(node.HasDisk), () => node.HasDisk.ToString()),
        Value(nameof(node.Release), () => node.Release),
        Value(nameof(node.FullName), () => node.FullName),
    ];

    /// <summary>The variables of a cluster by the names of its properties.</summary>
    internal static IEnumerable<KeyValuePair<string, Func<string?>>> ForCluster(Cluster cluster) =>
    [
        Value(nameof(cluster.Name), () => cluster.Name),
        Value(nameof(cluster.Path), () => cluster.Path),
        Value(nameof(cluster.XenDir), () => cluster.XenDir),
        Value(nameof(cluster.NodeCount), () => cluster.NodeCount.ToString(CultureInfo.InvariantCulture)),
    ];

    private static KeyValuePair<string, Func<string?>> Value(string name, Func<string?> value) => KeyValuePair.Create(name, value);

    private static IEnumerable<KeyValuePair<string, Func<string?>>> Named(string nameSpace,
        IEnumerable<KeyValuePair<string, Func<string?>>> variables) =>
        variables.Select(variable => Value($"{nameSpace}.{variable.Key}", variable.Value));
}
