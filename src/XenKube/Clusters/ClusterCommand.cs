using System.Management.Automation;
using XenKube.Commands.Completion;

namespace XenKube.Commands.Clusters;

/// <summary>The base of cmdlets whose own objects are clusters.</summary>
public abstract class ClusterCommand : ClusterTargetCommand
{
    /// <summary>Names of clusters. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = NameSet)]
    [Alias("Cluster")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ClusterNameCompleter))]
    public virtual string[] Name { get; set; } = [];

    private protected sealed override IReadOnlyList<string> NamesGiven => Name;
}
