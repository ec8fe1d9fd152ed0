using System.Management.Automation;
using XenKube.Etcd;

namespace XenKube.Commands.Etcd;

/// <summary>Lists the members of etcd clusters with what they say of themselves; or, offline, as they are planned.</summary>
[Cmdlet(VerbsCommon.Get, "EtcdMember", DefaultParameterSetName = NameSet)]
[Alias("Get-XenEtcdMember")]
[OutputType(typeof(EtcdMember))]
public sealed class GetEtcdMemberCommand : EtcdClusterCommand
{
    /// <summary>Asks nobody: the ids are computed from addresses and token, as etcd computes them.</summary>
    [Parameter]
    public SwitchParameter Offline { get; set; }

    /// <summary>The longest time that a member may take, in seconds.</summary>
    [Parameter]
    [ValidateRange(1, 600)]
    public int Timeout { get; set; } = 5;

    /// <inheritdoc/>
    protected override void ProcessCluster(XenKube.Clusters.Cluster cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var clusters = Open(cluster, Timeout);
        WriteObject(Offline ? clusters.Get(cluster.Name).Members : clusters.List(cluster.Name, StopToken), enumerateCollection: true);
    }
}
