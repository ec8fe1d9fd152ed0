using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Commands.Completion;

namespace XenKube.Commands.Clusters;

/// <summary>Lists nodes, with every file, address and name that belongs to them.</summary>
[Cmdlet(VerbsCommon.Get, "Node", DefaultParameterSetName = NameSet)]
[Alias("Get-XenNode")]
[OutputType(typeof(Node))]
public sealed class GetNodeCommand : NodeCommand
{
    /// <summary>Clusters; or each cluster and node with a slash between. Wildcards are allowed. Default: all clusters.</summary>
    [Parameter(Position = 0, ParameterSetName = NameSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    public override string[]? Cluster { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessNode(Node node) => WriteObject(InputObject is null
        ? node : new NodeStore(DirectoryOf(node)).Describe(node.Cluster, node.Name));
}
