using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Etcd;

namespace XenKube.Commands;

// Which clusters an object stands for. A node is not a cluster, whatever it is called.
public abstract partial class XenDirCommand
{
    /// <summary>
    /// The clusters that an object stands for, or the elements of a list: a cluster, its directory, its name or a pattern.
    /// </summary>
    /// <param name="source">The object.</param>
    /// <exception cref="InvalidInputException">The object does not name a cluster.</exception>
    /// <exception cref="ItemNotFoundException">The cluster that it names does not exist here.</exception>
    private protected IReadOnlyList<Cluster> ClustersOf(PSObject source) => [.. PipedObject.Elements(source).SelectMany(element =>
    {
        var item = new PipedObject(element);
        var (directory, name) = FindCluster(item) ?? throw NotCluster(item);
        var clusters = new ClusterStore(directory).List(name);
        foreach (var cluster in clusters)
        {
            NoteOrigin(cluster, OriginOf(item), $"the cluster {cluster} in {cluster.XenDir}");
        }
        return clusters;
    })];

    /// <summary>The error of an object that does not name a cluster; of a node it says which cluster the node is in.</summary>
    /// <param name="item">The object.</param>
    private protected static InvalidInputException NotCluster(PipedObject item) => new(ErrorIds.InputInvalid, null, null,
        $"{item} is not a cluster", item.IsOurs && item.Text(nameof(Node.Cluster)) is { Length: > 0 } cluster
            ? $"Name the cluster if it is meant: {Printable.Of(cluster)}" : "Pipe clusters, as Get-Cluster returns them, or their names");

    /// <summary>The name of the cluster that an object says it is: its own text, or its properties where it is a cluster.</summary>
    /// <param name="item">The object.</param>
    private protected static string? ClusterName(PipedObject item) => item.Value as string
        ?? (item.Is<Cluster>() ? item.Text(nameof(Cluster.Name))
            : item.Is<EtcdCluster>() ? item.Text(nameof(EtcdCluster.Cluster))
            : item.IsOurs || item.FilePath is not null || item.Value is not PSCustomObject ? null
            : item.Text(nameof(Node.Cluster)) is not { } cluster ? item.Text(nameof(Cluster.Name))
            // With both properties the object is a line about a node.
            : item.Property(nameof(Cluster.Name)) is null ? cluster : null);

    private (XenDirectory Directory, string Name)? FindCluster(PipedObject item)
    {
        if (ClusterName(item) is { } name)
        {
            return (DirectoryOf(item), name);
        }
        return item.Value is DirectoryInfo folder && ClusterAt(folder.FullName, Directory) is { } own ? (Directory, own) : null;
    }
}
