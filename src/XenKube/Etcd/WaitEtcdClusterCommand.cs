using System.Management.Automation;
using XenKube.Etcd;

namespace XenKube.Commands.Etcd;

/// <summary>Waits until etcd clusters are healthy.</summary>
[Cmdlet(VerbsLifecycle.Wait, "EtcdCluster", DefaultParameterSetName = NameSet)]
[Alias("Wait-XenEtcdCluster")]
[OutputType(typeof(EtcdCluster))]
public sealed class WaitEtcdClusterCommand : EtcdClusterCommand
{
    /// <summary>The longest time to wait, in seconds.</summary>
    [Parameter]
    [ValidateRange(1, SpanLimits.WaitSeconds)]
    public int Timeout { get; set; } = 300;

    /// <summary>Returns the cluster.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessCluster(XenKube.Clusters.Cluster cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var clusters = Open(cluster, timeout: 5);
        new EtcdCheck(clusters).Wait(cluster.Name, TimeSpan.FromSeconds(Timeout), StopToken);
        // A member that has joined must not join again unasked.
        new EtcdMembership(DirectoryOf(cluster.XenDir)).Settle(cluster.Name, StopToken);
        if (PassThru)
        {
            WriteObject(clusters.Get(cluster.Name));
        }
    }
}
