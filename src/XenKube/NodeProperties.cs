using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Disks;

namespace XenKube.Commands;

/// <summary>
/// Properties of nodes and clusters that are read when somebody asks for them. They are code, so that no command of another module, which
/// may have the name of ours, is called.
/// </summary>
internal static class NodeProperties
{
    /// <summary>The partitions of a node's disk; null for an object that is not a node.</summary>
    /// <param name="instance">The node.</param>
    public static DiskPartition[]? Partitions(PSObject instance) => instance.BaseObject is Node node
        ? [.. ImageReader.ReadOnce(node.DiskPath, disk => disk.Partitions).Partitions] : null;

    /// <summary>True where the config of a node is published.</summary>
    /// <param name="instance">The node.</param>
    public static bool IsPublished(PSObject instance) => instance.BaseObject is Node node && File.Exists(node.IgnitionPath);

    /// <summary>The nodes of a cluster; null for an object that is not a cluster.</summary>
    /// <param name="instance">The cluster.</param>
    public static Node[]? Nodes(PSObject instance) => instance.BaseObject is Cluster cluster
        ? [.. new NodeStore(new XenDirectory(cluster.XenDir, onWait: null)).List(new NodeName(cluster.Name, "*"))] : null;
}
