using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Commands.Completion;

namespace XenKube.Commands.Clusters;

/// <summary>Lists the clusters of a XENDIR.</summary>
[Cmdlet(VerbsCommon.Get, "Cluster")]
[OutputType(typeof(Cluster))]
public sealed class GetClusterCommand : XenDirCommand
{
    /// <summary>Names of clusters. Wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Cluster")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ClusterNameCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var store = new ClusterStore(Directory);
        foreach (var name in Name)
        {
            Guard(name, () => WriteObject(store.List(name), enumerateCollection: true));
        }
    }
}
