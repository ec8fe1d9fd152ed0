using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Commands.Completion;

namespace XenKube.Commands.Clusters;

/// <summary>Lists the clusters of a XENDIR.</summary>
[Cmdlet(VerbsCommon.Get, "Cluster", DefaultParameterSetName = NameSet)]
[Alias("Get-XenCluster")]
[OutputType(typeof(Cluster))]
public sealed class GetClusterCommand : ClusterCommand
{
    /// <summary>Names of clusters. Wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 0, ParameterSetName = NameSet)]
    [Alias("Cluster")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ClusterNameCompleter))]
    public override string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessCluster(Cluster cluster) => WriteObject(cluster);

    // To look at the cluster of a node is harmless.
    private protected override IReadOnlyList<Cluster> Find(PSObject source)
    {
        try
        {
            return ClustersOf(source);
        }
        catch (InvalidInputException error) when (error.Id == ErrorIds.InputInvalid && source.BaseObject is not string)
        {
            return [.. NodesOf(source).GroupBy(node => (node.XenDir, node.Cluster))
                .Select(group => new ClusterStore(DirectoryOf(group.Key.XenDir)).Get(group.Key.Cluster))];
        }
    }
}
