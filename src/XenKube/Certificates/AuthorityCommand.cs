using System.Management.Automation;
using XenKube.Commands.Completion;

namespace XenKube.Commands.Certificates;

/// <summary>The base of cmdlets for the certificate authorities of clusters.</summary>
public abstract class AuthorityCommand : ClusterTargetCommand
{
    /// <summary>Names of clusters. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = NameSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ClusterNameCompleter))]
    public virtual string[]? Cluster { get; set; }

    private protected sealed override IReadOnlyList<string> NamesGiven => Cluster ?? [];
}
