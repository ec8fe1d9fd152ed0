using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Commands.Completion;

namespace XenKube.Commands;

/// <summary>The base of cmdlets that do something with clusters, named or from the pipeline.</summary>
public abstract class ClusterTargetCommand : XenDirCommand
{
    /// <summary>Name of the parameter set in which clusters are named.</summary>
    protected const string NameSet = "Name";

    /// <summary>Name of the parameter set in which clusters come from the pipeline.</summary>
    protected const string InputObjectSet = "InputObject";

    /// <summary>Names of clusters. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = NameSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ClusterNameCompleter))]
    public virtual string[]? Cluster { get; set; }

    /// <summary>Clusters, as Get-Cluster returns them, or their names.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputObjectSet)]
    public PSObject? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var selected = new List<XenKube.Clusters.Cluster>();
        if (InputObject is not null)
        {
            Guard(InputObject.BaseObject, () => selected.AddRange(ClustersOf(InputObject)));
        }
        foreach (var name in InputObject is null ? Cluster! : [])
        {
            Guard(name, () => selected.AddRange(new ClusterStore(Directory).List(name)));
        }
        foreach (var cluster in selected)
        {
            Guard(cluster, () => ProcessCluster(cluster));
        }
    }

    /// <summary>Does the cmdlet's work for one cluster.</summary>
    /// <param name="cluster">The cluster.</param>
    protected abstract void ProcessCluster(XenKube.Clusters.Cluster cluster);
}
