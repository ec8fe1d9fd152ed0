using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Etcd;

namespace XenKube.Commands.Etcd;

/// <summary>
/// Replaces dead members of an etcd cluster: removes and adds them, puts old data aside, resets the Ignition of their nodes, starts the
/// guests, and waits until the members are healthy.
/// </summary>
[Cmdlet(VerbsDiagnostic.Repair, "EtcdMember", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[Alias("Repair-XenEtcdMember")]
[OutputType(typeof(EtcdMember))]
public sealed class RepairEtcdMemberCommand : NodeCommand
{
    /// <summary>Leaves the guest stopped: the member joins when the guest is started.</summary>
    [Parameter]
    public SwitchParameter NoStart { get; set; }

    /// <summary>The longest time that the started guest may take to be a healthy member, in seconds.</summary>
    [Parameter]
    [ValidateRange(1, SpanLimits.WaitSeconds)]
    public int Timeout { get; set; } = 300;

    /// <inheritdoc/>
    protected override void ProcessNode(Node node)
    {
        var start = NoStart ? "" : ", and start its guest";
        if (Should($"Replace {node.GuestName} in the etcd cluster {node.Cluster}, put the data on {node.DiskPath} aside{start}"))
        {
            WriteObject(new EtcdRepair(DirectoryOf(node)).Run(node, NoStart ? null : TimeSpan.FromSeconds(Timeout), StopToken));
        }
    }
}
