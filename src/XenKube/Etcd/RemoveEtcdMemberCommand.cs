using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Etcd;

namespace XenKube.Commands.Etcd;

/// <summary>Removes members from a running etcd cluster, unless that costs the quorum.</summary>
[Cmdlet(VerbsCommon.Remove, "EtcdMember", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High,
    DefaultParameterSetName = NameSet)]
[Alias("Remove-XenEtcdMember")]
[OutputType(typeof(EtcdMember))]
public sealed class RemoveEtcdMemberCommand : NodeCommand
{
    /// <summary>Nobody is asked.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessNode(Node node)
    {
        if (ShouldDestroy($"Remove {node.GuestName} from the etcd cluster {node.Cluster}", Force))
        {
            WriteObject(new EtcdMembership(DirectoryOf(node)).Remove(node, StopToken));
        }
    }
}
