using System.Management.Automation;
using XenKube.Clusters;

namespace XenKube.Commands;

/// <summary>The base of cmdlets that do something with clusters, named or from the pipeline.</summary>
public abstract class ClusterTargetCommand : XenDirCommand
{
    /// <summary>Name of the parameter set in which clusters are named.</summary>
    protected const string NameSet = "Name";

    /// <summary>Name of the parameter set in which clusters come from the pipeline.</summary>
    protected const string InputObjectSet = "InputObject";

    /// <summary>Clusters, as Get-Cluster returns them, their directories or their names. A node is not taken for a cluster.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputObjectSet)]
    public PSObject? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var clusters = new List<Cluster>();
        if (InputObject is not null)
        {
            Guard(InputObject.BaseObject, () => clusters.AddRange(Find(InputObject)));
        }
        else
        {
            var store = new ClusterStore(Directory);
            foreach (var name in NamesGiven)
            {
                Guard(name, () => clusters.AddRange(store.List(name)));
            }
        }
        foreach (var cluster in clusters)
        {
            Guard(cluster, () => ProcessCluster(cluster));
        }
    }

    /// <summary>The names or patterns that were typed.</summary>
    private protected abstract IReadOnlyList<string> NamesGiven { get; }

    /// <summary>The clusters that an object from the pipeline stands for.</summary>
    /// <param name="source">The object.</param>
    private protected virtual IReadOnlyList<Cluster> Find(PSObject source) => ClustersOf(source);

    /// <summary>Does the cmdlet's work for one cluster.</summary>
    /// <param name="cluster">The cluster.</param>
    protected abstract void ProcessCluster(Cluster cluster);
}
