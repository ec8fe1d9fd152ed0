using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Etcd;

namespace XenKube.Commands.Etcd;

/// <summary>
/// Replaces dead members of an etcd cluster: removes and adds them, puts old data aside, and resets the Ignition of their nodes.
/// </summary>
[Cmdlet(VerbsDiagnostic.Repair, "EtcdMember", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(EtcdMember))]
public sealed class RepairEtcdMemberCommand : NodeCommand
{
    /// <inheritdoc/>
    protected override void ProcessNode(Node node)
    {
        if (Should($"Replace {node.GuestName} in the etcd cluster {node.Cluster}, and put the data on {node.DiskPath} aside"))
        {
            WriteObject(new EtcdMembership(DirectoryOf(node)).Repair(node, StopToken));
        }
    }
}
