using System.Management.Automation;
using XenKube.Commands.Completion;

namespace XenKube.Commands;

/// <summary>The base of cmdlets for what belongs to a cluster as a whole, such as its certificate authority or its etcd.</summary>
public abstract class ClusterPartCommand : ClusterTargetCommand
{
    /// <summary>Names of clusters. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = NameSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ClusterNameCompleter))]
    public virtual string[]? Cluster { get; set; }

    private protected sealed override IReadOnlyList<string> NamesGiven => Cluster ?? [];
}
